//! A server, as far as it is known.

use crate::address::Address;
use crate::dialect::{Kind, Model, Recognised};

/// A server that this page talks to.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// The server's base address.
    pub address: Address,
    /// The server's family.
    pub kind: Kind,
    /// The models that the server offers.
    pub models: Vec<Model>,
    /// The model that was chosen; `None`: the server's first.
    pub model: Option<String>,
    /// Number of tokens that fit into the context, where the server tells.
    pub context: Option<u32>,
}

/// A server that was found, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The server's base address.
    pub address: Address,
    /// Facts that the server told of itself.
    pub found: Recognised,
}

/// The server that was used last, as a browser remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastServer {
    /// The server's base address, or [`DEMO`].
    pub server: String,
    /// The server's family, where it is known.
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

    /// The server's kind and host, for people.
    pub fn name(&self) -> String {
        format!("{} · {}", self.kind.name(), self.address.host())
    }

    /// The id of the model that requests carry: the one that was chosen, else the server's first; `None` where there is none.
    pub fn model_id(&self) -> Option<String> {
        self.model
            .clone()
            .or_else(|| self.models.first().map(|model| model.id.clone()))
    }

    /// The model that requests carry, where the server's list has it.
    pub fn known_model(&self) -> Option<&Model> {
        let id = self.model_id()?;
        self.models.iter().find(|model| model.id == id)
    }

    /// The name of the model that requests carry, for people; empty where unknown.
    pub fn model_name(&self) -> String {
        let named = self.known_model().map(|model| model.name.clone());
        let named = named.filter(|name| !name.is_empty());
        let named = named.or_else(|| self.model_id());
        short(&named.unwrap_or_default())
    }

    /// Chooses another model of the same server, whose context may be another one.
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

/// Shortens a model's name: its path and file ending say nothing to a person.
fn short(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".gguf").unwrap_or(name).to_owned()
}
