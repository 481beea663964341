//! Replies that wait, fail, or never begin.

use rill::event::{ChatEvent, Deadline, End, ErrorCause, Progress};
use rill::session::Media;
use rill::trace::Probe;

use super::script::{Case, error, sent, sent_as, streaming};

pub fn waiting() -> Vec<Case> {
    let reading = Progress::LoadingModel(Some(0.4));
    vec![
        ("just sent", sent().wait(400.0), "flowing"),
        (
            "llama.cpp tells how far it has read",
            sent()
                .wait(7.0)
                .headers()
                .prompt_progress(512, 9000)
                .wait(2000.0)
                .prompt_progress(1024, 9000),
            "slow-prefill",
        ),
        (
            "comments keep the line open, as OpenRouter's do",
            sent().wait(500.0).headers().signs(20, 2000.0),
            "slow-prefill",
        ),
        (
            "a sign of life a moment before the first word",
            sent().wait(500.0).headers().signs(1, 200.0),
            "flowing",
        ),
        (
            "pings every fifteen seconds outlast the deadline",
            sent().wait(500.0).headers().signs(30, 15_000.0),
            "slow-prefill",
        ),
        (
            "a model that is being loaded",
            streaming()
                .wait(1000.0)
                .read_of(90, vec![ChatEvent::Progress(reading)])
                .wait(5000.0),
            "slow-prefill",
        ),
        (
            "no headers for half a minute, and the server answers a small question",
            sent().wait(30_000.0).alive(true).wait(4000.0),
            "slow-prefill",
        ),
        (
            "vLLM sends headers at once and reads a long prompt without a word",
            sent().wait(19.0).headers().wait(20_000.0),
            "slow-prefill",
        ),
        (
            "the text has come after the long wait",
            sent()
                .wait(30_000.0)
                .alive(true)
                .wait(20_000.0)
                .headers()
                .steady(40, 25.0),
            "flowing",
        ),
        (
            "the deadline for the first word passed without a sign",
            streaming()
                .wait(300_000.0)
                .asked(Deadline::FirstToken)
                .wait(2000.0),
            "silent",
        ),
        (
            "it ended by that deadline",
            streaming().wait(315_000.0).stalled(Deadline::FirstToken),
            "silent",
        ),
        (
            "text stopped coming and the deadline asked",
            streaming()
                .steady(40, 25.0)
                .wait(60_000.0)
                .asked(Deadline::Silence)
                .wait(3000.0),
            "silent",
        ),
        (
            "twenty seconds without anything in a reply that came at forty a second",
            streaming().steady(80, 25.0).wait(20_000.0),
            "silent",
        ),
        (
            "twenty seconds without anything in a reply of one word in ten seconds",
            streaming().steady(12, 10_000.0).wait(20_000.0),
            "flowing",
        ),
        (
            "quiet for long, but pings come",
            streaming().steady(80, 25.0).signs(10, 10_000.0),
            "flowing",
        ),
        (
            "after the question text came again",
            streaming()
                .steady(40, 25.0)
                .wait(60_000.0)
                .asked(Deadline::Silence)
                .steady(40, 25.0),
            "flowing",
        ),
    ]
}

pub fn ended() -> Vec<Case> {
    vec![
        (
            "closed cleanly without an end mark",
            streaming().steady(80, 25.0).cut(),
            "cut",
        ),
        (
            "the connection was torn",
            streaming().steady(80, 25.0).torn(),
            "cut",
        ),
        (
            "held back and cut: the cut is what matters",
            streaming().bursts(5, 700.0, 8192, 30).cut(),
            "cut",
        ),
        (
            "the page was closed",
            streaming()
                .steady(10, 25.0)
                .ends(End::Cut { page_closed: true }),
            "cut",
        ),
        (
            "the server says in the middle that it failed",
            streaming()
                .steady(10, 25.0)
                .read_of(
                    90,
                    vec![ChatEvent::Error(error(ErrorCause::Server, "out of memory"))],
                )
                .ends(End::Broken {
                    error: error(ErrorCause::Server, "out of memory"),
                    before_headers: false,
                }),
            "server-error",
        ),
        (
            "an end mark and no more: nothing came, and nothing is wrong on the way",
            streaming().wait(500.0).ends(End::Empty {
                reason: "stop".into(),
            }),
            "flowing",
        ),
    ]
}

