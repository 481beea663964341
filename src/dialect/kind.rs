//! The list of server families. Whoever adds one adds a line here; all else that is known of it stands in its own file.

use std::str::FromStr;

use super::bridge::Bridge;
use super::{Dialect, Family, Sign, Stage};

/// Binds each name of the list to the file with its `FAMILY` and its `DIALECT`.
macro_rules! families {
    ($($kind:ident = $file:ident,)*) => {
        /// A family of servers. Not knowing it yet (`auto`) is `None` of an `Option<Kind>`; a server of which no more is known
        /// than that it chats is of the default one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(into = "&'static str", try_from = "String")]
        pub enum Kind {
            $(#[doc = concat!("The family of `dialect/", stringify!($file), ".rs`.")] $kind,)*
        }

        impl Kind {
            /// Every kind that the attribute may name, in the order in which a person would look for them.
            pub const ALL: [Kind; [$(stringify!($file)),*].len()] = [$(Kind::$kind),*];

            /// Returns what is known of the family beside its language.
            pub fn family(self) -> &'static Family {
                match self { $(Kind::$kind => &super::$file::FAMILY,)* }
            }

            /// Returns the family's language.
            pub fn dialect(self) -> &'static dyn Dialect {
                match self { $(Kind::$kind => super::$file::DIALECT,)* }
            }

            /// Returns the bridge to a site's own transport that hands on this family's wire.
            pub fn bridge(self) -> &'static Bridge {
                match self { $(Kind::$kind => &Bridge(Some(Kind::$kind)),)* }
            }
        }
    };
}

families! {
    LlamaCpp = llamacpp,
    KoboldCpp = koboldcpp,
    Halo = halo,
    LlamaChat = llama_chat,
    Ollama = ollama,
    LmStudio = lmstudio,
    TextGen = textgen,
    LlamaCppPython = llama_cpp_python,
    Vllm = vllm,
    LiteLlm = litellm,
    OpenRouter = openrouter,
    OpenAi = openai,
    Qolaba = qolaba,
    Ai4ArtsEd = ai4artsed,
    Jarvis = jarvis,
}

/// Family of a server that hides who it is, or does not say: it speaks OpenAI's language.
impl Default for Kind {
    fn default() -> Kind {
        Kind::OpenAi
    }
}

/// A word that names no family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind(
    /// The word.
    pub String,
);

impl Kind {
    /// The word of the `kind` attribute.
    pub fn as_str(self) -> &'static str {
        self.family().word
    }

    /// Returns the name that people use for the family: a proper name, the same in every language.
    pub fn name(self) -> &'static str {
        self.family().name
    }

    /// The kind with this sign.
    pub(super) fn with_sign(is_it: impl Fn(&Sign) -> bool) -> Option<Kind> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.family().signs.iter().any(&is_it))
    }
}

/// Ports on this computer on which servers listen by themselves that can be recognised, in the order in which to try them: first
/// those that are known by a question before the list of models, in the order of the questions.
pub fn ports() -> Vec<u16> {
    let mut kinds = Kind::ALL;
    kinds.sort_by_key(|kind| {
        let signs = kind.family().signs.iter();
        let asked = signs.filter_map(|sign| match sign {
            Sign::Asked(stage, _) => Some(*stage),
            _ => None,
        });
        asked.min().unwrap_or(Stage::Listed).min(Stage::Listed)
    });
    let families = kinds.into_iter().map(Kind::family);
    let found = families.filter(|family| !family.quirks.nameless);
    let mut ports = Vec::new();
    for port in found.flat_map(|family| family.ports) {
        if !ports.contains(port) {
            ports.push(*port);
        }
    }
    ports
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Kind, UnknownKind> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;

    fn try_from(word: String) -> Result<Kind, UnknownKind> {
        word.parse()
    }
}

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> &'static str {
        kind.as_str()
    }
}

impl std::fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no kind of server is called {:?}", self.0)
    }
}

impl std::error::Error for UnknownKind {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_word_names_its_kind_also_in_storage() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let kept = serde_json::to_value(kind).unwrap();
            assert_eq!(kept, kind.as_str());
            assert_eq!(serde_json::from_value::<Kind>(kept).unwrap(), kind);
            assert!(!kind.dialect().transports().is_empty());
            assert!(std::ptr::eq(kind.dialect().family(), kind.family()));
        }
        assert_eq!("auto".parse::<Kind>(), Err(UnknownKind("auto".to_owned())));
    }

    #[test]
    fn transports_have_names_of_their_own_and_lead_to_each_other() {
        for kind in Kind::ALL {
            let transports = kind.dialect().transports();
            for (at, transport) in transports.iter().enumerate() {
                let same = |other: &super::super::Transport| other.name == transport.name;
                assert_eq!(transports.iter().position(same), Some(at), "{kind:?}");
                let next = transport.if_held_back;
                let later = transports.iter().skip(at + 1);
                let there = |name| later.clone().any(|other| other.name == name);
                assert!(next.is_none_or(there), "{kind:?} {next:?}");
            }
        }
    }

    #[test]
    fn the_ports_are_those_of_servers_that_can_be_found() {
        let ports = ports();
        // KoboldCpp answers like the next two as well; llama.cpp has two ports.
        assert!(ports.starts_with(&[5001, 8080, 9931, 11434]), "{ports:?}");
        for kind in Kind::ALL {
            let family = kind.family();
            let all = family.ports.iter().all(|port| ports.contains(port));
            assert_eq!(all, !family.quirks.nameless, "{kind:?}");
        }
        let mut once = ports.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ports.len(), "each once: {ports:?}");
    }
}
