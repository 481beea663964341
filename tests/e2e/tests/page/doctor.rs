//! The Doctor's verdicts in a real browser over real sockets: the five founding bugs, every other cause, and what looks like one and is none.

use crate::talk::chats;
use e2e::browser::FOREIGN_HOST;
use e2e::tls::Tls;
use e2e::{Chat, Stage};
use lab::{Dialect, Lab, percent_encode};
use serde_json::Value;
use std::time::Duration;

/// No question in between, and short clocks.
const QUICK: &str = "grace=0&deadlines=connect:1,first-token:1,silence:1,total:0";
/// Whether the server is there is asked soon.
const HURRIED: &str = "grace=0&deadlines=connect:1,first-token:30,silence:30,total:0";

/// Notes every verdict that is shown, in order.
const WATCH: &str = "(() => {
    const seen = globalThis.verdicts = [];
    const note = () => {
        const now = e2e.every(0, '[data-verdict]')[0]?.dataset.verdict;
        if (now && now !== seen.at(-1)) seen.push(now);
    };
    new MutationObserver(note).observe(e2e.root(0), {
        attributes: true, attributeFilter: ['data-verdict'], childList: true, subtree: true,
    });
    return null;
})()";

/// The verdict that is shown now.
pub async fn shown(chat: &Chat) -> String {
    let region = chat.find("region", "Doctor");
    let shown = format!("{region}?.dataset.verdict ?? ''");
    chat.page.js(&shown).await
}

/// Waits for a verdict.
pub async fn says(chat: &Chat, verdict: &str) {
    let region = chat.find("region", "Doctor");
    let says = format!("{region}?.dataset.verdict === '{verdict}'");
    chat.page.until::<bool>(&says).await;
}

/// The same of a cause that takes several questions of some seconds each to find.
async fn finds(chat: &Chat, verdict: &str) {
    let region = chat.find("region", "Doctor");
    let says = format!("{region}?.dataset.verdict === '{verdict}'");
    let patience = Duration::from_secs(60);
    let found = chat.page.within::<bool>(patience, &says).await;
    assert_eq!(found, Some(true), "{}", chat.page.words().await);
}

async fn watch(chat: &Chat) {
    let _: Value = chat.page.js(WATCH).await;
}

/// All verdicts that were shown since [`watch`].
async fn seen(chat: &Chat) -> Vec<String> {
    chat.page.js("globalThis.verdicts").await
}

/// One reply, and the verdict after its end.
async fn after(stage: &Stage, dialect: Dialect, options: &str, more: &str, verdict: &str) {
    let chat = stage.chat(dialect, options, more).await;
    watch(&chat).await;
    let turn = chat.ask("Hello").await;
    assert_eq!(
        shown(&chat).await,
        verdict,
        "{dialect:?} {options} {more}: {:?}\n{turn:?}",
        seen(&chat).await
    );
    chat.page.close().await;
}

/// The same where no other verdict may be shown on the way, not for a moment.
async fn always(stage: &Stage, dialect: Dialect, options: &str, more: &str, verdict: &str) {
    let chat = stage.chat(dialect, options, more).await;
    watch(&chat).await;
    let turn = chat.ask("Hello").await;
    assert_eq!(
        seen(&chat).await,
        [verdict],
        "{dialect:?} {options} {more}\n{turn:?}"
    );
    chat.page.close().await;
}

// --- the five founding bugs ----------------------------------------------------------------------------------------------

#[e2e::case(Preflights)]
pub async fn endless_preflights_have_eaten_every_connection(stage: Stage) {
    // Once a socket was opened, this server's answers to preflights never end.
    after(
        &stage,
        Dialect::Halo,
        "nosse;first=0;tokens=12",
        "",
        "flowing",
    )
    .await;
    let chat = stage
        .chat(Dialect::Halo, "first=0;delay=0;tokens=12", HURRIED)
        .await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(shown(&chat).await, "flowing");
    // Another page that calls its bodies JSON: six preflights take all that the browser has for one server.
    let server = stage.lab.url(Dialect::Halo, "");
    let eat = format!(
        "(() => {{
            for (let i = 0; i < 8; i++) fetch('{server}/api/v1/tokenize?' + i, {{
                method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: '{{}}',
            }}).catch(() => {{}});
            return null;
        }})()"
    );
    let _: Value = chat.page.js(&eat).await;
    stage
        .lab
        .wait_for("preflights that never end", |log| {
            let preflights = log.iter().filter(|entry| entry.method == "OPTIONS");
            (preflights.filter(|entry| entry.head_at.is_some()).count() >= 5).then_some(())
        })
        .await;
    chat.send("Hello again").await;
    finds(&chat, "sockets-exhausted").await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stalled", Some("connect")), "{turn:?}");
}

