//! What is found for a query, in which order, and what is marked.

use std::slice;

use super::{hits, marked};
use crate::search::{Found, Index, Query, excerpt};

#[test]
fn all_words_must_occur_and_a_word_may_be_typed_in_part() {
    let text = "The river flows to the *sea*.\n\nRivers of C++ and node.js";
    let check = |query: &str, expect: &[&str]| assert_eq!(marked(text, query), expect, "{query}");
    check("riv", &["riv", "Riv"]);
    check("sea river", &["river", "sea", "River"]);
    check("c++", &["C++"]);
    check("node.js", &["node.js"]);
    check("low", &["low"]);
    // In a word a letter or two are nothing.
    check("i", &[]);
    check("s", &["s"]);
    check("", &[]);
    check(" \" \" ** ", &[]);
}

#[test]
fn quotation_marks_hold_words_together() {
    let text = "a red\n**river** bed, a red riverbed";
    let check = |query: &str, expect: &[&str]| assert_eq!(marked(text, query), expect, "{query}");
    check("\"red river\"", &["red\n**river"]);
    check("\"red river", &["red\n**river", "red river"]);
    check("„red river“ bed", &["red\n**river", "bed", "bed"]);
    check("\"ed\"", &[]);
}

#[test]
fn scripts_without_blanks_are_found_anywhere() {
    assert_eq!(marked("很长的河流模型", "河流"), ["河流"]);
    assert_eq!(marked("很长的河流模型", "流"), ["流"]);
    assert_eq!(marked("แม่น้ำไหลไปทะเล", "ไหล"), ["ไหล"]);
    assert_eq!(marked("ながれるカワ", "かわ"), ["カワ"]);
    assert_eq!(marked("웹서버", "서버"), ["서버"]);
    // A letter is marked whole, though a sign of it is not typed yet.
    assert_eq!(marked("แม่น้ำไหล", "น"), ["น้ำ"]);
    assert_eq!(marked("नदी", "नद"), ["नदी"]);
    // A syllable that is being typed becomes another one.
    assert_eq!(marked("한국어", "하"), ["한"]);
    assert_eq!(marked("한국어", "한구"), ["한국"]);
    assert_eq!(marked("한국어", "하 "), [""; 0]);
}

#[test]
fn pictures_are_not_taken_apart() {
    assert_eq!(
        marked("a 👩\u{200d}👩\u{200d}👧 b", "👩"),
        ["👩\u{200d}👩\u{200d}👧"]
    );
    assert_eq!(marked("a 👩\u{200d}👩\u{200d}👧 b", "👧"), [""; 0]);
    assert_eq!(marked("🇩🇪🇺🇸", "🇺🇸"), ["🇺🇸"]);
    assert_eq!(marked("🇩🇪🇺🇸", "🇪🇺"), [""; 0]);
    assert_eq!(marked("👍🏽!", "👍"), ["👍🏽"]);
}

#[test]
fn titles_come_first_then_words_then_what_is_newer() {
    let mut index = Index::new();
    for (id, title, at) in [("old", "Bread", 1.0), ("new", "Rivers", 2.0)] {
        index.set_head(id, title, at);
        index.set_turn(id, 0, "driver");
        index.set_turn(id, 1, "a river, and rivers");
    }
    let own = |id: &str, turn| (id.to_owned(), turn);
    assert_eq!(
        hits(&index, "river "),
        [
            own("new", None),
            own("new", Some(1)),
            own("old", Some(1)),
            own("new", Some(0)),
            own("old", Some(0))
        ]
    );
    let found = index.find(&Query::new("river "), 2, None);
    assert_eq!((found.hits.len(), found.count), (2, 5));
    assert_eq!(
        found.hits[1].places.first(),
        Some(&(2..7)),
        "the whole word"
    );
}

#[test]
fn words_may_not_be_gathered_from_several_turns() {
    let mut index = Index::new();
    index.set_turn("a", 0, "bread");
    index.set_turn("a", 1, "and butter");
    assert!(hits(&index, "bread butter").is_empty());
    assert!(hits(&index, "\"bread and\"").is_empty());
    assert_eq!(hits(&index, "and butter"), [("a".to_owned(), Some(1))]);
}

