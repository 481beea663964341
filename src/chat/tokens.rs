//! The tokens of a reply, looked into: what is known of each, and up to which of them the text is shown.
//!
//! In: [`Token`]s as they come, each with the length of the text that it completes. Out: [`Seen`]. What a token looked at is kept
//! small: a step for each earlier token of the answer, and the prompt's share of the whole.

use crate::event::Token;

/// The number of steps that a look can have; 0 is none at all.
pub const STEPS: f32 = 9.0;

/// One token of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The token's text.
    pub text: String,
    /// Natural logarithm of its probability.
    pub logprob: Option<f32>,
    /// Tokens that could have stood here, likeliest first, with the logarithms of their probabilities.
    pub alternatives: Vec<(String, f32)>,
    /// Attention to each earlier token of the answer, in steps of the most looked at; empty where unknown.
    pub looked: Vec<u8>,
    /// The share of the attention that went to the prompt, in per cent.
    pub at_prompt: Option<u8>,
    /// Bytes of the answer at which it is complete.
    end: usize,
}

impl Seen {
    /// Number of bytes of the answer at which the token is complete; 0 where it does not know its place.
    pub fn end(&self) -> usize {
        self.end
    }
}

/// Known tokens of an answer, in their order.
#[derive(Debug, Default)]
pub struct Tokens {
    all: Vec<Seen>,
    /// Tokens of the prompt, once a token told what it looked at.
    prompt: Option<usize>,
}

impl Tokens {
    /// Adds a token; with it the answer is so many bytes long.
    pub fn push(&mut self, token: Token, end: usize) {
        let (looked, at_prompt) = self.look(&token.attention);
        self.all.push(Seen {
            text: token.text,
            logprob: token.logprob,
            alternatives: token.alternatives,
            looked,
            at_prompt,
            end,
        });
    }

    /// Returns the tokens, in their order.
    pub fn all(&self) -> &[Seen] {
        &self.all
    }

    /// Number of tokens that stand in the first so many bytes of the answer.
    pub fn within(&self, bytes: usize) -> usize {
        // Mostly all of them: looked for from the end.
        let later = self.all.iter().rev().take_while(|seen| seen.end > bytes);
        self.all.len().saturating_sub(later.count())
    }

    /// The tokens up to a place, with another text in the stead of the one there; with it the answer is so many bytes long.
    pub fn branched(&self, at: usize, text: &str, end: usize) -> Tokens {
        let mut all: Vec<Seen> = self
            .all
            .iter()
            .take(at.saturating_add(1))
            .cloned()
            .collect();
        if let Some(last) = all.last_mut() {
            let mut others = last.alternatives.iter();
            last.logprob = others.find(|(other, _)| other == text).map(|(_, p)| *p);
            text.clone_into(&mut last.text);
            last.end = end;
        }
        Tokens {
            all,
            prompt: self.prompt,
        }
    }

    fn look(&mut self, attention: &[f32]) -> (Vec<u8>, Option<u8>) {
        // A row may be as long as the context could be; what is not filled is nothing.
        let filled = attention.iter().rposition(|weight| *weight > 0.0);
        let Some(row) = filled.and_then(|last| attention.get(..=last)) else {
            return (Vec::new(), None);
        };
        let before = self.all.len();
        let prompt = *self.prompt.get_or_insert(row.len().saturating_sub(before));
        let (prompt, answer) = row.split_at(prompt.min(row.len()));
        let sum = |row: &[f32]| row.iter().sum::<f32>();
        let part = sum(prompt) / (sum(prompt) + sum(answer));
        let most = answer.iter().copied().fold(f32::EPSILON, f32::max);
        let steps = answer.iter().take(before);
        let steps = steps.map(|weight| (weight / most * STEPS + 0.5) as u8);
        (steps.collect(), Some((part * 100.0 + 0.5) as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, attention: &[f32]) -> Token {
        Token {
            text: text.to_owned(),
            attention: attention.to_vec(),
            ..Token::default()
        }
    }

    #[test]
    fn a_token_is_shown_with_the_last_letter_of_its_text() {
        let mut tokens = Tokens::default();
        for (text, end) in [("A", 1), (" ri", 4), ("ver", 7)] {
            tokens.push(token(text, &[]), end);
        }
        let within: Vec<usize> = (0..=8).map(|bytes| tokens.within(bytes)).collect();
        assert_eq!(within, [0, 1, 1, 1, 2, 2, 2, 3, 3]);
    }

    #[test]
    fn looks_are_shared_between_the_prompt_and_the_answer_so_far() {
        let mut tokens = Tokens::default();
        tokens.push(token("A", &[]), 1);
        // Three tokens of prompt, one of answer.
        tokens.push(token("B", &[0.1, 0.1, 0.3, 0.5]), 2);
        // The same in a row as long as the context.
        tokens.push(token("C", &[0.0, 0.2, 0.0, 0.2, 0.1, 0.0, 0.0]), 3);
        let looks: Vec<_> = tokens
            .all()
            .iter()
            .map(|seen| (seen.looked.as_slice(), seen.at_prompt))
            .collect();
        assert_eq!(
            looks,
            [
                (&[][..], None),
                (&[9][..], Some(50)),
                (&[9, 5][..], Some(40))
            ]
        );
    }
}
