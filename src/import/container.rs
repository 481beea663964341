//! A file, whatever it is: a text, a ZIP archive with texts in it, a picture with a character card in it.
//!
//! In: a source that can be read at any place. Out: conversations and a report, or a refusal; at once ([`read`]) or step by step
//! ([`Reading`]).

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use super::album::{Album, Shared, WithPictures};
use super::outcome::{Format, Reason, Refusal, Report};
use super::png;
use super::reader::{Reader, Sink};
use super::rules::order::by_number;
use super::zip::{self, Archive, Packed, Unpacking};

/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;
/// The longest picture that is looked into.
const LONGEST_PICTURE: u64 = 256 * 1024 * 1024;

/// A sort of file, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Zip,
    Picture,
}

/// Reads a file; gives its conversations to `sink` as they come. Where it refuses, nothing that it gave is to be kept.
pub fn read<S: Read + Seek>(file: &str, source: S, sink: Sink<'_>) -> Result<Report, Refusal> {
    let mut reading = Reading::begin(file, source);
    loop {
        if let Some(report) = reading.step(sink)? {
            return Ok(report);
        }
    }
}

fn sort(head: &[u8]) -> Sort {
    let is_picture = [png::PNG, b"\xFF\xD8\xFF", b"RIFF", b"GIF8"]
        .iter()
        .any(|begin| head.starts_with(begin));
    let has_mark = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    // No text has such characters; some other picture, perhaps.
    let is_binary = head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26)) && !has_mark;
    match head {
        head if head.starts_with(zip::ENTRY) => Sort::Zip,
        _ if is_picture || is_binary => Sort::Picture,
        _ => Sort::Text,
    }
}

/// A file that is read step by step: between two steps its reader may do something else, or give it up.
pub struct Reading<S> {
    file: String,
    state: State<S>,
}

enum State<S> {
    Begun(S),
    Text(S, Box<Reader>, Vec<u8>),
    Archive(Box<Entries<S>>),
    /// It is read, or refused.
    Over,
}

impl<S: Read + Seek> Reading<S> {
    /// Begins to read the file of this name.
    pub fn begin(file: &str, source: S) -> Reading<S> {
        Reading {
            file: file.to_owned(),
            state: State::Begun(source),
        }
    }

    /// Reads on, 64 KB at most (a picture: all of it); gives the conversations that are whole by then to `sink`, and at the end the
    /// report. Where it refuses, nothing that was given is to be kept.
    pub fn step(&mut self, sink: Sink<'_>) -> Result<Option<Report>, Refusal> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Begun(source) => self.look(source, sink),
            State::Text(source, reader, piece) => self.text(source, reader, piece, sink),
            State::Archive(mut entries) => match entries.step(sink)? {
                true => {
                    self.state = State::Archive(entries);
                    Ok(None)
                }
                false => entries.finish(&self.file).map(Some),
            },
            State::Over => self.refuse(Reason::Unreadable),
        }
    }

    fn refuse<T>(&self, reason: Reason) -> Result<T, Refusal> {
        Err(refusal(&self.file, reason))
    }

    /// Looks at the first bytes.
    fn look(&mut self, mut source: S, sink: Sink<'_>) -> Result<Option<Report>, Refusal> {
        let mut head = Vec::new();
        if beginning(&mut source, 12, &mut head).is_err() || rewind(&mut source).is_err() {
            return self.refuse(Reason::Unreadable);
        }
        match sort(&head) {
            Sort::Text => {
                self.state = State::Text(source, Box::default(), vec![0; PIECE]);
                Ok(None)
            }
            Sort::Zip => match Archive::open(Shared::of(source)) {
                Ok(archive) => {
                    self.state = State::Archive(Box::new(Entries::of(archive, &self.file)));
                    Ok(None)
                }
                Err(reason) => self.refuse(reason),
            },
            Sort::Picture => self.picture(source, sink).map(Some),
        }
    }

    fn text(
        &mut self,
        mut source: S,
        mut reader: Box<Reader>,
        mut piece: Vec<u8>,
        sink: Sink<'_>,
    ) -> Result<Option<Report>, Refusal> {
        let count = match source.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                self.state = State::Text(source, reader, piece);
                return Ok(None);
            }
            Err(_) => return self.refuse(Reason::Unreadable),
        };
        let bytes = piece.get(..count).unwrap_or_default();
        if bytes.is_empty() || reader.feed(bytes, sink).is_break() {
            return reader.finish(&self.file, sink).map(Some);
        }
        self.state = State::Text(source, reader, piece);
        Ok(None)
    }

    fn picture(&self, mut source: S, sink: Sink<'_>) -> Result<Report, Refusal> {
        let mut bytes = Vec::new();
        if beginning(&mut source, LONGEST_PICTURE, &mut bytes).is_err() {
            return self.refuse(Reason::Unreadable);
        }
        let inside = png::card_in_png(&bytes).or_else(|| png::card_in_webp(&bytes));
        let Some(card) = inside.or_else(|| card_behind(&bytes)) else {
            return self.refuse(Reason::NoCard);
        };
        let mut reader = Reader::new(Some(Format::Card));
        let _ = reader.feed(&card, sink);
        reader.finish(&self.file, sink)
    }
}

