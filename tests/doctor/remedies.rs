//! Evidence with its figures, and remedies with their exact lines.

use rill::address::Address;
use rill::dialect::Kind;
use rill::doctor::{Advice, Confidence, Evidence, Finding, Place, Verdict, diagnose};
use rill::event::{Deadline, ErrorCause};
use rill::session::Media;
use rill::trace::Probe;

use super::script::{Script, sent, sent_as};

const PAGE: &str = "https://school.example";

fn finding(script: &Script, server: &str, kind: Option<Kind>) -> Finding {
    finding_on(PAGE, script, server, kind)
}

fn finding_on(page: &str, script: &Script, server: &str, kind: Option<Kind>) -> Finding {
    let address = Address::parse(server, None).unwrap();
    let place = Place {
        page,
        server: Some(&address),
        kind,
        model: Some("llama3.2"),
        has_key: false,
    };
    diagnose(&script.trace, script.end.as_ref(), script.now, &place)
}

fn line(finding: &Finding, advice: Advice) -> &str {
    finding
        .remedies
        .iter()
        .find(|remedy| remedy.advice == advice)
        .and_then(|remedy| remedy.line.as_deref())
        .unwrap_or_else(|| panic!("{advice:?} is not in {:?}", finding.remedies))
}

fn refuses() -> Script {
    sent().wait(9.0).probed(Probe::RefusesPage).gone()
}

#[test]
fn who_refuses_the_page_is_told_its_origin_in_its_own_spelling() {
    let check = |kind: Kind, port: u16, advice: Advice, expect: &str| {
        let server = format!("http://127.0.0.1:{port}");
        let finding = finding(&refuses(), &server, Some(kind));
        assert_eq!(finding.verdict, Verdict::CorsRefused);
        assert_eq!(line(&finding, advice), expect, "{kind:?}");
    };
    check(
        Kind::Ollama,
        11434,
        Advice::AllowOrigin,
        "OLLAMA_ORIGINS=https://school.example ollama serve",
    );
    check(
        Kind::Vllm,
        8000,
        Advice::AllowOrigin,
        "vllm serve MODEL --allowed-origins '[\"https://school.example\"]'",
    );
    check(
        Kind::LmStudio,
        1234,
        Advice::SwitchCors,
        "lms server start --cors",
    );
    check(
        Kind::LlamaCpp,
        8080,
        Advice::AllowOrigin,
        "llama-server -m MODEL.gguf --cors-origins https://school.example",
    );
    check(
        Kind::TextGen,
        5000,
        Advice::ListenAll,
        "python server.py --api --listen",
    );
    check(
        Kind::Jarvis,
        8000,
        Advice::SamePath,
        "location /llm/ { proxy_pass http://127.0.0.1:8000/; proxy_buffering off; }",
    );
}

#[test]
fn a_server_that_allows_no_page_can_stand_behind_the_page() {
    let advised = |server: &str, kind| finding(&refuses(), server, kind);
    let jarvis = advised("http://127.0.0.1:8000", Some(Kind::Jarvis));
    assert_eq!(
        line(&jarvis, Advice::ServeProxy),
        "cargo xtask serve --proxy http://127.0.0.1:8000"
    );
    let other = advised("http://192.168.1.20:8080/base", None);
    assert_eq!(
        line(&other, Advice::ServeProxy),
        "cargo xtask serve --proxy http://192.168.1.20:8080/base"
    );
    for far in ["https://llm.example", "http://127.0.0.1:8000/a;reboot"] {
        let finding = advised(far, Some(Kind::OpenAi));
        let mut remedies = finding.remedies.iter();
        assert!(
            !remedies.any(|one| one.advice == Advice::ServeProxy),
            "{far}"
        );
    }
}

#[test]
fn ollama_as_a_service_is_told_on_every_system() {
    let finding = finding(&refuses(), "http://127.0.0.1:11434", Some(Kind::Ollama));
    let lines = line(&finding, Advice::AllowOriginService);
    for part in ["systemctl edit ollama", "launchctl setenv", "setx"] {
        assert!(lines.contains(part), "{lines}");
    }
    assert_eq!(lines.matches("https://school.example").count(), 3);
}

