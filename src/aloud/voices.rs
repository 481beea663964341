//! Which voice says a text.
//!
//! In: the voices that a browser has, the one that was chosen, the language of the text. Out: one of them.

/// A voice of the browser.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Voice {
    /// The browser's name for it.
    pub name: String,
    /// The language that it speaks, a tag; some browsers write `de_DE`.
    pub language: String,
    /// It speaks on this device; what it says goes nowhere.
    pub is_local: bool,
    /// The browser's own choice.
    pub is_default: bool,
}

/// Returns the number of the voice for a text in `language`: the chosen one if it speaks it, else one of this device, in the country of
/// `wished` if there is one. `None` leaves it to the browser.
pub fn best_voice(
    voices: &[Voice],
    chosen: &str,
    language: &str,
    wished: &[String],
) -> Option<usize> {
    let speaks = |voice: &Voice| primary(&voice.language) == primary(language);
    let rank = |voice: &Voice| {
        let tag = voice.language.replace('_', "-");
        let is_near = wished.iter().any(|wish| wish.eq_ignore_ascii_case(&tag));
        (
            voice.name == chosen,
            voice.is_local,
            is_near,
            voice.is_default,
        )
    };
    let fitting = voices.iter().enumerate().filter(|(_, voice)| speaks(voice));
    // Of equals the first.
    let best = fitting.rev().max_by_key(|(_, voice)| rank(voice));
    best.map(|(at, _)| at)
}

fn primary(tag: &str) -> String {
    let first = tag.split(['-', '_']).next().unwrap_or_default();
    first.to_ascii_lowercase()
}
