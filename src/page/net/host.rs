//! A transport of the site's own: its code is asked, and what it hands over is read as it comes.
//!
//! In: a [`Call`] of the bridge, whose body is the request as a plain object. Out: chunks. What is in them is decided in
//! [`crate::dialect::bridge`]; here are the hands. Dropping a body before its end aborts the signal that the site was given, and ends its
//! iterator or stream; nobody waits for that.

use js_sys::{ArrayBuffer, Function, JSON, Promise, Reflect, Symbol, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Response};

use super::fetch::{TURN, WAITED, content_type};
use crate::dialect::bridge::{Giver, Part, Piece};
use crate::dialect::{Call, Kind};
use crate::page::clock::{now, sleep};
use crate::session::{Answer, Body, Chunk, Failure, Media, Opened, Wire};

/// A site's own transport: its code, and what bytes of it are.
#[derive(Clone)]
pub struct Host {
    /// Function that is called for each reply, or what one reply is read from.
    pub source: JsValue,
    /// Kind of the element, whose wire bytes are.
    pub kind: Option<Kind>,
}

/// What a site hands over for one reply.
pub struct HostBody {
    giver: Giver,
    /// What the pieces are drawn from; `None` once nothing more comes.
    well: Option<Well>,
    /// A whole piece that is handed on before all others.
    first: Option<JsValue>,
    /// Words of an error that came in the place of an answer.
    error: Option<String>,
    /// Time of the last turn that the page had, in milliseconds on the page's clock.
    turn: f64,
    controller: Option<AbortController>,
}

/// An iterator, or the reader of a stream: both give `{ done, value }`.
struct Well {
    of: JsValue,
    draw: Function,
    /// Function that ends it before its end.
    end: Option<Function>,
}

impl Well {
    /// Opens what a site's function gives: something that can be iterated, or a stream.
    fn open(of: &JsValue) -> Result<Option<Well>, JsValue> {
        if !of.is_object() {
            return Ok(None);
        }
        // A stream is read as one: not every browser iterates it.
        if let Some(open) = method(of, &"getReader".into())? {
            return Well::of(open.call0(of)?, "read", "cancel").map(Some);
        }
        let open = method(of, &Symbol::async_iterator())?.or(method(of, &Symbol::iterator())?);
        match open {
            Some(open) => Well::of(open.call0(of)?, "next", "return").map(Some),
            None => Ok(None),
        }
    }

    fn of(of: JsValue, draw: &str, end: &str) -> Result<Well, JsValue> {
        Ok(Well {
            draw: Reflect::get(&of, &draw.into())?.dyn_into()?,
            end: method(&of, &end.into())?,
            of,
        })
    }

    /// Draws the next piece; `None` at the end.
    async fn next(&self) -> Result<Option<JsValue>, JsValue> {
        let drawn = settled(self.draw.call0(&self.of)?).await?;
        if Reflect::get(&drawn, &"done".into())?.is_truthy() {
            return Ok(None);
        }
        // What a plain iterator gives may be a promise.
        settled(Reflect::get(&drawn, &"value".into())?)
            .await
            .map(Some)
    }

    /// Ends it before its end.
    fn end(&self) {
        let ended = self.end.as_ref().map(|end| end.call0(&self.of));
        // It may be long over, or fail at it: nobody is left who would be told.
        if let Some(Ok(ended)) = ended {
            spawn_local(async move {
                let _ = settled(ended).await;
            });
        }
    }
}

impl HostBody {
    /// Waits for what the site gives in answer to a request, and tells the status and the Content-Type where it is an answer of a
    /// server.
    async fn fill(&mut self, source: &JsValue, call: &Call) -> Result<(u16, String), JsValue> {
        let given = match source.dyn_ref::<Function>() {
            None => source.clone(),
            Some(ask) => {
                let request = JSON::parse(call.body.as_deref().unwrap_or("{}"))?;
                let signal = self.controller.as_ref().map(AbortController::signal);
                Reflect::set(&request, &"signal".into(), &signal.into())?;
                settled(ask.call1(&JsValue::UNDEFINED, &request)?).await?
            }
        };
        let Some(response) = given.dyn_ref::<Response>() else {
            self.well = Well::open(&given)?;
            if self.well.is_none() && !given.is_null() && !given.is_undefined() {
                self.first = Some(given);
            }
            return Ok((200, String::new()));
        };
        if !response.ok() {
            self.giver = Giver::raw();
        }
        self.well = match response.body() {
            Some(stream) => Well::open(&stream)?,
            None => None,
        };
        Ok((response.status(), content_type(response)))
    }

