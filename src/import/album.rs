//! Pictures in an archive beside its conversations.
//!
//! In: the archive, and the names by which conversations call pictures. Out: pictures by their bytes ([`Image::of`]), one at a time. It must
//! not know what a conversation is.

use std::cell::RefCell;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::outcome::Conversation;
use super::reader::{Sink, Takes};
use super::zip::{Archive, Packed};
use crate::base64::Encoder;
use crate::chat::request::Image;
use crate::text;

/// The longest picture, in letters of base64: four for three bytes.
const LONGEST: usize = if cfg!(test) { 4096 } else { 20 << 20 };
/// The most of all pictures of one conversation, in letters of base64: it stands whole in memory.
const MOST: usize = LONGEST / 5 * 16;

/// A source that is read by several hands, one at a time.
#[derive(Debug)]
pub struct Shared<S>(Rc<RefCell<S>>);

impl<S> Shared<S> {
    /// Makes a source that can be shared.
    pub fn of(source: S) -> Shared<S> {
        Shared(Rc::new(RefCell::new(source)))
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut S) -> Result<T>) -> Result<T> {
        let busy = |_| Error::from(ErrorKind::Other);
        use_it(&mut *self.0.try_borrow_mut().map_err(busy)?)
    }
}

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Shared<S> {
        Shared(self.0.clone())
    }
}

impl<S: Read> Read for Shared<S> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.with(|source| source.read(into))
    }
}

impl<S: Seek> Seek for Shared<S> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.with(|source| source.seek(to))
    }
}

/// The entries of an archive, by their names.
pub struct Album<S> {
    archive: Archive<S>,
    /// In the order of the last parts of their names.
    entries: Vec<Packed>,
    /// Letters of the pictures of the conversation that is read.
    spent: usize,
}

impl<S: Read + Seek + Clone> Album<S> {
    /// Takes the entries of an archive over.
    pub fn of(archive: &mut Archive<S>) -> Album<S> {
        let mut entries = std::mem::take(&mut archive.entries);
        entries.sort_by(|one, other| last_part(one).cmp(last_part(other)));
        Album {
            archive: archive.beside(),
            entries,
            spent: 0,
        }
    }

    /// The picture in the entry whose name, without folders, begins with this one.
    fn picture(&mut self, name: &str) -> Option<Image> {
        let entry = self.entry(name)?.clone();
        let most = LONGEST.min(MOST.checked_sub(self.spent)?);
        let mut encoder = Encoder::default();
        let mut each = |piece: &[u8]| {
            encoder.feed(piece);
            match encoder.count() > most {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        self.archive.read(&entry, &mut each).ok()?;
        let text = Some(encoder.finish()).filter(|text| text.len() <= most)?;
        let image = Image::of(text)?;
        self.spent += image.base64.len();
        Some(image)
    }

    fn entry(&self, name: &str) -> Option<&Packed> {
        let at = self
            .entries
            .partition_point(|entry| last_part(entry) < name);
        let entry = self.entries.get(at)?;
        let rest = last_part(entry).strip_prefix(name)?;
        // Another name goes on with a letter or a digit, and all of them stand behind this one.
        let ends = rest
            .chars()
            .next()
            .is_none_or(|next| matches!(next, '-' | '.'));
        (ends && !name.is_empty()).then_some(entry)
    }
}

/// The last part of an entry's name.
fn last_part(entry: &Packed) -> &str {
    let at = entry.name.rfind(['/', '\\']).map_or(0, |at| at + 1);
    text::from(&entry.name, at)
}

/// Whoever takes the conversations of an archive, with the pictures that it has.
pub struct WithPictures<'w, S> {
    /// Whoever takes them.
    pub sink: Sink<'w>,
    /// The pictures.
    pub album: &'w mut Album<S>,
}

impl<S: Read + Seek + Clone> Takes for WithPictures<'_, S> {
    fn take(&mut self, conversation: Conversation) -> ControlFlow<()> {
        self.album.spent = 0;
        self.sink.take(conversation)
    }

    fn picture(&mut self, name: &str) -> Option<Image> {
        self.album.picture(name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::import::testing::{bytes_of, lines, zip};
    use crate::import::{Report, Why};
    use serde_json::{Value, json};

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand more of it";

    /// Conversations of ChatGPT, each a question with pictures of these names.
    fn asked(conversations: &[&[&str]]) -> String {
        let asked =
            conversations.iter().map(|pictures| {
                let mut parts: Vec<Value> = vec![json!("Q")];
                parts.extend(pictures.iter().map(
                    |name| json!({"content_type": "image_asset_pointer", "asset_pointer": name}),
                ));
                let content = json!({"content_type": "multimodal_text", "parts": parts});
                let message = json!({"author": {"role": "user"}, "content": content});
                json!({"mapping": {"a": {"parent": null, "message": message}}})
            });
        Value::from_iter(asked).to_string()
    }

    /// The turns of all conversations beside these entries, and the account.
    fn read(conversations: &str, beside: &[(&str, &[u8])]) -> (Vec<String>, Report) {
        let text = [("a/conversations.json", conversations.as_bytes())];
        let (found, report) = bytes_of(&zip(&[&text, beside].concat())).unwrap();
        (found.iter().flat_map(lines).collect(), report)
    }

    #[test]
    fn a_picture_in_the_archive_comes_along() {
        let conversations = asked(&[
            &["file-service://file-Ab1"],
            &["sediment://file_2", "sediment://file_3"],
        ]);
        let (lines, report) = read(
            &conversations,
            &[
                ("a/file-Ab12-other.png", b"another"),
                ("a/file-Ab1-my picture.png", PNG),
                ("file_2.dat", b"\xFF\xD8\xFFa picture"),
                ("b\\file_3-1.png", b"<svg>"),
            ],
        );
        // What is none by its bytes is none.
        assert_eq!(lines, ["user: Q + 1", "user: Q + 1"]);
        assert_eq!((report.conversations, report.left.all()), (2, 1));
        assert_eq!(report.left.count(Why::Picture), 1);
    }

    #[test]
    fn a_picture_that_is_not_there_is_counted() {
        let names = ["sediment://file_1", "sediment://", "file_2", ""];
        let (lines, report) = read(
            &asked(&[&names]),
            &[("file_11-a.png", PNG), ("file_2.png", PNG), ("-.png", PNG)],
        );
        assert_eq!(lines, ["user: Q"]);
        assert_eq!(report.left.count(Why::Picture), 4);
    }

    #[test]
    fn a_picture_of_a_damaged_entry_is_none() {
        let text = asked(&[&["sediment://file_1"]]);
        let mut bytes = zip(&[("conversations.json", text.as_bytes()), ("file_1.png", PNG)]);
        let at = memchr::memmem::find(&bytes, b"and more").unwrap();
        bytes[at] = b'A';
        let (found, report) = bytes_of(&bytes).unwrap();
        assert_eq!(lines(&found[0]), ["user: Q"]);
        assert_eq!(report.left.count(Why::Picture), 1);
    }

    #[test]
    fn one_conversation_takes_so_much_and_no_more() {
        let long = [PNG, &vec![0; LONGEST / 4 * 3 - PNG.len()]].concat();
        let longer = [&long[..], b"x"].concat();
        let entries = [("long.png", &long[..]), ("longer.png", &longer[..])];
        let many = ["a://long", "a://longer", "a://long", "a://long", "a://long"];
        let (lines, report) = read(&asked(&[&many, &many[..2]]), &entries);
        assert_eq!(lines, ["user: Q + 3", "user: Q + 1"]);
        assert_eq!(report.left.count(Why::Picture), 3);
    }
}
