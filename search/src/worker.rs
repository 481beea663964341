//! The worker's state and its words.

use std::collections::BTreeSet;

use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use js_sys::Array;
use rill::search::{Desk, Hit, Query, Stored};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::pieces::Pieces;

/// The index, and where its pieces are kept.
struct State {
    desk: Desk,
    scope: DedicatedWorkerGlobalScope,
    pieces: Option<Pieces>,
    /// Set once the pieces were read.
    has_begun: bool,
}

/// Begins to listen.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let (tell, mut told) = unbounded();
    let hears = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let _ = tell.unbounded_send(Array::from(&event.data()));
    });
    scope.set_onmessage(Some(hears.as_ref().unchecked_ref()));
    // The worker lives as long as it listens.
    hears.forget();
    let _ = scope.post_message(&JsValue::from_str("ready"));
    let mut state = State {
        desk: Desk::default(),
        scope,
        pieces: None,
        has_begun: false,
    };
    // One after the other: what was said later stands on what was said before.
    spawn_local(async move {
        while let Some(asked) = told.next().await {
            if let Some(answer) = state.hear(&asked).await {
                let _ = state.scope.post_message(&answer);
            }
        }
    });
}

impl State {
    /// Does what the page wants; gives the answer, where there is one.
    async fn hear(&mut self, asked: &Array) -> Option<JsValue> {
        let word = |at| asked.get(at).as_string().unwrap_or_default();
        let number = |at| asked.get(at).as_f64().unwrap_or_default();
        match word(0).as_str() {
            "begin" => {
                let stored = stored(&Array::from(&asked.get(1)));
                self.begin(&stored).await;
                let answer = Array::of1(&"missing".into());
                for id in self.desk.begin(&stored) {
                    answer.push(&id.into());
                }
                Some(answer.into())
            }
            "turns" => {
                self.desk.turns(&word(1), records(&asked.get(2)));
                None
            }
            "whole" => {
                let id = word(1);
                self.desk.whole(&id, number(2) as u64);
                if let (Some(pieces), Some(piece)) = (&self.pieces, self.desk.piece(&id)) {
                    pieces.write(&id, &piece).await;
                }
                None
            }
            "mark" => Some(Array::of1(&"mark".into()).into()),
            "wrote" => {
                let head = Stored {
                    id: word(1),
                    version: number(3) as u64,
                    name: word(4),
                    at: number(5),
                };
                let turns = records(&asked.get(6));
                self.desk.wrote(&head, number(2) as u64, turns);
                None
            }
            "find" => {
                let found = self.desk.find(&Query::new(&word(2)), number(3) as usize);
                let (hits, count) = found;
                let answer = Array::of3(&"found".into(), &asked.get(1), &(count as f64).into());
                for hit in &hits {
                    answer.push(&told(hit));
                }
                Some(answer.into())
            }
            _ => None,
        }
    }

    /// Takes in the pieces that are kept, once; those of conversations that are there no more are deleted.
    async fn begin(&mut self, stored: &[Stored]) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        self.pieces = Pieces::open(&self.scope).await;
        let Some(pieces) = &self.pieces else { return };
        let mut known = Vec::new();
        let desk = &mut self.desk;
        pieces
            .read(|piece| known.extend(desk.take_piece(piece)))
            .await;
        let there: BTreeSet<&str> = stored.iter().map(|one| one.id.as_str()).collect();
        let gone = known.iter().filter(|id| !there.contains(id.as_str()));
        gone.for_each(|id| pieces.delete(id));
    }
}

fn stored(all: &Array) -> Vec<Stored> {
    let all: Vec<JsValue> = all.iter().collect();
    let one = |one: &[JsValue]| match one {
        [id, version, name, at] => Some(Stored {
            id: id.as_string()?,
            version: version.as_f64()? as u64,
            name: name.as_string()?,
            at: at.as_f64()?,
        }),
        _ => None,
    };
    all.chunks(4).filter_map(one).collect()
}

fn records(all: &JsValue) -> Vec<(usize, String)> {
    let all: Vec<JsValue> = Array::from(all).iter().collect();
    let one = |one: &[JsValue]| match one {
        [turn, record] => Some((turn.as_f64()? as usize, record.as_string()?)),
        _ => None,
    };
    all.chunks(2).filter_map(one).collect()
}

fn told(hit: &Hit) -> Array {
    let turn = hit.turn.map_or(-1.0, |turn| turn as f64);
    let told = Array::of2(&hit.conversation.as_str().into(), &turn.into());
    for place in &hit.places {
        told.push(&(place.start as f64).into());
        told.push(&(place.end as f64).into());
    }
    told
}
