//! The pieces as bytes on a connection, in their time, with the faults that the script wants.
//!
//! In: an [`Answer`] and a [`Script`]. Out: bytes, and notes in the log. It knows no server's words.

use crate::http::{Answer, Body, Framing, head};
use crate::kept::Making;
use crate::lab::Stops;
use crate::log::{Log, Way};
use crate::script::Script;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep, sleep_until};

/// A reset throws away what the client has not yet taken in: this long it may take it in, on a busy machine too.
const BEFORE_RESET: Duration = Duration::from_secs(3);

/// What becomes of the connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// The next request may come.
    Keep,
    /// It is closed cleanly.
    Close,
    /// It is reset.
    Reset,
}

/// Plays one answer.
pub(crate) async fn play<W: AsyncWrite + Unpin>(
    to: &mut W,
    answer: Answer,
    script: &Script,
    http10: bool,
    log: &Log,
    id: usize,
    stops: &Stops,
) -> io::Result<After> {
    let Answer {
        status,
        headers,
        body,
    } = answer;
    let framing = match &body {
        Body::Whole(_) if status == 204 => Framing::Untold,
        Body::Whole(bytes) => Framing::Length(bytes.len()),
        Body::Bare => Framing::UntilClose,
        Body::Endless => Framing::Untold,
        Body::Stream(_) | Body::Kept(..) if http10 => Framing::UntilClose,
        Body::Stream(_) | Body::Kept(..) => Framing::Chunked,
    };
    let endless = matches!(body, Body::Endless);
    to.write_all(&head(status, &headers, framing, http10 && !endless))
        .await?;
    to.flush().await?;
    let now = log.now();
    log.update(id, |entry| {
        entry.status = Some(status);
        entry.head_at = Some(now);
    });
    let after = if http10 || framing == Framing::UntilClose {
        After::Close
    } else {
        After::Keep
    };
    match body {
        Body::Whole(bytes) => {
            to.write_all(&bytes).await?;
            to.flush().await?;
            log.update(id, |entry| entry.sent = bytes.len());
        }
        Body::Bare => {}
        Body::Endless => std::future::pending().await,
        Body::Stream(_) | Body::Kept(..) => {
            let mut outlet = Outlet {
                to,
                script,
                chunked: framing == Framing::Chunked,
                held: Vec::new(),
                sent: 0,
                log,
                id,
            };
            let faultless = Script::default();
            let way = match body {
                Body::Stream(plan) => outlet.stream(plan, stops).await?,
                Body::Kept(making, from) => {
                    if from.is_some() {
                        // Only the first connection has the script's faults.
                        outlet.script = &faultless;
                    }
                    outlet.kept(&making, from.unwrap_or(0)).await?
                }
                _ => Way::Whole,
            };
            log.end(id, way);
            return Ok(if way == Way::Reset {
                After::Reset
            } else {
                after
            });
        }
    }
    log.end(id, Way::Whole);
    Ok(after)
}

struct Outlet<'a, W> {
    to: &'a mut W,
    script: &'a Script,
    chunked: bool,
    held: Vec<u8>,
    sent: usize,
    log: &'a Log,
    id: usize,
}

impl<W: AsyncWrite + Unpin> Outlet<'_, W> {
    async fn stream(&mut self, plan: crate::plan::Plan, stops: &Stops) -> io::Result<Way> {
        let (running, farewell) = match plan.stop {
            Some((key, farewell)) => (Some(stops.begin(&key)), farewell),
            None => (None, Vec::new()),
        };
        // One timeline for all pieces, so that small delays do not add up their errors.
        let mut due = Instant::now();
        for piece in plan.pieces {
            due += Duration::from_secs_f64(piece.wait.max(0.0) / 1000.0);
            let stopped = async {
                match &running {
                    Some(running) => running.stopped().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stopped => {
                    self.put(&farewell).await?;
                    self.close().await?;
                    return Ok(Way::Stopped);
                }
                () = until(due) => {}
            }
            if let Some(running) = &running {
                running.said(&piece.text);
            }
            if let Some(way) = self.put(&piece.bytes).await? {
                return Ok(way);
            }
        }
        self.let_go().await?;
        self.close().await?;
        Ok(Way::Whole)
    }

    /// Sends a reply that is made without this connection, from a byte on, as it is made.
    async fn kept(&mut self, making: &Making, mut at: usize) -> io::Result<Way> {
        while let Some(bytes) = making.from(at).await {
            at += bytes.len();
            if let Some(way) = self.put(&bytes).await? {
                return Ok(way);
            }
        }
        self.let_go().await?;
        self.close().await?;
        Ok(Way::Whole)
    }

    /// Sends bytes as the script wants; says how the stream ended, if it did.
    async fn put(&mut self, bytes: &[u8]) -> io::Result<Option<Way>> {
        let limit = [self.script.cut, self.script.reset, self.script.stall]
            .into_iter()
            .flatten()
            .min();
        let room = limit.map_or(bytes.len(), |limit| {
            limit.saturating_sub(self.sent + self.held.len())
        });
        let ends = limit.is_some() && !bytes.is_empty() && room <= bytes.len();
        self.held.extend_from_slice(&bytes[..room.min(bytes.len())]);
        if ends || self.held.len() >= self.script.burst.unwrap_or(1) {
            self.let_go().await?;
        }
        if !ends {
            return Ok(None);
        }
        if limit == self.script.stall {
            std::future::pending::<()>().await;
        }
        if limit == self.script.reset {
            sleep(BEFORE_RESET).await;
            return Ok(Some(Way::Reset));
        }
        self.close().await?;
        Ok(Some(Way::Cut))
    }

    async fn let_go(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        let size = self.script.chunk.unwrap_or(usize::MAX).max(1);
        for part in held.chunks(size.min(held.len().max(1))) {
            if self.chunked {
                let mut framed = format!("{:x}\r\n", part.len()).into_bytes();
                framed.extend_from_slice(part);
                framed.extend_from_slice(b"\r\n");
                self.to.write_all(&framed).await?;
            } else {
                self.to.write_all(part).await?;
            }
            self.to.flush().await?;
            self.sent += part.len();
            if self.script.chunk.is_some() {
                tokio::task::yield_now().await;
            }
        }
        let sent = self.sent;
        self.log.update(self.id, |entry| entry.sent = sent);
        Ok(())
    }

    /// The clean end of the body.
    async fn close(&mut self) -> io::Result<()> {
        if self.chunked {
            self.to.write_all(b"0\r\n\r\n").await?;
        }
        self.to.flush().await
    }
}

/// Sleeps until then; a time that has passed costs nothing.
async fn until(due: Instant) {
    if due > Instant::now() {
        sleep_until(due).await;
    }
}
