//! Events, with what each of them tells.

/// An event of the element: a `CustomEvent` that bubbles and crosses the shadow root.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// Its name.
    pub name: &'static str,
    /// Fields of its detail.
    pub detail: &'static [Field],
    /// `true` where `preventDefault()` has what it announces not done.
    pub can_be_cancelled: bool,
    /// When it comes.
    pub words: &'static str,
}

/// A field of a detail.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub takes: &'static str,
    /// `true` where a listener may write it and the page does not.
    pub is_answer: bool,
    /// What it says, where its name does not.
    pub words: &'static str,
}

const fn field(name: &'static str, takes: &'static str, words: &'static str) -> Field {
    Field {
        name,
        takes,
        is_answer: false,
        words,
    }
}

const fn event(name: &'static str, detail: &'static [Field], words: &'static str) -> Event {
    Event {
        name,
        detail,
        can_be_cancelled: false,
        words,
    }
}

const TEXT: Field = field("text", "string", "");

/// Every event, in the order in which a conversation may bring them.
pub const EVENTS: [Event; 13] = [
    event("rill-ready", &[], "the chat is there"),
    event(
        "rill-open",
        &[],
        "the panel of `layout=\"floating\"` has opened",
    ),
    event("rill-close", &[], "it has closed"),
    event(
        "rill-connect",
        &[
            field(
                "server",
                "string",
                "its origin; `demo`; `site` for a transport of the page's own",
            ),
            field("kind", "RillKind | null", ""),
            field("model", "string | null", ""),
        ],
        "another server answers from now on, or another model",
    ),
    Event {
        can_be_cancelled: true,
        ..event(
            "rill-before-send",
            &[
                field("text", "string", "may be set"),
                field("images", "number", ""),
                field("messages", "number", "those of the conversation so far"),
                Field {
                    is_answer: true,
                    ..field(
                        "reason",
                        "string",
                        "a listener's sentence on why it is held back",
                    )
                },
            ],
            "a message is about to go ([below](#what-is-sent))",
        )
    },
    event("rill-send", &[TEXT], "a message goes to the server"),
    event(
        "rill-status",
        &[field("phase", "RillPhase", "")],
        "the reply does something else than before",
    ),
    event(
        "rill-reasoning",
        &[TEXT],
        "so much of the model's thinking came: put it behind what you have",
    ),
    event(
        "rill-delta",
        &[TEXT],
        "so much came: put it behind what you have",
    ),
    event(
        "rill-replace",
        &[TEXT],
        "the whole text anew: a server said it again otherwise, or a reply goes on; put it in the place of what you have",
    ),
    event(
        "rill-end",
        &[
            field("end", "RillEnd", ""),
            field("reason", "string | null", ""),
            TEXT,
            field("usage", "RillUsage", ""),
            field("timings", "RillTimings", ""),
        ],
        "the last letter is shown; `text` is what deltas and replacements have made",
    ),
    event(
        "rill-error",
        &[
            field("message", "string", ""),
            field("code", "string | null", ""),
        ],
        "a reply ended by an error, or the chat could not be loaded (`code` is `load`)",
    ),
    event(
        "rill-verdict",
        &[field("verdict", "RillVerdict", "")],
        "the Doctor says something else than before",
    ),
];