fn rewind<S: Seek>(source: &mut S) -> std::io::Result<u64> {
    source.seek(SeekFrom::Start(0))
}

/// The first bytes of a file, at most so many.
fn beginning<S: Read + Seek>(source: &mut S, most: u64, into: &mut Vec<u8>) -> std::io::Result<()> {
    rewind(source)?;
    source.take(most).read_to_end(into).map(drop)
}

/// The entries of an archive, one after the other.
struct Entries<S> {
    archive: Archive<Shared<S>>,
    album: Album<Shared<S>>,
    /// Those that are still to be read.
    wanted: std::vec::IntoIter<Packed>,
    only: Option<Format>,
    open: Option<Opened>,
    /// The name of the archive.
    file: String,
    whole: Report,
    formats: Vec<Format>,
    refused: Option<Refusal>,
}

/// An entry that is being read.
struct Opened {
    name: String,
    packed: Unpacking,
    reader: Reader,
}

impl<S: Read + Seek> Entries<S> {
    fn of(mut archive: Archive<Shared<S>>, file: &str) -> Entries<S> {
        let (wanted, only) = wanted(&archive.entries);
        Entries {
            album: Album::of(&mut archive),
            archive,
            wanted: wanted.into_iter(),
            only,
            open: None,
            file: file.to_owned(),
            whole: Report::default(),
            formats: Vec::new(),
            refused: None,
        }
    }

    /// Reads on; `true` while there is more.
    fn step(&mut self, sink: Sink<'_>) -> Result<bool, Refusal> {
        let Some(mut open) = self.open.take() else {
            let Some(entry) = self.wanted.next() else {
                return Ok(false);
            };
            let name = format!("{}/{}", self.file, entry.name);
            let packed = self.archive.begin(&entry);
            let packed = packed.map_err(|reason| refusal(&name, reason))?;
            self.open = Some(Opened {
                name,
                packed,
                reader: Reader::new(self.only),
            });
            return Ok(true);
        };
        let reader = &mut open.reader;
        let sink = &mut WithPictures {
            sink,
            album: &mut self.album,
        };
        let mut each = |piece: &[u8]| reader.feed(piece, sink);
        let goes_on = self.archive.go_on(&mut open.packed, &mut each);
        if goes_on.map_err(|reason| refusal(&open.name, reason))? {
            self.open = Some(open);
            return Ok(true);
        }
        match open.reader.finish(&open.name, sink) {
            Ok(report) => {
                self.formats.extend(report.format);
                self.whole.conversations += report.conversations;
                self.whole.skipped += report.skipped;
                self.whole.left.join(&report.left);
            }
            // One file of several may hold nothing.
            Err(refusal) if is_nothing(refusal.reason) => {
                self.whole.skipped += usize::from(refusal.reason == Reason::NotJson);
                self.refused.get_or_insert(refusal);
            }
            Err(refusal) => return Err(refusal),
        }
        Ok(true)
    }

    fn finish(mut self, file: &str) -> Result<Report, Refusal> {
        self.formats.dedup();
        self.whole.format = match self.formats.as_slice() {
            [format] => Some(*format),
            _ => None,
        };
        match (self.whole.conversations > 0, self.refused) {
            (true, _) => Ok(self.whole),
            (false, Some(refusal)) => Err(refusal),
            (false, None) => Err(refusal(file, Reason::NoConversations)),
        }
    }
}

fn refusal(file: &str, reason: Reason) -> Refusal {
    Refusal {
        file: file.to_owned(),
        place: None,
        reason,
    }
}

fn is_nothing(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Empty | Reason::NotJson | Reason::Unknown | Reason::Silent
    )
}

