//! What is new in a text that is told again.

use super::*;

fn turn(reasoning: &str, text: &str) -> Turn {
    Turn {
        text: text.to_owned(),
        reasoning: reasoning.to_owned(),
        ..Turn::reply()
    }
}

/// What is known, after what is new in the whole; `None` where that is another text.
fn after(known: (&str, &str), whole: (&str, &str)) -> Option<(String, String)> {
    let mut known = turn(known.0, known.1);
    let more = grown(&known, &turn(whole.0, whole.1))?;
    more.iter().for_each(|event| known.apply(event));
    Some((known.reasoning, known.text))
}

fn check(known: (&str, &str), whole: (&str, &str), expect: (&str, &str)) {
    let expect = Some((expect.0.to_owned(), expect.1.to_owned()));
    assert_eq!(after(known, whole), expect, "{known:?} {whole:?}");
}

#[test]
fn a_text_goes_on_from_what_is_known() {
    check(("", ""), ("", "River"), ("", "River"));
    check(("", "Ri"), ("", "River"), ("", "River"));
    check(("", "River"), ("", "River"), ("", "River"));
    // It is not told to the end yet: nothing is taken away.
    check(("", "River"), ("", "Ri"), ("", "River"));
    // Blanks at the ends are no difference.
    check(("", "Ri"), ("", " River"), ("", "River"));
    check(("", " Ri"), ("", "River"), ("", " River"));
    check(("", "A river "), ("", "A river"), ("", "A river "));
    check(("", "नदी"), ("", "नदी के"), ("", "नदी के"));
}

#[test]
fn thinking_goes_on_as_text_does() {
    check(("Hm", ""), ("Hm, so", ""), ("Hm, so", ""));
    check(("Hm", ""), ("Hm, so", "Yes"), ("Hm, so", "Yes"));
    check(("Hm", "Y"), ("Hm\n", "Yes"), ("Hm", "Yes"));
    // Its opening tag stood in the prompt, and the closing one has not come, or has.
    check(("Hm", ""), ("", "Hm, so"), ("Hm, so", ""));
    check(("", "Hm"), ("Hm, so", "Yes"), ("Hm, so", "Yes"));
}

#[test]
fn a_whole_that_is_less_than_what_is_known_has_no_end_mark() {
    let reached = |known: &str, whole: &str| reaches(&turn("", known), &turn("", whole));
    assert!(reached("River", "River") && reached("River ", " River") && reached("", ""));
    assert!(!reached("River", "Riv") && !reached("River", "Rain falls"));
}

#[test]
fn another_text_takes_nothing_away() {
    assert_eq!(after(("", "River"), ("", "Rain falls")), None);
    assert_eq!(after(("Hm", ""), ("No", "Yes")), None);
    assert_eq!(after(("", "River"), ("Something", "")), None);
}
