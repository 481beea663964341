//! Which of a chunk's choices is the answer.
//!
//! In: the choices of each chunk. Out: those that belong to the one answer, in their order. It must not know what is in them.
//!
//! Of several answers (`n` above 1) the first is shown. But some servers count their pieces where the index should be, and some begin
//! at 1. What comes with another index therefore waits until the next chunk tells: an index that comes again, or goes back, means
//! several answers; one that goes on counting means pieces of one.

use std::borrow::Cow;

use serde_json::Value;

use super::read::count;

/// The number of choices with ever higher indexes that are taken for pieces: nobody asks for so many answers at once.
const BELIEVED: usize = 4;

/// Indexes of one reply, and what they mean as far as that is known.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// The index of the answer, where it is one.
    first: Option<u32>,
    /// Meaning of another index, where one comes.
    meaning: Meaning,
    /// Choices that wait, with their indexes.
    waiting: Vec<(u32, Value)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Meaning {
    /// No meaning yet: only one index was seen, or those that were seen do not tell.
    #[default]
    Open,
    /// The index names the answer.
    Answer,
    /// The index counts pieces.
    Piece,
}

impl Choices {
    /// Tells whether a choice waits: then the next chunk has to be read, whatever it is.
    pub fn wait(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes the choices of the next chunk; gives those that are sure to belong to the answer.
    pub fn next<'c>(&mut self, choices: &'c [Value]) -> Vec<Cow<'c, Value>> {
        let index = |choice: &Value| count(choice, "index").unwrap_or(0);
        if let [_, _, ..] = choices {
            // All in one chunk: these are answers.
            let least = choices.iter().map(index).min();
            self.first = self.first.or(least);
            self.decide(Meaning::Answer);
        }
        let mut out = Vec::new();
        for choice in choices {
            let at = index(choice);
            if self.meaning == Meaning::Open {
                let released = self.guess(at, choice);
                out.extend(released.into_iter().map(Cow::Owned));
            }
            let is_sure = match self.meaning {
                Meaning::Open => self.waiting.is_empty(),
                Meaning::Piece => true,
                Meaning::Answer => self.first == Some(at),
            };
            if is_sure {
                out.push(Cow::Borrowed(choice));
            }
        }
        out
    }

    /// Learns from the index of one more choice what those before it mean; gives those of them that come out. As long as nothing
    /// is decided, the choice itself waits with them, unless none does.
    fn guess(&mut self, at: u32, choice: &Value) -> Vec<Value> {
        let last = self.waiting.last().map(|(at, _)| *at);
        match (self.first, last) {
            (None, None) if at == 0 => {
                self.first = Some(0);
                Vec::new()
            }
            (Some(first), None) if at == first => Vec::new(),
            (_, Some(last)) if at < last => {
                self.first = self.first.or(Some(at));
                self.decide(Meaning::Answer)
            }
            (None, Some(last)) if at == last => {
                self.first = Some(at);
                self.meaning = Meaning::Answer;
                self.release()
            }
            (Some(_), Some(last)) if at == last => self.decide(Meaning::Answer),
            _ => {
                if self.waiting.len() + 1 >= BELIEVED {
                    return self.decide(Meaning::Piece);
                }
                self.waiting.push((at, choice.clone()));
                Vec::new()
            }
        }
    }

    fn release(&mut self) -> Vec<Value> {
        let waited = std::mem::take(&mut self.waiting);
        waited.into_iter().map(|(_, choice)| choice).collect()
    }

    /// Ends the reply: nothing more comes, so the choices that waited were counted, and come out.
    pub fn finish(&mut self) -> Vec<Value> {
        self.decide(Meaning::Piece)
    }

    /// Settles the meaning, unless it is known already. The choices that waited come out where they are pieces, else never.
    fn decide(&mut self, meaning: Meaning) -> Vec<Value> {
        if self.meaning == Meaning::Open {
            self.meaning = meaning;
        }
        let waited = self.release();
        if self.meaning == Meaning::Piece {
            waited
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Checks which choices come out of chunks with these indexes; each choice is named by its place among all.
    fn check(chunks: &[&[u32]], expect: &[u64]) {
        let (mut choices, mut out, mut place) = (Choices::default(), Vec::new(), 0);
        for chunk in chunks {
            let made: Vec<Value> = chunk
                .iter()
                .map(|index| {
                    place += 1;
                    json!({"index": index, "place": place})
                })
                .collect();
            out.extend(choices.next(&made).into_iter().map(Cow::into_owned));
        }
        out.extend(choices.finish());
        let places: Vec<u64> = out
            .iter()
            .filter_map(|choice| choice["place"].as_u64())
            .collect();
        assert_eq!(places, expect, "{chunks:?}");
    }

    #[test]
    fn one_index_is_one_answer_whatever_it_is() {
        check(&[&[0], &[0], &[0]], &[1, 2, 3]);
        check(&[&[1], &[1], &[1]], &[1, 2, 3]);
    }

    #[test]
    fn an_index_that_counts_loses_nothing() {
        check(
            &[&[0], &[1], &[2], &[3], &[4], &[5], &[6]],
            &[1, 2, 3, 4, 5, 6, 7],
        );
        check(&[&[1], &[2], &[3]], &[1, 2, 3]);
        check(&[&[0], &[0], &[1], &[2]], &[1, 2, 3, 4]);
        check(&[&[0], &[1]], &[1, 2]);
    }

    #[test]
    fn of_several_answers_the_first_is_shown() {
        check(&[&[0], &[1], &[0], &[1]], &[1, 3]);
        check(&[&[0], &[1], &[2], &[0], &[1], &[2]], &[1, 4]);
        check(&[&[0], &[0], &[1], &[1]], &[1, 2]);
        check(&[&[0, 1], &[0, 1]], &[1, 3]);
        check(&[&[0], &[], &[1], &[0]], &[1, 3]);
        check(&[&[1], &[0], &[0], &[1]], &[2, 3]);
    }
}
