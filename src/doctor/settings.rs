//! The exact commands and settings, per kind of server: the same in every language, to be copied.

use super::Place;
use crate::dialect::Kind;

/// The address of the model server as a proxy beside it would call it.
fn upstream(place: &Place<'_>) -> String {
    let port = place
        .kind
        .and_then(Kind::default_port)
        .or_else(|| place.server.map(|server| server.port()))
        .unwrap_or(8080);
    match place.server {
        Some(server) if server.origin() != place.page && server.is_loopback() => server.origin(),
        _ => format!("http://127.0.0.1:{port}"),
    }
}

/// Lets pages of this origin read the answers.
pub(super) fn allow_origin(kind: Option<Kind>, page: &str) -> Option<String> {
    Some(match kind {
        Some(Kind::Ollama) => format!("OLLAMA_ORIGINS={page} ollama serve"),
        Some(Kind::Vllm) => format!("vllm serve MODEL --allowed-origins '[\"{page}\"]'"),
        Some(Kind::LlamaCpp) => format!("llama-server -m MODEL.gguf --cors-origins {page}"),
        Some(Kind::LiteLlm) => format!("LITELLM_CORS_ORIGINS={page} litellm --config config.yaml"),
        Some(Kind::Qolaba) => format!("CORS_ORIGIN={page} npm start"),
        _ => format!("Access-Control-Allow-Origin: {page}"),
    })
}

/// The same for Ollama where it runs as a service: Linux, macOS, Windows.
pub(super) fn ollama_service(page: &str) -> String {
    format!(
        "systemctl edit ollama   # [Service] Environment=\"OLLAMA_ORIGINS={page}\"\n\
         launchctl setenv OLLAMA_ORIGINS \"{page}\"\n\
         setx OLLAMA_ORIGINS \"{page}\""
    )
}