#[e2e::case]
pub async fn a_server_that_hangs_is_no_lack_of_connections(stage: Stage) {
    let chat = stage
        .chat(Dialect::LlamaCpp, "headers=60000;all", HURRIED)
        .await;
    chat.send("Hello").await;
    finds(&chat, "silent").await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stalled", Some("connect")), "{turn:?}");
}

#[e2e::case]
pub async fn a_starved_sender_is_told_from_a_fast_model(stage: Stage) {
    let events = "missing=%2Fws%2Fchat%2Fstream;first=100";
    // So long that a busy machine reads all of it in a moment beside that silence.
    for way in ["first=100", events] {
        let starved = format!("{way};delay=150;tokens=40;burst=1000000");
        after(&stage, Dialect::LlamaChat, &starved, "", "buffered").await;
    }
    for way in ["first=100", events] {
        let fast = format!("{way};delay=2;tokens=400");
        let chat = stage.chat(Dialect::LlamaChat, &fast, "").await;
        watch(&chat).await;
        chat.ask("Hello").await;
        // The first sign of life comes before the first word; but nothing is held back, not for a moment.
        let seen = seen(&chat).await;
        assert_eq!(seen.last().map(String::as_str), Some("flowing"), "{seen:?}");
        assert!(!seen.contains(&"buffered".to_owned()), "{seen:?}");
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_proxy_that_buffers_is_named_while_it_does(stage: Stage) {
    let held = "first=0;delay=25;tokens=400;burst=8192";
    let chat = stage.chat(Dialect::OpenAi, held, "").await;
    chat.send("Hello").await;
    says(&chat, "buffered").await;
    let turn = chat.turn(-1).await.expect("a reply");
    assert_eq!(turn.end.as_deref(), Some("running"), "{turn:?}");
    chat.ended().await;
    assert_eq!(shown(&chat).await, "buffered");
    // The same without the proxy; a model as fast as the network; one that speaks a word in a second.
    for steady in [
        "first=0;delay=10;tokens=400",
        "first=0;delay=0;tokens=3000",
        "first=600;delay=900;tokens=6",
    ] {
        always(&stage, Dialect::OpenAi, steady, "", "flowing").await;
    }
}

#[e2e::case]
pub async fn a_timer_that_cuts_the_stream_is_told_from_its_end(stage: Stage) {
    let key = "qolaba-key-0123456789";
    for (options, fate, verdict) in [
        ("delay=5;cut=6000", ("cut", None), "cut"),
        ("delay=5", ("complete", Some("stop")), "flowing"),
        ("error=inside", ("broken", Some("timeout")), "server-error"),
    ] {
        let own = Lab::start_root(Dialect::Qolaba, options, 0)
            .await
            .expect("a port");
        let chat = stage.open("server=demo&pace=instant").await;
        let _: Value = chat
            .page
            .js(&format!(
                "(localStorage.setItem('rill.keys', JSON.stringify({{ '{}': '{key}' }})), null)",
                own.origin()
            ))
            .await;
        let server = percent_encode(&own.origin());
        let address = format!("?server={server}&kind=qolaba&pace=instant");
        chat.page.goto(&stage.site.url(&address)).await;
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
            .await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.fate(), fate, "{options}: {turn:?}");
        assert_eq!(shown(&chat).await, verdict, "{options}");
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn stale_and_mixed_events_do_not_hide_a_good_flow(stage: Stage) {
    let server = stage
        .lab
        .url(Dialect::Jarvis, "delay=8;tokens=200;badframe");
    stage.site.proxy("/jarvis-mixed", &server);
    let open = async |path: &str| {
        let query = format!("server={path}&kind=jarvis&pace=instant");
        stage.open(&query).await
    };
    let chat = open("/jarvis-mixed").await;
    watch(&chat).await;
    chat.send("old").await;
    chat.shows(10).await;
    let turn = chat.ask("new").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert_eq!(seen(&chat).await, ["flowing"]);
    // What is called a stream is made whole first, then given away at once.
    let server = stage.lab.url(
        Dialect::Jarvis,
        "first=0;delay=100;tokens=40;burst=10000000",
    );
    stage.site.proxy("/jarvis-whole", &server);
    let chat = open("/jarvis-whole").await;
    chat.ask("Hello").await;
    assert_eq!(shown(&chat).await, "buffered");
}

#[e2e::case]
pub async fn a_page_that_paints_late_says_so_and_blames_nobody_else(stage: Stage) {
    let options = "origins=*;first=0;delay=10;tokens=256";
    let chat = stage.chat(Dialect::Ai4ArtsEd, options, "pace=live").await;
    // All that came is here, and nothing draws it: frames come seconds late.
    let _: Value = chat
        .page
        .js("(() => {
            const frame = globalThis.requestAnimationFrame.bind(globalThis);
            globalThis.requestAnimationFrame = (work) => setTimeout(() => frame(work), 2400);
            return null;
        })()")
        .await;
    chat.send("Hello").await;
    says(&chat, "page-behind").await;
    chat.ended().await;
    assert_eq!(shown(&chat).await, "page-behind");
    // A pace that the person chose is kept on purpose, and a slow one is not late.
    always(&stage, Dialect::Ai4ArtsEd, options, "pace=8", "flowing").await;
}

// --- the other causes ----------------------------------------------------------------------------------------------------

#[e2e::case]
pub async fn waiting_is_told_from_silence(stage: Stage) {
    // The server tells how far it has read; it sends comments; it answers a small question beside.
    for (dialect, options, more) in [
        (Dialect::LlamaCpp, "first=2500;prefill=10;delay=12", QUICK),
        (Dialect::OpenAi, "first=2500;comments=200;delay=12", QUICK),
        (Dialect::LlamaCpp, "headers=2500;delay=12", HURRIED),
    ] {
        let chat = stage.chat(dialect, options, more).await;
        chat.send(&"many words ".repeat(40)).await;
        says(&chat, "slow-prefill").await;
        chat.ended().await;
        assert_eq!(shown(&chat).await, "flowing", "{dialect:?} {options}");
        chat.page.close().await;
    }
    after(&stage, Dialect::OpenAi, "stall=4000", QUICK, "silent").await;
    after(&stage, Dialect::LlamaCpp, "first=60000", QUICK, "silent").await;
    // While the person is asked whether to wait on, it is silent; once the text comes it flows.
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "first=3500;delay=10;tokens=60",
            "grace=20&deadlines=connect:9,first-token:1,silence:9,total:0",
        )
        .await;
    chat.send("Hello").await;
    says(&chat, "silent").await;
    chat.button("Keep waiting").await;
    chat.ended().await;
    assert_eq!(shown(&chat).await, "flowing");
}

#[e2e::case]
pub async fn every_refusal_has_its_cause(stage: Stage) {
    for (dialect, options, more, verdict) in [
        (Dialect::OpenAi, "whole", "", "not-streaming"),
        (Dialect::OpenAi, "first=0;cut=4000", "", "cut"),
        (Dialect::OpenAi, "first=0;reset=4000", "", "cut"),
        (Dialect::OpenAi, "error=before:500", "", "server-error"),
        (Dialect::LlamaCpp, "error=inside", "", "context-full"),
        (Dialect::OpenAi, "error=before:429", "", "busy"),
        (Dialect::OpenAi, "error=before:503", "", "busy"),
        (Dialect::OpenAi, "key=wanted", "", "auth"),
        (
            Dialect::OpenAi,
            "models=river",
            "model=nope",
            "model-missing",
        ),
        (Dialect::LlamaCpp, "context=2", "", "context-full"),
        (Dialect::OpenAi, "html", "", "wrong-server"),
        (Dialect::OpenAi, "nocors", "", "cors-refused"),
        (Dialect::Vllm, "preflight=405", "", "preflight-refused"),
    ] {
        after(&stage, dialect, options, more, verdict).await;
    }
    assert!(chats(&stage.lab.log()).len() >= 10);
    let nowhere = percent_encode(&Lab::nowhere().await.expect("an address"));
    let query = format!("server={nowhere}&kind=openai&pace=instant");
    let chat = stage.open(&query).await;
    chat.ask("Hello").await;
    assert_eq!(shown(&chat).await, "unreachable");
    // The same from a page of another host, whose reader has not let it into this computer: the browser tells, if it is asked.
    let page = stage.blank().await;
    let far = stage.site.url("").replace("127.0.0.1", FOREIGN_HOST);
    page.goto(&format!("{far}?server=demo&pace=instant")).await;
    let _: Value = page
        .js("(Object.defineProperty(navigator, 'permissions', { value: {
            query: async ({ name }) => ({ state: name === 'loopback-network' ? 'denied' : 'granted' }),
        } }), null)")
        .await;
    let chat = Chat { page, at: 0 };
    chat.button("Server").await;
    chat.page
        .click(&chat.find("textbox", "Server address"))
        .await;
    chat.page
        .insert(&Lab::nowhere().await.expect("an address"))
        .await;
    chat.page.press("Enter", 0).await;
    let told = "e2e.every(0, '.panel .now').some((one) => one.innerText.includes('local network'))";
    chat.page.until::<bool>(told).await;
}

