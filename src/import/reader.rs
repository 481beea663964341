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
use crate::chat::request::Image;

/// Takes conversations as they come. Any closure that takes one does.
pub trait Takes {
    /// Takes a conversation; a break ends the reading.
    fn take(&mut self, conversation: Conversation) -> ControlFlow<()>;

    /// The picture that a conversation calls by this name, where it stands beside the text that is read.
    fn picture(&mut self, _name: &str) -> Option<Image> {
        None
    }
}

impl<F: FnMut(Conversation) -> ControlFlow<()>> Takes for F {
    fn take(&mut self, conversation: Conversation) -> ControlFlow<()> {
        self(conversation)
    }
}

/// Whoever takes the conversations.
pub type Sink<'s> = &'s mut dyn Takes;

/// The hands of a format's reader: what it found.
pub struct Output<'o> {
    sink: Sink<'o>,
    tally: &'o mut Tally,
}

/// What was found so far, and whether the file is refused.
#[derive(Debug, Default)]
struct Tally {
    report: Report,
    refused: Option<Reason>,
}

impl Output<'_> {
    /// Gives a conversation; none is an entry that is skipped.
    pub fn give(&mut self, conversation: Option<Conversation>) {
        let Some(conversation) = conversation else {
            return self.skip();
        };
        if self.tally.refused.is_some() {
            return;
        }
        self.tally.report.conversations += 1;
        self.tally.report.left.join(&conversation.left);
        if self.sink.take(conversation).is_break() {
            self.tally.refused = Some(Reason::Cancelled);
        }
    }

    /// The picture of this name beside the text, if there is one.
    pub fn picture(&mut self, name: &str) -> Option<Image> {
        self.sink.picture(name)
    }

    /// Counts an entry that could have been a conversation.
    pub fn skip(&mut self) {
        self.tally.report.skipped += 1;
    }

    /// What is left behind of the file, and of none of its conversations.
    pub fn left(&mut self) -> &mut Left {
        &mut self.tally.report.left
    }

    /// Refuses the file.
    pub fn refuse(&mut self, reason: Reason) {
        self.tally.refused.get_or_insert(reason);
    }
}

/// Reads one text file.
#[derive(Default)]
pub struct Reader {
    utf8: Utf8,
    splitter: Splitter,
    texts: Texts,
}

impl Reader {
    /// A reader of `only` this format, if it names one.
    pub fn new(only: Option<Format>) -> Reader {
        Reader {
            texts: Texts {
                only,
                ..Texts::default()
            },
            ..Reader::default()
        }
    }

    /// Takes the next bytes; gives the conversations that are whole by now to `sink`. A break says that more of them would change
    /// nothing.
    pub fn feed(&mut self, bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
        let Reader {
            utf8,
            splitter,
            texts,
        } = self;
        utf8.feed(bytes, &mut |piece| {
            splitter.feed(piece, &mut |entry| texts.entry(entry, sink));
        });
        match texts.tally.refused {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }

    /// Ends the file, which has this name.
    pub fn finish(mut self, file: &str, sink: Sink<'_>) -> Result<Report, Refusal> {
        let Reader {
            utf8,
            splitter,
            texts,
        } = &mut self;
        utf8.finish(&mut |piece| splitter.feed(piece, &mut |entry| texts.entry(entry, sink)));
        let nothing = match (splitter.is_blank(), splitter.is_page()) {
            (true, _) => Reason::Empty,
            (_, true) => Reason::NotJson,
            _ => Reason::Unknown,
        };
        splitter.finish(&mut |entry| texts.entry(entry, sink));
        self.texts.finish(file, nothing, sink)
    }

    /// The most bytes of the file that were kept at a time.
    #[cfg(test)]
    pub(super) fn most(&self) -> usize {
        self.splitter.most
    }
}

/// Entries, once they are texts.
#[derive(Default)]
struct Texts {
    only: Option<Format>,
    entries: Option<Box<dyn Entries>>,
    /// Items before the one that said whose file it is.
    unknown: usize,
    /// The place of the first entry that is no JSON.
    broken: Option<u64>,
    has_json: bool,
    tally: Tally,
}

impl Texts {
    fn entry(&mut self, entry: Entry<'_>, sink: Sink<'_>) {
        if self.tally.refused.is_some() {
            return;
        }
        if entry.is_too_long {
            match entry.shape {
                Shape::Whole => self.tally.refused = Some(Reason::TooLong),
                Shape::Item | Shape::Line => self.tally.report.skipped += 1,
            }
            self.broken.get_or_insert(entry.at);
            return;
        }
        let text = String::from_utf8_lossy(entry.bytes);
        match Document::of(&text) {
            Ok(doc) => self.value(doc.root(), entry.shape, sink),
            Err(broken) => {
                self.broken.get_or_insert(entry.at + broken.0 as u64);
                match entry.shape {
                    Shape::Item => self.tally.report.skipped += 1,
                    // One line may be damaged, and the others whole.
                    Shape::Line | Shape::Whole => self.lines(&text, sink),
                }
            }
        }
    }

    fn lines(&mut self, text: &str, sink: Sink<'_>) {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| line.starts_with('{') && line.len() < text.len());
        for line in lines {
            if let Ok(doc) = Document::of(line) {
                self.value(doc.root(), Shape::Line, sink);
            }
        }
    }

    fn value(&mut self, value: Json<'_>, shape: Shape, sink: Sink<'_>) {
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
                    self.tally.refused = Some(Reason::FlashBackup);
                }
                return;
            };
            under = found.under;
            self.tally.report.format = Some(found.format);
            self.entries = Some(formats::reader(found.format));
        }
        let Some(entries) = &mut self.entries else {
            return;
        };
        let mut out = Output {
            sink,
            tally: &mut self.tally,
        };
        match under {
            Some(field) => value
                .list(field)
                .for_each(|entry| entries.entry(entry, &mut out)),
            None => entries.entry(value, &mut out),
        }
    }

    /// Ends the file; `nothing` is the reason to refuse one without entries.
    fn finish(mut self, file: &str, nothing: Reason, sink: Sink<'_>) -> Result<Report, Refusal> {
        let is_known = self.entries.is_some();
        let mut unknown = self.unknown;
        if let Some(mut entries) = self.entries.take() {
            let mut out = Output {
                sink,
                tally: &mut self.tally,
            };
            if !entries.items_are_conversations() {
                out.left().add(Why::Message, std::mem::take(&mut unknown));
            }
            entries.finish(&mut out);
        }
        let refuse = |reason, place| {
            Err(Refusal {
                file: file.to_owned(),
                place,
                reason,
            })
        };
        let Tally {
            mut report,
            refused,
        } = self.tally;
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
        let mut sink = |_: Conversation| {
            count += 1;
            ControlFlow::Continue(())
        };
        let mut reader = Reader::new(None);
        for at in 0..MANY {
            let piece = format!("{}{}", if at == 0 { "[" } else { "," }, item(at));
            fed += piece.len();
            assert!(reader.feed(piece.as_bytes(), &mut sink).is_continue());
        }
        assert!(reader.feed(b"]", &mut sink).is_continue());
        let most = reader.most();
        let report = reader.finish("file", &mut sink).unwrap();
        assert_eq!((report.conversations, count), (MANY, MANY));
        // Of twelve megabytes, the bytes of one item, in a buffer that grew by doubling.
        assert!(
            fed > 10_000_000 && most <= 2 * longest + 64,
            "{most} of {fed}"
        );
    }
}
