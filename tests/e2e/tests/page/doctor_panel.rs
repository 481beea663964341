//! What the Doctor knows, as it is shown, taken along and played again; and a server that is checked from end to end.

use crate::doctor::{says, shown};
use crate::talk::chats;
use e2e::browser::FOREIGN_HOST;
use e2e::page::quote;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::{Dialect, Lab, percent_encode};
use serde_json::Value;

const KEY: &str = "a-key-that-nobody-may-see";
const WORDS: &str = "words that are nobody else's";

/// All words of the panel.
async fn panel(chat: &Chat) -> String {
    chat.page
        .js("e2e.every(0, 'aside').map((panel) => panel.innerText).join('')")
        .await
}

async fn opens(chat: &Chat) {
    chat.button("Details").await;
    chat.page
        .until::<bool>("e2e.every(0, 'aside').some(e2e.visible)")
        .await;
}

/// Waits until the panel says so.
async fn reads(chat: &Chat, words: &str) {
    let words = quote(words);
    let reads = format!("e2e.every(0, 'aside').some((panel) => panel.innerText.includes({words}))");
    chat.page.until::<bool>(&reads).await;
}

#[e2e::case]
pub async fn a_reply_is_drawn_while_it_runs(stage: Stage) {
    let held = "first=0;delay=25;tokens=400;burst=8192";
    let own = Lab::start_root(Dialect::OpenAi, held, 0)
        .await
        .expect("a port");
    let server = percent_encode(&own.origin());
    let query = format!("server={server}&kind=openai&pace=instant");
    let chat = stage.open(&query).await;
    chat.send("Hello").await;
    says(&chat, "buffered").await;
    opens(&chat).await;
    // It runs, and the picture grows with it.
    let drawn =
        "e2e.every(0, 'aside svg[role=img] path').map((path) => path.getAttribute('d')).join('')";
    let before: String = chat.page.js(drawn).await;
    let grows = format!("{drawn} !== {}", quote(&before));
    chat.page.until::<bool>(&grows).await;
    let turn = chat.turn(-1).await.expect("a reply");
    assert_eq!(turn.end.as_deref(), Some("running"), "{turn:?}");
    chat.ended().await;
    chat.page
        .until::<bool>(
            "e2e.every(0, 'aside tbody').some((table) => table.textContent.includes('End'))",
        )
        .await;
    chat.page.look(1100, 1000, false, 1.5).await;
    chat.page
        .screenshot(&pictures_folder().join("doctor.png"))
        .await;
    chat.page.look(1100, 1000, true, 1.0).await;
    chat.page
        .screenshot(&pictures_folder().join("doctor-dark.png"))
        .await;
    let said = panel(&chat).await;
    for words in [
        "The text is held back on the way",
        "certain",
        "the size of a buffer",
        "X-Accel-Buffering: no",
        "curl",
    ] {
        assert!(said.contains(words), "no {words:?} in {said}");
    }
    // The table says what the picture shows.
    chat.button("The same as a table").await;
    let rows: Vec<Vec<String>> = chat
        .page
        .js("e2e.every(0, 'aside tbody tr').map((row) => [...row.cells].map((cell) => cell.innerText))")
        .await;
    for what in ["Request sent", "Answer began", "First text", "End"] {
        assert!(rows.iter().any(|row| row[1] == what), "{what}: {rows:?}");
    }
    let longest = rows
        .iter()
        .filter(|row| row[1].starts_with("Longest pause"));
    assert_eq!(longest.count(), 1, "{rows:?}");
    let label: String = chat
        .page
        .js("e2e.every(0, 'aside svg[role=img]')[0].getAttribute('aria-label')")
        .await;
    assert!(label.contains("pieces of text: 400,"), "{label}");
    // Escape leads out, and the focus goes back to where it was.
    chat.page.press("Escape", 0).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'aside').length && e2e.active().textContent === 'Details'")
        .await;
    // On a telephone it takes the whole page, and nothing has to be pushed sideways.
    chat.page.look(320, 640, false, 1.0).await;
    opens(&chat).await;
    chat.page
        .screenshot(&pictures_folder().join("doctor-narrow.png"))
        .await;
    let wide: Vec<String> = chat
        .page
        .js("[document.documentElement, ...e2e.every(0, 'aside, aside section')].filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.className)")
        .await;
    assert_eq!(wide, Vec::<String>::new());
    chat.button("Close").await;
    chat.page
        .until::<bool>("!e2e.every(0, 'aside').length")
        .await;
}

