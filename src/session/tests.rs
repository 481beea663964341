//! Deadlines and ends, with time as an argument.

use super::*;
use crate::chat::request::ChatRequest;
use crate::dialect::Kind;
use crate::event::Odd;

/// A decoder for the best transport of a kind.
pub(super) fn first_decoder(kind: Kind, request: &ChatRequest) -> Box<dyn Decoder> {
    let dialect = kind.dialect();
    dialect.decoder(request, dialect.transport(None))
}

fn openai() -> Box<dyn Decoder> {
    first_decoder(Kind::OpenAi, &ChatRequest::default())
}

pub(super) fn text(piece: &str) -> String {
    format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{piece}\"}}}}]}}\n\n")
}

pub(super) const DONE: &str =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// What happens to a reply, and when.
pub(super) enum Step<'a> {
    Headers,
    Read(&'a str),
    Closed,
    Failed,
    Stop,
    WaitOn,
    Alive(bool),
    Tick,
}

/// Plays steps with their times; the word and the reason of the end, if there is one.
pub(super) fn play(
    deadlines: Deadlines,
    steps: &[(Millis, Step<'_>)],
) -> (Session, Option<(String, String)>) {
    let mut session = Session::new(0.0, openai(), deadlines);
    let mut events = Vec::new();
    for (at, step) in steps {
        match step {
            Step::Headers => session.headers(),
            Step::Read(bytes) => session.read(*at, bytes.as_bytes(), &mut events),
            Step::Closed => session.closed(*at, &mut events),
            Step::Failed => session.failed(*at, "gone".to_owned(), &mut events),
            Step::Stop => session.stop(End::Stopped),
            Step::WaitOn => session.wait_on(*at),
            Step::Alive(alive) => session.alive(*alive),
            Step::Tick => {
                session.tick(*at, &mut Vec::new());
            }
        }
    }
    let end = session
        .end()
        .map(|end| (end.word().to_owned(), end.reason().unwrap_or_default()));
    (session, end)
}

pub(super) fn check(steps: &[(Millis, Step<'_>)], word: &str, reason: &str) {
    let (_, end) = play(short(), steps);
    assert_eq!(end, Some((word.to_owned(), reason.to_owned())));
}

/// connect 1 s, first token 10 s, silence 5 s, no total, grace 2 s.
pub(super) fn short() -> Deadlines {
    let parsed = Deadlines::parse("connect:1,first-token:10,silence:5")
        .and_then(|deadlines| deadlines.with_grace("2"));
    match parsed {
        Ok(deadlines) => deadlines,
        Err(bad) => panic!("{bad:?}"),
    }
}

#[test]
fn an_end_mark_after_text_is_complete_and_without_text_empty() {
    use Step::*;
    let a = text("a");
    check(
        &[(1.0, Read(&a)), (2.0, Read(DONE)), (3.0, Closed)],
        "complete",
        "stop",
    );
    check(&[(2.0, Read(DONE)), (3.0, Closed)], "empty", "stop");
}

#[test]
fn thinking_alone_is_empty() {
    use Step::*;
    let thought = "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n";
    check(
        &[(1.0, Read(thought)), (2.0, Read(DONE)), (3.0, Closed)],
        "empty",
        "stop",
    );
}

#[test]
fn a_clean_close_without_an_end_mark_is_cut_whatever_came() {
    use Step::*;
    let a = text("a");
    check(&[(1.0, Read(&a)), (2.0, Closed)], "cut", "");
    check(&[(1.0, Headers), (2.0, Closed)], "cut", "");
}

#[test]
fn a_failing_connection_is_broken_with_or_without_headers() {
    use Step::*;
    let (session, end) = play(short(), &[(1.0, Failed)]);
    assert_eq!(end.map(|end| end.0).as_deref(), Some("broken"));
    assert!(matches!(
        session.end(),
        Some(End::Broken {
            before_headers: true,
            ..
        })
    ));
    let (session, _) = play(short(), &[(1.0, Headers), (2.0, Failed)]);
    assert!(matches!(
        session.end(),
        Some(End::Broken {
            before_headers: false,
            ..
        })
    ));
}

#[test]
fn an_error_is_refused_before_the_first_text_and_broken_after_it() {
    use Step::*;
    let a = text("a");
    let error = "data: {\"error\":{\"message\":\"out of memory\",\"code\":\"oom\"}}\n\n";
    check(&[(1.0, Read(error))], "refused", "");
    check(&[(1.0, Read(&a)), (2.0, Read(error))], "broken", "oom");
}

#[test]
fn a_page_of_html_is_refused() {
    use Step::*;
    check(
        &[
            (1.0, Read("<!doctype html><title>Hi</title>")),
            (2.0, Closed),
        ],
        "refused",
        "",
    );
}

#[test]
fn the_first_end_mark_wins_over_whatever_comes_later() {
    use Step::*;
    let a = text("a");
    check(
        &[(1.0, Read(&a)), (2.0, Read(DONE)), (3.0, Stop)],
        "complete",
        "stop",
    );
    check(
        &[(1.0, Read(&a)), (2.0, Read(DONE)), (3.0, Failed)],
        "complete",
        "stop",
    );
    check(
        &[(1.0, Read(&a)), (2.0, Stop), (3.0, Closed)],
        "stopped",
        "",
    );
}

#[test]
fn text_after_the_end_mark_is_kept_for_the_trace_only() {
    let mut session = Session::new(0.0, openai(), short());
    let mut events = Vec::new();
    let bytes = format!("{}{DONE}{}", text("a"), text("late"));
    session.read(1.0, bytes.as_bytes(), &mut events);
    let texts: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["a"]);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, ChatEvent::Odd(odd) if odd.what == Odd::AfterEnd))
    );
}

