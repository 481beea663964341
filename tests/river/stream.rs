//! A server's bytes, read by the framer and its dialect.

use rill::chat::request::ChatRequest;
use rill::dialect::Kind;
use rill::event::ChatEvent;
use rill::wire::Framer;

/// What a whole stream becomes when it arrives in these pieces.
pub fn events<'p>(kind: Kind, pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<ChatEvent> {
    let mut framer = Framer::new();
    let dialect = kind.dialect();
    let mut decoder = dialect.decoder(&ChatRequest::default(), dialect.transport(None));
    let mut out = Vec::new();
    for piece in pieces {
        framer.feed(piece, &mut |frame| decoder.frame(frame, &mut out));
    }
    framer.finish(&mut |frame| decoder.frame(frame, &mut out));
    decoder.finish(&mut out);
    out
}
