#![allow(clippy::unwrap_used)]

use super::*;
use crate::event::{Deadline, Finish, FinishKind, ServerError};
use crate::pacer::Pace;

fn reply() -> Reply {
    Reply::begin(0.0, Pace::Instant, Turn::reply())
}

fn complete() -> End {
    End::Complete {
        reason: "stop".to_owned(),
    }
}

fn text(piece: &str) -> ChatEvent {
    ChatEvent::Text(piece.to_owned())
}

fn whole(text: &str) -> ChatEvent {
    ChatEvent::ReplaceText(text.to_owned())
}

/// One frame; what it tells, and the end, if this was the last letter.
fn frame(reply: &mut Reply, now: Millis) -> (Option<TextChange>, Option<End>) {
    reply.advance(now, false);
    while !reply.take_in() {}
    let end = reply.last_letter();
    (reply.tell(), end)
}

fn shown(reply: &mut Reply) -> String {
    reply.markdown().text().to_owned()
}

/// A frame behind each event, and the end behind all; what the page around the reply has in the end.
fn heard(begun: Turn, events: &[ChatEvent]) -> (String, Vec<TextChange>) {
    let mut reply = Reply::begin(0.0, Pace::Instant, begun);
    let (mut heard, mut all) = (String::new(), Vec::new());
    let mut now = 0.0;
    let mut step = |reply: &mut Reply| {
        now += 40.0;
        let (told, end) = frame(reply, now);
        match &told {
            Some(TextChange::Delta(more)) => heard += more,
            Some(TextChange::Replace(anew)) => heard.clone_from(anew),
            None => {}
        }
        all.extend(told);
        assert_eq!(heard, reply.turn().text);
        end
    };
    for event in events {
        reply.take(0.0, event);
        assert_eq!(step(&mut reply), None);
    }
    reply.on(0.0, &Report::End(complete()));
    assert_eq!(step(&mut reply), Some(complete()));
    assert_eq!(step(&mut reply), None, "an end is told once");
    (heard, all)
}

#[test]
fn a_final_text_that_differs_is_told_anew_as_a_whole() {
    let (said, told) = heard(
        Turn::reply(),
        &[text("Hal"), text("lo"), whole("Hallöchen, liebe Kinder")],
    );
    assert_eq!(said, "Hallöchen, liebe Kinder");
    let expect = [
        TextChange::Delta("Hal".to_owned()),
        TextChange::Delta("lo".to_owned()),
        TextChange::Replace("Hallöchen, liebe Kinder".to_owned()),
    ];
    assert_eq!(told, expect);
}

#[test]
fn a_final_text_that_says_more_is_told_as_what_it_says_more() {
    let (_, told) = heard(Turn::reply(), &[text("Hallo"), whole("Hallo, Kinder")]);
    assert_eq!(told[1..], [TextChange::Delta(", Kinder".to_owned())]);
    let (_, told) = heard(Turn::reply(), &[text("Hallo"), whole("Hallo")]);
    assert_eq!(told.len(), 1);
}

#[test]
fn a_final_text_that_says_less_takes_back_what_was_told() {
    let (said, told) = heard(Turn::reply(), &[text("Hallo, Kinder"), whole("Hallo")]);
    assert_eq!((said.as_str(), told.len()), ("Hallo", 2));
    let (said, _) = heard(Turn::reply(), &[text("Hallo"), ChatEvent::TextWasReasoning]);
    assert_eq!(said, "");
}

#[test]
fn a_reply_that_goes_on_tells_first_from_where() {
    let mut before = Turn::reply();
    before.text = "Ein Fluß ".to_owned();
    let (said, told) = heard(before, &[text("ist"), whole("war lang")]);
    assert_eq!(said, "Ein Fluß war lang");
    assert_eq!(told[0], TextChange::Replace("Ein Fluß ist".to_owned()));
}

