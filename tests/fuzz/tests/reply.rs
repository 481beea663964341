//! A reply under whatever a session reports and a person does, in any order and at any time.
//!
//! What must hold: nothing panics; at every frame the joined deltas and replacements are the text, and what is shown is a beginning
//! of it; there is exactly one end, and then all of the text is shown.

use fuzz::{Rng, cuts, rounds, shapes};
use rill::chat::turn::Turn;
use rill::event::{
    ChatEvent, Deadline, End, Finish, FinishKind, Millis, Progress, ServerError, Timings, Token,
    Usage,
};
use rill::pacer::Pace;
use rill::reply::{Life, Reply, TextChange};
use rill::session::Report;

/// A page that listens.
struct Page {
    reply: Reply,
    now: Millis,
    hidden: bool,
    heard: String,
    ends: Vec<End>,
}

impl Page {
    fn frame(&mut self) {
        self.reply.advance(self.now, self.hidden);
        // A frame may have no time for all of it.
        let is_short = (self.now as u64).is_multiple_of(3);
        while !self.reply.take_in() && !is_short {}
        let end = self.reply.last_letter();
        match self.reply.tell() {
            Some(TextChange::Delta(more)) => {
                assert!(!more.is_empty(), "nothing is told as something");
                self.heard += &more;
            }
            Some(TextChange::Replace(whole)) => self.heard = whole,
            None => {}
        }
        let text = self.reply.turn().text.clone();
        assert_eq!(self.heard, text);
        let shown = self.reply.markdown().text().to_owned();
        assert!(
            text.starts_with(&shown),
            "shown is no beginning of the text: {shown:?} of {text:?}"
        );
        self.reply.markdown().update();
        self.reply.status(self.now);
        if let Some(due) = self.reply.next_due(self.now) {
            assert!(due >= self.now);
        }
        if let Some(end) = end {
            assert_eq!(shown, text, "the end waits for the last letter");
            assert_eq!(self.reply.turn().end, Some(end.clone()));
            self.ends.push(end);
        }
        assert_eq!(self.ends.len(), usize::from(self.reply.is_over()));
    }

    fn events(&mut self, events: Vec<ChatEvent>) {
        self.reply.on(self.now, &Report::Events(events));
    }
}

fn pace(rng: &mut Rng) -> Pace {
    match rng.u8(0..4) {
        0 => Pace::Live,
        1 => Pace::Instant,
        2 => Pace::PerCharacter(f64::from(rng.u32(0..200))),
        _ => Pace::PerCharacter(0.01),
    }
}

fn end(rng: &mut Rng) -> End {
    let reason = "stop".to_owned();
    match rng.u8(0..7) {
        0 => End::Stopped,
        1 => End::Empty { reason },
        2 => End::Cut { page_closed: false },
        3 => End::Stalled {
            clock: Deadline::Silence,
        },
        4 => End::Broken {
            error: ServerError::default(),
            before_headers: rng.bool(),
        },
        _ => End::Complete { reason },
    }
}

/// Something that a server says beside its text.
fn aside(rng: &mut Rng) -> ChatEvent {
    match rng.u8(0..8) {
        0 => ChatEvent::Token(Token::default()),
        1 => ChatEvent::Progress(Progress::Queued(None)),
        2 => ChatEvent::Alive,
        3 => ChatEvent::Usage(Usage {
            completion_tokens: Some(rng.u32(..)),
            ..Usage::default()
        }),
        4 => ChatEvent::Timings(Timings {
            predicted_per_second: Some(rng.f64() * 1e12 - 1e11),
            ..Timings::default()
        }),
        5 => ChatEvent::Model("m".to_owned()),
        6 => ChatEvent::Done(Finish {
            sure: rng.bool(),
            kind: FinishKind::Natural,
            word: "stop".to_owned(),
        }),
        _ => ChatEvent::Error(ServerError::default()),
    }
}

