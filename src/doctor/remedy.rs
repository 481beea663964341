//! What to do about a verdict: advice as data, and the exact line to copy where there is one.
//!
//! In: the verdict, the trace, the place. Out: a short list, the likeliest first. The exact lines stand in `settings`.

use super::evidence::Evidence;
use super::{Place, Verdict, evidence, settings};
use crate::dialect::Kind;
use crate::event::End;
use crate::trace::{Fact, Trace};

/// The longest list that helps.
const MOST: usize = 5;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What.
    pub advice: Advice,
    /// A command, a setting or an address to copy: the same in every language. Several lines are several alternatives.
    pub line: Option<String>,
}

/// Things to do. The words are the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Ask the server itself with `curl -N`, past whatever stands between.
    TryCurl,
    /// Let the server send headers that switch buffering off.
    SendHeaders,
    /// nginx: switch buffering off for this path.
    NginxBuffering,
    /// Apache: flush each packet.
    ApacheBuffering,
    /// Caddy: flush at once.
    CaddyBuffering,
    /// Vite's development proxy: ask for no compression.
    ViteProxy,
    /// Waitress: send from the first byte on.
    Waitress,
    /// Switch compression off for event streams.
    NoCompression,
    /// The tunnel does not carry streams, or limits them.
    Tunnel,
    /// The server's own sender is starved while the model computes: a newer version.
    StarvedSender,
    /// The server makes the whole answer before it sends: nothing here can change that.
    MakesWholeFirst,
    /// Something between drops the wish for a stream, or this route cannot stream.
    AskForStream,
    /// A shorter conversation is read faster.
    ShorterPrompt,
    /// Keep the model loaded.
    KeepLoaded,
    /// Put more of the model on the graphics card.
    UseGpu,
    /// Look into the server's log, and restart it.
    ServerLog,
    /// nginx: a longer read timeout.
    NginxTimeout,
    /// Apache: a longer timeout.
    ApacheTimeout,
    /// Cloudflare ends a request after 100 s without a byte.
    CloudflareLimit,
    /// The proxy has timers of its own.
    OwnTimers,
    /// Continue from where it was cut.
    GoOn,
    /// Speak to the server in its own language, where it does not swallow errors.
    OwnLanguage,
    /// Start the server.
    StartServer,
    /// Let the server listen to other computers.
    ListenAll,
    /// Try the other port.
    OtherPort,
    /// Try the other name of this computer.
    OtherName,
    /// Allow this page's origin in the server's settings.
    AllowOrigin,
    /// The same where the server runs as a service.
    AllowOriginService,
    /// Flip the switch in the program's window.
    SwitchCors,
    /// Put the server behind a path of the page's own host.
    SamePath,
    /// Open this page from this computer.
    OpenFromHere,
    /// Give the server https.
    GiveHttps,
    /// Allow the local network in the browser's settings for this page.
    AllowLocalNetwork,
    /// Remove the key, so that no preflight is needed.
    RemoveKey,
    /// Put in the key.
    EnterKey,
    /// Look up the key where the server was started.
    FindKey,
    /// Check address and port.
    CheckAddress,
    /// Choose one of the models that it has.
    ChooseModel,
    /// Fetch the model.
    FetchModel,
    /// The proxy limits the size of a request.
    BodySize,
    /// The gateway does not reach the model server.
    GatewayDown,
    /// Try again in a moment.
    TryLater,
    /// Let the server answer several at once.
    Parallel,
    /// Begin anew, or shorten.
    Shorten,
    /// Give the model more context.
    MoreContext,
    /// Close other tabs that talk to this server, and restart it.
    FreeSockets,
    /// Show text at once instead of at a pace.
    FasterPace,
    /// Give this page more of the computer.
    LessLoad,
}

struct List<'a> {
    place: &'a Place<'a>,
    list: Vec<Remedy>,
}

impl List<'_> {
    fn add(&mut self, advice: Advice) {
        self.list.push(Remedy { advice, line: None });
    }

    fn line(&mut self, advice: Advice, line: impl Into<Option<String>>) {
        if let Some(line) = line.into() {
            self.list.push(Remedy {
                advice,
                line: Some(line),
            });
        }
    }
}

