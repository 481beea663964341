//! A message that is dictated into the middle of another text.
//!
//! In: the field's text and where its caret is; what was heard so far. Out: the field's text, and where the caret goes. Who types
//! meanwhile keeps what was typed.

/// A dictation into a field. Places are counted in UTF-16 units, as fields count them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dictated {
    before: String,
    after: String,
    /// The field's text as it was last made here.
    made: Option<String>,
    /// The number of letters that were heard for good before the person typed.
    settled: usize,
}

impl Dictated {
    /// A dictation that takes the place of what is selected in the field.
    pub fn new(text: &str, from: usize, to: usize) -> Dictated {
        let mut dictated = Dictated::default();
        dictated.stand(text, from, to);
        dictated
    }

    fn stand(&mut self, text: &str, from: usize, to: usize) {
        self.before = text.get(..byte(text, from)).unwrap_or_default().to_owned();
        self.after = text
            .get(byte(text, to.max(from))..)
            .unwrap_or_default()
            .to_owned();
        self.made = None;
    }

    /// Takes all that was heard: what stays, and what may still change. `field` is the field's text by now, `caret` where its caret
    /// is. Returns the field's new text and its caret.
    pub fn hear(&mut self, field: &str, caret: usize, heard: &str, guess: &str) -> (String, usize) {
        if self.made.as_deref().is_some_and(|made| made != field) {
            // It was written into: what was heard until now is the person's.
            self.settled = heard.chars().count();
            self.stand(field, caret, caret);
        }
        let heard: String = heard.chars().skip(self.settled).collect();
        let said = format!("{heard}{guess}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut text = self.before.clone();
        if wants_blank(&text, &said) {
            text.push(' ');
        }
        text.push_str(&said);
        let caret = text.encode_utf16().count();
        if wants_blank(&text, &self.after) {
            text.push(' ');
        }
        text.push_str(&self.after);
        self.made = Some(text.clone());
        (text, caret)
    }
}

/// Tells whether a blank belongs between two texts: between words, in scripts that have such.
fn wants_blank(left: &str, right: &str) -> bool {
    let (Some(left), Some(right)) = (left.chars().last(), right.chars().next()) else {
        return false;
    };
    let is_wide = |letter: char| matches!(letter as u32, 0x0e00..=0x0e7f | 0x2e80..=0xa4cf | 0xf900..=0xfaff | 0xff00..=0xffef);
    !left.is_whitespace()
        && right.is_alphanumeric()
        && !matches!(left, '(' | '[' | '"' | '„' | '«' | '“' | '-' | '/')
        && !is_wide(left)
        && !is_wide(right)
}

/// The byte at a place that is counted in UTF-16 units; the text's end behind it.
fn byte(text: &str, units: usize) -> usize {
    let mut count = 0;
    for (at, letter) in text.char_indices() {
        if count >= units {
            return at;
        }
        count += letter.len_utf16();
    }
    text.len()
}
