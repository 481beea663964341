//! The page's side of the annex: a worker that colours code and sets formulas, away from the thread that the page runs on.
//!
//! In: what the painter has drawn. Out: the same, coloured or set, a piece at a time, once it comes near the window. There is
//! one worker for a page; it starts when it is first needed and ends with the last turn on screen. Where it cannot be had, code stays
//! plain and formulas stay TeX; so do the language and the formula that a worker never came back from, and a new worker does the
//! rest. It must not know markdown; and it never changes a letter of code.

mod ask;
mod draw;

use std::cell::RefCell;

use js_sys::{Array, Uint32Array};
use wasm_bindgen::prelude::*;
use web_sys::{Element, Node, Text};

use super::app::Chat;
use super::clock::Beat;
use super::dom::when_near;
use ask::{Answer, Worker};

/// Longest time between two colourings of code that is being written, in milliseconds.
const BATCH: f64 = 250.0;
/// Most UTF-16 units that go to the worker at once, unless one line is longer.
const PIECE: u32 = 6_000;
/// Distance from what is seen within which code and formulas are wanted, in pixels.
const NEAR: u32 = 400;

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    #[wasm_bindgen(js_name = isSelected)]
    fn is_selected(element: &Element) -> bool;
}

thread_local! {
    static ANNEX: RefCell<Annex> = RefCell::default();
}

#[derive(Default)]
struct Annex {
    turns: usize,
    jobs: Vec<Job>,
    /// Number of jobs above which those whose place is gone are looked for.
    prune_at: usize,
    last_number: u32,
    /// Set while what is drawn is far away, and is not watched yet.
    far: bool,
    worker: Worker,
    near: Option<web_sys::IntersectionObserver>,
    beat: Beat,
    selecting: Option<gloo_events::EventListener>,
}

/// Job that waits for the annex: a block of code, or a formula.
struct Job {
    number: u32,
    /// Element of the code or of the formula.
    place: Element,
    work: Work,
    /// Set while nobody watches whether the place comes near.
    far: bool,
    /// Set once the place has been near the window.
    near: bool,
    /// Set once the worker has had a part of the code or the formula.
    begun: bool,
    /// Set once nothing more will be written in the place.
    whole: bool,
    /// Set once the worker has had the last of the code or the formula.
    closed: bool,
    /// Runs of colours that wait until the person no longer selects here.
    held: Option<Vec<u32>>,
}

enum Work {
    /// A block of code, and its language. What is not coloured yet is the last text in its place.
    Code(String),
    /// A formula, and the chat whose reader may have to be kept at the end when it takes more room than its TeX.
    Math(Box<Chat>),
}

/// Mark of a turn that is on screen. With the last one, the worker ends and all is forgotten.
pub struct InUse(());

impl InUse {
    /// Counts one more turn on screen, until the mark is dropped.
    pub fn on_screen() -> InUse {
        with(|annex| annex.turns += 1);
        InUse(())
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        // What is dropped here may call back: it is taken out first.
        let ended = with(|annex| {
            annex.turns = annex.turns.saturating_sub(1);
            (annex.turns == 0).then(|| std::mem::take(annex))
        });
        if let Some(near) = ended.and_then(|annex| annex.near) {
            near.disconnect();
        }
    }
}

/// Draws something that is far from view: the browser has it to watch at every frame only once it is [`awake`].
pub fn far_away<T>(draw: impl FnOnce() -> T) -> T {
    with(|annex| annex.far = true);
    let drawn = draw();
    with(|annex| annex.far = false);
    drawn
}

/// Begins to watch the code and formulas in a part of the page that is no longer far from view.
pub fn awake(part: &Element) {
    with(|annex| {
        let near = &mut annex.near;
        let far = annex.jobs.iter_mut().filter(|job| job.far);
        for job in far.filter(|job| part.contains(Some(&job.place))) {
            job.far = false;
            near.get_or_insert_with(observer).observe(&job.place);
        }
    });
}

/// Adds a block of code that was drawn; more lines may follow in its last text.
pub fn code(place: &Element, language: &str) {
    add(place, Work::Code(language.to_owned()), false);
}

/// Notes that the painter has drawn something: code near the window may have grown.
pub fn painted() {
    with(|annex| {
        if annex.jobs.iter().any(|job| job.near) {
            annex.beat.arm(BATCH, pass);
        }
    });
}

