//! Cuts an answer at the first text that ends it, where the server lets that text through.
//!
//! In: pieces of text, cut anywhere. Out: the pieces, but for what stands from a stop text on. What may be the beginning of one
//! waits for its rest; nothing else waits.

/// The stop texts of one reply.
#[derive(Debug, Default)]
pub(super) struct Stops {
    texts: Vec<String>,
    held: String,
    met: bool,
}

impl Stops {
    pub fn new(texts: Vec<String>) -> Stops {
        Stops {
            texts: texts.into_iter().filter(|text| !text.is_empty()).collect(),
            ..Stops::default()
        }
    }

    /// Tells whether a stop text has come.
    pub fn met(&self) -> bool {
        self.met
    }

    /// Takes the next piece; gives what of the text is sure to be answer now.
    pub fn feed(&mut self, piece: &str) -> String {
        if self.met {
            return String::new();
        }
        let mut text = std::mem::take(&mut self.held);
        text.push_str(piece);
        let first = self
            .texts
            .iter()
            .filter_map(|stop| text.find(stop.as_str()))
            .min();
        if let Some(at) = first {
            self.met = true;
            text.truncate(at);
            return text;
        }
        let sure = text.len().saturating_sub(self.begun(&text));
        // What may be the beginning of a stop text begins with a letter of it, so between two letters.
        self.held = text.split_off(text.floor_char_boundary(sure));
        text
    }

    /// Ends the text: gives what waited, which was answer after all.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Counts the bytes at the end of `text` that may be the beginning of a stop text.
    fn begun(&self, text: &str) -> usize {
        let longest = |stop: &String| {
            let begins = |length: &usize| {
                let begin = stop.as_bytes().get(..*length);
                begin.is_some_and(|begin| text.as_bytes().ends_with(begin))
            };
            (1..stop.len().min(text.len() + 1)).rev().find(begins)
        };
        // A part of a letter cannot match: both are whole letters where they agree to the end of `text`.
        self.texts.iter().filter_map(longest).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what is left of `input`, however it is cut, and whether it ended at a stop text.
    fn check(stops: &[&str], input: &str, expect: &str, met: bool) {
        let cuts: Vec<usize> = input
            .char_indices()
            .map(|(at, _)| at)
            .chain([input.len()])
            .collect();
        for step in [cuts.len(), 1, 2, 3, 5] {
            let mut splitter = Stops::new(stops.iter().map(|&stop| stop.to_owned()).collect());
            let (mut found, mut from) = (String::new(), 0);
            for &to in cuts.iter().skip(step).step_by(step).chain([&input.len()]) {
                found += &splitter.feed(&input[from..to]);
                from = to;
            }
            let was_met = splitter.met();
            found += &splitter.finish();
            assert_eq!(
                (found.as_str(), was_met),
                (expect, met),
                "in steps of {step}"
            );
        }
    }

    #[test]
    fn the_answer_ends_where_the_first_stop_text_begins() {
        check(
            &["<|im_end|>"],
            "so it ends<|im_end|>\nand goes on",
            "so it ends",
            true,
        );
        check(&["\nUSER:", "</s>"], "one</s>two\nUSER: hi", "one", true);
        check(&["</s>", "\nUSER:"], "one\nUSER: hi</s>", "one", true);
        check(&["ÄÖ"], "é ÄÖ ü", "é ", true);
        check(&["END"], "END", "", true);
    }

    #[test]
    fn what_only_begins_like_one_is_kept() {
        check(
            &["<|im_end|>"],
            "a < b, a <| b, <|im_en",
            "a < b, a <| b, <|im_en",
            false,
        );
        check(&["aab"], "aaab", "a", true);
        check(&["ab"], "aaaa", "aaaa", false);
        check(&["Ä"], "Ö Ü", "Ö Ü", false);
        check(&[], "all of it", "all of it", false);
        check(&[""], "all of it", "all of it", false);
    }

    #[test]
    fn nothing_waits_but_what_may_begin_a_stop_text() {
        let mut splitter = Stops::new(vec!["<|im_end|>".to_owned()]);
        assert_eq!(splitter.feed("flow"), "flow");
        assert_eq!(splitter.feed("ing <|i"), "ing ");
        assert_eq!(splitter.feed("m"), "");
        assert_eq!(splitter.feed("ports"), "<|imports");
    }
}
