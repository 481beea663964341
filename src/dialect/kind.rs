//! The families of servers by name, as the `kind` attribute spells them.

use std::str::FromStr;

use super::llama_cpp_python::llama_cpp_python;
use super::{
    Ai4ArtsEd, Dialect, Halo, Jarvis, KoboldCpp, LlamaChat, LlamaCpp, LmStudio, Ollama, OpenAi,
    Qolaba,
};

/// How a server gives itself away to simple GETs (protocols, 12).
#[derive(Clone, Copy)]
enum Sign {
    /// It has a path of its own, which [`Recogniser`](super::Recogniser) asks for; or nothing tells it from others.
    Asked,
    /// What `owned_by` says in its list of models.
    Owner(&'static str),
    /// What `service` says at `/health`.
    Service(&'static [&'static str]),
}

/// The one table of families: whoever adds one adds a row.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal, $name:literal, $port:expr, $sign:expr, $dialect:expr;)*) => {
        /// A family of servers. Not knowing it yet (`auto`) is `None` of an `Option<Kind>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $word)] $kind,)*
        }

        impl Kind {
            /// Every kind that the attribute may name, in the order in which a person would look for them.
            pub const ALL: [Kind; [$($word),*].len()] = [$(Kind::$kind),*];

            /// The word of the `kind` attribute.
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$kind => $word,)* }
            }

            /// What people call it: a proper name, the same in every language.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name,)* }
            }

            /// The port that such a server takes by itself; llama.cpp's newest is 9931.
            pub fn default_port(self) -> Option<u16> {
                match self { $(Kind::$kind => $port,)* }
            }

            fn sign(self) -> Sign {
                match self { $(Kind::$kind => $sign,)* }
            }

            /// Its dialect.
            pub fn dialect(self) -> Box<dyn Dialect> {
                match self { $(Kind::$kind => Box::new($dialect),)* }
            }
        }
    };
}

kinds! {
    /// llama.cpp's `llama-server`. Its list can be read without a key, what else it tells cannot.
    LlamaCpp = "llamacpp", "llama.cpp", Some(8080), Sign::Owner("llamacpp"), LlamaCpp;
    /// KoboldCpp.
    KoboldCpp = "koboldcpp", "KoboldCpp", Some(5001), Sign::Owner("koboldcpp"), KoboldCpp;
    /// Halo Weave's patched KoboldCpp.
    Halo = "halo", "Halo Weave", Some(5001), Sign::Asked, Halo;
    /// llama_chat_web.
    LlamaChat = "llama-chat", "llama_chat_web", Some(8000), Sign::Service(&["llama-chat-web"]), LlamaChat;
    /// Ollama.
    Ollama = "ollama", "Ollama", Some(11434), Sign::Asked, Ollama;
    /// LM Studio.
    LmStudio = "lmstudio", "LM Studio", Some(1234), Sign::Asked, LmStudio;
    /// text-generation-webui.
    TextGen = "textgen", "text-generation-webui", Some(5000), Sign::Asked, OpenAi::text_gen();
    /// llama-cpp-python's server. Every model of its list is owned by `me`.
    LlamaCppPython = "llama-cpp-python", "llama-cpp-python", Some(8000), Sign::Owner("me"), llama_cpp_python();
    /// vLLM.
    Vllm = "vllm", "vLLM", Some(8000), Sign::Owner("vllm"), OpenAi::vllm();
    /// The LiteLLM proxy.
    LiteLlm = "litellm", "LiteLLM", Some(4000), Sign::Asked, OpenAi::lite_llm();
    /// OpenRouter.
    OpenRouter = "openrouter", "OpenRouter", None, Sign::Asked, OpenAi::open_router();
    /// Any server with OpenAI's `/v1`.
    OpenAi = "openai", "OpenAI-compatible", None, Sign::Asked, OpenAi::new();
    /// The Qolaba proxy. Its source spells it with an o.
    Qolaba = "qolaba", "Qolaba", Some(3000), Sign::Service(&["qoloba-proxy", "qolaba-proxy"]), Qolaba;
    /// AI4ArtsEd's server.
    Ai4ArtsEd = "ai4artsed", "AI4ArtsEd", Some(17801), Sign::Asked, Ai4ArtsEd;
    /// jarvis-agent.
    Jarvis = "jarvis", "jarvis", Some(8000), Sign::Asked, Jarvis;
}

/// A word that names no family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind(
    /// The word.
    pub String,
);

impl Kind {
    /// The kind of a well-known host, which nobody needs to ask.
    pub fn of_host(host: &str) -> Option<Kind> {
        match host {
            "openrouter.ai" => Some(Kind::OpenRouter),
            "api.openai.com" => Some(Kind::OpenAi),
            _ => None,
        }
    }

    /// The kind that names itself so in the `owned_by` of its models.
    pub(super) fn of_owner(owner: &str) -> Option<Kind> {
        Kind::ALL
            .into_iter()
            .find(|kind| matches!(kind.sign(), Sign::Owner(name) if name == owner))
    }

    /// The kind that names itself so in the `service` of its `/health`.
    pub(super) fn of_service(service: &str) -> Option<Kind> {
        Kind::ALL
            .into_iter()
            .find(|kind| matches!(kind.sign(), Sign::Service(names) if names.contains(&service)))
    }
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
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert!(!kind.dialect().rungs().is_empty());
        }
        assert_eq!("auto".parse::<Kind>(), Err(UnknownKind("auto".to_owned())));
    }
}
