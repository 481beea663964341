//! The families of servers by name, as the `kind` attribute spells them.

use std::str::FromStr;

use super::{
    Ai4ArtsEd, Dialect, Halo, Jarvis, KoboldCpp, LlamaChat, LlamaCpp, LmStudio, Ollama, OpenAi,
    Qolaba,
};

/// A family of servers. Not knowing it yet (`auto`) is `None` of an `Option<Kind>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Any server with OpenAI's `/v1`.
    OpenAi,
    /// llama.cpp's `llama-server`.
    LlamaCpp,
    /// KoboldCpp.
    KoboldCpp,
    /// Halo Weave's patched KoboldCpp.
    Halo,
    /// Ollama.
    Ollama,
    /// llama_chat_web.
    #[serde(rename = "llama-chat")]
    LlamaChat,
    /// The Qolaba proxy.
    Qolaba,
    /// AI4ArtsEd's server.
    Ai4ArtsEd,
    /// jarvis-agent.
    Jarvis,
    /// vLLM.
    Vllm,
    /// LM Studio.
    LmStudio,
    /// OpenRouter.
    OpenRouter,
    /// The LiteLLM proxy.
    LiteLlm,
    /// text-generation-webui.
    TextGen,
}

/// A word that names no family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind(
    /// The word.
    pub String,
);

impl Kind {
    /// Every kind that the attribute may name.
    pub const ALL: [Kind; 14] = [
        Kind::OpenAi,
        Kind::LlamaCpp,
        Kind::KoboldCpp,
        Kind::Halo,
        Kind::Ollama,
        Kind::LlamaChat,
        Kind::Qolaba,
        Kind::Ai4ArtsEd,
        Kind::Jarvis,
        Kind::Vllm,
        Kind::LmStudio,
        Kind::OpenRouter,
        Kind::LiteLlm,
        Kind::TextGen,
    ];

    /// Those that Rill speaks now, in the order in which a person would look for them.
    pub const AVAILABLE: [Kind; 14] = [
        Kind::LlamaCpp,
        Kind::KoboldCpp,
        Kind::Halo,
        Kind::LlamaChat,
        Kind::Ollama,
        Kind::LmStudio,
        Kind::TextGen,
        Kind::Vllm,
        Kind::LiteLlm,
        Kind::OpenRouter,
        Kind::OpenAi,
        Kind::Qolaba,
        Kind::Ai4ArtsEd,
        Kind::Jarvis,
    ];

    /// The word of the `kind` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::OpenAi => "openai",
            Kind::LlamaCpp => "llamacpp",
            Kind::KoboldCpp => "koboldcpp",
            Kind::Halo => "halo",
            Kind::Ollama => "ollama",
            Kind::LlamaChat => "llama-chat",
            Kind::Qolaba => "qolaba",
            Kind::Ai4ArtsEd => "ai4artsed",
            Kind::Jarvis => "jarvis",
            Kind::Vllm => "vllm",
            Kind::LmStudio => "lmstudio",
            Kind::OpenRouter => "openrouter",
            Kind::LiteLlm => "litellm",
            Kind::TextGen => "textgen",
        }
    }

    /// What people call it: a proper name, the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Kind::OpenAi => "OpenAI-compatible",
            Kind::LlamaCpp => "llama.cpp",
            Kind::KoboldCpp => "KoboldCpp",
            Kind::Halo => "Halo Weave",
            Kind::Ollama => "Ollama",
            Kind::LlamaChat => "llama_chat_web",
            Kind::Qolaba => "Qolaba",
            Kind::Ai4ArtsEd => "AI4ArtsEd",
            Kind::Jarvis => "jarvis",
            Kind::Vllm => "vLLM",
            Kind::LmStudio => "LM Studio",
            Kind::OpenRouter => "OpenRouter",
            Kind::LiteLlm => "LiteLLM",
            Kind::TextGen => "text-generation-webui",
        }
    }

    /// Whether Rill has this family's own dialect now.
    pub fn is_available(self) -> bool {
        Kind::AVAILABLE.contains(&self)
    }

    /// The port that such a server takes by itself; llama.cpp's newest is 9931.
    pub fn default_port(self) -> Option<u16> {
        match self {
            Kind::OpenAi | Kind::OpenRouter => None,
            Kind::LlamaCpp => Some(8080),
            Kind::KoboldCpp | Kind::Halo => Some(5001),
            Kind::Ollama => Some(11434),
            Kind::LlamaChat | Kind::Jarvis | Kind::Vllm => Some(8000),
            Kind::Qolaba => Some(3000),
            Kind::Ai4ArtsEd => Some(17801),
            Kind::LmStudio => Some(1234),
            Kind::LiteLlm => Some(4000),
            Kind::TextGen => Some(5000),
        }
    }

    /// The kind of a well-known host, which nobody needs to ask.
    pub fn of_host(host: &str) -> Option<Kind> {
        match host {
            "openrouter.ai" => Some(Kind::OpenRouter),
            "api.openai.com" => Some(Kind::OpenAi),
            _ => None,
        }
    }

    /// Its dialect. A family without its own yet gets the nearest one.
    pub fn dialect(self) -> Box<dyn Dialect> {
        match self {
            Kind::LlamaCpp => Box::new(LlamaCpp),
            Kind::KoboldCpp => Box::new(KoboldCpp),
            Kind::Halo => Box::new(Halo),
            Kind::LlamaChat => Box::new(LlamaChat),
            Kind::Ollama => Box::new(Ollama),
            Kind::Vllm => Box::new(OpenAi::vllm()),
            Kind::TextGen => Box::new(OpenAi::text_gen()),
            Kind::LmStudio => Box::new(LmStudio),
            Kind::OpenRouter => Box::new(OpenAi::open_router()),
            Kind::LiteLlm => Box::new(OpenAi::lite_llm()),
            Kind::Qolaba => Box::new(Qolaba),
            Kind::Ai4ArtsEd => Box::new(Ai4ArtsEd),
            Kind::Jarvis => Box::new(Jarvis),
            Kind::OpenAi => Box::new(OpenAi::new()),
        }
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