#[e2e::case]
pub async fn raw_data_can_be_searched(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "first=0;delay=0;tokens=60;badframe", "")
        .await;
    chat.ask("Hello").await;
    opens(&chat).await;
    chat.button("Raw data").await;
    let frames = "e2e.every(0, 'aside ol code')";
    chat.page
        .until::<bool>(&format!("{frames}.length === 40"))
        .await;
    chat.button("Show more").await;
    chat.page
        .until::<bool>(&format!("{frames}.length > 60"))
        .await;
    chat.page.click(&chat.find("textbox", "Search")).await;
    chat.page.insert("[done]").await;
    chat.page
        .until::<bool>(&format!(
            "{frames}.length === 1 && {frames}[0].innerText === '[DONE]'"
        ))
        .await;
    chat.page.insert(" and what is not there").await;
    reads(&chat, "Nothing in the raw data fits.").await;
}

/// Keeps what is copied and saved, so that it can be read.
const CATCH: &str = "(() => {
    navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); };
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
        blob.text().then((text) => { globalThis.saved = text; });
        return make.call(URL, blob);
    };
    return null;
})()";

async fn copied(chat: &Chat, button: &str) -> String {
    let _: Value = chat.page.js("(globalThis.copied = null)").await;
    chat.button(button).await;
    chat.page.until("globalThis.copied").await
}

/// Chooses a file of this text.
async fn plays(chat: &Chat, text: &str) {
    let choose = format!(
        "(() => {{
            const input = e2e.every(0, 'aside input[type=file]')[0];
            const data = new DataTransfer();
            data.items.add(new File([{}], 'reply.json', {{ type: 'application/json' }}));
            input.files = data.files;
            input.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return null;
        }})()",
        quote(text)
    );
    let _: Value = chat.page.js(&choose).await;
}

#[e2e::case]
pub async fn a_reply_can_be_taken_along_and_played_again(stage: Stage) {
    let options = format!("key={KEY};first=0;delay=12;tokens=300;burst=8192");
    let own = Lab::start_root(Dialect::OpenAi, &options, 0)
        .await
        .expect("a port");
    let chat = stage.open("server=demo&pace=instant").await;
    let keep = format!(
        "(localStorage.setItem('rill.keys', JSON.stringify({{ '{}': '{KEY}' }})), null)",
        own.origin()
    );
    let _: Value = chat.page.js(&keep).await;
    let server = percent_encode(&own.origin());
    let address = format!("?server={server}&kind=openai&pace=instant");
    chat.page.goto(&stage.site.url(&address)).await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    let _: Value = chat.page.js(CATCH).await;
    let first = chat.ask(WORDS).await;
    assert_eq!(first.fate(), ("complete", Some("stop")), "{first:?}");
    assert_eq!(shown(&chat).await, "buffered");
    opens(&chat).await;

    // The same request for a terminal, the key a variable of it.
    let curl = copied(&chat, "Copy as curl").await;
    assert!(curl.starts_with("curl -N "), "{curl}");
    assert!(
        curl.contains("$RILL_KEY") && curl.contains("nobody else"),
        "{curl}"
    );
    assert!(!curl.contains(KEY), "{curl}");
    let run = tokio::process::Command::new("sh")
        .args([
            "-c",
            &format!("command -v curl > /dev/null || exit 75; {curl}"),
        ])
        .env("RILL_KEY", KEY)
        .output();
    let run = run.await.expect("a shell");
    if run.status.code() != Some(75) {
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(said.contains("data: [DONE]"), "{said}");
    }

    let report = copied(&chat, "Copy report").await;
    for words in [
        "### Rill's Doctor: `buffered`",
        "| longest gap |",
        "8192 bytes",
    ] {
        assert!(report.contains(words), "no {words:?} in {report}");
    }
    chat.button("Save recording").await;
    let recording: String = chat.page.until("globalThis.saved").await;
    for text in [&report, &recording] {
        assert!(
            !text.contains(KEY) && !text.contains("nobody else"),
            "{text}"
        );
    }

    // Played again: the same rhythm, the same verdict, stand-ins for the words, and no request.
    let asked = chats(&own.log()).len();
    plays(&chat, &recording).await;
    chat.page
        .until::<bool>("e2e.turns(0, 'assistant').length === 2")
        .await;
    let second = chat.ended().await;
    assert_eq!(second.fate(), ("complete", Some("stop")), "{second:?}");
    assert_eq!(shown(&chat).await, "buffered");
    assert_ne!(second.text, first.text);
    assert_eq!(chats(&own.log()).len(), asked);
    plays(&chat, "{ \"rill_trace\": 99 }").await;
    reads(&chat, "This recording has version 99").await;
    plays(&chat, "no recording").await;
    reads(&chat, "it is no JSON").await;
    // With the texts, which only the person can put in, it says what was said.
    let again = chat.ask("hello").await;
    let _: Value = chat.page.js("(globalThis.saved = null)").await;
    chat.page
        .click("e2e.every(0, 'aside input[type=checkbox]')[0]")
        .await;
    chat.button("Save recording").await;
    let recording: String = chat.page.until("globalThis.saved").await;
    assert!(!recording.contains(KEY), "{recording}");
    plays(&chat, &recording).await;
    chat.page
        .until::<bool>("e2e.turns(0, 'assistant').length === 4")
        .await;
    assert_eq!(chat.ended().await.text, again.text);
}

