//! fetch with a ReadableStream reader. Simple requests wherever that is possible: no custom headers, `text/plain` bodies.
//!
//! In: a [`Call`]. Out: bytes as they come. Dropping a body, or a request under way, aborts it.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, ReferrerPolicy, Request, RequestCache,
    RequestCredentials, RequestInit, RequestMode, Response,
};

use crate::address::Address;
use crate::budget::{Permit, permit};
use crate::dialect::{Call, Method};
use crate::doctor::check::Reach;
use crate::key;
use crate::page::clock::{PageClock, now, sleep};
use crate::session::{
    Answer, Body, Chunk, Failure, Media, Opened, REACH, SMALL, TELLING, Wire, within,
};

/// Longest time for which bytes are handed on before the rest of the page gets a turn, in milliseconds.
pub(super) const TURN: f64 = 16.0;
/// Shortest read that has waited, in milliseconds: during a longer one the page had its turn.
pub(super) const WAITED: f64 = 2.0;
/// Most bytes that are handed on at once.
const PIECE: usize = 32 * 1024;

#[wasm_bindgen]
extern "C" {
    /// Result of one read of a stream.
    type Read;
    /// Bytes of the read; `None` at the end of the stream.
    #[wasm_bindgen(method, getter)]
    fn value(this: &Read) -> Option<Uint8Array>;
    /// Sends a request. A page around ours may have put something of its own in the place of the browser's `fetch`: it may throw,
    /// and give anything.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch(request: &Request) -> Result<JsValue, JsValue>;
}

/// Network access to one server: its address, and the key that goes along.
#[derive(Clone)]
pub struct Fetch {
    /// Base address of the server.
    pub address: Address,
    /// API key for the server. With one, a preflight cannot be avoided.
    pub key: Option<String>,
}

/// Body of a response that is being read. Dropping it aborts the request.
pub struct FetchBody {
    reader: Option<ReadableStreamDefaultReader>,
    /// Bytes of the last read. They are handed on from `given` on.
    held: Vec<u8>,
    given: usize,
    /// Time of the last turn that the page had, in milliseconds on the page's clock.
    turn: f64,
    /// Aborts the request when the body is dropped.
    _abort: AbortOnDrop,
    _permit: Option<Permit>,
}

