//! A WebSocket as a way to a reply: one question out, frames in.
//!
//! A handshake carries no `Authorization`, and is not subject to CORS. Dropping the body closes the socket.

use std::future::poll_fn;

use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};

use crate::address::Address;
use crate::session::{Body, Chunk, Failure};

/// Body whose chunks are the frames of a WebSocket, as they come.
pub struct SocketBody {
    socket: WebSocket,
}

impl SocketBody {
    /// Opens the socket at `path`, and sends `question` as the first text frame, where there is one. A socket that does not open
    /// fails as unsupported, so that another transport is tried.
    pub async fn open(
        address: &Address,
        path: &str,
        question: Option<&str>,
    ) -> Result<SocketBody, Failure> {
        // http becomes ws, https wss.
        let url = address.url(path).replacen("http", "ws", 1);
        let mut socket = WebSocket::open(&url).map_err(|error| closed_door(&error.to_string()))?;
        // Ready is said of a socket that failed to open as well; what it has become tells.
        let ready = poll_fn(|context| socket.poll_ready_unpin(context)).await;
        if ready.is_err() || !matches!(socket.state(), State::Open) {
            return Err(closed_door("the socket does not open"));
        }
        if let Some(question) = question {
            let sent = socket.send(Message::Text(question.to_owned())).await;
            sent.map_err(|error| closed_door(&error.to_string()))?;
        }
        Ok(SocketBody { socket })
    }
}

/// Makes the failure of a socket that does not open: another way may.
fn closed_door(message: &str) -> Failure {
    Failure {
        message: message.to_owned(),
        unsupported: true,
    }
}

impl Body for SocketBody {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Ok(Some(Chunk::Text(text))),
            Some(Ok(Message::Bytes(bytes))) => Ok(Some(Chunk::Binary(bytes))),
            Some(Err(WebSocketError::ConnectionClose(close)))
                if matches!(close.code, 1000 | 1001) =>
            {
                Ok(None)
            }
            Some(Err(WebSocketError::ConnectionClose(close))) => {
                let reason = if close.reason.is_empty() {
                    "the socket closed".to_owned()
                } else {
                    close.reason
                };
                Err(Failure::new(format!("{reason} ({})", close.code)))
            }
            Some(Err(error)) => Err(Failure::new(error.to_string())),
            None => Ok(None),
        }
    }
}
