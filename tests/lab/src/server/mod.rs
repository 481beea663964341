//! The emulated servers, one file each, and what all of them share: the faults before the stream, keys, CORS.
//!
//! In: an [`Ask`]. Out: an [`Answer`]. A server must not know sockets, nor the log.

use crate::http::{Answer, Body, Request};
use crate::kept::Kept;
use crate::lab::{Memory, Stops};
use crate::plan::{Voice, plan};
use crate::recordings;
use crate::reply::Reply;
use crate::script::Script;
use crate::socket::{Opening, Talk};
use serde_json::{Value, json};

/// The one table of servers: whoever adds one adds a row. Module, variant, and the name in a base path, which is also the page's `kind`.
macro_rules! servers {
    ($($(#[$doc:meta])* $module:ident::$server:ident = $word:literal;)*) => {
        $(pub mod $module;)*

        /// The servers that the lab can be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Dialect {
            $($(#[$doc])* $server,)*
        }

        impl Dialect {
            /// All of them.
            pub const ALL: [Dialect; [$($word),*].len()] = [$(Dialect::$server),*];

            /// The name in a base path, which is also the page's `kind`.
            pub fn word(self) -> &'static str {
                match self { $(Dialect::$server => $word,)* }
            }

            fn server(self) -> &'static dyn Server {
                match self { $(Dialect::$server => &$module::$server,)* }
            }
        }
    };
}

servers! {
    /// A plain OpenAI-compatible server.
    openai::OpenAi = "openai";
    /// llama.cpp's own server.
    llamacpp::LlamaCpp = "llamacpp";
    /// KoboldCpp, its native endpoints and `/v1`.
    koboldcpp::KoboldCpp = "koboldcpp";
    /// Ollama, native and `/v1`.
    ollama::Ollama = "ollama";
    /// Halo Weave's patched KoboldCpp.
    halo::Halo = "halo";
    /// llama_chat_web.
    llama_chat::LlamaChat = "llama-chat";
    /// The Qolaba proxy.
    qolaba::Qolaba = "qolaba";
    /// AI4ArtsEd's server, the seed's and today's.
    ai4artsed::Ai4ArtsEd = "ai4artsed";
    /// jarvis-agent.
    jarvis::Jarvis = "jarvis";
    /// LM Studio, native and `/v1`.
    lmstudio::LmStudio = "lmstudio";
    /// llama-cpp-python's server.
    llama_cpp_python::LlamaCppPython = "llama-cpp-python";
    /// vLLM.
    vllm::Vllm = "vllm";
    /// text-generation-webui.
    textgen::TextGen = "textgen";
    /// The LiteLLM proxy.
    litellm::LiteLlm = "litellm";
    /// OpenRouter.
    openrouter::OpenRouter = "openrouter";
}

impl Dialect {
    /// Those that answer a page on any origin, without a key, and end with `stop`: every fault of a script can be tried on them.
    pub const PLAIN: [Dialect; 4] = [
        Dialect::OpenAi,
        Dialect::LlamaCpp,
        Dialect::KoboldCpp,
        Dialect::Ollama,
    ];

    /// The server of that name.
    pub fn from_word(word: &str) -> Option<Dialect> {
        Dialect::ALL
            .into_iter()
            .find(|dialect| dialect.word() == word)
    }

    /// Whether it answers in HTTP/1.0 and closes after every answer.
    pub fn http10(self) -> bool {
        matches!(self, Dialect::KoboldCpp | Dialect::Halo)
    }

    /// The folder of its recordings.
    fn folder(self) -> &'static str {
        match self {
            Dialect::OpenAi => "vllm",
            Dialect::Halo => "koboldcpp",
            _ => self.word(),
        }
    }
}

/// A request to an emulated server.
#[derive(Debug)]
pub struct Ask<'a> {
    /// As it came.
    pub request: &'a Request,
    /// The path after the base path, without the query.
    pub path: &'a str,
    /// What the base path asks for.
    pub script: &'a Script,
    /// The body as JSON; `None` where it is none.
    pub json: Option<Value>,
    /// The replies that can be stopped by an id.
    pub stops: &'a Stops,
    /// What it remembers from earlier requests.
    pub memory: &'a Memory,
    /// The replies that go on without their connection.
    pub kept: &'a Kept,
    /// Milliseconds since the lab began.
    pub now: f64,
}

