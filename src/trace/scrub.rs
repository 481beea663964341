//! Stars in the place of keys.
//!
//! In: a text to be shown or taken along, and the keys that are known. Out: the same text, byte for byte as long, without them and
//! without whatever else looks like a key. Words that only resemble one stay: errors are made of them.

use std::ops::Range;

/// Letters that a key has at least.
const SHORTEST: usize = 8;
/// Letters of the longest word: a run without a digit or a capital inside is a word, unless it is longer.
const LONGEST_WORD: usize = 20;

/// Puts stars in the place of keys: those that are known, and whatever looks like one.
pub fn scrub(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, &"*".repeat(secret.len()));
    }
    let found = keys(&text);
    if found.is_empty() {
        return text;
    }
    let mut bytes = text.into_bytes();
    for range in found {
        if let Some(key) = bytes.get_mut(range) {
            key.fill(b'*');
        }
    }
    // Only whole ASCII letters became stars: this never loses anything.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Places of the things that look like keys.
fn keys(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (mark, is_sure) in [
        ("authorization: bearer ", true),
        ("bearer ", false),
        ("api_key=", true),
        ("apikey=", true),
        ("token=", true),
    ] {
        for (at, _) in lower.match_indices(mark) {
            let key = key_at(text, at + mark.len());
            // "Bearer of news" and "Bearer authentication" hold no key.
            if key.len() >= SHORTEST && (is_sure || looks_made(key)) {
                found.push(at + mark.len()..at + mark.len() + key.len());
            }
        }
    }
    for (at, mark) in text.match_indices("sk-") {
        let before = text.get(..at).and_then(|before| before.bytes().next_back());
        let inside =
            before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let key = key_at(text, at + mark.len());
        // "task-oriented" and "sk-learn-contrib" are words.
        if !inside && key.len() >= SHORTEST && looks_made(key) {
            found.push(at + mark.len()..at + mark.len() + key.len());
        }
    }
    found
}

/// The letters of a key that stand here.
fn key_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let is_of_key = |char: char| char.is_ascii_alphanumeric() || "-_.~+/=*".contains(char);
    rest.split(|char| !is_of_key(char))
        .next()
        .unwrap_or_default()
}

/// Tells whether a word was made by a program: words have no digits, no capital inside, and end somewhere.
fn looks_made(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_digit())
        || key
            .split(|char: char| !char.is_ascii_alphanumeric())
            .any(|word| {
                let mut inside = word.bytes().skip(1);
                word.len() > LONGEST_WORD
                    || (inside.any(|byte| byte.is_ascii_uppercase())
                        && word.bytes().any(|byte| byte.is_ascii_lowercase()))
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expect: &str) {
        assert_eq!(scrub(given, &["geheim42"]), expect);
        assert_eq!(scrub(expect, &["geheim42"]), expect, "once is enough");
    }

    #[test]
    fn keys_become_stars() {
        check("wrong key: geheim42!", "wrong key: ********!");
        check(
            "Incorrect key sk-abcdefgh1234!",
            "Incorrect key sk-************!",
        );
        check("(sk-proj-AbCdEfGh)", "(sk-*************)");
        check("密钥sk-abcdefgh1234。", "密钥sk-************。");
        check(
            "sk-qwertyuiopasdfghjklzxcvbnm",
            "sk-**************************",
        );
        check(
            "Authorization: Bearer abcdefghij",
            "Authorization: Bearer **********",
        );
        check("bearer abcd1234é", "bearer ********é");
        check("/x?api_key=0123456789&y=1", "/x?api_key=**********&y=1");
        check("access_token=abcdefgh;", "access_token=********;");
    }

    #[test]
    fn words_that_resemble_a_key_stay() {
        for words in [
            "task-oriented risk-assessment",
            "disk-encryption-at-rest2024x",
            "ask-4-more-than-this",
            "sk-learn-contrib and sk-",
            "sk-short1",
            "the Bearer of news",
            "Bearer authentication is required",
            "Bearer Authentication",
            "a token=short",
            "ключ sk-",
        ] {
            check(words, words);
        }
    }
}
