//! Properties that reflect no attribute, and methods.

/// A property beside those of the attributes.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub takes: &'static str,
    /// `true` where it is not for the site to set.
    pub is_read_only: bool,
    /// What it is for.
    pub words: &'static str,
}

/// A method.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static [Argument],
    /// The type of what it returns.
    pub gives: &'static str,
    /// What it does.
    pub words: &'static str,
}

/// An argument of a method; one that may be left out has a `?` behind its name.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub takes: &'static str,
}

/// Properties that reflect no attribute.
pub const OWN_PROPERTIES: [Property; 3] = [
    Property {
        name: "context",
        takes: "RillContext",
        is_read_only: false,
        words: "[for the model](bridge.md#context), beside the system prompt; it is no message. A function is called for each request",
    },
    Property {
        name: "token",
        takes: "RillToken",
        is_read_only: false,
        words: "[gives a short-lived key](bridge.md#token) for a server, and once more after a 401; what it gives is written nowhere",
    },
    Property {
        name: "ready",
        takes: "Promise<RillChat>",
        is_read_only: true,
        words: "loads the chat; settles once it is there",
    },
];

/// Every method. Each may be called at once: the chat is loaded, and then it happens.
pub const METHODS: [Method; 7] = [
    Method {
        name: "send",
        arguments: &[Argument {
            name: "text",
            takes: "string",
        }],
        gives: "void",
        words: "sends a message; a reply that runs gives way to it",
    },
    Method {
        name: "stop",
        arguments: &[],
        gives: "void",
        words: "ends the reply that runs",
    },
    Method {
        name: "clear",
        arguments: &[],
        gives: "void",
        words: "begins a new conversation",
    },
    Method {
        name: "export",
        arguments: &[],
        gives: "string",
        words: "the conversation as JSON text; before the chat is loaded, an empty one",
    },
    Method {
        name: "connect",
        arguments: &[
            Argument {
                name: "source",
                takes: "RillSource | null",
            },
            Argument {
                name: "options?",
                takes: "{ name?: string }",
            },
        ],
        gives: "void",
        words: "[a transport of the page's own](bridge.md): a function that is called for each reply, or what the next one is read from; `null` ends it",
    },
    Method {
        name: "show",
        arguments: &[],
        gives: "void",
        words: "opens the panel of `layout=\"floating\"`",
    },
    Method {
        name: "hide",
        arguments: &[],
        gives: "void",
        words: "closes it",
    },
];
