//! The worker's state and its words.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::rc::Rc;

use js_sys::{Array, Date};
use rill::history::Batch;
use rill::history::intake::{Intake, Seen};
use rill::import::{Conversation, Reading, Reason, Refusal, Report};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::blob::Source;

/// Bytes of records, and the number of them, that go to the page at once: it writes them between two frames.
const AT_ONCE: (usize, usize) = (1 << 18, 96);
/// Milliseconds after which the page is told how far the reading has come.
const SIGN: f64 = 100.0;

struct Import {
    intake: Intake,
    files: Vec<File>,
    done: Rc<Cell<f64>>,
    /// The file whose records are asked for.
    writing: Option<Writing>,
}

/// A file that is read for the second time.
struct Writing {
    file: usize,
    reading: Option<Reading<Source>>,
    /// The place of the next conversation.
    at: usize,
    /// Records that the page has not taken yet.
    waiting: VecDeque<Waiting>,
}

/// Records with the way in which they are written, and the conversation's marks as JSON.
type Waiting = (u32, Batch, String);

/// Begins to listen.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let mut import = None;
    let told = Closure::<dyn FnMut(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            let asked = Array::from(&event.data());
            let answer = match asked.get(0).as_string().as_deref() {
                Some("look") => {
                    let begun = import.insert(Import::begin(&asked));
                    begun.look(&|done| {
                        let _ = scope.post_message(&done.into());
                    })
                }
                Some("write") => {
                    let file = asked.get(1).as_f64().unwrap_or_default() as usize;
                    if let Some(import) = &mut import {
                        import.open(file);
                    }
                    return;
                }
                _ => match &mut import {
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
        });
    }

    /// The next records of the file that is written.
    fn next(&mut self) -> JsValue {
        let Some(writing) = &mut self.writing else {
            return JsValue::NULL;
        };
        let intake = &self.intake;
        while writing.waiting.is_empty()
            && let Some(reading) = &mut writing.reading
        {
            let (file, at, waiting) = (writing.file, &mut writing.at, &mut writing.waiting);
            let step = reading.step(&mut |conversation: Conversation| {
                if let Some(written) = intake.write(file, *at, &conversation) {
                    let batches = written.batches.into_iter();
                    let how = match (written.unites, written.is_newer) {
                        (true, _) => 2,
                        (false, is_newer) => u32::from(is_newer),
                    };
                    let marks = written.marks.told().to_string();
                    waiting.extend(batches.map(|batch| (how, batch, marks.clone())));
                }
                *at += 1;
                ControlFlow::Continue(())
            });
            match step {
                Ok(None) => {}
                Ok(Some(_)) => writing.reading = None,
                Err(refusal) => {
                    self.writing = None;
                    return text(serde_json::to_string(&refusal));
                }
            }
        }
        let batches = Array::new();
        let (mut bytes, mut count) = (0, 0);
        while bytes < AT_ONCE.0
            && count < AT_ONCE.1
            && let Some((how, batch, marks)) = writing.waiting.pop_front()
        {
            bytes += batch
                .turns
                .iter()
                .map(|(_, record)| record.len())
                .sum::<usize>();
            count += batch.turns.len();
            batches.push(&of_batch(how, &batch, &marks));
        }
        Array::of2(&self.done.get().into(), &batches).into()
    }
}

/// A batch as a message: `[how, expect, head, ids, records, marks]`.
fn of_batch(how: u32, batch: &Batch, marks: &str) -> JsValue {
    let (ids, records) = (Array::new(), Array::new());
    for (id, record) in &batch.turns {
        ids.push(&JsValue::from(*id as f64));
        records.push(&JsValue::from_str(record));
    }
    let message = Array::of5(
        &how.into(),
        &(batch.expect as f64).into(),
        &batch.head.write().into(),
        &ids,
        &records,
    );
    message.push(&marks.into());
    message.into()
}

/// A text of plain data, which always can be written.
fn text(written: serde_json::Result<String>) -> JsValue {
    written.unwrap_or_default().into()
}