/// Starts the server.
pub(super) fn start(kind: Option<Kind>) -> Option<String> {
    Some(
        match kind? {
            Kind::Ollama => "ollama serve",
            Kind::LlamaCpp => "llama-server -m MODEL.gguf --port 8080",
            Kind::KoboldCpp | Kind::Halo => "koboldcpp MODEL.gguf --port 5001",
            Kind::LmStudio => "lms server start --cors",
            Kind::Vllm => "vllm serve MODEL --port 8000",
            Kind::LiteLlm => "litellm --config config.yaml --port 4000",
            Kind::TextGen => "python server.py --api",
            Kind::LlamaChat => "llama_chat_web",
            Kind::Qolaba => "npm start",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Lets other computers in.
pub(super) fn listen_all(kind: Option<Kind>) -> Option<String> {
    Some(
        match kind? {
            Kind::Ollama => "OLLAMA_HOST=0.0.0.0 ollama serve",
            Kind::LlamaCpp => "llama-server -m MODEL.gguf --host 0.0.0.0",
            Kind::KoboldCpp | Kind::Halo => "koboldcpp MODEL.gguf --host 0.0.0.0",
            Kind::LmStudio => "lms server start --bind 0.0.0.0 --cors",
            Kind::Vllm => "vllm serve MODEL --host 0.0.0.0",
            Kind::LiteLlm => "litellm --config config.yaml --host 0.0.0.0",
            Kind::TextGen => "python server.py --api --listen",
            _ => return None,
        }
        .to_owned(),
    )
}

/// The context in use, made larger.
pub(super) fn more_context(kind: Option<Kind>) -> Option<String> {
    Some(
        match kind? {
            Kind::Ollama => "OLLAMA_CONTEXT_LENGTH=16384 ollama serve",
            Kind::LlamaCpp => "llama-server -m MODEL.gguf -c 16384",
            Kind::KoboldCpp | Kind::Halo => "koboldcpp MODEL.gguf --contextsize 16384",
            Kind::LmStudio => "lms load MODEL --context-length 16384",
            Kind::Vllm => "vllm serve MODEL --max-model-len 16384",
            Kind::TextGen => "python server.py --api --ctx-size 16384",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Several replies at once.
pub(super) fn parallel(kind: Option<Kind>) -> Option<String> {
    Some(
        match kind? {
            Kind::Ollama => "OLLAMA_NUM_PARALLEL=2 ollama serve",
            Kind::LlamaCpp => "llama-server -m MODEL.gguf --parallel 2",
            Kind::KoboldCpp | Kind::Halo => "koboldcpp MODEL.gguf --multiuser 5",
            Kind::Vllm => "vllm serve MODEL --max-num-seqs 8",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Keeps the model in memory between replies.
pub(super) fn keep_loaded(kind: Option<Kind>) -> Option<String> {
    (kind? == Kind::Ollama).then(|| "OLLAMA_KEEP_ALIVE=-1 ollama serve".to_owned())
}

/// Puts the model on the graphics card.
pub(super) fn use_gpu(kind: Option<Kind>) -> Option<String> {
    Some(
        match kind? {
            Kind::LlamaCpp => "llama-server -m MODEL.gguf -ngl 99",
            Kind::KoboldCpp | Kind::Halo => "koboldcpp MODEL.gguf --gpulayers 99",
            Kind::LmStudio => "lms load MODEL --gpu max",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Where a key comes from.
pub(super) fn find_key(kind: Option<Kind>) -> Option<String> {
    Some(
        match kind? {
            Kind::LlamaCpp => "llama-server --api-key KEY",
            Kind::Vllm => "vllm serve MODEL --api-key KEY",
            Kind::KoboldCpp | Kind::Halo => "koboldcpp --password KEY",
            Kind::LiteLlm => "LITELLM_MASTER_KEY",
            Kind::TextGen => "python server.py --api --api-key KEY",
            Kind::OpenRouter => "https://openrouter.ai/keys",
            Kind::OpenAi => return None,
            _ => return None,
        }
        .to_owned(),
    )
}

/// Fetches a model.
pub(super) fn fetch_model(place: &Place<'_>) -> Option<String> {
    let model = place.model.filter(|model| is_plain(model))?;
    match place.kind? {
        Kind::Ollama => Some(format!("ollama pull {model}")),
        Kind::LmStudio => Some(format!("lms get {model}")),
        Kind::Vllm => Some(format!("vllm serve MODEL --served-model-name {model}")),
        _ => None,
    }
}

/// A name that may stand in a command: it came from a link or a server, and shall bring nothing along.
fn is_plain(model: &str) -> bool {
    !model.is_empty()
        && !model.starts_with('-')
        && model
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@".contains(&byte))
}

/// Where such a server usually is.
pub(super) fn usual_address(kind: Option<Kind>) -> Option<String> {
    let port = kind?.default_port()?;
    Some(format!("http://127.0.0.1:{port}"))
}

/// llama.cpp's port has moved.
pub(super) fn other_port(place: &Place<'_>) -> Option<String> {
    let server = place.server?;
    let other = if server.port() == 9931 { 8080 } else { 9931 };
    let origin = server.origin();
    let host = origin
        .strip_suffix(&format!(":{}", server.port()))
        .unwrap_or(&origin);
    Some(format!("{host}:{other}"))
}

/// The other name of this computer: servers often listen under one of them alone, and a browser counts connections per name.
pub(super) fn other_name(place: &Place<'_>) -> Option<String> {
    super::check::other_name(place.server?)
}

/// The names that text-generation-webui lets in.
pub(super) fn textgen_name(place: &Place<'_>) -> Option<String> {
    Some(format!("http://127.0.0.1:{}", place.server?.port()))
}

/// A path of the page's own host that leads to the server.
pub(super) fn same_path(place: &Place<'_>) -> String {
    format!(
        "location /llm/ {{ proxy_pass {}/; proxy_buffering off; }}",
        upstream(place)
    )
}

/// https for a server that has none.
pub(super) fn https(place: &Place<'_>) -> String {
    format!(
        "caddy reverse-proxy --from llm.example.org --to {}",
        upstream(place)
    )
}

/// Apache's module flushes when told to.
pub(super) fn apache(place: &Place<'_>) -> String {
    format!("ProxyPass /llm/ {}/ flushpackets=on", upstream(place))
}

/// Caddy's proxy flushes at once.
pub(super) fn caddy(place: &Place<'_>) -> String {
    format!("reverse_proxy {} {{ flush_interval -1 }}", upstream(place))
}

/// Vite's development proxy.
pub(super) fn vite(place: &Place<'_>) -> String {
    format!(
        "server: {{ proxy: {{ '/llm': {{ target: '{}', headers: {{ 'Accept-Encoding': 'identity' }} }} }} }}",
        upstream(place)
    )
}
