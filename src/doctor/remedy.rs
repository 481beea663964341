//! Remedies for a verdict: advice as data, and the exact line to copy where there is one.
//!
//! In: the verdict, the trace, the place. Out: a short list, the likeliest first. The exact lines stand in `settings` and in the files of
//! the families.

use super::advice::{Advice, Remedy};
use super::between::{Between, asks_directly, between};
use super::evidence::Evidence;
use super::{Place, Verdict, evidence, settings};
use crate::dialect::{Kind, Origins};
use crate::event::End;
use crate::trace::Trace;

/// The longest list that helps.
const MOST: usize = 5;

struct List<'a> {
    place: &'a Place<'a>,
    list: Vec<Remedy>,
}

impl List<'_> {
    /// Adds advice without a line.
    fn add(&mut self, advice: Advice) {
        self.list.push(Remedy { advice, line: None });
    }

    /// Adds the advice to remove the key, where there is one: without a key no preflight is needed.
    fn remove_key(&mut self) {
        if self.place.has_key {
            self.add(Advice::RemoveKey);
        }
    }

    /// Adds advice with a line to copy; nothing where there is no line.
    fn line(&mut self, advice: Advice, line: impl Into<Option<String>>) {
        if let Some(line) = line.into() {
            self.list.push(Remedy {
                advice,
                line: Some(line),
            });
        }
    }

    /// Adds advice with a family's own command, if it has one.
    fn command(&mut self, advice: Advice, command: Option<&str>) {
        self.line(advice, command.map(str::to_owned));
    }
}

/// Makes the list of remedies for a verdict, the likeliest first.
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
    let commands = place.commands();
    match verdict {
        Verdict::Flowing => {}
        Verdict::Buffered => buffered(trace, &mut list),
        Verdict::NotStreaming => not_streaming(&mut list),
        Verdict::SlowPrefill => {
            list.add(Advice::ShorterPrompt);
            list.command(Advice::KeepLoaded, commands.keep_loaded);
            list.command(Advice::UseGpu, commands.use_gpu);
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
            from_nearer(&mut list);
        }
        Verdict::PreflightRefused => {
            list.remove_key();
            cors(&mut list);
        }
        Verdict::Auth => {
            list.add(Advice::EnterKey);
            list.command(Advice::FindKey, commands.key);
        }
        Verdict::WrongServer => {
            check_address(&mut list);
            list.line(Advice::OtherPort, settings::other_port(place));
        }
        Verdict::ModelMissing => {
            list.add(Advice::ChooseModel);
            list.line(Advice::FetchModel, settings::fetch_model(place));
        }
        Verdict::ServerError => {
            refused_on_the_way(end, &mut list);
            list.add(Advice::ServerLog);
        }
        Verdict::Busy => {
            list.add(Advice::TryLater);
            list.command(Advice::Parallel, commands.parallel);
        }
        Verdict::ContextFull => {
            list.add(Advice::Shorten);
            list.command(Advice::MoreContext, commands.more_context);
        }
        Verdict::SocketsExhausted => {
            list.add(Advice::FreeSockets);
            list.remove_key();
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

fn not_streaming(list: &mut List<'_>) {
    if list.place.quirks().makes_whole {
        list.add(Advice::MakesWholeFirst);
    } else {
        list.line(Advice::AskForStream, "\"stream\": true".to_owned());
    }
    list.add(Advice::TryCurl);
}

/// Adds ways to bring page and server nearer to each other, where the browser keeps this page from the server.
fn from_nearer(list: &mut List<'_>) {
    let place = list.place;
    list.line(Advice::OpenFromHere, "http://127.0.0.1:7455".to_owned());
    list.line(Advice::GiveHttps, settings::https(place));
    list.line(Advice::SamePath, settings::same_path(place));
}

/// Adds what a proxy's status tells beside the server's own words: a body that is too large, a gateway that reaches no server.
fn refused_on_the_way(end: Option<&End>, list: &mut List<'_>) {
    let Some(End::Refused { status, .. }) = end else {
        return;
    };
    match status {
        Some(413) => list.line(Advice::BodySize, "client_max_body_size 64m;".to_owned()),
        Some(502 | 504) => list.add(Advice::GatewayDown),
        _ => {}
    }
}

fn buffered(trace: &Trace, list: &mut List<'_>) {
    let place = list.place;
    let known = between(trace, place);
    let quirks = place.quirks();
    if known.is_empty() && quirks.starves_its_sender {
        list.add(Advice::StarvedSender);
    }
    if known.is_empty() && quirks.makes_whole {
        list.add(Advice::MakesWholeFirst);
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
        if place.quirks().own_timers {
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
    list.line(Advice::OwnLanguage, own_language(place));
    list.add(Advice::ServerLog);
}

/// The setting that speaks to a server in its own language, where it stands at the port of a family whose OpenAI side swallows
/// errors.
fn own_language(place: &Place<'_>) -> Option<String> {
    let (port, kind) = (place.server?.port(), place.kind?);
    let own = Kind::ALL.into_iter().find(|own| {
        let family = own.family();
        family.quirks.swallows_errors_as_openai && family.ports.contains(&port)
    })?;
    (kind == own || kind == Kind::default()).then(|| format!("kind={}", own.as_str()))
}

fn unreachable(list: &mut List<'_>) {
    let place = list.place;
    list.command(Advice::StartServer, place.commands().start);
    let far = place.server.is_some_and(|server| !server.is_loopback());
    if far {
        list.command(Advice::ListenAll, place.commands().listen_all);
    }
    list.line(Advice::OtherPort, settings::other_port(place));
    list.line(Advice::OtherName, settings::other_name(place));
    check_address(list);
}

fn check_address(list: &mut List<'_>) {
    list.list.push(Remedy {
        advice: Advice::CheckAddress,
        line: settings::usual_address(list.place),
    });
}

fn cors(list: &mut List<'_>) {
    let place = list.place;
    let for_page = |command| settings::for_page(command, place.page);
    match place.commands().origins {
        Origins::Header => list.line(
            Advice::AllowOrigin,
            for_page("Access-Control-Allow-Origin: {page}"),
        ),
        Origins::Command(command) => list.line(Advice::AllowOrigin, for_page(command)),
        Origins::Variable { start, service } => {
            list.line(Advice::AllowOrigin, for_page(start));
            list.line(Advice::AllowOriginService, for_page(service));
        }
        Origins::Switch(command) => list.line(Advice::SwitchCors, command.to_owned()),
        Origins::KnownNames => {
            list.line(Advice::OtherName, settings::known_name(place));
            list.command(Advice::ListenAll, place.commands().listen_all);
        }
        Origins::Never => {}
    }
    list.line(Advice::ServeProxy, settings::serve_proxy(place));
    list.line(Advice::SamePath, settings::same_path(place));
}