#[test]
fn what_was_thinking_is_no_longer_shown() {
    let mut reply = reply();
    reply.take(0.0, &text("hm hm"));
    frame(&mut reply, 40.0);
    assert_eq!(shown(&mut reply), "hm hm");
    reply.take(50.0, &ChatEvent::TextWasReasoning);
    reply.take(50.0, &text("So:"));
    frame(&mut reply, 80.0);
    assert_eq!(
        (shown(&mut reply).as_str(), reply.turn().reasoning.as_str()),
        ("So:", "hm hm")
    );
}

#[test]
fn an_end_mark_is_not_the_end() {
    let mut reply = reply();
    reply.take(0.0, &text("one"));
    reply.on(1.0, &Report::Finishing(complete()));
    assert_eq!(frame(&mut reply, 40.0).1, None);
    assert_eq!(reply.life(), &Life::Finishing(complete()));
    reply.take(50.0, &text(" two"));
    reply.on(60.0, &Report::End(complete()));
    assert_eq!(frame(&mut reply, 80.0).1, Some(complete()));
    assert_eq!(shown(&mut reply), "one two");
}

#[test]
fn the_end_waits_for_the_last_letter() {
    let mut reply = Reply::begin(0.0, Pace::PerCharacter(10.0), Turn::reply());
    reply.take(0.0, &text("ten letter"));
    reply.on(1.0, &Report::End(complete()));
    assert_eq!(frame(&mut reply, 40.0).1, None);
    assert_eq!(reply.end(), Some(&complete()));
    assert!(!reply.is_over());
    assert_eq!(frame(&mut reply, 400.0).1, Some(complete()));
    assert_eq!(reply.turn().end, Some(complete()));
}

#[test]
fn an_end_without_a_reason_waits_for_it_and_a_person_does_not() {
    let broken = End::Broken {
        error: ServerError::default(),
        before_headers: true,
    };
    let mut reply = reply();
    reply.unexplained(broken.clone());
    assert_eq!((frame(&mut reply, 40.0).1, reply.end()), (None, None));
    reply.stop(50.0);
    assert_eq!(frame(&mut reply, 80.0).1, Some(broken.clone()));
    assert!(!reply.explained(90.0), "it is over");

    let mut reply = self::reply();
    reply.unexplained(broken.clone());
    assert!(reply.explained(50.0));
    assert_eq!(frame(&mut reply, 80.0).1, Some(broken));
}

#[test]
fn nothing_belongs_to_it_that_comes_after_stop() {
    let mut reply = reply();
    reply.take(0.0, &text("one"));
    reply.stop(1.0);
    reply.take(2.0, &text(" two"));
    reply.on(3.0, &Report::End(End::Stopped));
    assert_eq!(frame(&mut reply, 40.0).1, Some(End::Stopped));
    reply.take(50.0, &whole("three"));
    assert_eq!(reply.turn().text, "one");
}

#[test]
fn a_newer_reply_ends_it_at_once_and_an_end_that_it_had_is_kept() {
    let ends = |before: &[Report], expect: End| {
        let mut reply = Reply::begin(0.0, Pace::PerCharacter(1000.0), Turn::reply());
        reply.take(0.0, &text("slow"));
        for report in before {
            reply.on(0.0, report);
        }
        reply.conclude(1.0);
        assert_eq!(frame(&mut reply, 1.0).1, Some(expect));
        assert_eq!(shown(&mut reply), "slow");
    };
    ends(&[], End::Superseded);
    ends(&[Report::Finishing(complete())], complete());
    ends(
        &[Report::End(complete()), Report::End(End::Stopped)],
        complete(),
    );
}

#[test]
fn a_speed_that_nobody_measured_is_told_by_letters_and_not_by_bytes() {
    let speed = |piece: &str, measured: bool| {
        let mut reply = reply();
        for number in 0..=40 {
            reply.take(f64::from(number) * 100.0, &text(piece));
            if measured {
                reply.take(0.0, &ChatEvent::Token(crate::event::Token::default()));
            }
        }
        match reply.status(4000.0) {
            Some(Status::Writing(Some((speed, false)))) => speed,
            other => panic!("{other:?}"),
        }
    };
    // Ten pieces a second.
    assert_eq!(speed("word", false), 10);
    assert_eq!(speed("река", false), 21);
    assert_eq!(speed("แม่น", false), 21);
    assert_eq!(speed("河", false), 8);
    assert_eq!(speed("แม่น้ำ", true), 10);
}

