//! What a person asks, in no server's words. Dialects turn it into calls.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The speaker of a message or a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The frame that the conversation stands in.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The name that nearly every wire uses, and `data-role` on the page.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The speaker.
    pub role: Role,
    /// The words, without the thinking.
    pub text: String,
    /// Pictures that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

impl Message {
    /// Words alone.
    pub fn new(role: Role, text: impl Into<String>) -> Message {
        Message {
            role,
            text: text.into(),
            images: Vec::new(),
        }
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `image/png`, `image/jpeg` ...
    pub media_type: String,
    /// The bytes, in base64 without a prefix.
    pub base64: String,
}

impl Image {
    /// The picture in these bytes (base64), by how they begin, whatever they are called; `None` for all but the raster formats
    /// that servers take: PNG, JPEG, GIF, WebP.
    pub fn of(base64: String) -> Option<Image> {
        let webp = || base64.starts_with("UklGR") && base64.get(12..16) == Some("RUJQ");
        let media_type = match base64.get(..6)? {
            "iVBORw" => "image/png",
            "R0lGOD" => "image/gif",
            start if start.starts_with("/9j/") => "image/jpeg",
            _ if webp() => "image/webp",
            _ => return None,
        };
        Some(Image {
            media_type: media_type.to_owned(),
            base64,
        })
    }

    /// The picture as a `data:` address, for a page.
    pub fn url(&self) -> String {
        format!("data:{};base64,{}", self.media_type, self.base64)
    }
}

/// Everything that a server needs in order to reply.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// The conversation, oldest first; a system prompt, if any, is its first message.
    pub messages: Vec<Message>,
    /// What the page around adds for the model, where it does not stand in the system prompt: only a site's own transport gets it so.
    pub context: Option<String>,
    /// The model's id; `None` lets the server choose.
    pub model: Option<String>,
    /// The last message is the assistant's own, unfinished: go on from its last letter.
    pub continues: bool,
    /// An id that this page made for this reply (`RILL` and digits), for servers whose stop takes one.
    pub generation: String,
    /// An id that this page made for the conversation, for servers that keep its history themselves.
    pub conversation: String,
    /// The server's own id for the conversation, where an earlier reply brought one.
    pub server_conversation: Option<String>,
    /// Settings of how the model picks its words.
    pub sampling: Sampling,
    /// Number of alternatives to each token that the server should tell, where it can; 0 is none.
    pub alternatives: u8,
    /// `true` if the server should tell what each token looked at, where it can.
    pub attention: bool,
    /// Formats the conversation for servers that take a flat prompt; `None` is the dialect's own way.
    pub template: Option<String>,
    /// Fields of their own beside the prompt, by name (`context`, `style`), for servers that have such.
    pub fields: BTreeMap<String, String>,
    /// `true` where headers of our own cost nothing: the request has a preflight anyway, for a key, or goes to the page's own
    /// origin, where there are none.
    pub free_headers: bool,
}

/// A setting of how a model picks its words.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::VariantArray,
    strum::IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Knob {
    /// 0 always picks the likeliest.
    Temperature,
    /// Limits the choice to the likeliest tokens up to this sum of probabilities.
    TopP,
    /// Limits the choice to this many of the likeliest tokens.
    TopK,
    /// Drops tokens less likely than this part of the likeliest.
    MinP,
    /// Limits the choice to tokens whose surprise is typical.
    TypicalP,
    /// Makes what was said less likely; 1 is off.
    RepeatPenalty,
    /// Makes whatever was said once less likely; 0 is off.
    PresencePenalty,
    /// Makes what was said often less likely; 0 is off.
    FrequencyPenalty,
    /// DRY: how strongly repeated sequences are punished; 0 is off.
    DryMultiplier,
    /// DRY: how fast the punishment grows.
    DryBase,
    /// DRY: how long a sequence may repeat unpunished.
    DryAllowedLength,
    /// XTC: how often the likeliest tokens are left out; 0 is off.
    XtcProbability,
    /// XTC: how likely a token must be to be left out.
    XtcThreshold,
    /// 0 is off, else Mirostat's version.
    Mirostat,
    /// Mirostat: the surprise that it aims at.
    MirostatTau,
    /// Mirostat: how fast it learns.
    MirostatEta,
    /// A number with which the same request gets the same answer, where the server is able to.
    Seed,
    /// The most tokens in a reply.
    MaxTokens,
    /// Tokens that prompt and reply may take together.
    Context,
}

impl Knob {
    /// Every setting, in the order in which a person meets them.
    pub const ALL: &'static [Knob] = <Knob as strum::VariantArray>::VARIANTS;

    /// The setting's name where settings are kept.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The least and the most that any server takes; -1 is some servers' word for "without a limit", or "by chance".
    pub fn span(self) -> (f64, f64) {
        match self {
            Knob::TopP
            | Knob::MinP
            | Knob::TypicalP
            | Knob::XtcProbability
            | Knob::XtcThreshold
            | Knob::MirostatEta => (0.0, 1.0),
            Knob::Temperature | Knob::RepeatPenalty | Knob::DryMultiplier => (0.0, 5.0),
            Knob::TopK => (-1.0, 100_000.0),
            Knob::PresencePenalty | Knob::FrequencyPenalty => (-2.0, 2.0),
            Knob::DryBase => (1.0, 10.0),
            Knob::DryAllowedLength => (0.0, 1000.0),
            Knob::Mirostat => (0.0, 2.0),
            Knob::MirostatTau => (0.0, 20.0),
            Knob::Seed => (-1.0, 4_294_967_295.0),
            Knob::MaxTokens => (-1.0, 10_000_000.0),
            Knob::Context => (1.0, 100_000_000.0),
        }
    }

    /// Tells whether the setting's values are whole numbers.
    pub fn is_whole(self) -> bool {
        matches!(
            self,
            Knob::TopK
                | Knob::DryAllowedLength
                | Knob::Mirostat
                | Knob::Seed
                | Knob::MaxTokens
                | Knob::Context
        )
    }
}

/// Settings of how the model picks its words; those that are not set are left to the server.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampling {
    /// The settings that are set.
    pub knobs: BTreeMap<Knob, f64>,
    /// Texts that end the reply.
    pub stop: Vec<String>,
    /// Any other fields of the request, as the server spells them. They win over all others.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Sampling {
    /// A setting as JSON, whole where it has to be.
    pub fn value(&self, knob: Knob) -> Option<serde_json::Value> {
        let value = *self.knobs.get(&knob)?;
        if knob.is_whole() {
            return Some((value as i64).into());
        }
        serde_json::Number::from_f64(value).map(serde_json::Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_how_they_begin() {
        let check = |base64: &str, expect: Option<&str>| {
            let image = Image::of(base64.to_owned());
            assert_eq!(
                image.as_ref().map(|image| image.media_type.as_str()),
                expect
            );
            if let Some(image) = image {
                assert!(image.url().ends_with(base64));
            }
        };
        check("iVBORw0KGgoAAAAN", Some("image/png"));
        check("/9j/4AAQSkZJRgAB", Some("image/jpeg"));
        check("R0lGODlhAQABAIAA", Some("image/gif"));
        check("UklGRiIAAABXRUJQVlA4", Some("image/webp"));
        // A sound in the same container, a drawing, a text, nothing.
        check("UklGRiQAAABXQVZFZm10", None);
        check("PHN2ZyB4bWxucz0i", None);
        check("SGVsbG8=", None);
        check("", None);
    }
}
