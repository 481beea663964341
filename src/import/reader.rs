//! One text file, read entry by entry.
//!
//! In: its bytes in pieces, cut anywhere. Out: each conversation as soon as it is whole, and at the end a report or a refusal. What is kept
//! at a time is one entry of the file ([`super::split`]), the list of its values, and the conversation that is made of it.

use std::ops::ControlFlow;

use super::bytes::Utf8;
use super::document::{Document, Json};
use super::formats::{self, Entries};
use super::outcome::{Conversation, Format, Left, Reason, Refusal, Report, Why};
use super::recognise::{self, Found};
use super::split::{Entry, Shape, Splitter};

/// Takes conversations as they come; a break ends the reading.
pub type Sink<'s> = &'s mut dyn FnMut(Conversation) -> ControlFlow<()>;

/// The hands of a format's reader: what it found.
pub struct Output<'s> {
    sink: Sink<'s>,
    report: Report,
    refused: Option<Reason>,
}

impl Output<'_> {
    /// Gives a conversation; none is an entry that is skipped.
    pub fn give(&mut self, conversation: Option<Conversation>) {
        let Some(conversation) = conversation else {
            return self.skip();
        };
        if self.refused.is_some() {
            return;
        }
        self.report.conversations += 1;
        self.report.left.join(&conversation.left);
        if (self.sink)(conversation).is_break() {
            self.refused = Some(Reason::Cancelled);
        }
    }

    /// Counts an entry that could have been a conversation.
    pub fn skip(&mut self) {
        self.report.skipped += 1;
    }

    /// What is left behind of the file, and of none of its conversations.
    pub fn left(&mut self) -> &mut Left {
        &mut self.report.left
    }

    /// Refuses the file.
    pub fn refuse(&mut self, reason: Reason) {
        self.refused.get_or_insert(reason);
    }
}

/// Reads one text file.
pub struct Reader<'s> {
    utf8: Utf8,
    splitter: Splitter,
    texts: Texts<'s>,
}

impl<'s> Reader<'s> {
    /// A reader that gives conversations to `sink`; of `only` this format, if it names one.
    pub fn new(sink: Sink<'s>, only: Option<Format>) -> Reader<'s> {
        Reader {
            utf8: Utf8::default(),
            splitter: Splitter::default(),
            texts: Texts {
                only,
                entries: None,
                unknown: 0,
                broken: None,
                has_json: false,
                out: Output {
                    sink,
                    report: Report::default(),
                    refused: None,
                },
            },
        }
    }

    /// Takes the next bytes. A break says that more of them would change nothing.
    pub fn feed(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        let Reader {
            utf8,
            splitter,
            texts,
        } = self;
        utf8.feed(bytes, &mut |piece| {
            splitter.feed(piece, &mut |entry| texts.entry(entry));
        });
        match texts.out.refused {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }

    /// Ends the file, which has this name.
    pub fn finish(mut self, file: &str) -> Result<Report, Refusal> {
        let Reader {
            utf8,
            splitter,
            texts,
        } = &mut self;
        utf8.finish(&mut |piece| splitter.feed(piece, &mut |entry| texts.entry(entry)));
        let nothing = match (splitter.is_blank(), splitter.is_page()) {
            (true, _) => Reason::Empty,
            (_, true) => Reason::NotJson,
            _ => Reason::Unknown,
        };
        splitter.finish(&mut |entry| texts.entry(entry));
        self.texts.finish(file, nothing)
    }

    /// The most bytes of the file that were kept at a time.
    #[cfg(test)]
    pub(super) fn most(&self) -> usize {
        self.splitter.most
    }
}

/// Entries, once they are texts.
struct Texts<'s> {
    only: Option<Format>,
    entries: Option<Box<dyn Entries>>,
    /// Items before the one that said whose file it is.
    unknown: usize,
    /// The place of the first entry that is no JSON.
    broken: Option<u64>,
    has_json: bool,
    out: Output<'s>,
}

impl Texts<'_> {
    fn entry(&mut self, entry: Entry<'_>) {
        if self.out.refused.is_some() {
            return;
        }
        if entry.is_too_long {
            match entry.shape {
                Shape::Whole => self.out.refuse(Reason::TooLong),
                Shape::Item | Shape::Line => self.out.skip(),
            }
            self.broken.get_or_insert(entry.at);
            return;
        }
        let text = String::from_utf8_lossy(entry.bytes);
        match Document::of(&text) {
            Ok(doc) => self.value(doc.root(), entry.shape),
            Err(broken) => {
                self.broken.get_or_insert(entry.at + broken.0 as u64);
                match entry.shape {
                    Shape::Item => self.out.skip(),
                    // One line may be damaged, and the others whole.
                    Shape::Line | Shape::Whole => self.lines(&text),
                }
            }
        }
    }

