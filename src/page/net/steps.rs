//! Replies that come in several requests: a whole answer that is asked after while it is made, and an answer that comes at
//! once and points to a socket.

use std::pin::Pin;

use futures_util::future::{Either, select};

use super::fetch::Fetch;
use super::socket::SocketBody;
use crate::dialect::{Call, Watch};
use crate::page::clock::sleep;
use crate::session::{Answer, Body, Chunk, Failure, Media, Wire};

type Whole = Pin<Box<dyn Future<Output = Result<Answer, Failure>>>>;

/// Body that asks every so often what is there, until the whole answer is.
pub struct PollBody {
    fetch: Fetch,
    check: Call,
    every: f64,
    media: Media,
    /// Request whose answer ends the body; `None` once it has come.
    whole: Option<Whole>,
}

impl PollBody {
    /// Sends the request, and asks after it with `check` every `every` milliseconds.
    pub fn open(fetch: &Fetch, call: &Call, check: &Call, every: f64, media: Media) -> PollBody {
        let asking = fetch.clone();
        let call = call.clone();
        let whole: Whole = Box::pin(async move { asking.patient(&call, media).await });
        PollBody {
            fetch: fetch.clone(),
            check: check.clone(),
            every,
            media,
            whole: Some(whole),
        }
    }
}

impl Body for PollBody {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        loop {
            let Some(whole) = &mut self.whole else {
                return Ok(None);
            };
            // The whole answer may come while the page waits, and while it asks.
            let wait = async {
                sleep(self.every).await;
                self.fetch.small(&self.check, self.media).await
            };
            match select(whole, Box::pin(wait)).await {
                Either::Left((answer, _)) => {
                    self.whole = None;
                    return Ok(Some(Chunk::Text(answer?.body)));
                }
                // A check that fails is no failure of the reply: the next may do better.
                Either::Right((Ok(answer), _)) if answer.status < 400 => {
                    return Ok(Some(Chunk::Text(answer.body)));
                }
                Either::Right(_) => {}
            }
        }
    }
}

/// Body of two parts: first the answer, then the frames of the socket that it points to.
pub struct WatchBody {
    first: Option<String>,
    socket: SocketBody,
}

impl WatchBody {
    /// Reads from an answer where to watch, and opens the socket there. Fails where the answer names no conversation.
    pub async fn open(fetch: &Fetch, answer: String, watch: Watch) -> Result<WatchBody, Failure> {
        let Some(path) = watch.socket(&answer) else {
            return Err(Failure::new("the answer names no conversation to watch"));
        };
        let socket = SocketBody::open(&fetch.address, &path, None).await?;
        Ok(WatchBody {
            first: Some(answer),
            socket,
        })
    }
}

impl Body for WatchBody {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        match self.first.take() {
            Some(answer) => Ok(Some(Chunk::Text(answer))),
            None => self.socket.next().await,
        }
    }
}
