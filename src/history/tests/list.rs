//! The list: which conversations stand where, by a calendar.

use proptest::prelude::*;

use crate::history::list::{Group, Heading, Now, Part, Place, Selection, groups, page, sort};
use crate::history::{Head, Marks};

const DAY: f64 = 86_400_000.0;
/// Noon of 1 March 2024, UTC.
const NOON: f64 = 19_783.5 * DAY;

fn head(id: &str, at: f64) -> Head {
    Head {
        id: id.to_owned(),
        at,
        ..Head::default()
    }
}

fn marked(id: &str, at: f64, marks: Marks) -> Head {
    Head {
        marks,
        ..head(id, at)
    }
}

fn month(year: i64, month: u8) -> Heading {
    Heading::Month { year, month }
}

#[test]
fn a_conversation_stands_under_its_day_or_its_month() {
    let check = |at: f64, offset: i32, expect: Heading| {
        let now = Now { at: NOON, offset };
        assert_eq!(Heading::of(&head("a", at), now), expect, "{at} {offset}");
    };
    check(NOON, 0, Heading::Today);
    check(NOON + 90.0 * DAY, 0, Heading::Today);
    check(NOON - 0.5 * DAY, 0, Heading::Today);
    check(NOON - 0.5 * DAY - 1.0, 0, Heading::Yesterday);
    check(NOON - 1.5 * DAY - 1.0, 0, Heading::Week);
    check(NOON - 7.5 * DAY, 0, Heading::Week);
    check(NOON - 7.5 * DAY - 1.0, 0, month(2024, 2));
    // The day before was one that only some years have.
    check(NOON - 30.5 * DAY, 0, month(2024, 1));
    check(NOON - 30.5 * DAY - 1.0, 0, month(2024, 1));
    // In the east the day began earlier, in the west it begins later.
    check(NOON - 0.5 * DAY - 1.0, 60, Heading::Today);
    check(NOON - 0.5 * DAY, -60, Heading::Yesterday);
    check(NOON - 13.0 * 3_600_000.0, 13 * 60, Heading::Yesterday);
    // A record without a time, or with one that is none.
    check(0.0, 0, month(1970, 1));
    check(-1.0, 0, month(1969, 12));
    check(f64::NAN, 0, month(1970, 1));
    check(f64::INFINITY, 0, Heading::Today);
    Heading::of(
        &head("a", f64::NEG_INFINITY),
        Now {
            at: f64::INFINITY,
            offset: i32::MAX,
        },
    );
}

#[test]
fn every_month_of_four_hundred_years_begins_with_its_first_day() {
    let now = Now {
        at: 9e15,
        offset: 0,
    };
    let mut day = 0.0;
    for year in 1970..2370_i64 {
        let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let february = if is_leap { 29 } else { 28 };
        let days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (number, days) in (1..).zip(days) {
            let first = Heading::of(&head("a", day * DAY), now);
            day += f64::from(days);
            let last = Heading::of(&head("a", day * DAY - 1.0), now);
            assert_eq!((first, last), (month(year, number), month(year, number)));
        }
    }
}

#[test]
fn groups_follow_each_other_with_the_pinned_above_all() {
    let pin = Marks {
        is_pinned: true,
        ..Marks::default()
    };
    let mut heads = [
        head("b", NOON),
        head("old", NOON - 40.0 * DAY),
        head("a", NOON),
        marked("pin", 5.0, pin),
        head("new", NOON + 1.0),
    ];
    sort(&mut heads);
    let groups = groups(
        &heads,
        Now {
            at: NOON,
            offset: 0,
        },
    );
    let told = |group: &Group| {
        let ids = group.heads.iter().map(|head| head.id.clone());
        (group.heading, ids.collect::<Vec<_>>().join(" "))
    };
    let told: Vec<(Heading, String)> = groups.iter().map(told).collect();
    let expect = [
        (Heading::Pinned, "pin"),
        (Heading::Today, "new a b"),
        (month(2024, 1), "old"),
    ];
    assert_eq!(told, expect.map(|(heading, ids)| (heading, ids.to_owned())));
}

#[test]
fn a_part_holds_its_own_and_what_is_put_away_is_in_no_other() {
    let in_folder = |is_archived| Marks {
        folder: Some("f".to_owned()),
        is_archived,
        ..Marks::default()
    };
    let heads = [
        head("a", 3.0),
        marked("b", 2.0, in_folder(false)),
        marked("c", 1.0, in_folder(true)),
    ];
    let check = |part: Part, expect: &[&str]| {
        let page = page(&heads, &part, None, 9);
        let ids: Vec<&str> = page.iter().map(|head| head.id.as_str()).collect();
        assert_eq!(ids, expect, "{part:?}");
    };
    check(Part::All, &["a", "b"]);
    check(Part::Folder("f".to_owned()), &["b"]);
    check(Part::Folder("g".to_owned()), &[]);
    check(Part::Archive, &["c"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_one_behind_the_other_are_the_list_whatever_comes_above(
        made in prop::collection::vec((0..6_u8, any::<bool>()), 0..40),
        most in 1..7_usize,
        added in 0..3_usize,
    ) {
        let mut heads: Vec<Head> = made.iter().enumerate().map(|(id, (at, is_pinned))| {
            let marks = Marks { is_pinned: *is_pinned, ..Marks::default() };
            marked(&id.to_string(), f64::from(*at), marks)
        }).collect();
        sort(&mut heads);
        let whole: Vec<String> = heads.iter().map(|head| head.id.clone()).collect();
        let mut shown = Vec::new();
        let mut place = None;
        loop {
            let next = page(&heads, &Part::All, place.as_ref(), most);
            let Some(last) = next.last() else { break };
            place = Some(Place::of(last));
            shown.extend(next.iter().map(|head| head.id.clone()));
            // A conversation begins meanwhile.
            for more in 0..added {
                let above = Marks { is_pinned: true, ..Marks::default() };
                heads.push(marked(&format!("new {} {more}", shown.len()), 9.0, above));
            }
            sort(&mut heads);
        }
        prop_assert_eq!(shown, whole);
    }
}

#[test]
fn several_are_selected_one_by_one_or_in_a_range() {
    let heads = ["a", "b", "c", "d", "e"].map(|id| head(id, 0.0));
    let shown: Vec<&Head> = heads.iter().collect();
    let mut selection = Selection::default();
    let told = |selection: &Selection| {
        let ids = heads.iter().filter(|head| selection.holds(&head.id));
        ids.map(|head| head.id.as_str()).collect::<String>()
    };
    selection.extend("b", &shown);
    assert_eq!(told(&selection), "b");
    selection.toggle("d");
    selection.extend("c", &shown);
    assert_eq!(told(&selection), "bcd");
    selection.extend("e", &shown);
    assert_eq!(told(&selection), "bcde", "from where it was begun");
    selection.toggle("d");
    assert_eq!((told(&selection).as_str(), selection.len()), ("bce", 3));
    selection.retain(|id| id != "d" && id != "e");
    selection.extend("a", &shown);
    assert_eq!(told(&selection), "abc");
    selection.extend("z", &shown);
    selection.all(&shown[3..]);
    assert_eq!(told(&selection), "abcde");
    selection.clear();
    assert!(selection.is_empty());
}
