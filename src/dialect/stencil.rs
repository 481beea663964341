//! Events that are the same as the one before but for their text, which most of a stream's are: their text is read without
//! reading the JSON around it again.
//!
//! In: the JSON of an event, and what a full reading found in it. Out: the text of another event, where the two differ in nothing
//! else. It must not guess: what is not the same to the byte is left to the full reading.

use std::borrow::Cow;

/// The key that holds the text.
const KEY: &str = "\"content\"";

/// The JSON around a text.
#[derive(Debug, Default)]
pub(super) struct Stencil {
    /// JSON before the text; it ends with the quotation mark. Empty before anything was learned.
    before: String,
    /// JSON behind the text, from the quotation mark.
    after: String,
}

impl Stencil {
    /// Returns the text of `json`, where all around it is as it was in what was learned.
    pub fn read<'j>(&self, json: &'j str) -> Option<Cow<'j, str>> {
        if self.before.is_empty() {
            return None;
        }
        let (start, end) = (self.before.len(), json.len().checked_sub(self.after.len())?);
        let text = json.get(start..end)?;
        if !same(json.get(..start)?, &self.before) || !same(json.get(end..)?, &self.after) {
            return None;
        }
        let mut escaped = false;
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                // The text ends here, and what follows only looks like what was learned; or it is no JSON.
                b'"' | ..0x20 => return None,
                b'\\' => {
                    escaped = true;
                    bytes.next();
                }
                _ => {}
            }
        }
        if !escaped {
            return Some(Cow::Borrowed(text));
        }
        let quoted = json.get(start.checked_sub(1)?..=end)?;
        serde_json::from_str(quoted).ok().map(Cow::Owned)
    }

    /// Learns from a full reading that found nothing but `text` in `json`.
    pub fn learn(&mut self, json: &str, text: &str) {
        let Some((before, after)) = around(json, text) else {
            return;
        };
        self.before.clear();
        self.before.push_str(before);
        self.after.clear();
        self.after.push_str(after);
    }
}

/// Tells whether two texts of one length are the same. It takes eight bytes at a time: the page's own comparison goes byte by
/// byte.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes().chunks_exact(8), b.as_bytes().chunks_exact(8));
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    a.remainder() == b.remainder() && a.zip(b).all(|(a, b)| word(a) == word(b))
}

/// Returns what stands in `json` around `text`, with its quotation marks. A key that is there once can be nothing but a key:
/// within a string its quotation marks would be escaped.
fn around<'j>(json: &'j str, text: &str) -> Option<(&'j str, &'j str)> {
    let (_, rest) = json.split_once(KEY)?;
    if rest.contains(KEY) {
        return None;
    }
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    let start = json.len().checked_sub(value.len())?;
    let mut strings = serde_json::Deserializer::from_str(value).into_iter::<String>();
    let found = strings.next()?.ok()?;
    let end = (start + strings.byte_offset()).checked_sub(1)?;
    let (before, after) = (json.get(..=start)?, json.get(end..)?);
    (found == text).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Decoder;
    use crate::dialect::openai::Chunks;
    use crate::wire::Frame;
    use proptest::prelude::*;

    fn after(json: &str, text: &str) -> Stencil {
        let mut stencil = Stencil::default();
        stencil.learn(json, text);
        stencil
    }

    #[test]
    fn what_differs_in_its_text_alone_is_read() {
        let stencil = after(r#"{"a":[{"content" : "one","b":null}]}"#, "one");
        let read = |json| stencil.read(json).map(Cow::into_owned);
        assert_eq!(
            read(r#"{"a":[{"content" : " two","b":null}]}"#).as_deref(),
            Some(" two")
        );
        assert_eq!(
            read(r#"{"a":[{"content" : "","b":null}]}"#).as_deref(),
            Some("")
        );
        assert_eq!(
            read(r#"{"a":[{"content" : "\"\u00e9\\\n","b":null}]}"#).as_deref(),
            Some("\"é\\\n")
        );
    }

    #[test]
    fn what_differs_in_more_is_left_to_a_full_reading() {
        let stencil = after(r#"{"content":"one","b":null}"#, "one");
        for other in [
            r#"{"content":"one","b":1}"#,
            r#"{"content": "one","b":null}"#,
            r#"{"content":null,"b":null}"#,
            // Another field has come between.
            r#"{"content":"one","c":"two","b":null}"#,
            r#"{"content":"one\","b":null}"#,
            r#"{"content":"\x","b":null}"#,
            "{\"content\":\"a\nb\",\"b\":null}",
            r#"{"content":"#,
            "",
        ] {
            assert_eq!(stencil.read(other), None, "{other}");
        }
    }

    #[test]
    fn nothing_is_learned_from_what_could_be_mistaken() {
        for (json, text) in [
            // Which of the two?
            (r#"{"content":"one","delta":{"content":"one"}}"#, "one"),
            // A text of that name, no key.
            (r#"{"type":"content","text":"one"}"#, "one"),
            // It is not where the text came from.
            (r#"{"content":"two","text":"one"}"#, "one"),
            (r#"{"content":["one"]}"#, "one"),
            ("", ""),
        ] {
            assert_eq!(after(json, text).read(json), None, "{json}");
        }
    }

    /// Texts, some with what JSON escapes, some with tags of thinking.
    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-c<>/ ]{0,4}",
            "[\"\\\\\n\u{e9}x]{0,3}",
            Just("<think>".to_owned()),
            // Halves of a character, put in below: a Rust text cannot hold them.
            "[ab]{0,1}(HIGH|LOW|HIGHLOW)[ab]{0,1}",
        ]
    }

    /// Chunks that differ in their text, and some that differ in more.
    fn chunks() -> impl Strategy<Value = String> {
        let rest = prop_oneof![
            6 => Just(r#""finish_reason":null}],"usage":null"#),
            1 => Just(r#""finish_reason":null}],"usage":{"prompt_tokens":3}"#),
            1 => Just(r#""logprobs":{"content":[{"token":"a","logprob":-1}]}}]"#),
            1 => Just(r#""index":1}]"#),
            1 => Just(r#""logprobs":{"content":[{"token":"a","logprob":-Infinity}]}}]"#),
            1 => Just(r#""finish_reason":"stop"}]"#),
        ];
        let more = prop_oneof![
            6 => Just(""),
            1 => Just(r#","reasoning":"hm""#),
            1 => Just(r#","tool_calls":[{"function":{"name":"f"}}]"#),
            1 => Just(r#","refusal":"no""#),
        ];
        (texts(), more, rest).prop_map(|(text, more, rest)| {
            let text = serde_json::Value::from(text);
            let chunk =
                format!(r#"{{"id":"1","choices":[{{"delta":{{"content":{text}{more}}},{rest}}}"#);
            chunk.replace("HIGH", "\\ud83d").replace("LOW", "\\ude00")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_stencil_reads_what_a_full_reading_finds(chunks in prop::collection::vec(chunks(), 0..12)) {
            let (mut quick, mut full) = (Chunks::default(), Chunks::default());
            let (mut read, mut found) = (Vec::new(), Vec::new());
            for chunk in &chunks {
                quick.frame(Frame::Json(chunk), &mut read);
                if let Some(said) = full.reply.read(Frame::Json(chunk), &mut found) {
                    full.chunk(&said, &mut found);
                }
                prop_assert_eq!(&read, &found);
            }
        }
    }
}