fn held_back(told: &[(&'static str, &str)]) -> Script {
    sent()
        .wait(20.0)
        .headers_of("text/event-stream", told)
        .bursts(12, 300.0, 4096, 15)
        .done()
}

#[test]
fn a_proxy_that_names_itself_gets_its_own_setting_and_the_headers_that_help_everywhere() {
    let check = |told: &[(&'static str, &str)], advice: Advice, expect: &str| {
        let finding = finding(
            &held_back(told),
            "https://llm.example",
            Some(Kind::LlamaCpp),
        );
        assert_eq!(finding.verdict, Verdict::Buffered);
        assert!(line(&finding, advice).contains(expect), "{advice:?}");
        assert!(line(&finding, Advice::SendHeaders).starts_with("X-Accel-Buffering: no\n"));
        let others = [
            Advice::NginxBuffering,
            Advice::ApacheBuffering,
            Advice::CaddyBuffering,
        ];
        for other in others.into_iter().filter(|other| *other != advice) {
            assert!(!finding.remedies.iter().any(|remedy| remedy.advice == other));
        }
    };
    check(
        &[("server", "nginx/1.24.0")],
        Advice::NginxBuffering,
        "proxy_buffering off;",
    );
    check(
        &[("server", "Apache/2.4.58 (Debian)")],
        Advice::ApacheBuffering,
        "flushpackets=on",
    );
    check(
        &[("via", "1.1 Caddy")],
        Advice::CaddyBuffering,
        "flush_interval -1",
    );
    check(
        &[("server", "waitress")],
        Advice::Waitress,
        "--send-bytes=1",
    );
    check(
        &[("content-encoding", "gzip")],
        Advice::NoCompression,
        "no-transform",
    );
}

#[test]
fn a_proxy_that_does_not_name_itself_may_be_any() {
    let finding = finding(&held_back(&[]), "https://llm.example", Some(Kind::LlamaCpp));
    let advices: Vec<Advice> = finding
        .remedies
        .iter()
        .map(|remedy| remedy.advice)
        .collect();
    assert_eq!(
        advices,
        [
            Advice::TryCurl,
            Advice::NginxBuffering,
            Advice::ApacheBuffering,
            Advice::CaddyBuffering,
            Advice::SendHeaders
        ]
    );
}

#[test]
fn a_tunnel_and_vites_own_proxy_are_known_by_their_address() {
    let script = held_back(&[]);
    let tunnel = finding(&script, "https://a-b.trycloudflare.com", None);
    assert!(
        tunnel
            .remedies
            .iter()
            .any(|remedy| remedy.advice == Advice::Tunnel)
    );
    let vite = finding_on(
        "http://127.0.0.1:5173",
        &script,
        "http://127.0.0.1:5173/llm",
        Some(Kind::LlamaCpp),
    );
    assert!(line(&vite, Advice::ViteProxy).contains("'http://127.0.0.1:8080'"));
}

#[test]
fn a_server_that_is_asked_directly_is_not_told_about_proxies() {
    let script = held_back(&[]);
    let finding = finding(&script, "http://127.0.0.1:8000", Some(Kind::LlamaChat));
    assert_eq!(finding.remedies[0].advice, Advice::StarvedSender);
    assert!(
        !finding
            .remedies
            .iter()
            .any(|remedy| remedy.advice == Advice::NginxBuffering)
    );
}

#[test]
fn the_evidence_of_a_buffer_names_its_bursts_and_their_size() {
    let finding = finding(&held_back(&[]), "https://llm.example", None);
    assert_eq!(finding.confidence, Confidence::Sure);
    assert_eq!(
        finding.evidence[..2],
        [
            Evidence::Bursts {
                bursts: 12,
                events: 15,
                silence_ms: 302
            },
            Evidence::BufferSize {
                bytes: 4096,
                // The last one came together with the end mark.
                bursts: 11
            }
        ]
    );
    assert!(finding.evidence.contains(&Evidence::Reads {
        reads: 12,
        events: 180,
        ms: 3300
    }));
}

#[test]
fn a_cut_at_a_known_limit_names_the_limit() {
    let check = |script: Script, seconds: u32, since_last_read: bool| {
        let finding = finding(&script, "https://llm.example", Some(Kind::Qolaba));
        assert!(
            finding.evidence.contains(&Evidence::AtLimit {
                seconds,
                since_last_read
            }),
            "{:?}",
            finding.evidence
        );
        line(&finding, Advice::NginxTimeout);
        assert!(
            finding
                .remedies
                .iter()
                .any(|remedy| remedy.advice == Advice::OwnTimers)
        );
    };
    let flowing = || sent().wait(800.0).headers();
    check(flowing().steady(740, 100.0).wait(200.0).cut(), 75, false);
    check(flowing().steady(100, 25.0).wait(60_050.0).cut(), 60, true);
    let anywhere = flowing().steady(300, 43.0).cut();
    let finding = finding(&anywhere, "https://llm.example", None);
    assert!(
        !finding
            .evidence
            .iter()
            .any(|fact| matches!(fact, Evidence::AtLimit { .. }))
    );
}

#[test]
fn stuck_sockets_lead_to_the_other_name_and_say_that_a_preflight_was_needed() {
    let script = sent_as(Media::Json)
        .wait(35_000.0)
        .probed(Probe::SocketsExhausted)
        .stalled(Deadline::Connect);
    let finding = finding(&script, "http://127.0.0.1:5001", Some(Kind::Halo));
    assert_eq!(finding.remedies[0].advice, Advice::FreeSockets);
    assert_eq!(line(&finding, Advice::OtherName), "http://localhost:5001");
    assert!(finding.evidence.contains(&Evidence::Preflighted));
}

#[test]
fn a_missing_model_is_fetched_and_a_name_that_is_no_name_is_not_put_into_a_command() {
    let script = sent().refused(404, ErrorCause::ModelMissing, "not found");
    let address = Address::parse("http://127.0.0.1:11434", None).unwrap();
    let of = |model| {
        let place = Place {
            page: PAGE,
            server: Some(&address),
            kind: Some(Kind::Ollama),
            model: Some(model),
            has_key: false,
        };
        diagnose(&script.trace, script.end.as_ref(), 0.0, &place)
    };
    assert_eq!(
        line(&of("qwen3:0.6b"), Advice::FetchModel),
        "ollama pull qwen3:0.6b"
    );
    for bad in ["a; rm -rf ~", "$(reboot)", "-h", "a b", "a\nb", ""] {
        let finding = of(bad);
        assert!(
            !finding
                .remedies
                .iter()
                .any(|remedy| remedy.advice == Advice::FetchModel),
            "{bad:?}"
        );
    }
}

#[test]
fn every_verdict_but_flowing_says_what_to_do() {
    use ErrorCause::{Auth, Busy, ContextFull, ModelMissing, NoEndpoint, Server};
    let scripts = [
        refuses(),
        held_back(&[]),
        sent().probed(Probe::NothingThere).gone(),
        sent().probed(Probe::MixedContent).gone(),
        sent().probed(Probe::LocalNetworkDenied).gone(),
        sent().probed(Probe::RefusesPreflight).gone(),
        sent().probed(Probe::SocketsExhausted).gone(),
        sent().wait(9.0).headers().stalled(Deadline::FirstToken),
        sent().wait(30_000.0).alive(true),
        sent().headers().steady(5, 20.0).cut(),
        sent().refused(401, Auth, ""),
        sent().refused(429, Busy, ""),
        sent().refused(400, ContextFull, ""),
        sent().refused(404, ModelMissing, ""),
        sent().refused(404, NoEndpoint, ""),
        sent().refused(413, Server, ""),
    ];
    for script in scripts {
        for kind in Kind::ALL.into_iter().map(Some).chain([None]) {
            let finding = finding(&script, "http://192.168.1.5:8080", kind);
            assert_ne!(finding.verdict, Verdict::Flowing);
            assert!(
                !finding.remedies.is_empty(),
                "{:?} {kind:?}",
                finding.verdict
            );
            assert!(finding.remedies.len() <= 5);
        }
    }
}

#[test]
fn a_browsers_words_are_not_the_servers() {
    let server = "http://127.0.0.1:8080";
    let refuses = Evidence::Probed(Probe::RefusesPage);
    let at_once = sent().wait(30.0).probed(Probe::RefusesPage).gone();
    let found = finding(&at_once, server, None).evidence;
    assert_eq!(found, std::slice::from_ref(&refuses));
    let late = sent().wait(4000.0).probed(Probe::RefusesPage).gone();
    let found = finding(&late, server, None).evidence;
    assert_eq!(found, [refuses, Evidence::NoHeaders { ms: 4000 }]);
}