/// What to do, the likeliest first.
pub(super) fn remedies(
    verdict: Verdict,
    trace: &Trace,
    end: Option<&End>,
    place: &Place<'_>,
) -> Vec<Remedy> {
    let mut list = List {
        place,
        list: Vec::new(),
    };
    let kind = place.kind;
    match verdict {
        Verdict::Flowing => {}
        Verdict::Buffered => buffered(trace, &mut list),
        Verdict::NotStreaming => {
            if makes_whole(kind) {
                list.add(Advice::MakesWholeFirst);
            } else {
                list.line(Advice::AskForStream, "\"stream\": true".to_owned());
            }
            list.add(Advice::TryCurl);
        }
        Verdict::SlowPrefill => {
            list.add(Advice::ShorterPrompt);
            list.line(Advice::KeepLoaded, settings::keep_loaded(kind));
            list.line(Advice::UseGpu, settings::use_gpu(kind));
        }
        Verdict::Silent => {
            list.add(Advice::ServerLog);
            list.add(Advice::TryCurl);
        }
        Verdict::Cut => cut(trace, end, &mut list),
        Verdict::Unreachable => unreachable(&mut list),
        Verdict::CorsRefused => cors(&mut list),
        Verdict::MixedContent | Verdict::LocalNetworkDenied => {
            if verdict == Verdict::LocalNetworkDenied {
                list.add(Advice::AllowLocalNetwork);
            }
            list.line(Advice::OpenFromHere, "http://127.0.0.1:7455".to_owned());
            list.line(Advice::GiveHttps, settings::https(place));
            list.line(Advice::SamePath, settings::same_path(place));
        }
        Verdict::PreflightRefused => {
            if place.has_key {
                list.add(Advice::RemoveKey);
            }
            cors(&mut list);
        }
        Verdict::Auth => {
            list.add(Advice::EnterKey);
            list.line(Advice::FindKey, settings::find_key(kind));
        }
        Verdict::WrongServer => {
            check_address(&mut list);
            if kind == Some(Kind::LlamaCpp) {
                list.line(Advice::OtherPort, settings::other_port(place));
            }
        }
        Verdict::ModelMissing => {
            list.add(Advice::ChooseModel);
            list.line(Advice::FetchModel, settings::fetch_model(place));
        }
        Verdict::ServerError => {
            match end {
                Some(End::Refused {
                    status: Some(413), ..
                }) => list.line(Advice::BodySize, "client_max_body_size 64m;".to_owned()),
                Some(End::Refused {
                    status: Some(502 | 504),
                    ..
                }) => list.add(Advice::GatewayDown),
                _ => {}
            }
            list.add(Advice::ServerLog);
        }
        Verdict::Busy => {
            list.add(Advice::TryLater);
            list.line(Advice::Parallel, settings::parallel(kind));
        }
        Verdict::ContextFull => {
            list.add(Advice::Shorten);
            list.line(Advice::MoreContext, settings::more_context(kind));
        }
        Verdict::SocketsExhausted => {
            list.add(Advice::FreeSockets);
            if place.has_key {
                list.add(Advice::RemoveKey);
            }
            list.line(Advice::OtherName, settings::other_name(place));
        }
        Verdict::PageBehind => {
            list.line(Advice::FasterPace, "pace=instant".to_owned());
            list.add(Advice::LessLoad);
        }
    }
    list.list.truncate(MOST);
    list.list
}

/// What stands between, as far as the headers and the addresses tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Nginx,
    Apache,
    Caddy,
    Cloudflare,
    Tunnel,
    Vite,
    Waitress,
    Compression,
}

fn between(trace: &Trace, place: &Place<'_>) -> Vec<Between> {
    let mut found = Vec::new();
    let headers = trace.stamps().iter().filter_map(|stamp| match &stamp.fact {
        Fact::Headers { told, .. } => Some(told),
        _ => None,
    });
    for (name, value) in headers.flatten() {
        let value = value.to_ascii_lowercase();
        let named = [
            ("nginx", Between::Nginx),
            ("openresty", Between::Nginx),
            ("apache", Between::Apache),
            ("caddy", Between::Caddy),
            ("cloudflare", Between::Cloudflare),
            ("waitress", Between::Waitress),
        ];
        for (word, who) in named {
            if matches!(name.as_str(), "server" | "via") && value.contains(word) {
                found.push(who);
            }
        }
        match name.as_str() {
            "cf-ray" => found.push(Between::Cloudflare),
            "content-encoding" if !value.is_empty() && value != "identity" => {
                found.push(Between::Compression);
            }
            _ => {}
        }
    }
    if let Some(server) = place.server {
        let host = server.host();
        let host = host.split(':').next().unwrap_or_default();
        const TUNNELS: [&str; 8] = [
            ".trycloudflare.com",
            ".ngrok-free.app",
            ".ngrok-free.dev",
            ".ngrok.app",
            ".ngrok.io",
            ".loca.lt",
            ".serveo.net",
            ".devtunnels.ms",
        ];
        if TUNNELS.iter().any(|end| host.ends_with(end)) {
            found.push(Between::Tunnel);
        }
        let own = server.origin() == place.page;
        if own && matches!(server.port(), 5173 | 4173) {
            found.push(Between::Vite);
        }
    }
    found.dedup();
    found
}

/// Whether the page asks the model server itself, as far as its port tells.
fn asks_directly(place: &Place<'_>) -> bool {
    let (Some(server), Some(kind)) = (place.server, place.kind) else {
        return false;
    };
    let port = server.port();
    server.origin() != place.page
        && !server.is_secure()
        && (kind.default_port() == Some(port) || (kind == Kind::LlamaCpp && port == 9931))
}

fn makes_whole(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Jarvis | Kind::Ai4ArtsEd))
}

