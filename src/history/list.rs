//! The list of conversations as it is shown: which of them, in which order, under which headings, page by page.
//!
//! In: the heads of all conversations, what time it is, and where. Out: some of them, in groups. It must not know a clock, a store, nor
//! any words.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::records::Head;

/// A part of all conversations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Part {
    /// All that are not put away.
    #[default]
    All,
    /// Those in this folder that are not put away.
    Folder(String),
    /// Those that are put away.
    Archive,
}

/// A heading of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Conversations that are pinned.
    Pinned,
    /// Those of today; what a clock that went wrong puts into the future is among them.
    Today,
    /// Those of yesterday.
    Yesterday,
    /// Those of the six days before.
    Week,
    /// Those of a month, behind all others of it.
    Month {
        /// The year, by the Gregorian calendar.
        year: i64,
        /// The month, 1 to 12.
        month: u8,
    },
}

/// A time and a place, as far as a calendar needs them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    /// The time in milliseconds since 1970.
    pub at: f64,
    /// Minutes that local time is ahead of UTC.
    pub offset: i32,
}

/// A heading and what stands below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// The heading.
    pub heading: Heading,
    /// The conversations, the newest first.
    pub heads: Vec<&'a Head>,
}

/// The place of a conversation in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    is_pinned: bool,
    at: f64,
    id: String,
}

/// Sorts conversations as the list shows them: those that are pinned first, then the newest; of those of the same time the order of
/// their names, so that none changes places with another.
pub fn sort(heads: &mut [Head]) {
    heads.sort_by(|one, other| order(&Place::of(one), &Place::of(other)));
}

/// A page of the list: the `most` conversations of this part behind a place, in a list that is [sorted](sort); the first ones where
/// there is no place. What came or went above that place meanwhile changes nothing.
pub fn page<'a>(
    heads: &'a [Head],
    part: &Part,
    behind: Option<&Place>,
    most: usize,
) -> Vec<&'a Head> {
    let is_behind = |head: &&Head| {
        behind.is_none_or(|place| order(&Place::of(head), place) == Ordering::Greater)
    };
    let of_part = heads.iter().filter(|head| part.holds(head));
    of_part.filter(is_behind).take(most).collect()
}

/// Puts headings between conversations that are [sorted](sort).
pub fn groups<'a>(heads: impl IntoIterator<Item = &'a Head>, now: Now) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for head in heads {
        let heading = Heading::of(head, now);
        match groups.last_mut() {
            Some(group) if group.heading == heading => group.heads.push(head),
            _ => groups.push(Group {
                heading,
                heads: vec![head],
            }),
        }
    }
    groups
}

fn order(one: &Place, other: &Place) -> Ordering {
    let pinned = other.is_pinned.cmp(&one.is_pinned);
    let newer = || other.at.total_cmp(&one.at);
    pinned.then_with(newer).then_with(|| one.id.cmp(&other.id))
}

impl Place {
    /// The place of this conversation.
    pub fn of(head: &Head) -> Place {
        Place {
            is_pinned: head.marks.is_pinned,
            at: head.at,
            id: head.id.clone(),
        }
    }
}

impl Part {
    fn holds(&self, head: &Head) -> bool {
        let marks = &head.marks;
        match self {
            Part::All => !marks.is_archived,
            Part::Folder(id) => !marks.is_archived && marks.folder.as_ref() == Some(id),
            Part::Archive => marks.is_archived,
        }
    }
}

impl Heading {
    /// The heading under which a conversation stands.
    pub fn of(head: &Head, now: Now) -> Heading {
        if head.marks.is_pinned {
            return Heading::Pinned;
        }
        let day = day(head.at, now.offset);
        match self::day(now.at, now.offset).saturating_sub(day) {
            ..=0 => Heading::Today,
            1 => Heading::Yesterday,
            2..=7 => Heading::Week,
            _ => {
                let (year, month) = month(day);
                Heading::Month { year, month }
            }
        }
    }
}

/// The number of the day since 1970 by local time.
fn day(at: f64, offset: i32) -> i64 {
    let local = at + f64::from(offset) * 60_000.0;
    (local / 86_400_000.0).floor() as i64
}

/// The year and the month of a day since 1970, by the Gregorian calendar.
fn month(day: i64) -> (i64, u8) {
    // Years that begin in March end with the day that only some of them have; 400 of them have 146,097 days. (H. Hinnant,
    // chrono-compatible low-level date algorithms, civil_from_days.)
    let day = day.saturating_add(719_468);
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let leaps = day / 1460 - day / 36_524 + day / 146_096;
    let year = (day - leaps) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on months have 30.6 days.
    let month = (5 * day + 2) / 153;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era.saturating_mul(400) + year + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1))
}

/// The conversations of the list that are selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    ids: BTreeSet<String>,
    /// The conversation from which a range is drawn.
    anchor: Option<String>,
}

impl Selection {
    /// Lists the names of the conversations that are selected.
    pub fn ids(&self) -> Vec<String> {
        self.ids.iter().cloned().collect()
    }

    /// Selects a conversation, or lets it go; a range is drawn from here.
    pub fn toggle(&mut self, id: &str) {
        if !self.ids.remove(id) {
            self.ids.insert(id.to_owned());
        }
        self.anchor = Some(id.to_owned());
    }

    /// Selects all from the conversation that was selected last to this one, in the order in which they are `shown`; this one alone
    /// where that is not shown any more.
    pub fn extend(&mut self, id: &str, shown: &[&Head]) {
        let place = |id: &str| shown.iter().position(|head| head.id == id);
        let Some(to) = place(id) else { return };
        let from = self.anchor.as_deref().and_then(place).unwrap_or(to);
        let (first, last) = (from.min(to), from.max(to));
        let count = last.saturating_sub(first) + 1;
        let range = shown.iter().skip(first).take(count);
        self.ids.extend(range.map(|head| head.id.clone()));
        self.anchor.get_or_insert_with(|| id.to_owned());
    }

    /// Selects all that are shown.
    pub fn all(&mut self, shown: &[&Head]) {
        self.ids.extend(shown.iter().map(|head| head.id.clone()));
    }

    /// Lets all go.
    pub fn clear(&mut self) {
        *self = Selection::default();
    }

    /// Lets those go that are not there any more.
    pub fn retain(&mut self, is_there: impl Fn(&str) -> bool) {
        self.ids.retain(|id| is_there(id));
        self.anchor = self.anchor.take().filter(|id| is_there(id));
    }

    /// Tells whether a conversation is selected.
    pub fn holds(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// The number of conversations that are selected.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Tells whether none is selected.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}
