//! WebSockets: the upgrade, and what a server says over one.
//!
//! In: the request of an upgrade, a [`Talk`] and a [`Script`]. Out: frames, and notes in the log. It knows no server's words.
//! A first message of the client, where the server waits for one, is kept in the log as the request's body.

use crate::http::Request;
use crate::log::{Log, Way};
use crate::plan::Plan;
use crate::script::Script;
use futures_util::{SinkExt, StreamExt};
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Message, Role};

/// Time between the last frame and a reset, in which a client takes in what came before.
const BEFORE_RESET: Duration = Duration::from_secs(1);

/// How long the other side may take to close after we did.
const PARTING: Duration = Duration::from_secs(3);

/// Who speaks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The client, with one text frame.
    Asked,
    /// The server; the client only listens.
    Told,
}

/// One frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Say {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// The end, with its code.
    Close(u16),
    /// Nothing: time passes.
    Wait,
}

/// What a server says over a socket.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Talk {
    /// Milliseconds after the frame before, and the frame. After the last one the socket stays open, unless it is a close.
    pub lines: Vec<(f64, Say)>,
    /// It reads nothing while it talks: only a write that fails tells it that the client has gone.
    pub deaf: bool,
}

impl Talk {
    /// Every piece of a plan as one text frame.
    pub(crate) fn of(plan: Plan) -> Talk {
        let say = |bytes: Vec<u8>| match String::from_utf8_lossy(&bytes).trim_end() {
            "" => Say::Wait,
            text => Say::Text(text.to_owned()),
        };
        let lines = plan
            .pieces
            .into_iter()
            .map(|piece| (piece.wait, say(piece.bytes)));
        Talk {
            lines: lines.collect(),
            deaf: false,
        }
    }
}

/// Whether a request asks for a WebSocket.
pub(crate) fn is_upgrade(request: &Request) -> bool {
    let wants = |name: &str, word: &str| {
        request
            .header(name)
            .is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    wants("upgrade", "websocket") && wants("connection", "upgrade")
}

/// A socket that is open.
pub(crate) struct Socket {
    frames: WebSocketStream<TcpStream>,
}

impl Socket {
    /// Says yes to the upgrade; `kept` holds bytes that were read too early.
    pub(crate) async fn accept(
        mut stream: TcpStream,
        kept: Vec<u8>,
        request: &Request,
    ) -> io::Result<Socket> {
        let key = request.header("sec-websocket-key").unwrap_or_default();
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        stream.write_all(head.as_bytes()).await?;
        let frames = WebSocketStream::from_partially_read(stream, kept, Role::Server, None).await;
        Ok(Socket { frames })
    }

    /// The first text of the client; `None` where it goes without a word.
    pub(crate) async fn asked(&mut self) -> Option<String> {
        loop {
            match self.frames.next().await? {
                Ok(Message::Text(text)) => return Some(text.as_str().to_owned()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Says it all, in its time, with the faults that the script wants; how it ended.
    pub(crate) async fn talk(mut self, talk: Talk, script: &Script, log: &Log, id: usize) -> Way {
        let limits = [script.cut, script.reset, script.stall];
        let limit = limits.into_iter().flatten().min();
        let mut sent = 0;
        let mut held: Vec<Message> = Vec::new();
        let mut held_bytes = 0;
        let mut due = Instant::now();
        for (wait, say) in talk.lines {
            due += Duration::from_secs_f64(wait.max(0.0) / 1000.0);
            if self.left_before(due, talk.deaf).await {
                return self.part(Way::ClosedByClient).await;
            }
            let message = match say {
                Say::Wait => continue,
                Say::Text(text) => Message::text(text),
                Say::Binary(bytes) => Message::binary(bytes),
                Say::Close(code) => {
                    if self.send(&mut held).await.is_err() {
                        return Way::ClosedByClient;
                    }
                    return self.close(code, Way::Whole).await;
                }
            };
            let size = message.len();
            if limit.is_some_and(|limit| sent + held_bytes + size > limit) {
                if self.send(&mut held).await.is_err() {
                    return Way::ClosedByClient;
                }
                return self.fail(script, limit).await;
            }
            held.push(message);
            held_bytes += size;
            if held_bytes >= script.burst.unwrap_or(0) {
                if self.send(&mut held).await.is_err() {
                    return Way::ClosedByClient;
                }
                sent += std::mem::take(&mut held_bytes);
                log.update(id, |entry| entry.sent = sent);
            }
        }
        if self.send(&mut held).await.is_err() {
            return Way::ClosedByClient;
        }
        log.update(id, |entry| entry.sent = sent + held_bytes);
        // It stays open until the client goes.
        while !self.left_before(Instant::now() + PARTING, false).await {}
        self.part(Way::Whole).await
    }

    /// Lets go of what was held, all at once as what held it does: each by itself would wait for its turn on a busy machine.
    async fn send(&mut self, held: &mut Vec<Message>) -> Result<(), ()> {
        for message in held.drain(..) {
            self.frames.feed(message).await.map_err(|_| ())?;
        }
        self.frames.flush().await.map_err(|_| ())
    }

    /// Waits until then; whether the client left meanwhile.
    async fn left_before(&mut self, due: Instant, deaf: bool) -> bool {
        if deaf {
            sleep_until(due).await;
            return false;
        }
        loop {
            tokio::select! {
                biased;
                frame = self.frames.next() => match frame {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return true,
                    // Whatever it says meanwhile is not listened to.
                    Some(Ok(_)) => {}
                },
                () = sleep_until(due) => return false,
            }
        }
    }

    async fn fail(mut self, script: &Script, limit: Option<usize>) -> Way {
        if limit == script.stall {
            while !self.left_before(Instant::now() + PARTING, false).await {}
            return self.part(Way::ClosedByClient).await;
        }
        if limit == script.reset {
            sleep(BEFORE_RESET).await;
            // Without linger the drop is the reset; where that cannot be had, it is a close without a farewell.
            let _ = self.frames.get_ref().set_zero_linger();
            return Way::Reset;
        }
        self.close(1000, Way::Cut).await
    }

    async fn close(mut self, code: u16, way: Way) -> Way {
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        if self.frames.close(Some(frame)).await.is_err() {
            return Way::ClosedByClient;
        }
        self.part(way).await
    }

    /// Lets the closing handshake come to its end.
    async fn part(mut self, way: Way) -> Way {
        let farewell = async { while let Some(Ok(_)) = self.frames.next().await {} };
        // A client that does not answer is left.
        let _ = timeout(PARTING, farewell).await;
        way
    }
}