/// Notes that a part of an answer is drawn as it stays: its code is whole, its formulas can be set.
pub fn settled(chat: Chat, part: &Node) {
    let ready = with(|annex| {
        let mut ready = false;
        for job in annex.jobs.iter_mut().filter(|job| !job.whole) {
            job.whole = part.contains(Some(&job.place));
            ready |= job.whole && job.near;
        }
        ready
    });
    let formulas = part
        .dyn_ref::<Element>()
        .and_then(|part| part.query_selector_all("code.math:not(.asked)").ok());
    if let Some(formulas) = formulas {
        for formula in (0..formulas.length()).filter_map(|at| formulas.get(at)) {
            let formula: Element = formula.unchecked_into();
            // A list is settled item by item, and then as a whole.
            let _ = formula.class_list().add_1("asked");
            add(&formula, Work::Math(Box::new(chat)), true);
        }
    }
    if ready {
        with(Annex::soon);
    }
}

/// Takes away what is coloured of a text, whose letters before the last ones are to change; it is coloured anew from its
/// beginning.
pub fn forget(text: &Text) {
    let Some(place) = text.parent_element() else {
        return;
    };
    while let Some(before) = text.previous_sibling().filter(draw::is_ours) {
        let _ = place.remove_child(&before);
    }
    with(|annex| {
        annex.last_number += 1;
        let number = annex.last_number;
        let mut begun = annex.jobs.iter_mut().filter(|job| job.begun);
        if let Some(job) = begun.find(|job| job.place == place) {
            job.number = number;
            job.begun = false;
            job.closed = false;
            job.held = None;
        }
    });
}

fn with<T>(work: impl FnOnce(&mut Annex) -> T) -> T {
    ANNEX.with_borrow_mut(work)
}

fn add(place: &Element, work: Work, whole: bool) {
    with(|annex| {
        if annex.worker.is_hopeless() || !asks_for(place, &work) {
            return;
        }
        annex.last_number += 1;
        annex.jobs.push(Job {
            number: annex.last_number,
            place: place.clone(),
            work,
            far: annex.far,
            near: false,
            begun: false,
            whole,
            closed: false,
            held: None,
        });
        if !annex.far {
            annex.near.get_or_insert_with(observer).observe(place);
        }
    });
}

/// Returns the kind of a job, as the worker is asked for it: code of one language is all of a kind, a formula is its own.
fn kind_of(place: &Element, work: &Work) -> String {
    match work {
        Work::Code(language) => language.trim().to_lowercase(),
        Work::Math(_) => format!("${}", place.text_content().unwrap_or_default()),
    }
}

fn asks_for(place: &Element, work: &Work) -> bool {
    ask::asks_for(&kind_of(place, work))
}

fn observer() -> web_sys::IntersectionObserver {
    let seen = Closure::<dyn Fn(Element)>::new(|place: Element| {
        with(|annex| {
            let seen = annex.jobs.iter_mut().find(|job| job.place == place);
            if let Some(job) = seen {
                job.near = true;
                annex.soon();
            }
        });
    });
    when_near(&seen.into_js_value(), None, NEAR)
}

/// Does what can be done now; the worker is given one piece at a time.
fn pass() {
    with(|annex| {
        annex.prune();
        annex.apply_held();
        if !annex.jobs.iter().any(|job| job.near) || !annex.worker.is_free() {
            return;
        }
        let waiting = annex.jobs.iter_mut().filter(|job| job.waits());
        let next = waiting
            .filter_map(|job| Some((job.number, job.question()?, kind_of(&job.place, &job.work))))
            .next();
        if let Some((number, question, kind)) = next {
            annex.worker.ask(number, &kind, &question);
        }
    });
}

/// Takes a message from the worker.
fn told(answer: Answer) {
    with(|annex| match answer {
        Answer::Ready => annex.soon(),
        Answer::Failed(number) => {
            // What it was asked last is what it failed on, and with it goes all of that kind.
            let hopeless = annex.worker.is_hopeless();
            annex.jobs.retain(|job| {
                !hopeless && Some(job.number) != number && asks_for(&job.place, &job.work)
            });
            // Code that was begun is gone on with by a worker that has not seen its beginning: a colour may be wrong.
            let mut last = annex.last_number;
            for job in annex.jobs.iter_mut().filter(|job| job.begun) {
                last += 1;
                job.number = last;
                job.begun = false;
            }
            annex.last_number = last;
            annex.soon();
        }
        Answer::Said(number, said) => {
            annex
                .jobs
                .retain_mut(|job| job.number != number || job.take(&said));
            annex.apply_held();
            if annex.jobs.iter().any(|job| job.waits() && job.whole) {
                annex.soon();
            } else {
                annex.beat.arm(BATCH, pass);
            }
        }
    });
}

