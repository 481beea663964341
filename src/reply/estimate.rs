//! About how many tokens a text is, where nobody has counted them.
//!
//! In: text. Out: a number, right to within a half for the tokenisers of today's models. It must not know any of them.
//!
//! The rule is by letters, for a token is a piece of a word in one script and a whole word in another: four letters of ASCII are a
//! token; so are two of any other alphabet (Cyrillic, Greek, Arabic, Hebrew, Hindi, Thai, letters with accents); a Chinese
//! character, a kana or a Hangul syllable is three quarters of one; an emoji, and whatever else lies beyond the first 65,536, is one.

/// About how many tokens these are together.
pub fn about_tokens<'t>(texts: impl IntoIterator<Item = &'t str>) -> u32 {
    let quarters: u64 = texts.into_iter().map(quarters).sum();
    u32::try_from(quarters / 4).unwrap_or(u32::MAX)
}

/// The estimate in quarters of a token.
pub(super) fn quarters(text: &str) -> u64 {
    if text.is_ascii() {
        return text.len() as u64;
    }
    text.chars().map(weight).sum()
}

fn weight(letter: char) -> u64 {
    match letter {
        '\0'..='\x7f' => 1,
        // Hangul's letters; from the radicals and kana to the last character; Hangul's syllables; the characters that are alike.
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' => 3,
        '\u{10000}'.. => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_as_many_letters_as_its_script_has_to_one() {
        let check = |text: &str, tokens| assert_eq!(about_tokens([text]), tokens, "{text}");
        check("", 0);
        check("A river is long and slow", 6);
        check("Медленная река", 6);
        check("河流很长很慢", 4);
        check("ゆっくり流れる川", 6);
        check("느린강물", 3);
        check("แม่น้ำยาว", 4);
        check("🦆🦆", 2);
        assert_eq!(about_tokens(["ab", "cd"]), 1);
    }
}
