//! Which call a piece of a tool call belongs to.
//!
//! In: the pieces as servers send them. Out: [`ToolCallDelta`]s whose index is the place of their call in the reply. It must not
//! know how a frame carries them, nor what the tools do.
//!
//! A new id opens a call, also where the index is another's (Ollama's `/v1` writes 0 on all); an id that was seen is its call again.
//! Without an id the index decides, without both it is the last call. A name where one is known means another call, but where the
//! same name stands on a piece of arguments that are not whole yet. A new index without an id and a name opens nothing: some servers
//! count the pieces.

use serde_json::Value;

use super::read::{count, text};
use crate::event::{ChatEvent, ToolCallDelta};
use crate::json::{Half, whole};

/// The calls of one reply.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Known>);

/// One call, as far as it is known.
#[derive(Debug, Default)]
struct Known {
    index: Option<u32>,
    id: Option<String>,
    name: Option<String>,
    arguments: Arguments,
    half: Half,
}

impl Calls {
    /// Reads a piece of a call; `halves` says that its JSON has stand-ins for halves of characters.
    pub fn piece(&mut self, call: &Value, halves: bool) -> Option<ChatEvent> {
        let function = call.get("function").unwrap_or(call);
        let own =
            |value: &Value, key| text(value, key).map(|text| whole(text, halves).into_owned());
        let (id, name) = (own(call, "id"), own(function, "name"));
        let index = count(call, "index").or_else(|| count(function, "index"));
        let arguments = match function.get("arguments") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(arguments)) => arguments.clone(),
            Some(arguments) => arguments.to_string(),
        };
        let place = match self.place(id.as_deref(), index, name.as_deref()) {
            Some(place) => place,
            None => {
                self.0.push(Known::default());
                self.0.len().saturating_sub(1)
            }
        };
        let known = self.0.get_mut(place)?;
        known.index = known.index.or(index);
        known.id = known.id.take().or_else(|| id.clone());
        known.name = known.name.take().or_else(|| name.clone());
        let arguments = known.half.join(&arguments, halves).into_owned();
        known.arguments.feed(&arguments);
        Some(ChatEvent::ToolCall(ToolCallDelta {
            index: u32::try_from(place).ok()?,
            id,
            name,
            arguments,
        }))
    }

    /// The place of the call that such a piece belongs to; `None` opens one.
    fn place(&self, id: Option<&str>, index: Option<u32>, name: Option<&str>) -> Option<usize> {
        let same_index = || self.0.iter().rposition(|known| known.index == index);
        let last = self.0.len().checked_sub(1);
        if let Some(id) = id {
            let same = |known: &Known| known.id.as_deref() == Some(id);
            return self.0.iter().position(same).or_else(|| {
                // The id of a call that began without one.
                let place = index.map_or(last, |_| same_index())?;
                let known = self.0.get(place)?;
                (known.id.is_none() && (name.is_none() || known.name.is_none())).then_some(place)
            });
        }
        let place = match index {
            Some(_) => same_index().or(last.filter(|_| name.is_none()))?,
            None => last?,
        };
        let known = self.0.get(place)?;
        let goes_on = match (name, known.name.as_deref()) {
            (Some(name), Some(other)) => name == other && !known.arguments.are_whole(),
            _ => true,
        };
        goes_on.then_some(place)
    }
}

/// The arguments of a call as they come: tells from the brackets whether their JSON is whole.
#[derive(Debug, Default)]
struct Arguments {
    depth: u32,
    in_text: bool,
    escaped: bool,
    closed: bool,
}