#[test]
fn a_socket_left_open_after_the_end_mark_is_closed_soon() {
    use Step::*;
    let a = text("a");
    check(
        &[(1.0, Read(&a)), (2.0, Read(DONE)), (2.0 + LINGER, Tick)],
        "complete",
        "stop",
    );
}

#[test]
fn no_first_text_in_time_asks_and_then_gives_up() {
    let mut session = Session::new(0.0, openai(), short());
    session.headers();
    assert_eq!(session.next_due(), Some(10_000.0));
    assert_eq!(session.tick(9_999.0, &mut Vec::new()), None);
    assert_eq!(
        session.tick(10_000.0, &mut Vec::new()),
        Some(Due::AskPerson(Deadline::FirstToken, 12_000.0))
    );
    assert_eq!(session.tick(11_999.0, &mut Vec::new()), None);
    assert_eq!(session.tick(12_000.0, &mut Vec::new()), Some(Due::Ended));
    assert_eq!(
        session.end(),
        Some(&End::Stalled {
            clock: Deadline::FirstToken
        })
    );
}

#[test]
fn who_waits_on_gets_the_whole_span_again() {
    use Step::*;
    let a = text("a");
    let waits = [
        (1.0, Read(a.as_str())),
        (5_001.0, Tick),
        (6_000.0, WaitOn),
        (10_999.0, Tick),
        (11_000.0, Tick),
        (13_000.0, Tick),
    ];
    let (_, end) = play(short(), &waits[..4]);
    assert_eq!(end, None, "the silence clock began anew at 6 s");
    let (_, end) = play(short(), &waits);
    assert_eq!(end, Some(("stalled".to_owned(), "silence".to_owned())));
}

#[test]
fn signs_of_life_restart_the_clocks_and_answer_the_question() {
    use Step::*;
    let progress = "data: {\"choices\":[{\"delta\":{\"content\":null}}],\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":1,\"time_ms\":1}}\n\n";
    let mut session = Session::new(
        0.0,
        first_decoder(Kind::LlamaCpp, &ChatRequest::default()),
        short(),
    );
    session.read(9_000.0, progress.as_bytes(), &mut Vec::new());
    assert_eq!(session.next_due(), Some(19_000.0));
    session.read(18_000.0, b": ping\n\n", &mut Vec::new());
    assert_eq!(session.next_due(), Some(28_000.0));
    session.tick(28_000.0, &mut Vec::new());
    assert!(session.asking().is_some());
    session.read(28_500.0, text("a").as_bytes(), &mut Vec::new());
    assert_eq!(
        session.asking(),
        None,
        "text came while the person was asked"
    );
    let (_, end) = play(
        short(),
        &[
            (1.0, Headers),
            (9_999.0, Read(": ping\n\n")),
            (12_100.0, Tick),
        ],
    );
    assert_eq!(end, None);
}

