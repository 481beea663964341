//! The text of an answer as the server sent it, for servers that tell it again: with each piece, or at the end.
//!
//! In: pieces, and whole texts. Out: what a [`Reply`] takes. It must not know the frames that they stood in.

use super::reply::Reply;
use crate::event::ChatEvent;
use crate::json::Half;

/// Text of the answer that was told so far.
#[derive(Debug, Default)]
pub(super) struct WholeText {
    text: String,
    half: Half,
}

impl WholeText {
    /// Notes a piece that is handed over by another hand.
    pub fn note(&mut self, piece: &str, reply: &Reply) {
        self.text.push_str(&self.half.join(piece, reply.halves()));
    }

    /// A piece to append.
    pub fn add(&mut self, piece: &str, reply: &mut Reply, out: &mut Vec<ChatEvent>) {
        self.note(piece, reply);
        reply.text(piece, out);
    }

    /// A piece to append, and the whole text that the server then has: where the two differ, the whole is right.
    pub fn grown(&mut self, piece: &str, whole: &str, reply: &mut Reply, out: &mut Vec<ChatEvent>) {
        let fits = whole.strip_prefix(self.text.as_str()) == Some(piece);
        if fits || whole.is_empty() {
            self.add(piece, reply, out);
        } else {
            self.whole(whole, reply, out);
        }
    }

    /// The whole text, said again: what is missing is appended, another text takes the place of the one before. Blanks at its
    /// ends are no difference, and an empty one never takes away what came.
    pub fn whole(&mut self, whole: &str, reply: &mut Reply, out: &mut Vec<ChatEvent>) {
        if whole.trim().is_empty() || whole.trim() == self.text.trim() {
            return;
        }
        // Half of a character that waits is in the whole text too.
        self.half = Half::default();
        match whole.strip_prefix(self.text.as_str()) {
            Some(rest) if !reply.has_ended() => {
                reply.forget_half();
                self.add(rest, reply, out);
            }
            _ => {
                self.text.clear();
                self.note(whole, reply);
                reply.replace(whole, out);
            }
        }
    }
}
