//! One line of a stream to [`Frame`]s: a field of SSE, a comment, JSON, a part of a document, or what ends one of these.
//!
//! In: a whole line without its end, and the bytes behind it. Out: the frames that it completes. This file must not know how the
//! bytes were cut, nor what a frame means.

use memchr::memchr;

use super::{Framer, Sink};
use crate::event::Odd;
use crate::wire::Frame;
use crate::wire::json::is_object;
use crate::wire::utf8::{lossy, sample};

/// The SSE event that is being collected.
#[derive(Debug, Default)]
pub(super) struct Pending {
    name: String,
    id: String,
    data: Vec<u8>,
    has_data: bool,
    /// Set while the event is over the ceiling: it was reported, its rest is dropped.
    too_long: bool,
    /// Set once lines of data have been an event each: in this stream each of them is one.
    by_line: bool,
}

impl Framer {
    /// Takes a whole line. `after` is what stands behind it; what is left of that is returned, for where the blank line that ends
    /// an event is at hand, the event is dispatched without a copy.
    pub(super) fn take_line<'b>(
        &mut self,
        line: &[u8],
        after: &'b [u8],
        sink: Sink<'_>,
    ) -> &'b [u8] {
        if self.document.is_open() {
            if self.document.admits(line) {
                self.go_on(line, sink);
                return after;
            }
            self.give_up(sink);
        }
        if line.is_empty() {
            self.dispatch(sink);
            return after;
        }
        let mut text = line;
        if self.opening {
            text = line.trim_ascii_start();
            if text.is_empty() {
                return after;
            }
            let document = matches!(text, [b'{' | b'[', ..]);
            self.opening = false;
            if document {
                self.values(text, sink);
                return after;
            }
            text = line;
        }
        match text {
            [b'{', ..] => self.values(text, sink),
            [b'[', ..] => {
                self.dispatch(sink);
                json(text, sink);
            }
            [b':', comment @ ..] => {
                spoken(comment, sink, |text, sink| sink(Frame::Comment(text)));
            }
            _ => return self.field(text, after, sink),
        }
        after
    }

    /// One field of SSE.
    fn field<'b>(&mut self, line: &[u8], after: &'b [u8], sink: Sink<'_>) -> &'b [u8] {
        if let Some(value) = line.strip_prefix(b"data:") {
            return self.data(value.strip_prefix(b" ").unwrap_or(value), after, sink);
        }
        let (name, value) = match memchr(b':', line).and_then(|at| line.split_at_checked(at)) {
            Some((name, value)) => {
                let value = value.strip_prefix(b":").unwrap_or(value);
                (name, value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match name {
            b"data" => return self.data(value, after, sink),
            b"event" => {
                self.event.name.clear();
                self.event.name.push_str(&lossy(value).0);
            }
            b"id" => {
                if memchr(0, value).is_none() {
                    self.event.id.clear();
                    self.event.id.push_str(&lossy(value).0);
                }
            }
            b"retry" => {
                let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
                let number = std::str::from_utf8(value)
                    .ok()
                    .and_then(|value| value.parse().ok());
                if let (true, Some(number)) = (digits, number) {
                    sink(Frame::Retry(number));
                }
            }
            _ => {
                if !line.trim_ascii().is_empty() {
                    sink(Frame::Odd(Odd::UnknownShape, &sample(line)));
                }
            }
        }
        after
    }

    fn data<'b>(&mut self, value: &[u8], after: &'b [u8], sink: Sink<'_>) -> &'b [u8] {
        let event = &mut self.event;
        if event.too_long {
            return after;
        }
        if !event.has_data
            && let Some(after) = behind_blank_line(after)
        {
            event.emit(value, sink);
            event.name.clear();
            return after;
        }
        if event.by_line && !event.has_data && is_whole(value) {
            event.emit(value, sink);
            return after;
        }
        if event.has_data && is_whole(value) && is_whole(&event.data) {
            event.by_line = true;
            event.emit(&event.data, sink);
            event.data.clear();
            event.emit(value, sink);
            event.has_data = false;
            return after;
        }
        if event.data.len() + usize::from(event.has_data) + value.len() > self.ceiling {
            let head = if event.data.is_empty() {
                value
            } else {
                &event.data
            };
            sink(Frame::Odd(Odd::TooLong, &sample(head)));
            event.overflow();
            return after;
        }
        if event.has_data {
            event.data.push(b'\n');
        }
        event.has_data = true;
        event.data.extend_from_slice(value);
        self.work += value.len() as u64;
        self.copied += value.len() as u64;
        after
    }

    /// Ends an event: it is dispatched if it has data.
    pub(super) fn dispatch(&mut self, sink: Sink<'_>) {
        let event = &mut self.event;
        if event.has_data {
            event.emit(&event.data, sink);
        }
        event.data.clear();
        event.has_data = false;
        event.too_long = false;
        event.name.clear();
    }

    /// A line of JSON values: one, or several that were glued together, or the beginning of a document.
    fn values(&mut self, mut text: &[u8], sink: Sink<'_>) {
        self.dispatch(sink);
        self.work += text.len() as u64;
        loop {
            self.scan.reset();
            let Some(end) = self.scan.run(text) else {
                if self.scan.is_broken() {
                    json(text, sink);
                } else {
                    self.work += text.len() as u64;
                    self.copied += text.len() as u64;
                    self.document.begin(text, &mut self.scan);
                }
                return;
            };
            let (value, after) = text.split_at_checked(end).unwrap_or((text, b""));
            json(value, sink);
            text = after.trim_ascii_start();
            if text.is_empty() {
                return;
            }
            if !text.starts_with(b"{") {
                return sink(Frame::Odd(Odd::UnknownShape, &sample(text)));
            }
        }
    }

    /// The next line of an open document.
    fn go_on(&mut self, line: &[u8], sink: Sink<'_>) {
        if self.document.len() + 1 + line.len() > self.ceiling {
            sink(Frame::Odd(Odd::TooLong, &sample(self.document.text())));
            return self.document.clear();
        }
        self.work += 2 * line.len() as u64;
        self.copied += line.len() as u64;
        if let Some(end) = self.document.push(line) {
            let text = self.document.text();
            json(text.get(..end).unwrap_or(text), sink);
            // The value ended within this line.
            let left = text.len().saturating_sub(end);
            self.document.clear();
            let left = line.get(line.len().saturating_sub(left)..);
            let left = left.unwrap_or_default().trim_ascii_start();
            if left.starts_with(b"{") {
                self.values(left, sink);
            } else if !left.is_empty() {
                sink(Frame::Odd(Odd::UnknownShape, &sample(left)));
            }
        } else if self.document.is_broken() {
            self.give_up(sink);
        }
    }

    /// Gives up an open document, which will not be closed: what there is goes on as it is, for the dialect to judge.
    pub(super) fn give_up(&mut self, sink: Sink<'_>) {
        if self.document.is_open() {
            for piece in self.document.pieces() {
                json(piece, sink);
            }
            self.document.clear();
        }
    }
}

impl Pending {
    /// Forgets the data so far and all that follows: it was reported as too long.
    pub(super) fn overflow(&mut self) {
        self.data.clear();
        self.has_data = false;
        self.too_long = true;
    }

    fn emit(&self, data: &[u8], sink: Sink<'_>) {
        spoken(data, sink, |data, sink| {
            sink(Frame::Event {
                name: &self.name,
                data,
                id: &self.id,
            })
        });
    }
}

fn json(text: &[u8], sink: Sink<'_>) {
    spoken(text.trim_ascii_end(), sink, |text, sink| {
        sink(Frame::Json(text))
    });
}

/// Decodes bytes and says first if that was not possible without replacing some.
fn spoken(bytes: &[u8], sink: Sink<'_>, emit: impl FnOnce(&str, Sink<'_>)) {
    let (text, clean) = lossy(bytes);
    if !clean {
        sink(Frame::Odd(Odd::NotUtf8, &sample(bytes)));
    }
    emit(&text, sink);
}

/// Tells whether these bytes can be all of an event's data.
fn is_whole(data: &[u8]) -> bool {
    data == b"[DONE]" || is_object(data)
}

/// The bytes behind the blank line that `bytes` begin with; `None` if there is none, or if a lone CR may still get its LF.
fn behind_blank_line(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => Some(after),
        [b'\r', after @ ..] if !after.is_empty() => Some(after),
        _ => None,
    }
}