/// The card in an archive behind a picture.
fn card_behind(bytes: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(bytes, zip::ENTRY)?;
    let mut archive = Archive::open(std::io::Cursor::new(bytes)).ok()?;
    let entry = archive
        .entries
        .iter()
        .find(|entry| entry.name == CARD)?
        .clone();
    let mut card = Vec::new();
    let mut each = |piece: &[u8]| {
        card.extend_from_slice(piece);
        match card.len() as u64 > LONGEST_PICTURE {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    archive.read(&entry, &mut each).ok()?;
    Some(card)
}

/// The name of the card in an archive that is one.
const CARD: &str = "card.json";

/// Entries of an archive that hold conversations, shards in their order; and the one format that they may have.
fn wanted(entries: &[Packed]) -> (Vec<Packed>, Option<Format>) {
    if let Some(card) = entries.iter().find(|entry| entry.name == CARD) {
        return (vec![card.clone()], Some(Format::Card));
    }
    let sorts: [fn(&str) -> bool; 5] = [
        |name| shard(name).is_some(),
        |name| name == "conversations.json",
        |name| name.ends_with(".jsonl"),
        |name| name.ends_with("story.json"),
        // An archive of single conversations.
        |name| name.ends_with(".json"),
    ];
    let number = |entry: &Packed| file_name(entry).and_then(|name| shard(&name));
    let named = |is_it: fn(&str) -> bool| {
        let is_wanted = |entry: &&Packed| file_name(entry).is_some_and(|name| is_it(&name));
        let found = entries.iter().filter(is_wanted).cloned().collect();
        by_number(found, |entry| number(entry).unwrap_or(0))
    };
    let found = sorts.into_iter().map(named).find(|found| !found.is_empty());
    (found.unwrap_or_default(), None)
}

/// The last part of an entry's name, in small letters; `None` for what a system adds for itself.
fn file_name(entry: &Packed) -> Option<String> {
    let name = entry.name.to_ascii_lowercase();
    let last = name.rsplit(['/', '\\']).next()?;
    let is_own = name.starts_with("__macosx/") || last.starts_with("._");
    (!is_own).then(|| last.to_owned())
}

/// The number in `conversations-000.json`.
fn shard(name: &str) -> Option<u64> {
    let number = name.strip_prefix("conversations-")?.strip_suffix(".json")?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::import::testing::{bytes_of, lines, zip};

    const LIST: &str = r#"{"messages":[{"role":"user","content":"#;

    fn list(text: &str) -> String {
        format!("{LIST}\"{text}\"}}]}}")
    }

    fn check(bytes: &[u8], expect: Result<&[&str], Reason>) {
        let read = bytes_of(bytes);
        let read = read.map(|(read, _)| read.iter().flat_map(lines).collect::<Vec<_>>());
        let expect = expect.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(read.map_err(|refusal| refusal.reason), expect);
    }

    #[test]
    fn an_archive_is_known_by_the_names_in_it() {
        let (one, two, three) = (list("one"), list("two"), list("three"));
        check(
            &zip(&[
                ("a/Conversations-001.json", two.as_bytes()),
                ("a/conversations-000.json", one.as_bytes()),
                ("a/conversations.json", three.as_bytes()),
                ("__MACOSX/conversations-002.json", b"x"),
                ("a/._conversations-003.json", b"x"),
            ]),
            Ok(&["user: one", "user: two"]),
        );
        check(
            &zip(&[
                ("b.jsonl", one.as_bytes()),
                ("a.jsonl", two.as_bytes()),
                ("x.json", three.as_bytes()),
            ]),
            Ok(&["user: one", "user: two"]),
        );
        check(
            &zip(&[("user.json", b"[]"), ("conversations.json", one.as_bytes())]),
            Ok(&["user: one"]),
        );
        check(&zip(&[("a.txt", b"x")]), Err(Reason::NoConversations));
        check(&zip(&[("a.json", b"{}")]), Err(Reason::Unknown));
        check(b"PK\x03\x04....", Err(Reason::BadZip));
    }

    #[test]
    fn a_card_is_found_in_a_picture_and_behind_one() {
        let card = br#"{"name":"Mira","first_mes":"hi"}"#;
        let behind = [&b"\xFF\xD8\xFFpicture"[..], &zip(&[("card.json", card)])].concat();
        check(&behind, Ok(&["assistant: hi"]));
        check(
            &zip(&[("card.json", card), ("conversations.json", b"[]")]),
            Ok(&["assistant: hi"]),
        );
        check(b"\xFF\xD8\xFFpicture", Err(Reason::NoCard));
        check(b"\0\0\0", Err(Reason::NoCard));
        // Another file in the place of the card.
        let other = [
            &b"\xFF\xD8\xFF"[..],
            &zip(&[("card.json", list("x").as_bytes())]),
        ]
        .concat();
        check(&other, Err(Reason::Unknown));
    }

    #[test]
    fn a_refusal_names_its_file_and_its_place() {
        let check = |bytes: &[u8], expect: &str| {
            let refusal = bytes_of(bytes).unwrap_err();
            assert_eq!(refusal.to_string(), expect);
        };
        check(b"", "file: empty");
        check(b"  \n", "file: empty");
        check(b"{\"a\":1,]}", "file, byte 7: not-json");
        check(b"hello", "file, byte 0: not-json");
        check(b"<html>", "file: not-json");
        check(b"[]", "file: unknown");
        check(b"[{\"title\":\"x\"}]", "file: unknown");
        check(b"[{\"mapping\":{}}]", "file: silent");
        check(b"{\"rill\":99}", "file: newer");
        check(
            &zip(&[("conversations.json", b"[{\"mapping\":{}}]")]),
            "file/conversations.json: silent",
        );
    }

    #[test]
    fn whoever_takes_no_more_ends_the_reading() {
        let list = format!("[{}]", vec![list("x"); 50].join(","));
        let mut count = 0;
        let mut sink = |_: crate::import::Conversation| {
            count += 1;
            ControlFlow::Break(())
        };
        let read = read("file", std::io::Cursor::new(list), &mut sink);
        assert_eq!(read.unwrap_err().reason, Reason::Cancelled);
        assert_eq!(count, 1);
    }
}