#[test]
fn a_finish_reason_changes_nothing_that_is_shown() {
    let mut reply = reply();
    let finish = Finish {
        sure: true,
        kind: FinishKind::Natural,
        word: "stop".to_owned(),
    };
    reply.take(0.0, &ChatEvent::Done(finish));
    assert_eq!(reply.life(), &Life::Running);
}

#[test]
fn a_question_stays_until_it_is_answered_or_text_comes() {
    let asks = Report::Asking(Deadline::Silence, 9000.0);
    let writes = |reply: &mut Reply, now| matches!(reply.status(now), Some(Status::Writing(_)));
    let mut reply = reply();
    reply.take(0.0, &text("one"));
    assert!(writes(&mut reply, 500.0));
    reply.on(1000.0, &asks);
    assert!(!writes(&mut reply, 5000.0));
    reply.take(5000.0, &text(" two"));
    assert!(writes(&mut reply, 5000.0));
    reply.on(6000.0, &asks);
    assert_eq!(reply.wait_on(7000.0), Status::Writing(None));
    assert!(writes(&mut reply, 7000.0));
}

/// A reply that was complete after its pieces; each came at its time, in milliseconds after the beginning.
fn came(pieces: &[(Millis, usize)], told: impl FnOnce(&mut Reply)) -> Reply {
    let mut reply = reply();
    told(&mut reply);
    for (at, bytes) in pieces {
        reply.take(*at, &text(&"x".repeat(*bytes)));
    }
    let last = pieces.last().map_or(0.0, |(at, _)| *at);
    reply.on(last, &Report::End(complete()));
    reply
}

fn is_held_back(pieces: &[(Millis, usize)]) -> bool {
    came(pieces, |_| ()).was_held_back()
}

fn document(reply: &mut Reply) {
    reply.on(
        0.0,
        &Report::Headers {
            status: 200,
            content_type: "application/json; charset=utf-8".to_owned(),
            told: Vec::new(),
        },
    );
}

#[test]
fn a_reply_is_held_back_that_comes_as_a_whole_after_a_wait() {
    assert!(is_held_back(&[(3000.0, 400)]));
    assert!(
        is_held_back(&[(3000.0, 100), (3000.0, 400)]),
        "thinking, and the answer"
    );
    assert!(
        !is_held_back(&[(900.0, 400)]),
        "nobody minds so short a wait"
    );
    assert!(
        !is_held_back(&[(3000.0, 50)]),
        "a short answer may be one piece of an honest stream"
    );
    assert!(
        came(&[(3000.0, 50)], document).was_held_back(),
        "but not of a document"
    );
    assert!(
        !is_held_back(&[(500.0, 10), (3000.0, 400)]),
        "it began long before"
    );
    assert!(!is_held_back(&[]));
}

#[test]
fn a_reply_is_held_back_that_comes_in_a_burst_after_a_wait() {
    let burst = |apart: Millis, count: u32| -> Vec<(Millis, usize)> {
        (0..count)
            .map(|at| (3000.0 + f64::from(at) * apart, 4))
            .collect()
    };
    assert!(is_held_back(&burst(0.5, 100)));
    assert!(!is_held_back(&burst(0.5, 10)), "too few to tell");
    // A model that reads its prompt for three seconds and then writes fast.
    assert!(!is_held_back(&burst(5.0, 100)));
}

#[test]
fn what_ends_otherwise_or_was_not_seen_coming_was_not_held_back() {
    let mut cut = reply();
    cut.take(3000.0, &text(&"x".repeat(400)));
    cut.on(3000.0, &Report::End(End::Cut { page_closed: false }));
    assert!(!cut.was_held_back());
    let busy = came(&[(3000.0, 400)], |reply| reply.held_up(2500.0));
    assert!(!busy.was_held_back(), "the page was held up, not the text");
}
