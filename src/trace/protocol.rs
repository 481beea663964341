//! The words that belong to a protocol and not to a message: keys, names of events and ends, the words of errors.
//!
//! In: a word. Out: whether it may stay where texts are left out. What is not in a list here is taken for a text. A dialect that
//! reads a new key adds it to `keys`: the test that plays every recording once more without its texts says so.

mod errors;
mod keys;
mod names;

use errors::ERRORS;
use keys::KEYS;
use names::NAMES;

/// Tells whether a word is a key of a protocol.
pub(super) fn is_key(word: &str) -> bool {
    KEYS.binary_search(&word).is_ok()
}

/// Tells whether a word is the name of an event, an end, a role.
pub(super) fn is_name(word: &str) -> bool {
    NAMES.binary_search(&word).is_ok()
}

/// Tells whether errors are made of a word, in any case.
pub(super) fn is_of_errors(word: &str) -> bool {
    ERRORS
        .binary_search(&word.to_ascii_lowercase().as_str())
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(KEYS.is_sorted() && NAMES.is_sorted() && ERRORS.is_sorted());
        assert!(is_key("finish_reason") && is_name("stop") && is_of_errors("Invalid"));
        assert!(!is_key("diary") && !is_name("diary") && !is_of_errors("diary"));
    }
}