#[test]
fn a_frame_that_says_nothing_is_no_sign_of_life() {
    let mut session = Session::new(0.0, openai(), short());
    session.read(9_000.0, b"data: {broken\n\n", &mut Vec::new());
    assert_eq!(session.next_due(), Some(10_000.0));
}

#[test]
fn without_headers_the_server_is_asked_whether_it_lives() {
    let mut session = Session::new(0.0, openai(), short());
    assert_eq!(session.tick(1_000.0, &mut Vec::new()), Some(Due::AskAlive));
    session.alive(true);
    assert_eq!(session.end(), None, "a slow prefill");
    assert_eq!(
        session.next_due(),
        Some(10_000.0),
        "the first-token clock still runs"
    );
    session.alive(false);
    assert_eq!(
        session.end(),
        Some(&End::Stalled {
            clock: Deadline::Connect
        })
    );
}

#[test]
fn headers_make_the_answer_about_life_worthless() {
    use Step::*;
    let (_, end) = play(
        short(),
        &[(1_000.0, Tick), (1_200.0, Headers), (6_000.0, Alive(false))],
    );
    assert_eq!(end, None);
}

#[test]
fn the_whole_reply_may_have_a_limit_that_signs_of_life_do_not_move() {
    let deadlines = Deadlines {
        total: Some(3_000.0),
        ..short()
    };
    let mut session = Session::new(0.0, openai(), deadlines);
    session.read(2_900.0, text("a").as_bytes(), &mut Vec::new());
    assert_eq!(
        session.tick(3_000.0, &mut Vec::new()),
        Some(Due::AskPerson(Deadline::Total, 5_000.0))
    );
    session.read(3_100.0, text("b").as_bytes(), &mut Vec::new());
    assert!(session.asking().is_some());
    assert_eq!(session.tick(5_000.0, &mut Vec::new()), Some(Due::Ended));
    assert_eq!(
        session.end(),
        Some(&End::Stalled {
            clock: Deadline::Total
        })
    );
}

#[test]
fn no_grace_means_no_question() {
    let deadlines = Deadlines {
        grace: 0.0,
        ..short()
    };
    let mut session = Session::new(0.0, openai(), deadlines);
    session.headers();
    assert_eq!(session.tick(10_000.0, &mut Vec::new()), Some(Due::Ended));
}

#[test]
fn a_chunk_in_which_nothing_is_said_is_a_sign_of_life() {
    use Step::*;
    let a = text("a");
    let chunk = text("");
    let no_words = "data: {\"choices\":[{\"delta\":{}}]}\n\n";
    for nothing in [chunk.as_str(), no_words, "retry: 5\n\n"] {
        let (session, end) = play(
            short(),
            &[(1.0, Read(&a)), (4_000.0, Read(nothing)), (8_000.0, Tick)],
        );
        assert_eq!(end, None);
        assert_eq!(session.asking(), None, "{nothing}");
        // And before the first text, too.
        let (session, _) = play(
            short(),
            &[(1.0, Headers), (9_000.0, Read(nothing)), (18_000.0, Tick)],
        );
        assert_eq!(session.asking(), None, "{nothing}");
    }
}

#[test]
fn zero_seconds_are_no_limit() {
    let deadlines = Deadlines::parse("connect:0,first-token:0,silence:0,total:0");
    let Ok(deadlines) = deadlines else {
        panic!("{deadlines:?}")
    };
    let session = Session::new(0.0, openai(), deadlines);
    assert_eq!(session.next_due(), None);
}