impl Arguments {
    fn feed(&mut self, piece: &str) {
        for byte in piece.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_text => self.escaped = true,
                b'"' => self.in_text = !self.in_text,
                _ if self.in_text => {}
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.closed |= self.depth == 0;
                }
                _ => {}
            }
        }
    }

    fn are_whole(&self) -> bool {
        self.closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The calls that these pieces make, as `id name arguments`.
    fn check(pieces: &[Value], expect: &[&str]) {
        let mut calls = Calls::default();
        let mut turn = crate::chat::turn::Turn::reply();
        for piece in pieces {
            turn.apply(&calls.piece(piece, false).expect("a piece is an event"));
        }
        let found: Vec<String> = turn
            .tools
            .iter()
            .map(|call| {
                let of = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
                format!("{} {} {}", of(&call.id), of(&call.name), call.arguments)
            })
            .collect();
        assert_eq!(found, expect, "{pieces:?}");
    }

    fn piece(id: Value, index: Value, name: Value, arguments: &str) -> Value {
        json!({"id": id, "index": index, "function": {"name": name, "arguments": arguments}})
    }

    const NONE: Value = Value::Null;

    #[test]
    fn a_call_in_pieces_is_one_call() {
        check(
            &[
                piece(json!("a"), json!(0), json!("f"), ""),
                piece(NONE, json!(0), NONE, "{\"x\":"),
                piece(NONE, json!(0), NONE, "1}"),
            ],
            &["a f {\"x\":1}"],
        );
        // Without an index, and with the id on every piece.
        check(
            &[
                piece(json!("a"), NONE, json!("f"), "{"),
                piece(json!("a"), NONE, json!("f"), "}"),
            ],
            &["a f {}"],
        );
        check(
            &[
                piece(NONE, NONE, json!("f"), "{"),
                piece(NONE, NONE, NONE, "}"),
            ],
            &["- f {}"],
        );
        // The same name on every piece, and no id.
        check(
            &[
                piece(NONE, NONE, json!("f"), "{\"a\":\"}"),
                piece(NONE, NONE, json!("f"), "\"}"),
            ],
            &["- f {\"a\":\"}\"}"],
        );
        // The index counts the pieces (Nebius, Cerebras).
        check(
            &[
                piece(NONE, json!(0), json!("f"), "{"),
                piece(NONE, json!(1), NONE, "}"),
            ],
            &["- f {}"],
        );
        // The same call under several indexes (LocalAI).
        check(
            &[
                piece(json!("a"), json!(0), json!("f"), "{"),
                piece(json!("a"), json!(1), NONE, "}"),
            ],
            &["a f {}"],
        );
        // The id comes late.
        check(
            &[
                piece(NONE, json!(0), json!("f"), ""),
                piece(json!("a"), json!(0), NONE, "{}"),
            ],
            &["a f {}"],
        );
    }

    #[test]
    fn pieces_of_several_calls_are_kept_apart() {
        check(
            &[
                piece(json!("a"), json!(0), json!("f"), "{"),
                piece(json!("b"), json!(1), json!("g"), "["),
                piece(NONE, json!(0), NONE, "}"),
                piece(NONE, json!(1), NONE, "]"),
            ],
            &["a f {}", "b g []"],
        );
        // All with index 0 (Ollama's `/v1`, NVIDIA Dynamo).
        check(
            &[
                piece(json!("a"), json!(0), json!("f"), "{}"),
                piece(json!("b"), json!(0), json!("f"), "[]"),
                piece(NONE, json!(0), NONE, " "),
            ],
            &["a f {}", "b f [] "],
        );
        check(
            &[
                piece(NONE, json!(0), json!("f"), "{}"),
                piece(NONE, json!(0), json!("f"), "[]"),
            ],
            &["- f {}", "- f []"],
        );
        // Whole calls without id and index (Ollama before it had them).
        let whole = |name: &str, city: &str| json!({"function": {"name": name, "arguments": {"city": city}}});
        check(
            &[whole("f", "A"), whole("f", "B"), whole("g", "C")],
            &[
                "- f {\"city\":\"A\"}",
                "- f {\"city\":\"B\"}",
                "- g {\"city\":\"C\"}",
            ],
        );
    }
}