    fn lines(&mut self, text: &str) {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| line.starts_with('{') && line.len() < text.len());
        for line in lines {
            if let Ok(doc) = Document::of(line) {
                self.value(doc.root(), Shape::Line);
            }
        }
    }

    fn value(&mut self, value: Json<'_>, shape: Shape) {
        self.has_json = true;
        let mut under = None;
        if self.entries.is_none() {
            let found = match shape {
                Shape::Item => recognise::item(value).map(Found::from),
                Shape::Line => recognise::line(value)
                    .map(Found::from)
                    .or_else(|| recognise::object(value)),
                Shape::Whole => recognise::object(value),
            };
            let found = found.filter(|found| self.only.is_none_or(|only| found.format == only));
            let Some(found) = found else {
                self.unknown += usize::from(shape == Shape::Item);
                if value.says("schema", formats::FLASH_BACKUP) {
                    self.out.refuse(Reason::FlashBackup);
                }
                return;
            };
            under = found.under;
            self.out.report.format = Some(found.format);
            self.entries = Some(formats::reader(found.format));
        }
        let Some(entries) = &mut self.entries else {
            return;
        };
        match under {
            Some(field) => value
                .list(field)
                .for_each(|entry| entries.entry(entry, &mut self.out)),
            None => entries.entry(value, &mut self.out),
        }
    }

    /// Ends the file; `nothing` is the reason to refuse one without entries.
    fn finish(mut self, file: &str, nothing: Reason) -> Result<Report, Refusal> {
        let is_known = self.entries.is_some();
        let mut unknown = self.unknown;
        if let Some(mut entries) = self.entries.take() {
            if !entries.items_are_conversations() {
                self.out
                    .left()
                    .add(Why::Message, std::mem::take(&mut unknown));
            }
            entries.finish(&mut self.out);
        }
        let refuse = |reason, place| {
            Err(Refusal {
                file: file.to_owned(),
                place,
                reason,
            })
        };
        let Output {
            mut report,
            refused,
            ..
        } = self.out;
        report.skipped += unknown;
        match refused {
            Some(reason) => refuse(reason, None),
            None if report.conversations > 0 => Ok(report),
            None if is_known => refuse(Reason::Silent, self.broken),
            None if self.has_json => refuse(Reason::Unknown, None),
            None if self.broken.is_some() => refuse(Reason::NotJson, self.broken),
            None => refuse(nothing, None),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_long_array_is_read_item_by_item() {
        const MANY: usize = 4_000;
        let text = "What was said. ".repeat(200);
        let item = |at: usize| {
            let said = format!(r#"{{"sender":"human","text":"{text}"}}"#);
            format!(r#"{{"uuid":"{at}","chat_messages":[{said}]}}"#)
        };
        let longest = item(MANY).len();
        let (mut count, mut fed) = (0, 0);
        let mut sink = |_| {
            count += 1;
            ControlFlow::Continue(())
        };
        let mut reader = Reader::new(&mut sink, None);
        for at in 0..MANY {
            let piece = format!("{}{}", if at == 0 { "[" } else { "," }, item(at));
            fed += piece.len();
            assert!(reader.feed(piece.as_bytes()).is_continue());
        }
        assert!(reader.feed(b"]").is_continue());
        let most = reader.most();
        let report = reader.finish("file").unwrap();
        assert_eq!((report.conversations, count), (MANY, MANY));
        // Of twelve megabytes, the bytes of one item, in a buffer that grew by doubling.
        assert!(
            fed > 10_000_000 && most <= 2 * longest + 64,
            "{most} of {fed}"
        );
    }
}
