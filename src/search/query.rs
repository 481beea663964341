//! The words that somebody looks for, and where they stand in a text.
//!
//! In: a query as it is typed; texts. Out: terms; the places of each. It must not know of conversations.
//!
//! - Blanks separate terms, and all of them must occur. Between quotation marks blanks are part of a term; it must begin and end where
//!   words do.
//! - A term may stand anywhere in a word, at its beginning rather; one of one or two letters only at its beginning, or it would be in
//!   every text. In scripts without blanks a word may begin at any letter.
//! - The last term is still being typed, unless a blank or a quotation mark closes it.

use std::ops::{Range, RangeInclusive};

use memchr::memmem::Finder;
use unicode_segmentation::GraphemeCursor;

use super::fold::fold;
use super::letters::{has_no_blanks, is_open_syllable};
use super::places::as_written;
use crate::text;

/// The most bytes of a query that are read.
const LONGEST: usize = 1000;
/// The most terms of a query that are looked for.
const MOST: usize = 16;

/// A standing of a term towards the words of a text, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Somewhere in a word.
    Inside,
    /// At the beginning of a word.
    Begins,
    /// A whole word, or several.
    Whole,
}

/// One of the words that are looked for.
#[derive(Debug, Clone)]
struct Term {
    text: String,
    /// The least standing that counts.
    least: Standing,
    /// `true` while it is being typed.
    is_open: bool,
    /// Finds the term, or all of it but a last syllable that may still grow.
    finder: Finder<'static>,
    /// The syllables that the last one may become.
    grows: Option<RangeInclusive<char>>,
}

/// The words that somebody looks for.
///
/// ```
/// use rill::search::Query;
///
/// let text = "The *Größe* of a river";
/// let places = Query::new("grosse riv").places(text);
/// let words: Vec<&str> = places.into_iter().filter_map(|place| text.get(place)).collect();
/// assert_eq!(words, ["Größe", "riv"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The terms, the longest first.
    terms: Vec<Term>,
}

impl Query {
    /// Reads a query as it is typed.
    pub fn new(typed: &str) -> Query {
        let typed = text::up_to(typed, LONGEST);
        let mut folded = String::new();
        fold(typed, &mut folded);
        let parts: Vec<&str> = folded.split('"').collect();
        let mut terms = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let is_last = at + 1 == parts.len();
            if at % 2 == 1 {
                terms.push(Term::quoted(part.trim(), is_last));
                continue;
            }
            let is_ended = !is_last || part.ends_with(' ');
            let mut words = part.split(' ').filter(|word| !word.is_empty()).peekable();
            while let Some(word) = words.next() {
                terms.push(Term::word(word, words.peek().is_none() && !is_ended));
            }
        }
        terms.retain(|term| !term.text.is_empty());
        terms.truncate(MOST);
        terms.sort_by_key(|term| std::cmp::Reverse(term.text.len()));
        Query { terms }
    }

    /// Tells whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The places of all terms in a text, in order and apart, as ranges of bytes on the boundaries of letters. Terms that do not occur
    /// have none.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut folded = String::new();
        let places = fold(text, &mut folded);
        let mut found = Vec::new();
        for term in &self.terms {
            let mut from = 0;
            while let Some((_, place)) = term.next(&folded, from) {
                from = place.end;
                found.push(whole_letters(&folded, place));
            }
        }
        written(found, &places)
    }

    /// Tells whether every text in which all terms occur is one in which all of `older` do: then only those need to be looked
    /// through.
    pub(super) fn narrows(&self, older: &Query) -> bool {
        older.terms.iter().all(|old| {
            let has_more = |new: &Term| new.text == old.text && new.least >= old.least;
            let holds = |new: &Term| new.text.contains(&old.text);
            match (old.least, &old.grows) {
                (Standing::Inside, None) => self.terms.iter().any(holds),
                (_, None) => self.terms.iter().any(has_more),
                // An open syllable may have become another one since.
                (_, Some(_)) => false,
            }
        })
    }

    /// Tells whether a text may hold all terms: it holds the longest.
    pub(super) fn next(&self, folded: &str, from: usize) -> Option<usize> {
        let (_, place) = self.terms.first()?.next(folded, from)?;
        Some(place.start)
    }

    /// The sum of how well the terms stand in a folded text, 0 to 2 for each; `None` where one does not occur.
    pub(super) fn score(&self, folded: &str) -> Option<u32> {
        let mut score = 0;
        for term in &self.terms {
            score += term.best(folded)?.0 as u32;
        }
        Some(score)
    }

    /// The best place of each term in a folded text, in order and apart, as ranges of the text as it was written.
    pub(super) fn best(&self, folded: &str, places: &[u8]) -> Vec<Range<usize>> {
        let best = self.terms.iter().filter_map(|term| term.best(folded));
        let best = best.map(|(_, place)| whole_letters(folded, place));
        written(best.collect(), places)
    }
}

/// Ranges as written, sorted and joined where they overlap.
fn written(folded: Vec<Range<usize>>, places: &[u8]) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = folded
        .iter()
        .map(|place| as_written(places, place))
        .collect();
    all.sort_by_key(|place| (place.start, place.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for place in all {
        match apart.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => apart.push(place),
        }
    }
    apart
}

