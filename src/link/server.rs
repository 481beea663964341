//! A server, as far as it is known.

use crate::address::Address;
use crate::dialect::{Kind, Model, Recognised};

/// A server that this page talks to.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// Its base address.
    pub address: Address,
    /// Its family.
    pub kind: Kind,
    /// The models that it offers.
    pub models: Vec<Model>,
    /// The model that was chosen; `None`: the server's first.
    pub model: Option<String>,
    /// Tokens that fit into the context, where the server tells.
    pub context: Option<u32>,
}

/// A server that was found, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its base address.
    pub address: Address,
    /// What it told of itself.
    pub found: Recognised,
}

/// The server that was used last, as a browser remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastServer {
    /// Its base address, or [`DEMO`].
    pub server: String,
    /// Its family.
    pub kind: Option<Kind>,
    /// The model that was chosen.
    pub model: Option<String>,
}

/// The name of the built-in demo, in place of an address.
pub const DEMO: &str = "demo";

impl Server {
    /// A server of which no more is known than its address and its kind.
    pub fn unknown(address: Address, kind: Kind) -> Server {
        Server {
            address,
            kind,
            models: Vec::new(),
            model: None,
            context: None,
        }
    }

    /// The kind and the place, for people.
    pub fn name(&self) -> String {
        format!("{} · {}", self.kind.name(), self.address.host())
    }

    /// The id that requests carry.
    pub fn model_id(&self) -> Option<String> {
        self.model
            .clone()
            .or_else(|| self.models.first().map(|model| model.id.clone()))
    }

    /// The model of now, where the server's list has it.
    pub fn known_model(&self) -> Option<&Model> {
        let id = self.model_id()?;
        self.models.iter().find(|model| model.id == id)
    }

    /// The model's name for people; empty where unknown.
    pub fn model_name(&self) -> String {
        let named = self.known_model().map(|model| model.name.clone());
        let named = named.filter(|name| !name.is_empty());
        let named = named.or_else(|| self.model_id());
        short(&named.unwrap_or_default())
    }

    /// Another model of the same server, whose context may be another one.
    pub(super) fn use_model(&mut self, id: String) {
        let known = self.models.iter().find(|known| known.id == id);
        self.context = known.and_then(|known| known.context).or(self.context);
        self.model = Some(id);
    }

    /// The server as it is remembered.
    pub(super) fn last(&self) -> LastServer {
        LastServer {
            server: self.address.to_string(),
            kind: Some(self.kind),
            model: self.model.clone(),
        }
    }
}

impl LastServer {
    /// The built-in demo.
    pub(super) fn demo() -> LastServer {
        LastServer {
            server: DEMO.to_owned(),
            ..LastServer::default()
        }
    }
}

/// A model's path and file ending say nothing to a person.
fn short(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".gguf").unwrap_or(name).to_owned()
}