impl Annex {
    /// Goes on at the next frame. To start the worker is no hurry: it would compete with the text that is just coming in.
    fn soon(&mut self) {
        if !self.worker.is_running() {
            return self.beat.arm(BATCH, pass);
        }
        self.beat.hasten();
        self.beat.arm(0.0, pass);
    }

    /// Forgets jobs whose place is no longer on the page. What was drawn a moment ago is there by the next frame.
    fn prune(&mut self) {
        self.jobs
            .retain(|job| !job.near || job.place.is_connected());
        if self.jobs.len() > self.prune_at.max(64) {
            self.jobs.retain(|job| job.place.is_connected());
            self.prune_at = 2 * self.jobs.len();
        }
    }

    /// Colours the code for which runs have come, but where a person is selecting: that would end the selection. Jobs that are
    /// done go.
    fn apply_held(&mut self) {
        let mut waits = false;
        for job in self.jobs.iter_mut().filter(|job| job.held.is_some()) {
            if is_selected(&job.place) {
                waits = true;
            } else if let (Some(runs), Some(rest)) = (job.held.take(), job.rest()) {
                draw::code(&job.place, &rest, &runs);
            }
        }
        let worker = &self.worker;
        self.jobs
            .retain(|job| !job.closed || job.held.is_some() || worker.answers(job.number));
        if !waits {
            self.selecting = None;
        } else if self.selecting.is_none()
            && let Some(document) = web_sys::window().and_then(|window| window.document())
        {
            let changed = |_: &web_sys::Event| with(|annex| annex.beat.arm(BATCH, pass));
            self.selecting = Some(gloo_events::EventListener::new(
                &document,
                "selectionchange",
                changed,
            ));
        }
    }
}

impl Job {
    /// Tells whether the worker may be asked for the job.
    fn waits(&self) -> bool {
        self.near && !self.closed && self.held.is_none()
    }

    /// Makes the next question of the job, if there is something to ask.
    fn question(&mut self) -> Option<Array> {
        let number = JsValue::from(self.number);
        let asked = match &self.work {
            Work::Math(_) => {
                self.closed = true;
                let tex = self.place.text_content()?;
                let display = self.place.class_list().contains("display");
                Array::of4(&number, &"math".into(), &tex.into(), &display.into())
            }
            Work::Code(language) => {
                let rest = self.rest()?;
                let piece = piece_of(&rest, self.whole)?;
                self.closed = self.whole && piece.encode_utf16().count() as u32 == rest.length();
                let words = [&"code".into(), &language.into(), &piece.into()];
                let asked = Array::of4(&number, words[0], words[1], words[2]);
                asked.push(&self.closed.into());
                asked
            }
        };
        self.begun = true;
        Some(asked)
    }

    /// Returns the text that is not coloured yet: the last in the place.
    fn rest(&self) -> Option<Text> {
        self.place.last_child()?.dyn_into().ok()
    }

    /// Takes an answer of the worker; `false` where there is nothing more to do.
    fn take(&mut self, said: &JsValue) -> bool {
        match (&self.work, said.dyn_ref::<Uint32Array>()) {
            (Work::Code(_), Some(runs)) => {
                self.held = Some(runs.to_vec());
                true
            }
            (Work::Math(chat), None) if said.is_object() => {
                draw::formula(&self.place, said.unchecked_ref());
                if chat.is_mounted() {
                    chat.follow();
                }
                false
            }
            _ => false,
        }
    }
}

/// Returns the next lines that can be coloured: whole ones, or what is left where nothing more will come. `None` where no line is
/// whole.
fn piece_of(text: &Text, whole: bool) -> Option<String> {
    let length = text.length();
    let mut most = PIECE;
    loop {
        let mut piece = text.substring_data(0, most.min(length)).ok()?;
        if whole && most >= length {
            return Some(piece);
        }
        if let Some(end) = piece.rfind('\n') {
            piece.truncate(end + 1);
            return Some(piece);
        }
        if most >= length {
            return None;
        }
        most = most.saturating_mul(4);
    }
}