struct AbortOnDrop(Option<AbortController>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

impl Fetch {
    /// Finds the letter of the key that no header can carry; `None` where the key is good, or there is none.
    pub fn bad_key(&self) -> Option<char> {
        self.key.as_deref().and_then(|key| key::clean(key).err())
    }

    async fn send(
        &self,
        call: &Call,
        media: Media,
        permit: Option<Permit>,
    ) -> Result<(Response, FetchBody), Failure> {
        let abort = AbortOnDrop(AbortController::new().ok());
        let key = self.key.as_deref().map(key::clean).transpose();
        let key = key.map_err(|letter| Failure::new(no_such_key(letter)))?;
        let key = key.filter(|key| !key.is_empty());
        let key = key.map(|key| format!("Bearer {key}"));
        let json = call.body.is_some() && media == Media::Json;
        let headers = call.headers.iter().map(|(name, value)| (&**name, &**value));
        let headers = headers
            .chain(key.as_deref().map(|key| ("Authorization", key)))
            .chain(json.then_some(("Content-Type", "application/json")));
        let init = init(&abort);
        init.set_method(match call.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        });
        if let Some(body) = &call.body {
            init.set_body(&JsValue::from_str(body));
        }
        let url = self.address.url(&call.path);
        let request = request(&url, &init, headers).map_err(|error| words(&error))?;
        let response = response(&request).await.map_err(|error| words(&error))?;
        let reader = match response.body() {
            Some(stream) => {
                Some(ReadableStreamDefaultReader::new(&stream).map_err(|error| words(&error))?)
            }
            None => None,
        };
        Ok((
            response,
            FetchBody {
                reader,
                held: Vec::new(),
                given: 0,
                turn: now(),
                _abort: abort,
                _permit: permit,
            },
        ))
    }

    /// Sends a request and reads its whole answer, however long it takes.
    async fn whole(
        &self,
        call: &Call,
        media: Media,
        permit: Option<Permit>,
    ) -> Result<Answer, Failure> {
        if let Some(letter) = self.bad_key() {
            // Nothing can be sent with it. Whoever asks is told as any server tells of a key that is none.
            return Ok(Answer {
                status: 401,
                content_type: "text/plain".to_owned(),
                body: no_such_key(letter),
            });
        }
        let (response, mut body) = self.send(call, media, permit).await?;
        let mut bytes = Vec::new();
        while let Some(more) = body.read().await? {
            bytes.extend_from_slice(&more);
        }
        Ok(Answer {
            status: response.status(),
            content_type: content_type(&response),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }

    /// Sends a request and reads its whole answer, which may take as long as a reply does: it holds a permit of the origin, and
    /// no time limit stands over it.
    pub async fn patient(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        let permit = permit(&self.address.origin()).await;
        self.whole(call, media, Some(permit)).await
    }

    async fn within_small(
        &self,
        call: &Call,
        media: Media,
        permit: Option<Permit>,
    ) -> Result<Answer, Failure> {
        within(&PageClock, SMALL, self.whole(call, media, permit))
            .await
            .unwrap_or_else(|| Err(Failure::new("no answer within 5 s")))
    }
}

/// Tells whether anything at all answers at this URL, readable for this page or not.
pub async fn reach(url: &str) -> Reach {
    let abort = AbortOnDrop(AbortController::new().ok());
    let init = init(&abort);
    init.set_mode(RequestMode::NoCors);
    let Ok(request) = request(url, &init, std::iter::empty()) else {
        return Reach::Failed;
    };
    match within(&PageClock, REACH, response(&request)).await {
        Some(Ok(_)) => Reach::Came,
        Some(Err(_)) => Reach::Failed,
        None => Reach::TimedOut,
    }
}

/// Makes the settings that all requests have in common: no credentials, no cache, no referrer, and the signal that aborts.
fn init(abort: &AbortOnDrop) -> RequestInit {
    let init = RequestInit::new();
    // llama.cpp's wildcard headers fail with credentials (protocols, 7.7).
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(abort.0.as_ref().map(AbortController::signal).as_ref());
    init
}

/// Makes the request; fails where the browser takes its address or a header for none.
fn request<'a>(
    url: &str,
    init: &RequestInit,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Request, JsValue> {
    let held = Headers::new()?;
    for (name, value) in headers {
        held.set(name, value)?;
    }
    init.set_headers(&held);
    Request::new_with_str_and_init(url, init)
}

async fn response(request: &Request) -> Result<Response, JsValue> {
    let response = JsFuture::from(Promise::resolve(&fetch(request)?)).await?;
    response.dyn_into()
}

impl Wire for Fetch {
    type Body = FetchBody;

    async fn open(&self, call: &Call, media: Media) -> Result<Opened<FetchBody>, Failure> {
        let permit = permit(&self.address.origin()).await;
        let (response, body) = self.send(call, media, Some(permit)).await?;
        Ok(Opened {
            status: response.status(),
            content_type: content_type(&response),
            told: TELLING
                .into_iter()
                .filter_map(|name| Some((name, header(&response, name)?)))
                .collect(),
            body,
        })
    }

    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        let permit = permit(&self.address.origin()).await;
        self.within_small(call, media, Some(permit)).await
    }

    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        self.within_small(call, media, None).await
    }
}

impl FetchBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(reader) = &self.reader else {
            return Ok(None);
        };
        let read = JsFuture::from(reader.read())
            .await
            .map_err(|error| words(&error))?;
        // What a reader gives is always of this form; the cast only names it.
        let read: Read = read.unchecked_into();
        Ok(read.value().map(|bytes| bytes.to_vec()))
    }
}

impl Body for FetchBody {
    /// Returns the next piece of at most `PIECE` bytes; `None` at the end. A read whose bytes are at hand is over without a turn
    /// for the rest of the page, and so may a thousand of them be: after a while the page gets one.
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        if self.given >= self.held.len() {
            let asked = now();
            let Some(bytes) = self.read().await? else {
                return Ok(None);
            };
            self.held = bytes;
            self.given = 0;
            let came = now();
            if came - asked > WAITED {
                self.turn = came;
            }
        }
        if now() - self.turn > TURN {
            sleep(0.0).await;
            self.turn = now();
        }
        if self.given == 0 && self.held.len() <= PIECE {
            return Ok(Some(Chunk::Bytes(std::mem::take(&mut self.held))));
        }
        let rest = self.held.get(self.given..).unwrap_or_default();
        let piece = rest.get(..PIECE).unwrap_or(rest).to_vec();
        self.given += piece.len();
        Ok(Some(Chunk::Bytes(piece)))
    }
}

fn no_such_key(letter: char) -> String {
    format!("no key can have the letter {}", key::spelled(letter))
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

pub(super) fn content_type(response: &Response) -> String {
    header(response, "content-type")
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn words(error: &JsValue) -> Failure {
    let message = Reflect::get(error, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string());
    Failure::new(message.unwrap_or_else(|| format!("{error:?}")))
}