/// How often each of these is read on the whole page.
async fn counts(chat: &Chat, sentences: &[&str]) -> Vec<usize> {
    // What is read out to those who listen is seen by nobody, and comes a moment later.
    let hide = "e2e.every(0, '.spoken').map((heard) => heard.hidden = true)";
    let _: Vec<bool> = chat.page.js(hide).await;
    let words = chat.page.words().await;
    let count = |sentence: &&str| words.matches(*sentence).count();
    sentences.iter().map(count).collect()
}

#[e2e::case]
pub async fn a_failure_is_told_once_with_what_to_do(stage: Stage) {
    let nowhere = percent_encode(&Lab::nowhere().await.expect("an address"));
    let openai = |options: &str, more: &str| stage.query(Dialect::OpenAi, options, more);
    // What is told, each once; and what the Doctor and the top bar would say of it, which is the same again.
    type Failing = (
        &'static str,
        String,
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
    );
    let cases: [Failing; 4] = [
        (
            "nowhere",
            format!("server={nowhere}&kind=openai&pace=instant"),
            "unreachable",
            &["Nothing answers at", "is the port right?"],
            &["Nothing answers there"],
        ),
        (
            "no-key",
            openai("key=wanted", ""),
            "auth",
            &["The server refused:", "put in the API key"],
            &["A key is missing or wrong"],
        ),
        (
            "no-model",
            openai("models=river", "model=nope"),
            "model-missing",
            &["The server refused:", "choose one of the models"],
            &["The model is missing"],
        ),
        (
            "error-500",
            openai("error=before:500", ""),
            "server-error",
            &["The lab was told to fail", "log may say more"],
            &["The server reports an error"],
        ),
    ];
    for (name, query, verdict, once, never) in cases {
        let chat = stage.open(&query).await;
        chat.ask("Hello").await;
        says(&chat, verdict).await;
        let words = chat.page.words().await;
        assert_eq!(
            counts(&chat, once).await,
            vec![1; once.len()],
            "{name}: {words}"
        );
        assert_eq!(
            counts(&chat, never).await,
            vec![0; never.len()],
            "{name}: {words}"
        );
        for (view, width, dark) in [
            ("desktop", 1200, false),
            ("narrow", 360, false),
            ("dark", 1200, true),
        ] {
            chat.page.look(width, 720, dark, 1.0).await;
            let picture = format!("failure-{name}-{view}.png");
            let picture = e2e::stage::pictures_folder().join(picture);
            chat.page.screenshot(&picture).await;
        }
    }
}

