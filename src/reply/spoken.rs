//! What of a text is read out by now: sentences that are done, each once.
//!
//! In: the text of a block as it stands on the page, which may still grow and be written a little otherwise, and how many of its
//! sentences were read. Out: the others. Sentences are counted, not their letters: where a mark becomes emphasis a moment later,
//! letters go, and the sentences stay. It must not know who reads.

/// The part of a text that is to be read, after `given` sentences were, and the number read then. The last sentence of a text
/// that may grow waits for its end.
pub fn rest(text: &str, given: usize, is_whole: bool) -> (&str, usize) {
    let text = text.trim_end();
    let mut all = ends(text);
    let from = match given.checked_sub(1) {
        Some(last) => all.nth(last).unwrap_or(text.len()),
        None => 0,
    };
    let (mut to, mut count) = (from, given);
    for end in all {
        (to, count) = (end, count.saturating_add(1));
    }
    if is_whole {
        to = text.len();
    }
    (text.get(from..to).unwrap_or_default().trim(), count)
}

/// Ends of sentences that are followed by more: behind the last mark, or at the end of the line.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    let mut seen = Seen::Words;
    text.char_indices().filter_map(move |(at, letter)| {
        let before = seen;
        seen = match (letter, before) {
            ('\n', _) => Seen::Nothing,
            ('。' | '！' | '？' | '｡' | '︒', _) => Seen::Stop,
            (
                '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '።' | '။',
                Seen::Words | Seen::Mark,
            ) => Seen::Mark,
            // What closes belongs to the sentence.
            (
                ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '“' | '」' | '』' | '）' | '】' | '》',
                Seen::Mark | Seen::Stop,
            ) => before,
            (letter, Seen::Nothing) if letter.is_whitespace() => Seen::Nothing,
            (letter, Seen::Mark) if letter.is_whitespace() => Seen::Nothing,
            _ => Seen::Words,
        };
        let is_end = match before {
            Seen::Nothing => false,
            Seen::Words => seen == Seen::Nothing,
            Seen::Mark => seen == Seen::Nothing,
            Seen::Stop => seen == Seen::Words || seen == Seen::Nothing,
        };
        is_end.then_some(at)
    })
}

/// The sort of the letters before.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    /// No part of a sentence.
    Nothing,
    /// Words.
    Words,
    /// A mark that ends a sentence if a blank follows.
    Mark,
    /// A mark that ends a sentence whatever follows.
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Collects what is read while the text grows by a character at a time, and in the end.
    fn read(text: &str) -> Vec<String> {
        let (mut given, mut out) = (0, Vec::new());
        let ends = text.char_indices().map(|(at, _)| at).skip(1);
        for end in ends.chain([text.len()]) {
            let (piece, count) = rest(&text[..end], given, end == text.len());
            given = count;
            if !piece.is_empty() {
                out.push(piece.to_owned());
            }
        }
        out
    }

    #[test]
    fn sentences_are_read_when_they_are_done_and_once() {
        for (text, sentences) in [
            (
                "A river. It flows on! \"Does it?\" Yes … it is 3.14 km long",
                &[
                    "A river.",
                    "It flows on!",
                    "\"Does it?\"",
                    "Yes …",
                    "it is 3.14 km long",
                ][..],
            ),
            (
                "川は流れる。「海へ。」と言う",
                &["川は流れる。", "「海へ。」", "と言う"],
            ),
            ("नदी बहती है। समुद्र तक", &["नदी बहती है।", "समुद्र तक"]),
            ("one\ntwo.\n\nthree", &["one", "two.", "three"]),
            (
                "?! wait... what?! (so.) end",
                &["?!", "wait...", "what?!", "(so.)", "end"],
            ),
            ("", &[]),
            (" \n ", &[]),
            ("no end", &["no end"]),
        ] {
            assert_eq!(read(text), sentences, "{text}");
        }
    }

    #[test]
    fn what_is_written_otherwise_later_is_not_read_again() {
        assert_eq!(rest("A **bold. And", 0, false), ("A **bold.", 1));
        assert_eq!(rest("A bold. And more. Then", 1, false), ("And more.", 2));
        // Fewer than were read: nothing.
        assert_eq!(rest("A", 3, true), ("", 3));
    }
}