    /// Makes a part of a piece; `None` where nothing is in it.
    fn take(&mut self, piece: &JsValue) -> Result<Option<Part>, JsValue> {
        if piece.is_null() || piece.is_undefined() {
            return Ok(None);
        }
        if let Some(text) = piece.as_string() {
            return Ok(self.giver.take(Piece::Text(&text)));
        }
        let bytes = match piece.dyn_ref::<ArrayBuffer>() {
            Some(buffer) => Some(Uint8Array::new(buffer)),
            None => piece.dyn_ref::<Uint8Array>().cloned(),
        };
        if let Some(bytes) = bytes {
            return Ok(self.giver.take(Piece::Bytes(&bytes.to_vec())));
        }
        let text = JSON::stringify(piece)?.as_string();
        Ok(self.giver.take(Piece::Object(&text.unwrap_or_default())))
    }

    /// Draws the next part; `None` at the end.
    async fn draw(&mut self) -> Result<Option<Part>, JsValue> {
        if let Some(first) = self.first.take()
            && let Some(part) = self.take(&first)?
        {
            return Ok(Some(part));
        }
        while let Some(well) = &self.well {
            let asked = now();
            let piece = well.next().await?;
            let came = now();
            if came - asked > WAITED {
                self.turn = came;
            } else if came - self.turn > TURN {
                // What is at hand comes without a turn for the rest of the page.
                sleep(0.0).await;
                self.turn = now();
            }
            let Some(piece) = piece else {
                self.well = None;
                break;
            };
            if let Some(part) = self.take(&piece)? {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }
}

impl Body for HostBody {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        let part = match (
            self.error.take(),
            self.giver.is_over() && self.well.is_none(),
        ) {
            (Some(error), _) => Some(self.giver.failed(&error)),
            (None, true) => None,
            (None, false) => match self.draw().await {
                Ok(Some(part)) => Some(part),
                Ok(None) => self.giver.done(),
                Err(error) => {
                    self.well = None;
                    Some(self.giver.failed(&words(&error)))
                }
            },
        };
        Ok(part.map(|part| match part {
            Part::Frame(text) => Chunk::Text(text),
            Part::Bytes(bytes) => Chunk::Bytes(bytes),
        }))
    }
}

impl Drop for HostBody {
    fn drop(&mut self) {
        if let Some(controller) = self.controller.take().filter(|_| !self.giver.is_over()) {
            controller.abort();
        }
        if let Some(well) = self.well.take() {
            well.end();
        }
    }
}

impl Wire for Host {
    type Body = HostBody;

    /// Asks the site's code. It never fails: what the site throws is an error of the reply, in the site's words.
    async fn open(&self, call: &Call, _media: Media) -> Result<Opened<HostBody>, Failure> {
        let mut body = HostBody {
            giver: Giver::new(self.kind.is_some()),
            well: None,
            first: None,
            error: None,
            turn: now(),
            controller: AbortController::new().ok(),
        };
        let filled = body.fill(&self.source, call).await;
        let (status, content_type) = filled.unwrap_or_else(|error| {
            body.error = Some(words(&error));
            (200, String::new())
        });
        Ok(Opened {
            status,
            content_type,
            told: Vec::new(),
            body,
        })
    }

    /// Tells that the site's code is there: nothing else is asked of it.
    async fn small(&self, _call: &Call, _media: Media) -> Result<Answer, Failure> {
        Ok(Answer {
            status: 200,
            content_type: String::new(),
            body: String::new(),
        })
    }
}

/// Waits for a promise; anything else is there already.
pub async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value)).await
}

/// Returns the method of that name; `None` where there is none.
fn method(of: &JsValue, name: &JsValue) -> Result<Option<Function>, JsValue> {
    Ok(Reflect::get(of, name)?.dyn_into().ok())
}

/// Returns the words of what was thrown.
pub fn words(error: &JsValue) -> String {
    let message = || Reflect::get(error, &"message".into()).ok()?.as_string();
    let text = error.as_string().or_else(message);
    text.unwrap_or_else(|| format!("{error:?}"))
}