/// The whole text, as a server may say it again: less, a little else, all else, or the same and more.
fn whole(rng: &mut Rng, so_far: &str, document: &str) -> String {
    let mut letters: Vec<char> = so_far.chars().collect();
    match rng.u8(0..5) {
        0 => {
            letters.truncate(rng.usize(0..=letters.len()));
            letters.into_iter().collect()
        }
        1 if !letters.is_empty() => {
            let at = rng.usize(0..letters.len());
            letters[at] = 'ö';
            letters.into_iter().collect()
        }
        2 => shapes::document(rng, 400),
        3 => document.to_owned(),
        _ => format!("{so_far}…"),
    }
}

/// What a person or the page may do between two pieces, mostly nothing.
fn act(rng: &mut Rng, page: &mut Page) {
    let now = page.now;
    match rng.u16(..) {
        0..=200 => page.hidden = !page.hidden,
        201..=300 => page.reply.skip(),
        301..=700 => page.reply.set_pace(now, pace(rng)),
        701..=730 => page.reply.stop(now),
        731..=900 => {
            page.reply.on(now, &Report::Finishing(end(rng)));
        }
        901..=930 => {
            page.reply.on(now, &Report::End(end(rng)));
        }
        931..=960 => page.reply.unexplained(end(rng)),
        961..=990 => {
            page.reply.explained(now);
        }
        991..=1010 => page.reply.conclude(now),
        _ => {}
    }
}

fn play(rng: &mut Rng) {
    let document = shapes::document(rng, 16 * 1024);
    let mut turn = Turn::reply();
    let mut prefix = String::new();
    if rng.u8(0..4) == 0 {
        // It goes on from an earlier end.
        prefix = shapes::document(rng, 2000);
        turn.text.clone_from(&prefix);
        turn.reasoning = shapes::document(rng, 300);
    }
    let mut page = Page {
        reply: Reply::begin(0.0, pace(rng), turn),
        now: 0.0,
        hidden: false,
        heard: String::new(),
        ends: Vec::new(),
    };
    let is_wild = rng.u8(0..3) > 0;
    for piece in cuts::text(rng, &document) {
        page.now += f64::from(rng.u32(0..400)) / 4.0;
        let event = match rng.u8(..) {
            0..=2 if is_wild => {
                let own = page.reply.turn().text.clone();
                let own = own.strip_prefix(&prefix).unwrap_or(&own);
                ChatEvent::ReplaceText(whole(rng, own, &document))
            }
            3 if is_wild => {
                prefix.clear();
                ChatEvent::TextWasReasoning
            }
            4..=30 => ChatEvent::Reasoning(piece.to_owned()),
            31..=60 => aside(rng),
            _ => ChatEvent::Text(piece.to_owned()),
        };
        page.events(vec![event]);
        act(rng, &mut page);
        if rng.u8(0..3) > 0 {
            page.frame();
        }
    }
    match rng.u8(0..4) {
        0 => page.reply.conclude(page.now),
        1 => {
            page.reply.unexplained(end(rng));
            page.reply.explained(page.now);
            // Where it was past waiting for a reason.
            page.reply.on(page.now, &Report::End(End::Stopped));
        }
        _ => {
            page.reply.on(page.now, &Report::End(end(rng)));
        }
    }
    // At a pace of the reader's, the rest takes as long as it takes.
    let mut frames = 0;
    while !page.reply.is_over() {
        assert!(page.reply.end().is_some(), "{:?}", page.reply.life());
        let due = page.reply.next_due(page.now).unwrap_or(page.now);
        page.now = due.max(page.now + 33.0);
        page.frame();
        frames += 1;
        if frames == 400 {
            page.reply.skip();
        }
        assert!(frames < 500, "it never ends: {:?}", page.reply.life());
    }
    // Whatever comes behind the end changes nothing.
    for _ in 0..3 {
        page.events(vec![ChatEvent::Text("late".to_owned())]);
        page.reply.on(page.now, &Report::End(End::Stopped));
        page.reply.conclude(page.now);
        page.now += 40.0;
        page.frame();
    }
    let Life::Over(end) = page.reply.life().clone() else {
        panic!("{:?}", page.reply.life());
    };
    assert_eq!(page.ends, [end]);
    let text = page.reply.turn().text.clone();
    assert_eq!(page.reply.markdown().text(), text);
}

#[test]
fn whatever_comes_a_reply_is_told_and_shown_as_it_is_and_ends_once() {
    rounds(40, play);
}
