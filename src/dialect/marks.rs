//! The marks that models are trained to write around what they say, where a server leaves them in the text.
//!
//! In: a text. Out: the mark that it begins with. Tags of thinking, marks before an answer that say nothing to a reader, and marks of
//! chat templates that end a message. It must not know where in an answer the text stands.

/// Purpose of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Opens thinking; what closes it.
    Opens(&'static str),
    /// Closes thinking that the template had opened.
    Closes,
    /// Stands before an answer and says nothing.
    Silent,
    /// Ends a message; another one of the same answer may follow.
    EndsMessage,
    /// Ends the text.
    EndsAll,
}

impl Mark {
    /// Tells whether the mark ends a message, or the whole text.
    pub fn ends(self) -> bool {
        matches!(self, Mark::EndsMessage | Mark::EndsAll)
    }
}

/// Opening and closing tags of the families in use: most; some; Seed; MiniMax; Gemini and others; Mistral; Kimi; Cohere; Gemma;
/// and the harmony format of gpt-oss.
pub(crate) const TAGS: [(&str, &str); 11] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>"),
    ("<thought>", "</thought>"),
    ("[THINK]", "[/THINK]"),
    ("\u{25c1}think\u{25b7}", "\u{25c1}/think\u{25b7}"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|channel|>commentary<|message|>", "<|end|>"),
];

/// Closing tags that are taken as such though nothing was opened.
const CLOSES: [&str; 5] = [
    "</think>",
    "</thinking>",
    "</seed:think>",
    "</mm:think>",
    "<channel|>",
];

/// Marks before an answer.
pub(crate) const SILENT: [&str; 8] = [
    "<|start|>assistant",
    "<|channel|>final<|message|>",
    "<|im_start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<start_of_turn>model",
    "<|turn>model",
    "<|START_RESPONSE|>",
    "<|assistant|>",
];

/// Marks that end a message: harmony's, which another one may follow (Phi ends all with the same).
const ENDS_MESSAGE: [&str; 1] = ["<|end|>"];

/// Marks that end the text, of the families in use.
const ENDS_ALL: [&str; 25] = [
    "<|im_end|>",
    "<|im_start|>",
    "</s>",
    "[/INST]",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|start_header_id|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<|end_of_turn|>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<turn|>",
    "<|turn>",
    "<eos>",
    "<|return|>",
    "<|call|>",
    "<|EOT|>",
    "<|user|>",
    "<|END_RESPONSE|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|endofturn|>",
    "<seed:eos>",
    "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
    "<\u{ff5c}User\u{ff5c}>",
];

/// First characters of all marks.
const FIRST: [char; 3] = ['<', '[', '\u{25c1}'];

/// Returns all marks with their purpose, the longer of two that begin alike first.
fn all() -> impl Iterator<Item = (&'static str, Mark)> {
    let tags = TAGS.iter().map(|(open, close)| (*open, Mark::Opens(close)));
    let named = |names: &'static [&'static str], mark| names.iter().map(move |name| (*name, mark));
    tags.chain(named(&CLOSES, Mark::Closes))
        .chain(named(&SILENT, Mark::Silent))
        .chain(named(&ENDS_MESSAGE, Mark::EndsMessage))
        .chain(named(&ENDS_ALL, Mark::EndsAll))
}

/// The mark that a text begins with, and what stands behind it. `None` too where more of the text could make it a longer one.
pub(super) fn at(text: &str) -> Option<(Mark, &str)> {
    if !text.starts_with(FIRST) {
        return None;
    }
    if may_begin(text) {
        return None;
    }
    all().find_map(|(name, mark)| Some((mark, text.strip_prefix(name)?)))
}

/// The mark that a text is, where nothing follows it.
pub(super) fn whole(text: &str) -> Option<Mark> {
    all().find_map(|(name, mark)| (name == text).then_some(mark))
}

/// Tells whether a text is the beginning of a mark, and not all of it. An empty text is the beginning of all.
pub(super) fn may_begin(text: &str) -> bool {
    text.is_empty()
        || (text.starts_with(FIRST)
            && all().any(|(name, _)| name.len() > text.len() && name.starts_with(text)))
}

/// Returns the next place, from `from` on, at which a mark may begin.
pub(super) fn next(text: &str, from: usize) -> Option<usize> {
    // The third begins, in UTF-8, with a byte that few scripts use.
    let bytes = text.as_bytes().get(from..)?;
    let at = memchr::memchr3(b'<', b'[', 0xe2, bytes)? + from;
    // In the middle of no character: all three begin one.
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_begin_as_it_is_said() {
        assert!(all().all(|(name, _)| name.starts_with(FIRST)));
        let mut begin = [0; 4];
        assert!(
            '\u{25c1}'
                .encode_utf8(&mut begin)
                .as_bytes()
                .starts_with(&[0xe2])
        );
    }

    #[test]
    fn of_two_that_begin_alike_the_longer_counts() {
        assert_eq!(at("<|im_start|>assistant\n"), Some((Mark::Silent, "\n")));
        assert_eq!(at("<|im_start|>user"), Some((Mark::EndsAll, "user")));
        // More may come.
        assert_eq!(at("<|im_start|>"), None);
        assert!(may_begin("<|im_start|>"));
        assert_eq!(at("<|im_start|>ass"), None);
        assert_eq!(at("<|im_start|>as "), Some((Mark::EndsAll, "as ")));
    }
}