/// One emulated server.
trait Server: Sync {
    /// Its own endpoints, those that make a reply among them.
    fn answer(&self, ask: &Ask<'_>) -> Answer;
    /// The headers that it adds to every answer for a page on another origin; as most of OpenAI's family do, where it says nothing else.
    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        openai::OpenAi.cors(ask)
    }
    /// What it answers to OPTIONS, without [`Server::cors`]; as most of OpenAI's family do, where it says nothing else.
    fn preflight(&self, ask: &Ask<'_>) -> Answer {
        openai::OpenAi.preflight(ask)
    }
    /// How it says that it failed.
    fn error(&self, ask: &Ask<'_>, status: u16, message: &str) -> Answer;
    /// How it says that a key is missing or wrong.
    fn unauthorized(&self, ask: &Ask<'_>) -> Answer;
    /// Paths that need no key even where there is one.
    fn open(&self, _path: &str) -> bool {
        false
    }
    /// Whether an answer of this status has no CORS headers: it comes from a layer outside the one that adds them.
    fn bare(&self, _status: u16) -> bool {
        false
    }
    /// The answer to an origin that it does not like.
    fn refuses(&self, _ask: &Ask<'_>) -> Option<Answer> {
        None
    }
    /// Who speaks first over a WebSocket at this path; `None` where it has none, and answers as to any GET.
    fn opens(&self, _ask: &Ask<'_>) -> Option<Opening> {
        None
    }
    /// What it says over it; the body of `ask` is the client's first message, where the client speaks first.
    fn talk(&self, _ask: &Ask<'_>) -> Talk {
        Talk::default()
    }
}

/// Who speaks first, where an upgrade is granted. A page at every path, a missing path and a failing chat are no sockets.
pub fn opens(dialect: Dialect, ask: &Ask<'_>) -> Option<Opening> {
    let script = ask.script;
    let missing = script
        .missing
        .iter()
        .any(|path| ask.path.starts_with(path.as_str()));
    let refused = script.no_socket
        || script.html
        || missing
        || !script.unknown.is_empty()
        || script.error_before.is_some();
    if refused {
        None
    } else {
        dialect.server().opens(ask)
    }
}

/// What is said over a WebSocket.
pub fn talk(dialect: Dialect, ask: &Ask<'_>) -> Talk {
    dialect.server().talk(ask)
}

/// Whether a request asks for a reply of the model (the faults of the script are for these).
pub fn is_chat(method: &str, path: &str) -> bool {
    let paths = [
        "/v1/chat/completions",
        "/v1/completions",
        "/api/chat",
        "/api/v1/chat",
        "/api/chat/stream",
        "/api/generate",
        "/completion",
    ];
    // AI4ArtsEd's replies are answers to a GET.
    let asked_by_get =
        path.starts_with("/api/text_stream/") || path.starts_with("/api/schema/pipeline/");
    asked_by_get && matches!(method, "GET" | "POST")
        || method == "POST" && (paths.contains(&path) || path == "/api/extra/generate/stream")
}

/// Answers one request, and the faults of the script before the stream.
pub fn answer(dialect: Dialect, ask: &Ask<'_>) -> Answer {
    let server = dialect.server();
    if let Some(refusal) = server.refuses(ask) {
        return refusal;
    }
    let script = ask.script;
    let method = ask.request.method.as_str();
    if method == "OPTIONS" {
        match script.preflight {
            Some(0) => {
                let mut answer = server.preflight(ask);
                answer.body = Body::Endless;
                return finish(server, ask, answer);
            }
            Some(status) => {
                return Answer {
                    status,
                    headers: Vec::new(),
                    body: Body::Whole(Vec::new()),
                };
            }
            None => return finish(server, ask, server.preflight(ask)),
        }
    }
    let chat = is_chat(method, ask.path);
    let wrong_key = script
        .key
        .as_deref()
        .is_some_and(|key| ask.request.bearer() != Some(key))
        && !server.open(ask.path);
    let mut answer = if !script.unknown.is_empty() {
        Answer::new(
            400,
            "text/plain",
            format!("the lab does not understand {}", script.unknown.join(" ")),
        )
    } else if script.html {
        Answer::new(200, "text/html; charset=utf-8", HTML)
    } else if wrong_key {
        server.unauthorized(ask)
    } else if script
        .missing
        .iter()
        .any(|path| ask.path.starts_with(path.as_str()))
    {
        server.error(ask, 404, "not found")
    } else if let Some(status) = script
        .json
        .filter(|_| method == "POST" && ask.request.media_type() != "application/json")
    {
        wants_json(status)
    } else if let Some(status) = script.error_before.filter(|_| chat) {
        server.error(ask, status, "The lab was told to fail")
    } else if let Some(refusal) = chat.then(|| refusal(ask)).flatten() {
        refusal
    } else {
        server.answer(ask)
    };
    if let (true, Body::Stream(_), Some(name)) = (chat, &answer.body, &script.recording) {
        let (folder, case) = name.split_once('/').unwrap_or((dialect.folder(), name));
        let recorded = |recording| recordings::play(recording, script.speed.unwrap_or(1.0));
        let plan = match folder {
            "crash" => recordings::stream(case),
            "field" => recordings::field(case),
            _ => recordings::find(folder, case).map(recorded),
        };
        match plan {
            Some(plan) => answer.body = Body::Stream(plan),
            None => {
                answer = Answer::new(
                    400,
                    "text/plain",
                    format!("the lab has no recording {folder}/{case}"),
                )
            }
        }
    }
    if let Some(media_type) = script
        .content_type
        .as_ref()
        .filter(|_| chat && answer.status == 200)
    {
        answer.set_header("Content-Type", media_type);
    }
    finish(server, ask, answer)
}

fn finish(server: &dyn Server, ask: &Ask<'_>, mut answer: Answer) -> Answer {
    if !ask.script.no_cors && !server.bare(answer.status) {
        for (name, value) in server.cors(ask) {
            answer = answer.header(name, value);
        }
    }
    answer
}

/// How a server refuses a field that it does not know, and a template two messages of one role.
fn refusal(ask: &Ask<'_>) -> Option<Answer> {
    let script = ask.script;
    if script.refused.is_empty() && !script.turns {
        return None;
    }
    let body: Value = serde_json::from_slice(&ask.request.body).ok()?;
    let mut refused = script.refused.iter();
    if let Some(field) = refused.find(|field| body.get(field.as_str()).is_some()) {
        let told = json!({"detail": [{"type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not permitted", "input": true}]});
        return Some(Answer::json(422, &told));
    }
    let messages = body.get("messages")?.as_array()?;
    let repeats = messages
        .windows(2)
        .any(|pair| pair[0]["role"] == pair[1]["role"]);
    (script.turns && repeats).then(|| {
        let words = "Conversation roles must alternate user/assistant/user/assistant/...";
        Answer::json(
            500,
            &json!({"error": {"code": 500, "message": words, "type": "server_error"}}),
        )
    })
}

/// How servers that insist on JSON refuse a body of another name.
fn wants_json(status: u16) -> Answer {
    match status {
        415 => Answer::json(
            415,
            &json!({"detail": "Unsupported media type \"text/plain\" in request."}),
        ),
        422 => Answer::json(
            422,
            &json!({"detail": [{"type": "model_attributes_type", "loc": ["body"], "msg": "Input should be a valid dictionary or object to extract fields from"}]}),
        ),
        500 => Answer::new(
            500,
            "application/json",
            recordings::body("llama-cpp-python", "error-content-type"),
        ),
        _ => Answer::new(
            status,
            "application/json",
            recordings::body("vllm", "error-content-type"),
        ),
    }
}

/// A page of something that is no model server.
const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head>\n<body><h1>Welcome to nginx!</h1>\n<p>If you see this page, the web server is working.</p></body></html>\n";

/// A chat in the form that OpenAI's and Ollama's wire share, or a flat prompt.
#[derive(Debug)]
pub struct Chat {
    /// The model that was asked for.
    pub model: Option<String>,
    /// A stream was asked for.
    pub stream: bool,
    /// The usage was asked for.
    pub usage: bool,
    /// What the model says.
    pub reply: Reply,
}

impl Chat {
    /// Reads the body; `None` where it is no object.
    pub fn read(ask: &Ask<'_>, stream_by_default: bool) -> Option<Chat> {
        let body = ask.json.as_ref().filter(|body| body.is_object())?;
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let last = messages
            .iter()
            .rev()
            .find(|message| message["role"] == "user");
        let flat = body["prompt"].as_str().unwrap_or_default();
        let user = last.map_or_else(|| flat.to_owned(), |message| text(&message["content"]));
        let begun = messages
            .last()
            .filter(|message| message["role"] == "assistant");
        let begun = begun.map_or_else(String::new, |message| text(&message["content"]));
        let prompt: String = messages
            .iter()
            .map(|message| text(&message["content"]) + " ")
            .collect::<String>()
            + flat;
        let limits = [
            &body["max_tokens"],
            &body["max_completion_tokens"],
            &body["max_length"],
            &body["n_predict"],
            &body["options"]["num_predict"],
        ];
        let limit = limits.into_iter().find_map(Value::as_u64);
        Some(Chat {
            model: body["model"].as_str().map(str::to_owned),
            stream: !ask.script.whole && body["stream"].as_bool().unwrap_or(stream_by_default),
            usage: body["stream_options"]["include_usage"]
                .as_bool()
                .unwrap_or(false),
            reply: Reply::write(ask.script, &user, &begun, &prompt, limit),
        })
    }

    /// The stream of this reply in a server's words.
    pub fn stream(
        &self,
        ask: &Ask<'_>,
        media_type: &str,
        voice: &dyn Voice,
        tells_progress: bool,
    ) -> Answer {
        let plan = plan(voice, ask.script, &self.reply, tells_progress);
        Answer {
            status: 200,
            headers: Vec::new(),
            body: Body::Stream(plan),
        }
        .header("Content-Type", media_type)
    }
}

/// A message's content: a text, or parts of which some are text.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => String::new(),
    }
}

/// One SSE event with nothing but data.
fn data(value: &Value) -> Vec<u8> {
    format!("data: {value}\n\n").into_bytes()
}

/// When all of the lab's servers were built, in seconds since 1970: answers are the same every time.
const CREATED: u64 = 1_795_250_290;

/// A field of the query, decoded.
fn query(request: &Request, name: &str) -> Option<String> {
    let (_, query) = request.target.split_once('?')?;
    let mut fields = query.split('&').filter_map(|field| field.split_once('='));
    let value = fields.find(|(key, _)| *key == name)?.1;
    Some(crate::script::percent_decode(&value.replace('+', " ")))
}
