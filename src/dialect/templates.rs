//! Chat templates: a conversation as one flat prompt, for servers that apply no template of their own.
//!
//! In: a [`ChatRequest`] and a template's name. Out: the prompt, and the texts at which the model's turn is over. The marks are those
//! that each family of models was trained with; it must not know which server asks.
//!
//! No template writes the text's very first mark (`<s>`, `<|begin_of_text|>`): the servers put it before every prompt themselves.

use crate::chat::request::{ChatRequest, Role};

/// The template of those who name none.
pub const DEFAULT: &str = "alpaca";

/// Form in which one family of models wants a conversation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Template {
    /// Name of the template in settings.
    pub name: &'static str,
    /// Name that people use for the template.
    pub title: &'static str,
    /// Marks before and behind the system prompt; `None` where it is put before the person's first words.
    system: Option<(&'static str, &'static str)>,
    /// Marks before and behind the person's turns.
    user: (&'static str, &'static str),
    /// Marks before and behind the model's turns.
    assistant: (&'static str, &'static str),
    /// A blank between the mark before a model's turn and its words, which a model makes itself when it begins.
    gap: &'static str,
    /// Texts at which the model's turn is over.
    stops: &'static [&'static str],
}

/// Every template, in the order in which a person meets them.
pub const ALL: [Template; 8] = [
    Template {
        name: "chatml",
        title: "ChatML",
        system: Some(("<|im_start|>system\n", "<|im_end|>\n")),
        user: ("<|im_start|>user\n", "<|im_end|>\n"),
        assistant: ("<|im_start|>assistant\n", "<|im_end|>\n"),
        gap: "",
        stops: &["<|im_end|>", "<|im_start|>"],
    },
    Template {
        name: "llama3",
        title: "Llama 3",
        system: Some((
            "<|start_header_id|>system<|end_header_id|>\n\n",
            "<|eot_id|>",
        )),
        user: ("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
        assistant: (
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
            "<|eot_id|>",
        ),
        gap: "",
        stops: &["<|eot_id|>", "<|start_header_id|>"],
    },
    Template {
        name: "mistral",
        title: "Mistral",
        system: None,
        user: ("[INST] ", " [/INST]"),
        assistant: ("", "</s>"),
        gap: " ",
        stops: &["</s>", "[INST]"],
    },
    Template {
        name: "gemma",
        title: "Gemma",
        system: None,
        user: ("<start_of_turn>user\n", "<end_of_turn>\n"),
        assistant: ("<start_of_turn>model\n", "<end_of_turn>\n"),
        gap: "",
        stops: &["<end_of_turn>", "<start_of_turn>"],
    },
    Template {
        name: "phi",
        title: "Phi",
        system: Some(("<|system|>\n", "<|end|>\n")),
        user: ("<|user|>\n", "<|end|>\n"),
        assistant: ("<|assistant|>\n", "<|end|>\n"),
        gap: "",
        stops: &["<|end|>", "<|user|>"],
    },
    Template {
        name: "alpaca",
        title: "Alpaca",
        system: Some(("", "")),
        user: ("\n### Instruction:\n", ""),
        assistant: ("\n### Response:\n", ""),
        gap: "",
        stops: &["\n### Instruction:", "\n### Response:"],
    },
    Template {
        name: "vicuna",
        title: "Vicuna",
        system: Some(("", "\n\n")),
        user: ("USER: ", "\n"),
        assistant: ("ASSISTANT:", "</s>\n"),
        gap: " ",
        stops: &["</s>", "\nUSER:"],
    },
    // For models that go on from a text rather than answer: nothing but what was written.
    Template {
        name: "plain",
        title: "Plain",
        system: Some(("", "\n\n")),
        user: ("", "\n\n"),
        assistant: ("", "\n\n"),
        gap: "",
        stops: &[],
    },
];

/// The template of this name; [`DEFAULT`]'s where there is none.
pub fn of(name: &str) -> &'static Template {
    let named = |name: &str| ALL.iter().find(|template| template.name == name);
    named(name).or_else(|| named(DEFAULT)).unwrap_or(&ALL[0])
}