pub fn not_reached() -> Vec<Case> {
    vec![
        (
            "nothing listens",
            sent().wait(3.0).probed(Probe::NothingThere).gone(),
            "unreachable",
        ),
        ("nobody was asked", sent().wait(3.0).gone(), "unreachable"),
        (
            "no headers, and no answer to a small question",
            sent()
                .wait(35_000.0)
                .alive(false)
                .stalled(Deadline::Connect),
            "unreachable",
        ),
        (
            "Ollama refuses this origin",
            sent().wait(9.0).probed(Probe::RefusesPage).gone(),
            "cors-refused",
        ),
        (
            "the preflight is refused",
            sent_as(Media::Json)
                .wait(9.0)
                .probed(Probe::RefusesPreflight)
                .gone(),
            "preflight-refused",
        ),
        (
            "vLLM's 401 comes without CORS",
            sent().wait(9.0).probed(Probe::HidesRefusal).gone(),
            "auth",
        ),
        (
            "https page, http server",
            sent().probed(Probe::MixedContent).gone(),
            "mixed-content",
        ),
        (
            "the person said no to the local network",
            sent().probed(Probe::LocalNetworkDenied).gone(),
            "local-network-denied",
        ),
        (
            "the other name answers",
            sent_as(Media::Json)
                .wait(35_000.0)
                .probed(Probe::SocketsExhausted)
                .stalled(Deadline::Connect),
            "sockets-exhausted",
        ),
    ]
}

pub fn refused() -> Vec<Case> {
    let said = |status, cause, message| sent().wait(12.0).refused(status, cause, message);
    vec![
        (
            "a wrong key",
            said(401, ErrorCause::Auth, "Invalid API Key"),
            "auth",
        ),
        (
            "no such model",
            said(404, ErrorCause::ModelMissing, "model 'nope' not found"),
            "model-missing",
        ),
        (
            "no such path",
            said(404, ErrorCause::NoEndpoint, "Not Found"),
            "wrong-server",
        ),
        (
            "an HTML page",
            said(200, ErrorCause::NotAModelServer, "Welcome to nginx!"),
            "wrong-server",
        ),
        (
            "a prompt that is too long",
            said(400, ErrorCause::ContextFull, "exceeds the context"),
            "context-full",
        ),
        (
            "too many requests",
            said(429, ErrorCause::Busy, "slow down"),
            "busy",
        ),
        (
            "loading",
            said(503, ErrorCause::Loading, "Loading model"),
            "busy",
        ),
        (
            "a gateway without a server behind",
            said(502, ErrorCause::Server, "Bad Gateway"),
            "server-error",
        ),
        (
            "a failure",
            said(500, ErrorCause::Server, "CUDA out of memory"),
            "server-error",
        ),
    ]
}

/// The five bugs that Rill exists for.
pub fn founding() -> Vec<Case> {
    vec![
        (
            "Halo: endless preflights have eaten the browser's six connections",
            sent_as(Media::Json)
                .wait(30_000.0)
                .alive(false)
                .wait(5000.0)
                .probed(Probe::SocketsExhausted)
                .stalled(Deadline::Connect),
            "sockets-exhausted",
        ),
        (
            "llama_chat_web: a starved sender gives all messages within a few milliseconds",
            {
                let mut script = sent().wait(5.0).headers_of("", &[]).wait(11_000.0);
                for _ in 0..256 {
                    script = script.wait(0.2).read(70, 1);
                }
                script.done()
            },
            "buffered",
        ),
        (
            "AI4ArtsEd: 256 chunks came one by one and were shown at once",
            streaming()
                .page(400.0, None)
                .steady(256, 45.0)
                .painted()
                .done(),
            "page-behind",
        ),
        (
            "Qolaba: a server's timer cuts the stream after 75 seconds",
            sent()
                .wait(800.0)
                .headers()
                .steady(740, 100.0)
                .wait(200.0)
                .cut(),
            "cut",
        ),
        (
            "jarvis: what is called a stream is made whole first",
            {
                let mut script = sent().wait(9000.0).headers();
                for _ in 0..30 {
                    script = script.wait(0.5).read(140, 1);
                }
                script.done()
            },
            "buffered",
        ),
        (
            "jarvis: events of an older answer, left out as odd, do not hide a good flow",
            streaming().steady(60, 30.0).done(),
            "flowing",
        ),
    ]
}
