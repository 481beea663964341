//! A check against servers that are scripted: what it asks, in which order, and the table that comes of it.

use rill::address::Address;
use rill::dialect::{Call, Carrier, Kind, Transport, Via};
use rill::doctor::Verdict;
use rill::doctor::check::{
    Ask, Browser, Check, Detail, Inquiry, Outcome, Profile, Reach, Response, RowName,
};
use rill::event::{End, ErrorCause};
use rill::session::{Answer, Media, Report};
use rill::trace::{Fact, Probe};

use super::script::{Script, sent, sent_as};

/// A server, as far as a check can see it.
struct Server {
    kind: Kind,
    reach: Reach,
    other_name: Reach,
    /// Answers to GETs that this page may read; others are 404.
    pages: Vec<(&'static str, &'static str)>,
    /// Nothing may be read.
    hides: bool,
    /// What needs a preflight fails.
    no_preflight: bool,
    /// Text bodies are refused; the session then calls them JSON.
    json_only: bool,
    /// The list of models fails without its key, or with a wrong one, outside CORS.
    wants_key: bool,
    /// How a reply's text comes.
    flow: fn(Script) -> Script,
    asked: Vec<String>,
}

fn server(kind: Kind, pages: &[(&'static str, &'static str)]) -> Server {
    Server {
        kind,
        reach: Reach::Came,
        other_name: Reach::Failed,
        pages: pages.to_vec(),
        hides: false,
        no_preflight: false,
        json_only: false,
        wants_key: false,
        flow: |script| script.steady(60, 20.0),
        asked: Vec::new(),
    }
}

const MODELS: (&str, &str) = (
    "/v1/models",
    r#"{"object":"list","data":[{"id":"m","max_model_len":4096}]}"#,
);

fn llamacpp() -> Server {
    let props = r#"{"build_info":"b1","default_generation_settings":{"n_ctx":8192}}"#;
    server(
        Kind::LlamaCpp,
        &[
            ("/props", props),
            (
                "/v1/models",
                r#"{"data":[{"id":"m","owned_by":"llamacpp","meta":{"n_ctx":8192}}]}"#,
            ),
            (
                "/v1/chat/completions/input_tokens",
                r#"{"input_tokens":31}"#,
            ),
        ],
    )
}

