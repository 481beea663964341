//! An API key as a person pasted it, and as it can go out.
//!
//! In: any text. Out: the key that a header can carry, or the letter that none can. It must not know whose key it is, nor keep it.

/// The key without what was copied along with it: blanks and letters that nobody sees, wherever they stand, and quotation marks
/// or brackets around it. Keys hold none of them. What is left has visible ASCII letters alone; else the first that is none.
pub fn clean(typed: &str) -> Result<String, char> {
    let key: String = typed.chars().filter(|letter| !is_unseen(*letter)).collect();
    let key = key.trim_matches(is_around);
    match key.chars().find(|letter| !letter.is_ascii_graphic()) {
        Some(letter) => Err(letter),
        None => Ok(key.to_owned()),
    }
}

/// A letter with its name among all letters, for a sentence: `’ (U+2019)`.
pub fn spelled(letter: char) -> String {
    format!("{letter} (U+{:04X})", u32::from(letter))
}

/// Tells whether a letter is unseen: blanks of every sort, controls, and what takes no room (joiners, marks of direction, soft
/// hyphens, selectors, tags).
fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

fn is_around(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\'' | '`' | '<' | '>' | '\u{2018}'
            ..='\u{201f}' | '«' | '»' | '‹' | '›' | '「' | '」'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expect: Result<&str, char>) {
        assert_eq!(clean(typed), expect.map(str::to_owned), "{typed:?}");
    }

    #[test]
    fn what_nobody_sees_is_taken_off() {
        check("sk-river-4711", Ok("sk-river-4711"));
        check("  sk-river \n", Ok("sk-river"));
        check("\u{200b}sk-\u{ad}river\u{feff}", Ok("sk-river"));
        check("\u{a0}sk-river\u{202f}\u{2060}", Ok("sk-river"));
        // A key that was broken over two lines of a mail.
        check("sk-riv\r\n  er", Ok("sk-river"));
        check("\u{200b}\u{200d}", Ok(""));
        check("", Ok(""));
    }

    #[test]
    fn marks_around_it_are_taken_off() {
        for around in ["\"\"", "''", "``", "“”", "„“", "«»", "<>", "‘’"] {
            let marks: Vec<char> = around.chars().collect();
            check(&format!("{}sk-river{}", marks[0], marks[1]), Ok("sk-river"));
        }
    }

    #[test]
    fn a_letter_that_no_header_takes_is_named() {
        check("\u{200b}sk-river\u{2019}4711", Err('\u{2019}'));
        check("sk–river", Err('–'));
        check("ключ", Err('к'));
        check("sk-🦆", Err('🦆'));
        assert_eq!(spelled('\u{2019}'), "’ (U+2019)");
        assert_eq!(spelled('🦆'), "🦆 (U+1F986)");
    }
}