/// The conversation as one prompt that ends where the model begins (or goes on), and the texts at which its turn is over.
pub fn format(name: &str, request: &ChatRequest) -> (String, Vec<String>) {
    let template = of(name);
    let mut prompt = String::new();
    // A system prompt for which there is no place of its own waits for the person's next words.
    let mut waiting = String::new();
    let last = request.messages.len().saturating_sub(1);
    for (place, message) in request.messages.iter().enumerate() {
        let (marks, gap) = match (message.role, template.system) {
            (Role::System, Some(marks)) => (marks, ""),
            (Role::System, None) => {
                waiting.push_str(&message.text);
                waiting.push_str("\n\n");
                continue;
            }
            (Role::User, _) => (template.user, ""),
            (Role::Assistant, _) => (template.assistant, template.gap),
        };
        prompt.push_str(marks.0);
        if message.role == Role::User {
            prompt.push_str(&std::mem::take(&mut waiting));
        }
        prompt.push_str(gap);
        prompt.push_str(&message.text);
        if message.role == Role::Assistant && request.continues && place == last {
            return (prompt, template.stops());
        }
        prompt.push_str(marks.1);
    }
    prompt.push_str(template.assistant.0);
    (prompt, template.stops())
}

/// The conversation in the template that the request names, and the texts that end the model's turn: those of the template and
/// those that the person set.
pub fn prompt(request: &ChatRequest) -> (String, Vec<String>) {
    let name = request.template.as_deref().unwrap_or(DEFAULT);
    let (prompt, mut stops) = format(name, request);
    stops.extend(request.sampling.stop.iter().cloned());
    (prompt, stops)
}

impl Template {
    fn stops(&self) -> Vec<String> {
        self.stops.iter().map(|&stop| stop.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::request::Message;

    fn check(name: &str, continues: bool, expect: &str) {
        let mut messages = vec![
            Message::new(Role::System, "Be brief."),
            Message::new(Role::User, "Hi"),
            Message::new(Role::Assistant, "Hello"),
        ];
        if !continues {
            messages.push(Message::new(Role::User, "Go on"));
        }
        let request = ChatRequest {
            messages,
            continues,
            ..ChatRequest::default()
        };
        let (prompt, stops) = format(name, &request);
        assert_eq!(prompt, expect, "{name}");
        assert_eq!(stops.is_empty(), name == "plain");
        // A model that stops at its own mark must not have been shown that mark within its turn.
        if continues {
            assert!(stops.iter().all(|stop| !prompt.ends_with(stop.as_str())));
        }
    }

    #[test]
    fn each_family_reads_the_conversation_between_its_own_marks() {
        check(
            "chatml",
            false,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nGo on<|im_end|>\n<|im_start|>assistant\n",
        );
        check(
            "llama3",
            false,
            "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nGo on<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        );
        check(
            "mistral",
            false,
            "[INST] Be brief.\n\nHi [/INST] Hello</s>[INST] Go on [/INST]",
        );
        check(
            "gemma",
            false,
            "<start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n<start_of_turn>user\nGo on<end_of_turn>\n<start_of_turn>model\n",
        );
        check(
            "phi",
            false,
            "<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHello<|end|>\n<|user|>\nGo on<|end|>\n<|assistant|>\n",
        );
        check(
            "alpaca",
            false,
            "Be brief.\n### Instruction:\nHi\n### Response:\nHello\n### Instruction:\nGo on\n### Response:\n",
        );
        check(
            "vicuna",
            false,
            "Be brief.\n\nUSER: Hi\nASSISTANT: Hello</s>\nUSER: Go on\nASSISTANT:",
        );
        check("plain", false, "Be brief.\n\nHi\n\nHello\n\nGo on\n\n");
    }

    #[test]
    fn the_model_goes_on_from_its_last_letter() {
        for template in ALL {
            let request = ChatRequest {
                messages: vec![
                    Message::new(Role::User, "Hi"),
                    Message::new(Role::Assistant, "Hello, my"),
                ],
                continues: true,
                ..ChatRequest::default()
            };
            let (prompt, _) = format(template.name, &request);
            assert!(prompt.ends_with("Hello, my"), "{}", template.name);
        }
        check("vicuna", true, "Be brief.\n\nUSER: Hi\nASSISTANT: Hello");
        check("mistral", true, "[INST] Be brief.\n\nHi [/INST] Hello");
    }

    #[test]
    fn a_name_that_nobody_knows_is_the_default() {
        assert_eq!(of("no such").name, DEFAULT);
        assert_eq!(of("gemma").title, "Gemma");
    }
}
