//! The worker's state and its words.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::rc::Rc;

use js_sys::{Array, Date};
use rill::history::Batch;
use rill::history::intake::{Intake, Seen};
use rill::import::{Conversation, Reading, Reason, Refusal, Report};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::blob::Source;
use crate::write::{Arriving, Pen, write};

/// Bytes of records, and the number of them, that are written here at once.
const AT_ONCE: (usize, usize) = (1 << 20, 512);
/// The same of those that go to the page at once: it unites them between two frames.
const FOR_PAGE: (usize, usize) = (1 << 18, 96);
/// Bytes up to which a conversation is written in one piece: where the browser dies, it is there whole or not at all.
const WHOLE: usize = 1 << 25;
/// Milliseconds after which the page is told how far the reading has come.
const SIGN: f64 = 100.0;

struct Import {
    intake: Intake,
    files: Vec<File>,
    done: Rc<Cell<f64>>,
    /// The file whose records are asked for.
    writing: Option<Writing>,
    pen: Pen,
}

/// A file that is read for the second time.
struct Writing {
    file: usize,
    reading: Option<Reading<Source>>,
    /// The place of the next conversation.
    at: usize,
    /// Records that nobody has taken yet.
    waiting: VecDeque<Waiting>,
    /// Records that are written here next.
    ready: Vec<Arriving>,
}

/// Records on their way.
enum Waiting {
    /// Those that are written here.
    Here(Arriving),
    /// Those that the page unites with what is there, with the conversation's marks as JSON.
    Page(Batch, String),
}

/// Begins to listen.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let known = Rc::new(RefCell::new(None));
    let told = Closure::<dyn FnMut(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            let asked = Array::from(&event.data());
            let mut import = known.borrow_mut();
            let answer = match asked.get(0).as_string().as_deref() {
                Some("look") => {
                    let begun = import.insert(Import::begin(&asked));
                    begun.look(&|done| {
                        let _ = scope.post_message(&done.into());
                    })
                }
                Some("write") => {
                    let file = asked.get(1).as_f64().unwrap_or_default() as usize;
                    if let Some(import) = &mut *import {
                        import.open(file);
                    }
                    return;
                }
                Some("put") => {
                    if let Some(import) = &mut *import {
                        import.put(&scope, &known);
                    }
                    return;
                }
                _ => match &mut *import {
                    Some(import) => import.next(),
                    None => return,
                },
            };
            let _ = scope.post_message(&answer);
        }
    });
    scope.set_onmessage(Some(told.as_ref().unchecked_ref()));
    // The worker lives as long as it listens.
    told.forget();
    let _ = scope.post_message(&JsValue::from_str("ready"));
}

impl Import {
    fn begin(asked: &Array) -> Import {
        let heads: Vec<String> = Array::from(&asked.get(2))
            .iter()
            .filter_map(|head| head.as_string())
            .collect();
        let now = asked.get(3).as_f64().unwrap_or_default();
        Import {
            intake: Intake::begin(heads.iter().map(String::as_str), now),
            files: Array::from(&asked.get(1))
                .iter()
                .map(JsCast::unchecked_into)
                .collect(),
            done: Rc::default(),
            writing: None,
            pen: Pen::default(),
        }
    }

    fn reading(&self, file: usize) -> Option<Reading<Source>> {
        let file = self.files.get(file)?;
        let source = Source::new(file.clone().unchecked_into(), self.done.clone())?;
        Some(Reading::begin(&file.name(), source))
    }

    /// Looks at all files.
    fn look(&mut self, tell: &dyn Fn(f64)) -> JsValue {
        let mut reports: Vec<Result<Report, Refusal>> = Vec::new();
        let mut told = Date::now();
        for file in 0..self.files.len() {
            let report = match self.reading(file) {
                None => Err(self.unreadable(file)),
                Some(mut reading) => loop {
                    let intake = &mut self.intake;
                    let step = reading.step(&mut |conversation: Conversation| {
                        intake.look(&conversation);
                        ControlFlow::Continue(())
                    });
                    match step {
                        Ok(None) => {}
                        Ok(Some(report)) => break Ok(report),
                        Err(refusal) => break Err(refusal),
                    }
                    if Date::now() - told > SIGN {
                        told = Date::now();
                        tell(self.done.get());
                    }
                },
            };
            self.intake.end_file(report.is_err());
            reports.push(report);
        }
        let seen = reports.into_iter().enumerate();
        let seen = seen.map(|(file, report)| Ok(self.intake.seen(file, report?)));
        let seen: Vec<Result<Seen, Refusal>> = seen.collect();
        text(serde_json::to_string(&seen))
    }