fn koboldcpp() -> Server {
    server(
        Kind::KoboldCpp,
        &[
            (
                "/api/extra/version",
                r#"{"result":"KoboldCpp","version":"1.76"}"#,
            ),
            ("/api/v1/model", r#"{"result":"koboldcpp/M"}"#),
            ("/v1/models", r#"{"data":[{"id":"koboldcpp/M"}]}"#),
            ("/api/extra/true_max_context_length", r#"{"value":4096}"#),
            ("/api/extra/tokencount", r#"{"value":8,"ids":[1]}"#),
        ],
    )
}

impl Server {
    fn told(&mut self, ask: &Ask) -> Response {
        match ask {
            Ask::Opaque(url) => {
                self.asked.push(format!("opaque {url}"));
                let other = url.starts_with("http://localhost");
                Response::Opaque(if other { self.other_name } else { self.reach })
            }
            Ask::Small { call, media, key } => {
                let preflight = *key
                    || !call.headers.is_empty()
                    || (*media == Media::Json && call.body.is_some());
                self.note(call, *media, *key);
                Response::Small(self.small(call, preflight))
            }
            Ask::Reply {
                transport,
                media,
                request,
                stop_after,
            } => {
                let call = self.kind.dialect().chat(request, transport);
                self.note(&call, *media, false);
                let script = self.reply(&call, transport, *media, *stop_after);
                let end = script.end.clone().unwrap();
                Response::Reply(Box::new(script.trace), end, script.now)
            }
        }
    }

    fn note(&mut self, call: &Call, media: Media, key: bool) {
        let media = if media == Media::Json { " json" } else { "" };
        let key = if key { " key" } else { "" };
        let path = call.path.split('?').next().unwrap_or_default();
        self.asked.push(format!("{path}{media}{key}"));
    }

    fn small(&self, call: &Call, preflight: bool) -> Option<Answer> {
        if self.hides || preflight && self.no_preflight {
            return None;
        }
        if self.wants_key && call.path.starts_with("/v1") {
            return None;
        }
        let page = self.pages.iter().find(|(path, _)| *path == call.path);
        Some(Answer {
            status: if page.is_some() { 200 } else { 404 },
            content_type: "application/json".into(),
            body: page
                .map_or("{\"detail\":\"Not Found\"}", |(_, body)| body)
                .into(),
        })
    }

    fn reply(
        &self,
        call: &Call,
        transport: &Transport,
        media: Media,
        stop_after: Option<usize>,
    ) -> Script {
        let mut script = sent_as(media);
        // The script's own request is named "chat"; this is the one that is asked for.
        script.trace = rill::trace::Trace::default();
        script.trace.sent(0.0, transport.name, call, media);
        if self.no_preflight && media == Media::Json {
            return script.gone();
        }
        if self.json_only && media == Media::Plain {
            script.trace.sent(9.0, transport.name, call, Media::Json);
        }
        if call.via == Via::Socket {
            return script.gone();
        }
        let script = script.wait(20.0).headers();
        match stop_after {
            Some(events) => {
                let mut script = script.steady(events, 20.0).stamp(Fact::StopPressed);
                script = script.ends(End::Stopped);
                if self.kind.dialect().stop("RILL1", None).is_some() {
                    script.trace.saw(script.now, &Report::StopAnswered(true));
                }
                script
            }
            None => (self.flow)(script).done(),
        }
    }
}

fn address() -> Address {
    Address::parse("http://127.0.0.1:8080", None).unwrap()
}

/// Runs a check to its end.
fn run(server: &mut Server, kind: Option<Kind>, has_key: bool) -> Check {
    let mut check = Check::new(&address(), kind, has_key, Browser::default());
    for _ in 0..60 {
        let Some(ask) = check.next() else {
            let (done, all) = check.progress();
            assert_eq!(done, all, "{:?}", check.rows());
            return check;
        };
        let told = server.told(&ask);
        check.answer(told);
    }
    panic!("the check does not come to an end: {:?}", server.asked);
}

/// The table in one line: what works, what does not, and why.
fn table(check: &Check) -> String {
    let mut words = Vec::new();
    for row in check.rows() {
        let mark = match row.outcome {
            Outcome::Yes => "+",
            Outcome::No => "-",
            _ if row.verdict.is_some() => "?",
            Outcome::Open => "open:",
            Outcome::NotOffered | Outcome::Skipped => continue,
        };
        let name = match row.name {
            RowName::Transport(name) => name.to_owned(),
            name => format!("{name:?}").to_lowercase(),
        };
        let why = row
            .verdict
            .map_or(String::new(), |why| format!("({})", why.word()));
        words.push(format!("{mark}{name}{why}"));
    }
    words.join(" ")
}

fn check(mut server: Server, kind: Option<Kind>, has_key: bool, expect: &str) -> Server {
    let check = run(&mut server, kind, has_key);
    assert_eq!(table(&check), expect, "{:?}", server.asked);
    server
}

#[test]
fn a_good_llamacpp_is_all_right_and_simple_questions_come_first() {
    let server = check(
        llamacpp(),
        None,
        false,
        &format!(
            "+reachable +kind +cors +plain +json +preflight +models +count +context +stream +gaps +stop +{}",
            Kind::LlamaCpp.dialect().transport(None).name
        ),
    );
    let first_preflight = server.asked.iter().position(|ask| ask.ends_with(" json"));
    let stream = server
        .asked
        .iter()
        .position(|ask| ask == "/v1/chat/completions");
    assert!(first_preflight > stream, "{:?}", server.asked);
    assert_eq!(server.asked[0], "opaque http://127.0.0.1:8080/v1/models");
}

#[test]
fn koboldcpp_is_never_asked_with_a_preflight() {
    let transports = names(Kind::KoboldCpp);
    let server = check(
        koboldcpp(),
        None,
        false,
        &format!(
            "+reachable +kind +cors +plain +models +count +context +stream +gaps +stop {transports}"
        ),
    );
    assert!(
        server.asked.iter().all(|ask| !ask.ends_with(" json")),
        "{:?}",
        server.asked
    );
}

/// The transports of a kind, all of them working.
fn names(kind: Kind) -> String {
    let dialect = kind.dialect();
    let names: Vec<String> = dialect
        .transports()
        .iter()
        .map(|transport| format!("+{}", transport.name))
        .collect();
    names.join(" ")
}

#[test]
fn halos_socket_is_not_opened_for_it_would_make_preflights_endless() {
    let mut halo = koboldcpp();
    halo.kind = Kind::Halo;
    halo.pages[1] = (
        "/api/v1/model",
        r#"{"result":"m","num_layers":28,"model_name":"m","max_context_length":4096}"#,
    );
    let check = run(&mut halo, None, false);
    let dialect = Kind::Halo.dialect();
    let mut transports = dialect.transports().iter();
    let socket = transports.find(|transport| transport.via == Carrier::Socket);
    let socket = socket.unwrap();
    let row = check
        .rows()
        .iter()
        .find(|row| row.name == RowName::Transport(socket.name))
        .unwrap();
    assert_eq!(row.outcome, Outcome::Skipped);
}

#[test]
fn a_server_of_nothing_but_json_is_known_as_such_and_so_is_its_profile() {
    let mut vllm = server(
        Kind::Vllm,
        &[
            ("/version", r#"{"version":"0.32"}"#),
            (
                "/v1/models",
                r#"{"data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]}"#,
            ),
        ],
    );
    vllm.json_only = true;
    let check = run(&mut vllm, Some(Kind::OpenAi), false);
    let text = table(&check);
    assert!(text.contains("-plain +json +preflight"), "{text}");
    let profile = check.profile();
    assert_eq!(
        (profile.json, profile.models, profile.stream),
        (true, 1, Some(Verdict::Flowing))
    );
    assert_eq!(Profile::read(&profile.write()), *profile);
}

#[test]
fn what_is_not_there_or_not_readable_ends_the_check_at_once() {
    let mut none = llamacpp();
    none.reach = Reach::Failed;
    let none = check(none, None, false, "-reachable(unreachable)");
    assert_eq!(none.asked.len(), 1);

    let mut hung = llamacpp();
    (hung.reach, hung.other_name) = (Reach::TimedOut, Reach::Came);
    check(hung, None, false, "-reachable(sockets-exhausted)");

    let mut dead = llamacpp();
    (dead.reach, dead.other_name) = (Reach::TimedOut, Reach::TimedOut);
    check(dead, None, false, "-reachable(silent)");

    let mut ollama = server(Kind::Ollama, &[]);
    ollama.hides = true;
    check(ollama, None, false, "+reachable -cors(cors-refused)");

    let website = server(Kind::OpenAi, &[("/api/extra/version", "<html>Hi</html>")]);
    check(website, None, false, "+reachable -kind(wrong-server) +cors");
}

#[test]
fn a_wrong_key_behind_missing_cors_headers_is_found_out() {
    let mut vllm = server(Kind::Vllm, &[("/health", "")]);
    vllm.wants_key = true;
    check(vllm, Some(Kind::Vllm), true, "+reachable +kind -key(auth)");
}

#[test]
fn a_refused_preflight_is_told_from_a_refused_page() {
    let mut closed = server(Kind::OpenAi, &[MODELS, ("/health", "")]);
    closed.no_preflight = true;
    check(
        closed,
        Some(Kind::OpenAi),
        true,
        "+reachable +kind -preflight(preflight-refused)",
    );
}

#[test]
fn a_proxy_that_holds_back_shows_in_the_gaps() {
    let mut buffered = server(Kind::OpenAi, &[MODELS]);
    buffered.flow = |script| script.bursts(6, 700.0, 8192, 30);
    let check = run(&mut buffered, Some(Kind::OpenAi), false);
    assert!(
        table(&check).contains("+stream -gaps(buffered)"),
        "{}",
        table(&check)
    );
    let gaps = check
        .rows()
        .iter()
        .find(|row| row.name == RowName::Gaps)
        .unwrap();
    assert_eq!(gaps.detail, Detail::Gap(700));
}

#[test]
fn a_reply_that_is_refused_gives_its_cause_and_the_servers_words() {
    let mut full = server(Kind::OpenAi, &[MODELS]);
    let mut check = Check::new(&address(), Some(Kind::OpenAi), false, Browser::default());
    while let Some(ask) = check.next() {
        let told = match full.told(&ask) {
            Response::Reply(..) => {
                let script = sent().refused(500, ErrorCause::Server, "out of memory");
                Response::Reply(Box::new(script.trace), script.end.unwrap(), 1.0)
            }
            told => told,
        };
        check.answer(told);
    }
    let stream = check
        .rows()
        .iter()
        .find(|row| row.name == RowName::Stream)
        .unwrap();
    assert_eq!(stream.detail, Detail::Words("out of memory".into()));
    assert_eq!(stream.verdict, Some(Verdict::ServerError));
}

#[test]
fn what_the_browser_forbids_is_not_even_asked() {
    let forbidden = |server: &str, browser: Browser| {
        let address = Address::parse(server, None).unwrap();
        let check = Check::new(&address, None, false, browser);
        assert!(check.next().is_none());
        table(&check)
    };
    let secure = Browser {
        page_is_secure: true,
        ..Browser::default()
    };
    let denied = Browser {
        local_network_denied: true,
        ..Browser::default()
    };
    assert_eq!(
        forbidden("http://192.168.1.5:8080", secure),
        "-reachable(mixed-content)"
    );
    assert_eq!(
        forbidden("http://127.0.0.1:8080", denied),
        "-reachable(local-network-denied)"
    );
    // A secure page may call this computer.
    assert!(Check::new(&address(), None, false, secure).next().is_some());
}

/// The questions after a failure, and what they find.
#[test]
fn a_few_questions_tell_the_causes_of_one_and_the_same_failure_apart() {
    let check = |mut server: Server, kind, key, preflight, expect: Probe, most: usize| {
        let mut inquiry = Inquiry::new(&address(), kind, key, preflight, Browser::default());
        for _ in 0..6 {
            let Some(ask) = inquiry.next() else { break };
            let told = server.told(&ask);
            inquiry.answer(&told);
        }
        assert_eq!(inquiry.probe(), Some(expect), "{:?}", server.asked);
        assert!(server.asked.len() <= most, "{:?}", server.asked);
    };
    let open = || server(Kind::OpenAi, &[MODELS, ("/health", "")]);
    let mut none = open();
    none.reach = Reach::Failed;
    check(none, None, false, false, Probe::NothingThere, 1);
    let mut stuck = open();
    (stuck.reach, stuck.other_name) = (Reach::TimedOut, Reach::Came);
    check(
        stuck,
        Some(Kind::Halo),
        false,
        true,
        Probe::SocketsExhausted,
        2,
    );
    let mut hides = open();
    hides.hides = true;
    check(hides, None, false, false, Probe::RefusesPage, 3);
    let mut closed = open();
    closed.no_preflight = true;
    check(closed, None, true, true, Probe::RefusesPreflight, 3);
    let mut closed = open();
    closed.no_preflight = true;
    check(closed, None, false, true, Probe::RefusesPreflight, 3);
    let mut key = open();
    key.wants_key = true;
    check(key, Some(Kind::Vllm), true, true, Probe::HidesRefusal, 3);
    check(open(), None, false, false, Probe::DropsRequest, 2);
}