#[e2e::case]
pub async fn figures_are_written_as_the_language_writes_them(stage: Stage) {
    for (lang, expect, never) in [
        ("de", r"\\d,\\d\u00a0?[Ss]", r"\\d\\.\\d\u00a0?[Ss]"),
        ("en", r"\\d\\.\\d\u00a0?s", r"\\d,\\d\u00a0?s"),
    ] {
        let chat = stage
            .chat(Dialect::OpenAi, "first=1500", &format!("lang={lang}"))
            .await;
        // The field's name is in that language too.
        chat.page.click("e2e.every(0, 'textarea')[0]").await;
        chat.page.insert("Hello").await;
        chat.page.press("Enter", 0).await;
        chat.ended().await;
        let _: Value = chat
            .page
            .js("(e2e.every(0, '.doctor button')[0].click(), null)")
            .await;
        let shows = |pattern: &str| {
            format!("new RegExp('{pattern}').test(e2e.every(0, '.exam')[0]?.innerText ?? '')")
        };
        chat.page.until::<bool>(&shows(expect)).await;
        assert!(!chat.page.js::<bool>(&shows(never)).await, "{lang}");
    }
}

#[e2e::case]
pub async fn a_page_on_https_may_ask_this_computer_but_no_other_over_http(stage: Stage) {
    let tls = Tls::before(&stage.site.origin()).await.expect("TLS");
    let open = async |server: &str| {
        let query = format!("server={}&kind=openai&pace=instant", percent_encode(server));
        let page = stage.blank().await;
        page.goto(&format!("{}/?{query}", tls.origin())).await;
        Chat { page, at: 0 }
    };
    let far = format!("http://{FOREIGN_HOST}:{}/openai", stage.lab.port());
    let chat = open(&far).await;
    chat.button("Connect").await;
    chat.page
        .until::<bool>("!!e2e.root().querySelector('.who.trouble')")
        .await;
    chat.send("Hello").await;
    finds(&chat, "mixed-content").await;
    assert!(
        stage.lab.log().is_empty(),
        "{}",
        stage.lab.logbook().summary()
    );
    chat.page.forgive().await;
    // This computer counts as safe: the same page talks to it.
    let chat = open(&stage.lab.url(Dialect::OpenAi, "delay=5")).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    says(&chat, "flowing").await;
}