#[test]
fn a_letter_more_finds_what_a_whole_search_finds() {
    let mut index = Index::new();
    for (at, text) in [
        "private rivers",
        "driven snow",
        "하늘",
        "한글 하나",
        "\"river\" bed",
    ]
    .iter()
    .enumerate()
    {
        index.set_turn(&at.to_string(), at, text);
    }
    for typed in [
        "river be",
        "private riv",
        "driven",
        "하나",
        "한글 하",
        "\"river",
        "\"river\" b",
        "riv ",
    ] {
        let mut before: Option<Found> = None;
        for (end, c) in typed.char_indices() {
            let query = Query::new(&typed[..end + c.len_utf8()]);
            let whole = index.find(&query, 9, None);
            let next = index.find(&query, 9, before.as_ref());
            assert_eq!(
                (&next.hits, next.count),
                (&whole.hits, whole.count),
                "{typed} {end}"
            );
            before = Some(next);
        }
    }
    // What was written meanwhile is found as well.
    let before = index.find(&Query::new("river"), 9, None);
    index.set_turn("9", 0, "more rivers");
    assert_eq!(index.find(&Query::new("rivers"), 9, Some(&before)).count, 2);
}

#[test]
fn an_excerpt_is_cut_between_words_around_its_place() {
    let text = "It was a dark and stormy night; the river rose, and nobody had seen it rise so fast before.";
    let places = Query::new("river nobody fast").places(text);
    let shown = excerpt(text, &places, 40);
    assert_eq!(shown.text, "the river rose, and nobody had seen it");
    let marked: Vec<&str> = shown
        .places
        .iter()
        .map(|place| &shown.text[place.clone()])
        .collect();
    assert_eq!(marked, ["river", "nobody"]);
    assert!(text[shown.start..].starts_with(shown.text));
    let all = excerpt("short", &[], 40);
    assert_eq!((all.text, all.start, all.places.len()), ("short", 0, 0));
    // A place in another text, or none at all, stops nothing.
    for place in [0..0, 3..900, 900..901] {
        excerpt("é字🧑\u{200d}🚀", &[place], 1);
    }
    let long = "河".repeat(99);
    let shown = excerpt(&long, slice::from_ref(&(90..150)), 8);
    assert_eq!(
        (shown.text.len(), shown.places.first()),
        (66, Some(&(6..66)))
    );
}

#[test]
fn an_index_is_about_as_large_as_its_text() {
    let check = |sentence: &str, most: f64| {
        let text = sentence.repeat(500 / sentence.len() + 1);
        let mut index = Index::new();
        for turn in 0..400 {
            index.set_turn("a", turn, &text);
        }
        let all = (text.len() * 400) as f64;
        let held = index.bytes() as f64 / all;
        let piece = index.write("a").map_or(0, |piece| piece.len()) as f64 / all;
        assert!(
            held < most + 0.2 && piece < most,
            "{sentence}: {held:.3} held, {piece:.3} kept"
        );
    };
    check("The river flows to the sea, and nobody asks it why. ", 1.02);
    check("Die Größe des Flusses überrascht manchen Zuhörer. ", 1.11);
    check("Ça a l'air très élégant, même à l'étranger. ", 1.16);
    check("Đường về nhà rất dài, trời thì mưa to lắm. ", 1.12);
    check("河流很长，模型的回答也很长。", 1.02);
    check("Река течёт в море, и никто не спрашивает почему. ", 1.02);
    check("नदी समुद्र की ओर बहती है। ", 1.02);
    check("مُحَمَّدٌ رَسُولُ ٱللَّهِ ", 0.94);
}

#[test]
fn what_a_store_holds_otherwise_is_to_be_handed_in_anew() {
    let mut index = Index::new();
    for (id, version) in [("a", 5), ("b", 5), ("c", 5)] {
        index.set_turn(id, 0, "river");
        index.set_version(id, version);
    }
    index.set_turn("d", 0, "river");
    let before = index.find(&Query::new("river"), 9, None);
    assert_eq!(
        index.compare([("a", 5), ("b", 6), ("d", 5), ("e", 1)]),
        ["b", "d", "e"]
    );
    assert!(index.ids().eq(["a", "b", "d"]), "c was deleted");
    assert_eq!(index.find(&Query::new("river"), 9, Some(&before)).count, 3);
}
