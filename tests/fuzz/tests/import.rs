//! Files of other programs, as anybody may write, cut and break them.

#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use fuzz::scripts::pick;
use fuzz::{Rng, rounds, shapes};
use rill::chat::archive;
use rill::import::{Conversation, read};

/// All samples of the other tests.
fn samples() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/imports");
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if !path.ends_with("expected.json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// A source that gives as much as it likes.
struct Whims<'b>(Cursor<&'b [u8]>, Rng);

impl Read for Whims<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let size = self.1.usize(1..=into.len().clamp(1, 999)).min(into.len());
        self.0.read(&mut into[..size])
    }
}

impl Seek for Whims<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

fn conversations(source: impl Read + Seek) -> Option<Vec<Conversation>> {
    let mut found = Vec::new();
    let report = read("file", source, &mut |conversation| {
        found.push(conversation);
        ControlFlow::Continue(())
    });
    report.ok().map(|_| found)
}

/// A file with pieces of itself, of another and of nobody's in the wrong places.
fn damage(rng: &mut Rng, file: &mut Vec<u8>, other: &[u8]) {
    let at = rng.usize(0..=file.len());
    let to = (at + rng.usize(0..40)).min(file.len());
    let from = rng.usize(0..=other.len());
    let piece = other[from..(from + rng.usize(0..60)).min(other.len())].to_vec();
    let mark = pick(
        rng,
        &[
            "",
            "null",
            "NaN",
            "\\ud83d",
            "{",
            "]",
            ",",
            "\n",
            "\"",
            "-1",
            "1e99",
            "\u{E200}",
            "<think>",
            "<details type=\"reasoning\">",
            "{{char}}",
        ],
    );
    let piece = match rng.u8(0..3) {
        0 => piece,
        1 => mark.as_bytes().to_vec(),
        _ => shapes::document(rng, 80).into_bytes(),
    };
    file.splice(at..to, piece);
}

#[test]
fn a_file_of_another_program_is_read_or_refused() {
    let samples = samples();
    rounds(300, |rng| {
        let mut file = samples[rng.usize(..samples.len())].clone();
        let other = &samples[rng.usize(..samples.len())];
        for _ in 0..rng.usize(0..5) {
            damage(rng, &mut file, other);
        }
        let found = conversations(Cursor::new(file.as_slice()));
        let whims = Whims(Cursor::new(&file), rng.fork());
        assert_eq!(conversations(whims), found, "cut otherwise");
        for conversation in found.unwrap_or_default() {
            let tree = conversation.tree;
            assert_eq!(tree.len(), conversation.times.len());
            if !tree.is_empty() {
                assert_eq!(archive::import(&archive::export(&tree)).unwrap().tree, tree);
            }
        }
    });
}