fn buffered(trace: &Trace, list: &mut List<'_>) {
    let place = list.place;
    let known = between(trace, place);
    match place.kind {
        Some(Kind::LlamaChat) if known.is_empty() => list.add(Advice::StarvedSender),
        kind if makes_whole(kind) && known.is_empty() => list.add(Advice::MakesWholeFirst),
        _ => {}
    }
    let guess = [
        Between::Nginx,
        Between::Apache,
        Between::Caddy,
        Between::Waitress,
    ];
    let all: &[Between] = match known.as_slice() {
        [] if asks_directly(place) => &[],
        [] => &guess,
        known => known,
    };
    // The first step in telling the server from what stands between.
    list.add(Advice::TryCurl);
    for who in all {
        match who {
            Between::Nginx => {
                list.line(
                    Advice::NginxBuffering,
                    "proxy_buffering off;\nproxy_cache off;\ngzip off;".to_owned(),
                );
            }
            Between::Apache => list.line(Advice::ApacheBuffering, settings::apache(place)),
            Between::Caddy => list.line(Advice::CaddyBuffering, settings::caddy(place)),
            Between::Cloudflare | Between::Tunnel => list.add(Advice::Tunnel),
            Between::Vite => list.line(Advice::ViteProxy, settings::vite(place)),
            Between::Waitress => list.line(
                Advice::Waitress,
                "waitress-serve --send-bytes=1 app:app".to_owned(),
            ),
            Between::Compression => list.line(
                Advice::NoCompression,
                "Cache-Control: no-cache, no-transform".to_owned(),
            ),
        }
    }
    if list.list.len() >= MOST {
        list.list.truncate(MOST - 1);
    }
    list.line(
        Advice::SendHeaders,
        "X-Accel-Buffering: no\nCache-Control: no-cache, no-transform".to_owned(),
    );
}

fn cut(trace: &Trace, end: Option<&End>, list: &mut List<'_>) {
    let place = list.place;
    list.add(Advice::GoOn);
    if matches!(end, Some(End::Cut { page_closed: true })) {
        return;
    }
    let facts = evidence::evidence(Verdict::Cut, trace, end, 0.0, place);
    let limit = facts.iter().find_map(|fact| match fact {
        Evidence::AtLimit { seconds, .. } => Some(*seconds),
        _ => None,
    });
    let known = between(trace, place);
    if let Some(seconds) = limit {
        if place.kind == Some(Kind::Qolaba) || place.kind == Some(Kind::Jarvis) {
            list.add(Advice::OwnTimers);
        }
        if known.contains(&Between::Cloudflare)
            || known.contains(&Between::Tunnel)
            || (seconds == 100 && !asks_directly(place))
        {
            list.add(Advice::CloudflareLimit);
        }
        if !asks_directly(place) {
            if !known.contains(&Between::Apache) {
                list.line(
                    Advice::NginxTimeout,
                    "proxy_read_timeout 3600s;\nproxy_send_timeout 3600s;".to_owned(),
                );
            }
            if !known.contains(&Between::Nginx) {
                list.line(Advice::ApacheTimeout, "ProxyTimeout 3600".to_owned());
            }
        }
    }
    if let Some(Kind::OpenAi | Kind::Ollama) = place.kind
        && place.server.is_some_and(|server| server.port() == 11434)
    {
        list.line(Advice::OwnLanguage, "kind=ollama".to_owned());
    }
    list.add(Advice::ServerLog);
}

fn unreachable(list: &mut List<'_>) {
    let place = list.place;
    list.line(Advice::StartServer, settings::start(place.kind));
    let far = place.server.is_some_and(|server| !server.is_loopback());
    if far {
        list.line(Advice::ListenAll, settings::listen_all(place.kind));
    }
    if place.kind == Some(Kind::LlamaCpp) {
        list.line(Advice::OtherPort, settings::other_port(place));
    }
    list.line(Advice::OtherName, settings::other_name(place));
    check_address(list);
}

fn check_address(list: &mut List<'_>) {
    list.list.push(Remedy {
        advice: Advice::CheckAddress,
        line: settings::usual_address(list.place.kind),
    });
}

fn cors(list: &mut List<'_>) {
    let place = list.place;
    match place.kind {
        Some(Kind::LmStudio) => {
            list.line(Advice::SwitchCors, "lms server start --cors".to_owned());
        }
        Some(Kind::TextGen) => {
            // Its check of the Host header comes before CORS, and its refusal carries none.
            list.line(Advice::OtherName, settings::textgen_name(place));
            list.line(Advice::ListenAll, settings::listen_all(place.kind));
        }
        Some(Kind::Jarvis | Kind::Ai4ArtsEd) => {}
        kind => {
            list.line(
                Advice::AllowOrigin,
                settings::allow_origin(kind, place.page),
            );
            if kind == Some(Kind::Ollama) {
                list.line(
                    Advice::AllowOriginService,
                    settings::ollama_service(place.page),
                );
            }
        }
    }
    list.line(Advice::SamePath, settings::same_path(place));
}
