//! The worker's state and its words.

use js_sys::Array;
use rill::search::{Desk, Hit, Query, Stored};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Begins to listen.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let mut desk = Desk::default();
    let told = Closure::<dyn FnMut(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            if let Some(answer) = hear(&mut desk, &Array::from(&event.data())) {
                let _ = scope.post_message(&answer);
            }
        }
    });
    scope.set_onmessage(Some(told.as_ref().unchecked_ref()));
    // The worker lives as long as it listens.
    told.forget();
    let _ = scope.post_message(&JsValue::from_str("ready"));
}

/// Does what the page wants; gives the answer, where there is one.
fn hear(desk: &mut Desk, asked: &Array) -> Option<JsValue> {
    let word = |at| asked.get(at).as_string().unwrap_or_default();
    let number = |at| asked.get(at).as_f64().unwrap_or_default();
    match word(0).as_str() {
        "begin" => {
            let stored = stored(&Array::from(&asked.get(1)));
            let answer = Array::of1(&"missing".into());
            for id in desk.begin(&stored) {
                answer.push(&id.into());
            }
            Some(answer.into())
        }
        "turns" => {
            desk.turns(&word(1), records(&asked.get(2)));
            None
        }
        "whole" => {
            desk.whole(&word(1), number(2) as u64);
            None
        }
        "wrote" => {
            let head = Stored {
                id: word(1),
                version: number(3) as u64,
                name: word(4),
                at: number(5),
            };
            desk.wrote(&head, number(2) as u64, records(&asked.get(6)));
            None
        }
        "find" => {
            let (hits, count) = desk.find(&Query::new(&word(2)), number(3) as usize);
            let answer = Array::of3(&"found".into(), &asked.get(1), &(count as f64).into());
            for hit in &hits {
                answer.push(&told(hit));
            }
            Some(answer.into())
        }
        _ => None,
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