impl Term {
    fn word(text: &str, is_open: bool) -> Term {
        let is_short = text.chars().nth(2).is_none();
        let in_letters = text
            .chars()
            .all(|c| c.is_alphanumeric() && !has_no_blanks(c));
        let least = match is_short && in_letters {
            true => Standing::Begins,
            false => Standing::Inside,
        };
        Term::new(text, least, is_open)
    }

    fn quoted(text: &str, is_open: bool) -> Term {
        let least = match is_open {
            true => Standing::Begins,
            false => Standing::Whole,
        };
        Term::new(text, least, is_open)
    }

    fn new(text: &str, least: Standing, is_open: bool) -> Term {
        let last = text.chars().next_back();
        let grows = last.filter(|last| is_open && is_open_syllable(*last));
        let grows = grows.map(|open| {
            let most = char::from_u32(open as u32 + 27);
            open..=most.unwrap_or(open)
        });
        let fixed = match (&grows, last) {
            (Some(_), Some(last)) => text.strip_suffix(last).unwrap_or(text),
            _ => text,
        };
        Term {
            text: text.to_owned(),
            least,
            is_open,
            finder: Finder::new(fixed).into_owned(),
            grows,
        }
    }

    /// The best place of the term in a text, the first of those that are as good.
    fn best(&self, folded: &str) -> Option<(Standing, Range<usize>)> {
        let most = match self.is_open {
            true => Standing::Begins,
            false => Standing::Whole,
        };
        let (mut best, mut from) = (None, 0);
        while let Some((standing, place)) = self.next(folded, from) {
            from = place.end;
            if standing >= most {
                return Some((standing, place));
            }
            if best.as_ref().is_none_or(|(known, _)| *known < standing) {
                best = Some((standing, place));
            }
        }
        best
    }

    /// The next place of the term that counts, from this byte on.
    fn next(&self, folded: &str, mut from: usize) -> Option<(Standing, Range<usize>)> {
        loop {
            let place = self.occurrence(folded, from)?;
            match self.standing(folded, &place) {
                Some(standing) if standing >= self.least => return Some((standing, place)),
                // One that begins within this may still count.
                _ => from = folded.ceil_char_boundary(place.start + 1),
            }
        }
    }

    /// The next place of these letters, whatever stands around them.
    fn occurrence(&self, folded: &str, mut from: usize) -> Option<Range<usize>> {
        let fixed = self.finder.needle().len();
        let Some(grows) = &self.grows else {
            let at = from + self.finder.find(folded.as_bytes().get(from..)?)?;
            return Some(at..at + fixed);
        };
        loop {
            let at = match fixed {
                0 => from + text::from(folded, from).find(|c| grows.contains(&c))?,
                _ => from + self.finder.find(folded.as_bytes().get(from..)?)?,
            };
            let behind = at + fixed;
            match text::from(folded, behind).chars().next() {
                Some(last) if grows.contains(&last) => return Some(at..behind + last.len_utf8()),
                _ => from = folded.ceil_char_boundary(at + 1),
            }
        }
    }

    /// The standing of the letters at this place; `None` where they begin within a letter.
    fn standing(&self, folded: &str, place: &Range<usize>) -> Option<Standing> {
        if !is_letter_start(folded, place.start) {
            return None;
        }
        if !is_between_words(folded, place.start) {
            return Some(Standing::Inside);
        }
        match !self.is_open && is_between_words(folded, place.end) {
            true => Some(Standing::Whole),
            false => Some(Standing::Begins),
        }
    }
}

/// Tells whether a word may begin or end at this byte.
fn is_between_words(folded: &str, at: usize) -> bool {
    let byte = |at: Option<usize>| folded.as_bytes().get(at?).filter(|byte| byte.is_ascii());
    if let (Some(before), Some(behind)) = (byte(at.checked_sub(1)), byte(Some(at))) {
        return !before.is_ascii_alphanumeric() || !behind.is_ascii_alphanumeric();
    }
    let before = text::up_to(folded, at).chars().next_back();
    let behind = text::from(folded, at).chars().next();
    let (Some(before), Some(behind)) = (before, behind) else {
        return true;
    };
    !before.is_alphanumeric()
        || !behind.is_alphanumeric()
        || has_no_blanks(before)
        || has_no_blanks(behind)
}

/// Tells whether what a reader takes for one letter begins at this byte.
fn is_letter_start(folded: &str, at: usize) -> bool {
    let is_plain = |at: usize| folded.as_bytes().get(at).is_none_or(u8::is_ascii);
    // Only what is no ASCII grows together.
    if at == 0 || is_plain(at) {
        return true;
    }
    let mut cursor = GraphemeCursor::new(at, folded.len(), true);
    cursor.is_boundary(folded, 0) != Ok(false)
}

/// The range up to the end of its last letter.
fn whole_letters(folded: &str, place: Range<usize>) -> Range<usize> {
    if is_letter_start(folded, place.end) {
        return place;
    }
    let mut cursor = GraphemeCursor::new(place.end, folded.len(), true);
    let end = cursor.next_boundary(folded, 0).ok().flatten();
    place.start..end.unwrap_or(folded.len())
}
