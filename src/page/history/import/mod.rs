//! An import: files of other programs become conversations in the database.
//!
//! In: files, and what the person wants. Out: what is in them, before anything is written; then conversations; and what became of it. A
//! worker reads, asks [`crate::history::intake`] what is new, and writes ([`worker`]); this hand unites what is here ([`mod@write`]), and takes
//! back what was written of a file that cannot be read to its end.

mod worker;
mod write;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::File;

use super::{Fault, History};
use crate::history::intake::Seen;
use crate::import::Refusal;
use crate::tabs::Message;
use worker::{Event, Worker};
use write::Undo;

/// State of an import.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// None is there.
    Idle,
    /// The files are read, so many per cent of them.
    Reading(u32),
    /// All files were read: the person may say whether what is new is to be written.
    Seen(Arc<Vec<Found>>),
    /// What is new is written, so many per cent of it.
    Writing(u32),
    /// The import is over.
    Done(Arc<Done>),
}

/// A file, and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Name of the file.
    pub name: String,
    /// What is in it, or why it is refused.
    pub seen: Result<Seen, Refusal>,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// Number of conversations that were written.
    pub written: usize,
    /// Files of which nothing was kept.
    pub failed: Vec<Failed>,
}

/// Reason why nothing of a file was kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// The file could not be read.
    Refused(Refusal),
    /// Its conversations could not be written.
    Unwritten(String, Fault),
    /// The worker stopped, or cannot be had here.
    Stopped,
}

/// Import of one page: at most one at a time.
pub struct Import {
    /// State of the import.
    pub state: ArcRwSignal<State>,
    events: RefCell<Option<UnboundedSender<Event>>>,
}

impl Default for Import {
    fn default() -> Import {
        Import {
            state: ArcRwSignal::new(State::Idle),
            events: RefCell::default(),
        }
    }
}

impl Import {
    /// Writes what is new, once all files were looked at.
    pub fn write(&self) {
        self.tell(Event::Write);
    }

    /// Ends the import. What was written of it is taken back.
    pub fn cancel(&self) {
        self.tell(Event::Cancel);
        if matches!(self.state.get_untracked(), State::Done(_)) {
            self.state.set(State::Idle);
        }
    }

    fn tell(&self, event: Event) {
        if let Some(events) = &*self.events.borrow() {
            let _ = events.unbounded_send(event);
        }
    }

    fn is_writing(&self) -> bool {
        matches!(self.state.get_untracked(), State::Writing(_))
    }
}

impl History {
    /// Looks at files, in the place of those that were looked at. Nothing is written before the person wants it.
    pub fn import(self: &Rc<Self>, files: Vec<File>) {
        if files.is_empty() || self.import.is_writing() {
            return;
        }
        self.import.cancel();
        let (events, mut heard) = unbounded();
        self.import.events.replace(Some(events.clone()));
        self.import.state.set(State::Reading(0));
        let history = self.clone();
        self.chat.spawn(async move {
            let state = match Worker::start(&events) {
                Some(worker) => {
                    let mut hands = Hands {
                        history: &history,
                        worker,
                        heard: &mut heard,
                        files: &files,
                    };
                    hands.run().await
                }
                None => stopped(),
            };
            // Of what was written or taken back the other tabs have read nothing yet.
            history.tabs.say(&Message::Listed);
            // The list here has not seen the marks and the folders that came along.
            history.list_changed();
            // Another import may have begun meanwhile.
            let mut own = history.import.events.borrow_mut();
            if own.as_ref().is_some_and(|own| own.same_receiver(&events)) {
                *own = None;
                drop(own);
                history.import.state.set(state);
            }
        });
    }
}

fn stopped() -> State {
    State::Done(Arc::new(Done {
        written: 0,
        failed: vec![Failed::Stopped],
    }))
}

/// The hands of one import.
struct Hands<'h> {
    history: &'h Rc<History>,
    worker: Worker,
    heard: &'h mut UnboundedReceiver<Event>,
    files: &'h [File],
}

/// An import that ends before its end.
enum Ended {
    Cancelled,
    Stopped,
}