    fn unreadable(&self, file: usize) -> Refusal {
        Refusal {
            file: self.files.get(file).map(File::name).unwrap_or_default(),
            place: None,
            reason: Reason::Unreadable,
        }
    }

    fn open(&mut self, file: usize) {
        self.done.set(0.0);
        self.writing = Some(Writing {
            file,
            reading: self.reading(file),
            at: 0,
            waiting: VecDeque::new(),
            ready: Vec::new(),
        });
    }

    /// The next records of the file that is written.
    fn next(&mut self) -> JsValue {
        let Some(writing) = &mut self.writing else {
            return JsValue::NULL;
        };
        let batches = Array::new();
        let (mut here, mut page) = (Load::default(), Load::default());
        while here.is_below(AT_ONCE) && page.is_below(FOR_PAGE)
            || here.bytes < WHOLE && writing.is_within()
        {
            match writing.waiting.pop_front() {
                Some(Waiting::Here(arriving)) => {
                    here.add(&arriving.batch);
                    writing.ready.push(arriving);
                }
                Some(Waiting::Page(batch, marks)) => {
                    page.add(&batch);
                    batches.push(&of_batch(&batch, &marks));
                }
                None if writing.reading.is_none() => break,
                None => {
                    if let Err(refusal) = writing.step(&self.intake) {
                        self.writing = None;
                        return text(serde_json::to_string(&refusal));
                    }
                }
            }
        }
        let waits = !writing.ready.is_empty();
        Array::of3(&self.done.get().into(), &waits.into(), &batches).into()
    }

    /// Writes what is ready, and says what became of it.
    fn put(&mut self, scope: &DedicatedWorkerGlobalScope, known: &Rc<RefCell<Option<Import>>>) {
        let ready = self.writing.as_mut().map(|writing| &mut writing.ready);
        let ready = ready.map(std::mem::take).unwrap_or_default();
        let mut pen = std::mem::take(&mut self.pen);
        let (scope, known) = (scope.clone(), known.clone());
        spawn_local(async move {
            let tell = |before: &JsValue| {
                let _ = scope.post_message(before);
            };
            let written = write(&mut pen, &ready, &tell).await;
            // Where the page has begun anew meanwhile, it has a pen of its own.
            if let Some(import) = &mut *known.borrow_mut() {
                import.pen = pen;
            }
            let _ = scope.post_message(&text(serde_json::to_string(&written)));
        });
    }
}

impl Writing {
    /// Whether what is written here next goes on with the conversation before it.
    fn is_within(&self) -> bool {
        match (self.ready.last(), self.waiting.front()) {
            (Some(last), Some(Waiting::Here(next))) => last.batch.head.id == next.batch.head.id,
            _ => false,
        }
    }

    /// Reads on: what is new waits.
    fn step(&mut self, intake: &Intake) -> Result<(), Refusal> {
        let Some(reading) = &mut self.reading else {
            return Ok(());
        };
        let (file, at, waiting) = (self.file, &mut self.at, &mut self.waiting);
        let step = reading.step(&mut |conversation: Conversation| {
            if let Some(written) = intake.write(file, *at, &conversation) {
                let batches = written.batches.into_iter();
                let is_newer = written.is_newer;
                if written.unites {
                    let marks = written.marks.told().to_string();
                    waiting.extend(batches.map(|batch| Waiting::Page(batch, marks.clone())));
                } else {
                    let here = |batch| Waiting::Here(Arriving { is_newer, batch });
                    waiting.extend(batches.map(here));
                }
            }
            *at += 1;
            ControlFlow::Continue(())
        });
        if step?.is_some() {
            self.reading = None;
        }
        Ok(())
    }
}

/// What was taken so far.
#[derive(Default)]
struct Load {
    bytes: usize,
    count: usize,
}

impl Load {
    fn add(&mut self, batch: &Batch) {
        let records = batch.turns.iter();
        self.bytes += records.map(|(_, record)| record.len()).sum::<usize>();
        self.count += batch.turns.len();
    }

    fn is_below(&self, (bytes, count): (usize, usize)) -> bool {
        self.bytes < bytes && self.count < count
    }
}

/// A batch as a message: `[expect, head, ids, records, marks]`.
fn of_batch(batch: &Batch, marks: &str) -> JsValue {
    let (ids, records) = (Array::new(), Array::new());
    for (id, record) in &batch.turns {
        ids.push(&JsValue::from(*id as f64));
        records.push(&JsValue::from_str(record));
    }
    let head = batch.head.write();
    Array::of5(
        &(batch.expect as f64).into(),
        &head.into(),
        &ids,
        &records,
        &marks.into(),
    )
    .into()
}

/// A text of plain data, which always can be written.
fn text(written: serde_json::Result<String>) -> JsValue {
    written.unwrap_or_default().into()
}