// --- a server is checked -------------------------------------------------------------------------------------------------

const ROWS: &str = "Object.fromEntries(e2e.every(0, 'dialog[open] tr').map((row) => [row.cells[0].innerText, row.dataset.outcome]))";

async fn checked(chat: &Chat) -> Value {
    chat.page
        .until::<bool>("e2e.every(0, 'dialog[open] [role=status]').some((one) => one.innerText.startsWith('Checked.'))")
        .await;
    chat.page.js(ROWS).await
}

#[e2e::case]
pub async fn a_link_checks_a_server(stage: Stage) {
    let server = stage
        .lab
        .url(Dialect::LlamaCpp, "first=0;delay=8;tokens=60");
    let query = format!("server=demo&check={}", percent_encode(&server));
    let chat = stage.open(&query).await;
    let rows = checked(&chat).await;
    for row in [
        "Something answers",
        "Kind of server",
        "This page may read its answers",
        "Plain text bodies",
        "Models",
        "Counts tokens",
        "Context",
        "Streams",
        "Nothing holds the stream back",
        "Stop",
    ] {
        assert_eq!(rows[row], "yes", "{row}: {rows:#}");
    }
    chat.page
        .screenshot(&pictures_folder().join("check.png"))
        .await;
    let kept: Value = chat
        .page
        .js("JSON.parse(localStorage.getItem('rill.profiles'))")
        .await;
    let profile = &kept[server.as_str()];
    assert_eq!(profile["kind"], "llamacpp", "{kept}");
    assert_eq!(profile["stream"], "flowing", "{kept}");
    assert_eq!(profile["stops"], true, "{kept}");
    // What hangs, or holds back, or refuses, is named.
    for (options, row, words) in [
        (
            "first=0;delay=10;tokens=300;burst=8192",
            "Nothing holds the stream back",
            "held back",
        ),
        (
            "nocors",
            "This page may read its answers",
            "refuses this page",
        ),
        ("html", "Kind of server", "Not a language-model server"),
    ] {
        let server = percent_encode(&stage.lab.url(Dialect::OpenAi, options));
        let chat = stage.open(&format!("server=demo&check={server}")).await;
        let rows = checked(&chat).await;
        assert_eq!(rows[row], "no", "{options}: {rows:#}");
        chat.page.says(words).await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_link_to_a_foreign_server_waits_for_leave_to_check_it(stage: Stage) {
    let server = stage
        .lab
        .url(Dialect::OpenAi, "first=0;delay=0;tokens=40;origins=*");
    let foreign = server.replace("127.0.0.1", FOREIGN_HOST);
    let query = format!("server=demo&check={}", percent_encode(&foreign));
    let chat = stage.open(&query).await;
    let begin = chat.find("button", "Check");
    chat.page.until::<bool>(&format!("!!{begin}")).await;
    assert_eq!(
        stage.lab.log().len(),
        0,
        "{}",
        stage.lab.logbook().summary()
    );
    chat.button("Check").await;
    let rows = checked(&chat).await;
    assert_eq!(rows["Streams"], "yes", "{rows:#}");
    // By hand, from the server's settings.
    chat.button("Close").await;
    chat.button("Server").await;
    chat.page
        .click(&chat.find("textbox", "Server address"))
        .await;
    chat.page.insert("http://").await;
    chat.button("Check a server").await;
    let wrong =
        "e2e.every(0, 'dialog[open] [role=status]').some((one) => one.innerText.length > 10)";
    chat.page.until::<bool>(wrong).await;
}