impl Hands<'_> {
    /// Does all of it; returns the state in which it leaves the page.
    async fn run(&mut self) -> State {
        match self.all().await {
            Ok(state) => state,
            Err(Ended::Cancelled) => State::Idle,
            Err(Ended::Stopped) => stopped(),
        }
    }

    async fn all(&mut self) -> Result<State, Ended> {
        // It says that it is ready.
        self.said().await?;
        let work = self.history.db.work(false).await;
        let heads = match &work {
            Ok(work) => work.heads().await,
            Err(fault) => Err(*fault),
        };
        let heads = match heads {
            Ok(heads) => heads,
            Err(fault) => return Ok(unwritten(self.files, fault)),
        };
        self.worker.look(self.files, &heads);
        let found = Arc::new(self.look().await?);
        self.say(State::Seen(found.clone()));
        match self.heard.next().await {
            Some(Event::Write) => {}
            Some(Event::Cancel) | None => return Err(Ended::Cancelled),
            Some(Event::Failed | Event::Said(_)) => return Err(Ended::Stopped),
        }
        self.say(State::Writing(0));
        self.write(&found).await.map(State::Done)
    }

    fn say(&self, state: State) {
        if self.history.import.state.get_untracked() != state {
            self.history.import.state.set(state);
        }
    }

    /// The next words of the worker.
    async fn said(&mut self) -> Result<JsValue, Ended> {
        loop {
            match self.heard.next().await {
                Some(Event::Said(said)) => return Ok(said),
                Some(Event::Failed) => return Err(Ended::Stopped),
                Some(Event::Cancel) | None => return Err(Ended::Cancelled),
                // A second press of the button.
                Some(Event::Write) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<Vec<Found>, Ended> {
        let all: f64 = self.files.iter().map(|file| file.size()).sum();
        loop {
            let said = self.said().await?;
            match (said.as_f64(), said.as_string()) {
                (Some(done), _) => self.say(State::Reading(per_cent(done, all))),
                (None, Some(seen)) => {
                    let seen = serde_json::from_str::<Vec<Result<Seen, Refusal>>>(&seen);
                    let seen = seen.map_err(|_| Ended::Stopped)?.into_iter();
                    let found = self.files.iter().zip(seen).map(|(file, seen)| Found {
                        name: file.name(),
                        seen,
                    });
                    return Ok(found.collect());
                }
                (None, None) => return Err(Ended::Stopped),
            }
        }
    }

    /// Writes what is new of all files.
    async fn write(&mut self, found: &[Found]) -> Result<Arc<Done>, Ended> {
        let is_new = |found: &Found| found.seen.as_ref().is_ok_and(Seen::is_news);
        let files = self.files.iter().zip(found).enumerate();
        let files: Vec<(usize, &File)> = files
            .filter(|(_, (_, found))| is_new(found))
            .map(|(at, (file, _))| (at, file))
            .collect();
        let all: f64 = files.iter().map(|(_, file)| file.size()).sum();
        let mut before = 0.0;
        let mut done = Done::default();
        let mut undo = Undo::default();
        for (at, file) in files {
            let mut of_file = Undo::default();
            let written = self.write_file(at, (before, all), &mut of_file).await;
            match written {
                Ok(None) => {
                    done.written += of_file.count();
                    undo.join(of_file);
                }
                Ok(Some(refusal)) => {
                    self.history.take_back(&of_file).await;
                    done.failed.push(Failed::Refused(refusal));
                }
                Err(Stop::Fault(fault)) => {
                    self.history.take_back(&of_file).await;
                    done.failed.push(Failed::Unwritten(file.name(), fault));
                    break;
                }
                Err(Stop::Ended(ended)) => {
                    undo.join(of_file);
                    self.history.take_back(&undo).await;
                    return Err(ended);
                }
            }
            before += file.size();
        }
        Ok(Arc::new(done))
    }

    /// Writes what is new of a file; returns a refusal, where it cannot be read a second time.
    async fn write_file(
        &mut self,
        at: usize,
        (before, all): (f64, f64),
        undo: &mut Undo,
    ) -> Result<Option<Refusal>, Stop> {
        self.worker.write(at);
        let mut own = Vec::new();
        loop {
            self.worker.next();
            let said = self.said().await.map_err(Stop::Ended)?;
            if let Some(refusal) = said.as_string() {
                return match serde_json::from_str(&refusal) {
                    Ok(refusal) => Ok(Some(refusal)),
                    Err(_) => Err(Stop::Ended(Ended::Stopped)),
                };
            }
            let said = Array::from(&said);
            let (waits, batches) = (said.get(1).is_truthy(), Array::from(&said.get(2)));
            if !waits && batches.length() == 0 {
                let written = self.history.write_own(&mut own, undo).await;
                return written.map(|()| None).map_err(Stop::Fault);
            }
            let batches: Vec<write::Arriving> = batches.iter().filter_map(write::read).collect();
            let united = self.history.unite_all(batches, &mut own, undo).await;
            united.map_err(Stop::Fault)?;
            if waits {
                self.put(undo).await?;
            }
            let done = said.get(0).as_f64().unwrap_or_default();
            self.say(State::Writing(per_cent(before + done, all)));
        }
    }

    /// Has the worker write, and waits until it has, whatever the person wants meanwhile: only then it is known what is to be taken back.
    async fn put(&mut self, undo: &mut Undo) -> Result<(), Stop> {
        self.worker.put();
        let mut put = Undo::default();
        let mut is_cancelled = false;
        let written = loop {
            match self.heard.next().await {
                Some(Event::Said(said)) => match said.as_string() {
                    Some(written) => break serde_json::from_str(&written).ok(),
                    None => put.hear(&Array::from(&said)),
                },
                Some(Event::Cancel) => is_cancelled = true,
                Some(Event::Write) => {}
                Some(Event::Failed) | None => break None,
            }
        };
        undo.join(put);
        match written {
            None => Err(Stop::Ended(Ended::Stopped)),
            Some(Err(fault)) => Err(Stop::Fault(fault)),
            Some(Ok(())) if is_cancelled => Err(Stop::Ended(Ended::Cancelled)),
            Some(Ok(())) => Ok(()),
        }
    }
}

/// The end of writing before all is written.
enum Stop {
    Fault(Fault),
    Ended(Ended),
}

fn unwritten(files: &[File], fault: Fault) -> State {
    let failed = |file: &File| Failed::Unwritten(file.name(), fault);
    State::Done(Arc::new(Done {
        written: 0,
        failed: files.iter().map(failed).collect(),
    }))
}

/// So many per cent, never quite all.
fn per_cent(done: f64, all: f64) -> u32 {
    match all > 0.0 {
        true => (100.0 * done / all).clamp(0.0, 99.0) as u32,
        false => 0,
    }
}
