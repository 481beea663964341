//! What a check has learned of a server, to be kept for the next time.

use serde_json::{Map, Value};

use crate::dialect::Kind;
use crate::doctor::Verdict;

/// The profile of a server. It holds no key and no text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The server's kind.
    pub kind: Option<Kind>,
    /// The transport that answers, by its name; `None` where none did.
    pub transport: Option<String>,
    /// Set where the server's replies want bodies that are called JSON.
    pub json: bool,
    /// Number of the server's models.
    pub models: usize,
    /// Tokens that fit into the context.
    pub context: Option<u32>,
    /// Set where the server counts tokens.
    pub counts: bool,
    /// Set where replies of the server can be stopped.
    pub stops: bool,
    /// Verdict on how the server's replies come; `None`: not tried.
    pub stream: Option<Verdict>,
}

impl Profile {
    /// Writes the profile as JSON, to be kept.
    pub fn write(&self) -> Value {
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| {
            map.insert(key.to_owned(), value);
        };
        put("kind", self.kind.map(Kind::as_str).into());
        put("transport", self.transport.as_deref().into());
        put("json", self.json.into());
        put("models", self.models.into());
        put("context", self.context.into());
        put("counts", self.counts.into());
        put("stops", self.stops.into());
        put("stream", self.stream.map(Verdict::word).into());
        Value::Object(map)
    }

    /// Reads a profile that was kept; what is missing or of another type is as good as not known.
    pub fn read(value: &Value) -> Profile {
        let whole = |key: &str| value[key].as_u64();
        let flag = |key: &str| value[key].as_bool().unwrap_or_default();
        let word = |key: &str| value[key].as_str();
        Profile {
            kind: word("kind").and_then(|kind| kind.parse().ok()),
            transport: word("transport").map(str::to_owned),
            json: flag("json"),
            models: whole("models").unwrap_or_default() as usize,
            context: whole("context").and_then(|context| context.try_into().ok()),
            counts: flag("counts"),
            stops: flag("stops"),
            stream: word("stream").and_then(|word| word.parse().ok()),
        }
    }
}
