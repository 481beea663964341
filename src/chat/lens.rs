//! One place of an answer, looked into: the likeliest words that could have stood there, and how the answer begins with another of them.
//!
//! In: [`Seen`] tokens. Out: bars, beginnings. It must not know a picture, nor whether a server can go on from a beginning.

use super::tokens::{Seen, Tokens};
use crate::text;

/// The number of likeliest words that are shown.
const LIKELIEST: usize = 5;

/// A word that could have stood there.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The word, or the part of one.
    pub text: String,
    /// Its probability, from 0 to 1.
    pub share: f64,
    /// `true` where it is the one that was written.
    pub is_taken: bool,
    /// `true` where the answer can go on with it: it is whole letters, and not the end.
    pub can_begin: bool,
}

/// Words that could have stood in one place, the likeliest first, and the probability of all others together. The one that was written
/// is among them, as the last where it is not among the likeliest.
pub fn bars(seen: &Seen) -> (Vec<Bar>, f64) {
    let share = |logprob: f32| f64::from(logprob).exp().clamp(0.0, 1.0);
    let bar = |text: &str, logprob: f32| Bar {
        text: text.to_owned(),
        share: share(logprob),
        is_taken: text == seen.text,
        can_begin: !text.is_empty() && !text.contains('\u{fffd}') && !is_mark(text),
    };
    let mut bars: Vec<Bar> = Vec::new();
    for (text, logprob) in &seen.alternatives {
        // Two tokens may be the same text; the likelier one stands for both.
        if bars.len() < LIKELIEST && !bars.iter().any(|known| known.text == *text) {
            bars.push(bar(text, *logprob));
        }
    }
    if let Some(logprob) = seen.logprob
        && !bars.iter().any(|bar| bar.is_taken)
    {
        bars.truncate(LIKELIEST);
        bars.push(bar(&seen.text, logprob));
    }
    bars.sort_by(|one, other| other.share.total_cmp(&one.share));
    let all: f64 = bars.iter().map(|bar| bar.share).sum();
    (bars, (1.0 - all).clamp(0.0, 1.0))
}

/// The token stands for no text: it ends the answer, or a part of it.
fn is_mark(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with("<|") && text.ends_with("|>"))
        || matches!(
            text,
            "<eos>" | "</s>" | "<end_of_turn>" | "<|im_end|>" | "[EOS]"
        )
}

/// The number of times out of a hundred that a word of this probability is written.
pub fn of_hundred(share: f64) -> u32 {
    (share * 100.0).round().clamp(0.0, 100.0) as u32
}

/// The answer up to the token at a place, with another word in its stead, and the tokens of that; `None` where the place is not known.
pub fn beginning(answer: &str, tokens: &Tokens, at: usize, word: &str) -> Option<(String, Tokens)> {
    let all = tokens.all();
    let seen = all.get(at)?;
    let begin = match at.checked_sub(1).and_then(|before| all.get(before)) {
        Some(before) => before.end(),
        None => seen.end().saturating_sub(seen.text.len()),
    };
    // Tokens that were asked for at the end do not know their places; all that stand before one are known then.
    let before = match (seen.end(), begin) {
        (1.., begin) if begin > 0 || at == 0 => text::up_to(answer, begin).to_owned(),
        _ => {
            let texts = all.iter().take(at).map(|seen| seen.text.as_str());
            texts.collect::<String>()
        }
    };
    let begun = format!("{before}{word}");
    let tokens = tokens.branched(at, word, begun.len());
    Some((begun, tokens))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Token;

    fn token(text: &str, logprob: f32, others: &[(&str, f32)]) -> Token {
        let others = others.iter();
        Token {
            text: text.to_owned(),
            logprob: Some(logprob),
            alternatives: others.map(|(text, p)| ((*text).to_owned(), *p)).collect(),
            ..Token::default()
        }
    }

    fn answer(places: bool) -> Tokens {
        let mut tokens = Tokens::default();
        let mut end = 0;
        let others = [(" blue", -0.5), (" red", -1.5), ("<|im_end|>", -3.0)];
        for (text, others) in [("The", &[][..]), (" sky is", &[]), (" blue", &others)] {
            end += text.len();
            tokens.push(token(text, -0.5, others), if places { end } else { 0 });
        }
        tokens
    }

    #[test]
    fn the_likeliest_stand_first_and_the_written_one_is_among_them() {
        let tokens = answer(true);
        let (found, rest) = bars(&tokens.all()[2]);
        let told: Vec<_> = found
            .iter()
            .map(|bar| {
                (
                    bar.text.as_str(),
                    of_hundred(bar.share),
                    bar.is_taken,
                    bar.can_begin,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (" blue", 61, true, true),
                (" red", 22, false, true),
                ("<|im_end|>", 5, false, false)
            ]
        );
        assert_eq!(of_hundred(rest), 12);
    }

    #[test]
    fn an_unlikely_word_that_was_written_stands_last_and_the_rest_is_never_below_nothing() {
        let many: Vec<(String, f32)> = (0..9).map(|at| (format!("w{at}"), -1.0)).collect();
        let many: Vec<(&str, f32)> = many.iter().map(|(word, p)| (word.as_str(), *p)).collect();
        let mut tokens = Tokens::default();
        tokens.push(token("odd", -9.0, &many), 3);
        let (found, rest) = bars(&tokens.all()[0]);
        assert_eq!(found.len(), 6);
        assert!(found[5].is_taken && found[5].text == "odd");
        assert_eq!(rest, 0.0);
        let mut bare = Tokens::default();
        bare.push(
            Token {
                text: "x".to_owned(),
                ..Token::default()
            },
            1,
        );
        assert_eq!(bars(&bare.all()[0]), (Vec::new(), 1.0));
    }

    #[test]
    fn an_answer_begins_anew_with_another_word_in_that_place() {
        for places in [true, false] {
            let tokens = answer(places);
            let (begun, tokens) = beginning("The sky is blue", &tokens, 2, " red").unwrap();
            assert_eq!(begun, "The sky is red");
            let texts: Vec<&str> = tokens.all().iter().map(|seen| seen.text.as_str()).collect();
            assert_eq!(texts, ["The", " sky is", " red"]);
            assert_eq!(tokens.all()[2].logprob, Some(-1.5));
            // And once more, in the same place.
            let again = beginning("The sky is red", &tokens, 2, " blue").unwrap();
            assert_eq!(again.0, "The sky is blue");
        }
        // The first word, behind a beginning that no token tells of.
        let mut tokens = Tokens::default();
        tokens.push(token(" sea", -1.0, &[]), 7);
        let begun = beginning("The sea", &tokens, 0, " sky").map(|(begun, _)| begun);
        assert_eq!(begun.as_deref(), Some("The sky"));
        assert!(beginning("The sea", &tokens, 5, " sky").is_none());
    }
}
