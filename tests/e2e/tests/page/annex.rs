//! The annex: colours and formulas come from a worker, and the page does as well without it.

use e2e::{Chat, Stage};
use lab::{Dialect, StaticSite, percent_encode};
use serde_json::Value;

const CODE: &str = "fn main() {\n    // The river runs.\n    let name: &str = \"Rill\";\n    for turn in 0..10 {\n        println!(\"{name} {turn} 🌊\");\n    }\n}\n\nstruct River {\n    length: u32,\n}\n";

/// What of the first block of code is seen: its letters, its height, its colours.
const SEEN: &str = "(() => {
    const code = e2e.every(0, '.answer pre code')[0];
    return code && {
        text: code.textContent,
        height: code.getBoundingClientRect().height,
        width: code.closest('pre').scrollWidth,
        colours: [...new Set([...code.querySelectorAll('span')].map((span) => getComputedStyle(span).color))],
    };
})()";
/// How many colours there are, when everything is coloured.
const COLOURED: &str = "(() => {
    const code = e2e.every(0, '.answer pre code')[0];
    const rest = code?.lastChild;
    return rest?.nodeType === Node.TEXT_NODE && rest.data === '' && new Set([...code.querySelectorAll('span')].map((span) => getComputedStyle(span).color)).size;
})()";
/// The least contrast between the letters of code and what is behind them.
const CONTRAST: &str = "(() => {
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
    const light = (colour) => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const code = e2e.every(0, '.answer pre code')[0];
    const ground = light(getComputedStyle(code.closest('figure')).backgroundColor);
    return Math.min(...[...code.querySelectorAll('span')].map((span) => {
        const ink = light(getComputedStyle(span).color);
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    }));
})()";

fn options(text: &str, delay: u32) -> String {
    format!("delay={delay};text={}", percent_encode(text))
}

/// A chat whose page has tried in vain to load the annex, and has an answer; its host.
async fn without(stage: &Stage, text: &str) -> (Chat, StaticSite) {
    let dist = Stage::dist().expect("a built page");
    let files = std::fs::read_dir(&dist).expect("a folder");
    let app = files
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| name.starts_with("app-"))
        .expect("the folder of the parts");
    // Nothing is kept of a page whose parts are not what they should be.
    let site = StaticSite::of(dist).page("sw.js", "").start();
    let site = site.await.expect("a host");
    // Another server answers there, and not with this file.
    site.proxy(
        &format!("{app}/annex.js"),
        &stage.lab.url(Dialect::OpenAi, ""),
    );
    let query = stage.query(Dialect::OpenAi, &options(text, 0), "");
    let chat = opened(stage, &site.url(&format!("?{query}"))).await;
    chat.ask("Hello").await;
    chat.page
        .until::<bool>("started === 1 && running === 0")
        .await;
    assert!(site.asked().iter().any(|path| path.ends_with("annex.js")));
    (chat, site)
}

/// The chat of a page, its workers counted.
async fn opened(stage: &Stage, url: &str) -> Chat {
    let page = stage.blank().await;
    page.goto(url).await;
    page.until::<bool>("e2e.every(0, 'textarea').some(e2e.visible)")
        .await;
    page.js::<Value>(&counted(false)).await;
    Chat { page, at: 0 }
}

#[e2e::case]
pub async fn code_gets_its_colours_and_not_a_letter_moves(stage: Stage) {
    let text = format!("Look:\n\n```rust\n{CODE}```\n\nThat is all.");
    let (plain, _site) = without(&stage, &text).await;
    let before: Value = plain.page.js(SEEN).await;
    plain.page.forgive().await;
    assert_eq!(before["text"], CODE);
    assert_eq!(before["colours"], serde_json::json!([]));

    let chat = stage
        .chat(Dialect::OpenAi, &options(&text, 0), "theme=light")
        .await;
    let turn = chat.ask("Hello").await;
    // Lines get theirs in turn; a busy machine shows the first ones sooner.
    chat.page.until::<bool>(&format!("{COLOURED} >= 5")).await;
    let after: Value = chat.page.js(SEEN).await;
    for same in ["text", "height", "width"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(
        chat.turn(-1).await.map(|turn| turn.text),
        Some(turn.text),
        "what is read stays the same"
    );
    let least: f64 = chat.page.js(CONTRAST).await;
    assert!(least >= 4.5, "by day the contrast is {least}");
    let here: bool = chat
        .page
        .js("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('rill-annex_bg.wasm'))")
        .await;
    assert!(!here, "the page's own thread has loaded the annex");

    let night = stage
        .chat(Dialect::OpenAi, &options(&text, 0), "theme=dark")
        .await;
    night.ask("Hello").await;
    night.page.until::<usize>(COLOURED).await;
    night.page.look(320, 700, true, 2.0).await;
    night
        .page
        .screenshot(&e2e::stage::pictures_folder().join("code-night.png"))
        .await;
    let least: f64 = night.page.js(CONTRAST).await;
    assert!(least >= 4.5, "by night the contrast is {least}");
}

#[e2e::case]
pub async fn finished_lines_are_coloured_while_more_come(stage: Stage) {
    let lines: String = (0..70)
        .map(|line| format!("let river{line} = \"water {line}\";\n"))
        .collect();
    let chat = stage
        .chat(
            Dialect::OpenAi,
            &options(&format!("```rust\n{lines}```\n"), 20),
            "",
        )
        .await;
    chat.send("Hello").await;
    // A person selects a word in a line that has just begun, below lines that are coloured.
    let picked: String = chat
        .page
        .until(
            "(() => {
                const code = e2e.every(0, '.answer pre code')[0];
                const line = code?.lastChild;
                if (!code?.querySelector('span span') || !line?.data?.startsWith('let')) return null;
                globalThis.kept = code.querySelector('span span');
                const range = document.createRange();
                range.setStart(line, 0);
                range.setEnd(line, 3);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
                return range.toString();
            })()",
        )
        .await;
    assert_eq!(picked, "let");
    let now = chat.turn(-1).await.map_or(0, |turn| turn.text.len());
    chat.shows(now + 400).await;
    let still: String = chat
        .page
        .js("(e2e.root().getSelection?.() ?? getSelection()).toString()")
        .await;
    assert_eq!(still, "let", "the selection is as it was");
    chat.page
        .js::<Value>("(getSelection().removeAllRanges(), null)")
        .await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    chat.page.until::<usize>(COLOURED).await;
    assert!(
        chat.page
            .js::<bool>(
                "kept.isConnected && e2e.every(0, '.answer pre code span span')[0] === kept"
            )
            .await,
        "a line that was done was drawn anew"
    );
    let seen: Value = chat.page.js(SEEN).await;
    assert_eq!(seen["text"], lines.as_str());
}

#[e2e::case]
pub async fn long_and_odd_code_is_coloured_to_its_end_and_is_what_it_was(stage: Stage) {
    let function = "/* 🌊 one\n two */\nexport async function flow(river, by = 3) {\n\tawait river.next(`at ${by}`);\n}\n\n";
    let long = format!(
        "{}const wide = \"{}\";\n{}",
        function.repeat(300),
        "w".repeat(20_000),
        function.repeat(3)
    );
    let text = format!(
        "```js\n{long}```\n\n1. First\n   ```python\n   def f():\n       return 1\n   ```\n2. Then\n\n```no-such-language\nlet a = 1;\n```\n\n```\nlet a = 1;\n```\n\n```python\nprint(1)  # cut"
    );
    let chat = stage.chat(Dialect::OpenAi, &options(&text, 0), "").await;
    chat.ask("Hello").await;
    let see = |at: usize| {
        let chat = chat.clone();
        async move {
            let show = format!(
                "(e2e.every(0, '.answer pre code')[{at}].scrollIntoView({{ block: 'end' }}), null)"
            );
            chat.page.js::<Value>(&show).await;
        }
    };
    // What is far from the window waits.
    see(0).await;
    chat.page.until::<usize>(COLOURED).await;
    see(1).await;
    see(4).await;
    let painted = "(() => {
        const codes = e2e.every(0, '.answer pre code').map((code) => ({ text: code.textContent, painted: code.querySelectorAll('span span').length }));
        return [0, 1, 4].every((at) => codes[at]?.painted > 1) && codes;
    })()";
    let codes: Vec<Value> = chat.page.until(painted).await;
    let texts: Vec<&str> = codes
        .iter()
        .filter_map(|code| code["text"].as_str())
        .collect();
    assert!(texts[0] == long, "the long code is not what it was");
    assert_eq!(
        texts[1..],
        [
            "def f():\n    return 1\n",
            "let a = 1;\n",
            "let a = 1;\n",
            "print(1)  # cut"
        ]
    );
    for (at, code) in codes.iter().enumerate() {
        assert_eq!(code["painted"] != 0, ![2, 3].contains(&at), "block {at}");
    }
}

#[e2e::case]
pub async fn without_the_annex_code_and_formulas_are_plain(stage: Stage) {
    let text = "```rust\nfn main() {}\n```\n\nAnd $x^2$ is *TeX*.";
    let (chat, _site) = without(&stage, text).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(
        chat.page.js::<[usize; 2]>("[running, started]").await,
        [0, 1],
        "it is not tried again and again"
    );
    let seen: Value = chat.page.js(SEEN).await;
    assert_eq!(seen["text"], "fn main() {}\n");
    let turn = chat.turn(-1).await.expect("a turn");
    assert!(turn.text.contains("And x^2 is TeX."), "{}", turn.text);
    let complaints = chat.page.complaints().await;
    assert!(
        complaints
            .iter()
            .all(|one| one.contains("annex.js") || one.contains("module script")),
        "{complaints:?}"
    );
    chat.page.forgive().await;
}

#[e2e::case]
pub async fn tex_becomes_mathml_and_what_is_none_stays_as_it_is(stage: Stage) {
    let text = "It costs $5 and $10, and $x^2$ is \\(\\sqrt{y}\\).\n\n$$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$$\n\n\\[\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n\\]\n\n- first $a < b$\n- $\\nobodyknowsme{z}$\n- $\\text{<img src=x onerror=globalThis.owned=1>}$\n- $\\href{javascript:globalThis.owned=2}{w}$\n";
    let chat = stage.chat(Dialect::OpenAi, &options(text, 0), "").await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    let set: usize = chat
        .page
        .until("(() => { const set = e2e.every(0, '.answer math').length; return set >= 6 && set; })()")
        .await;
    assert!((6..=7).contains(&set), "{set} formulas");
    let holds = |selector: &'static str| {
        let chat = chat.clone();
        async move {
            let count = format!("e2e.every(0, {}).length", e2e::page::quote(selector));
            chat.page.js::<usize>(&count).await
        }
    };
    assert_eq!(holds(".answer math msup").await, 1);
    assert_eq!(holds(".answer math[display=block] mfrac").await, 1);
    assert_eq!(holds(".answer math[display=block] mtd").await, 4);
    assert_eq!(holds(".answer :is(img, script, a, iframe, style)").await, 0);
    assert_eq!(holds(".answer [style*=url], .answer math [href]").await, 0);
    assert!(
        chat.page
            .js::<bool>("e2e.every(0, '.answer math, .answer math msqrt').every((element) => element.namespaceURI.endsWith('MathML') && element.getBoundingClientRect().height > 5)")
            .await,
        "they are drawn"
    );
    assert!(chat.page.js::<bool>("globalThis.owned === undefined").await);
    let turn = chat.turn(-1).await.expect("a turn");
    assert!(
        turn.text.contains("It costs $5 and $10, and "),
        "{}",
        turn.text
    );
    assert!(turn.text.contains("\\nobodyknowsme{z}"), "{}", turn.text);
    chat.page.look(1000, 900, false, 1.0).await;
    chat.page
        .screenshot(&e2e::stage::pictures_folder().join("formulas.png"))
        .await;
}

/// Counts workers from now on: those that run, and those that were started. With `fail`, each fails at its first question.
fn counted(fail: bool) -> String {
    format!(
        "(() => {{
            const Real = Worker;
            globalThis.running = globalThis.started = 0;
            globalThis.Worker = class extends Real {{
                constructor(...how) {{
                    super(...how);
                    running++;
                    started++;
                }}
                postMessage(...what) {{
                    if ({fail}) setTimeout(() => this.onerror?.(new ErrorEvent('error', {{ cancelable: true }})));
                    else super.postMessage(...what);
                }}
                terminate() {{
                    running--;
                    super.terminate();
                }}
            }};
            return null;
        }})()"
    )
}

#[e2e::case]
pub async fn the_worker_comes_with_the_first_code_and_goes_with_the_last_turn(stage: Stage) {
    let text = "```js\nlet river = 1;\n```\n";
    let chat = stage.chat(Dialect::OpenAi, &options(text, 0), "").await;
    chat.page.js::<Value>(&counted(false)).await;
    for again in 1..=2 {
        assert_eq!(chat.page.js::<usize>("running").await, 0);
        chat.ask("Hello").await;
        chat.page.until::<usize>(COLOURED).await;
        chat.ask("Once more").await;
        let all = "e2e.every(0, '.answer pre code').length === 2 && e2e.every(0, '.answer pre code').every((code) => code.querySelector('span'))";
        chat.page.until::<bool>(all).await;
        assert_eq!(
            chat.page.js::<[usize; 2]>("[running, started]").await,
            [1, again]
        );
        chat.button("New chat").await;
        chat.page
            .until::<bool>("e2e.turns(0, 'assistant').length === 0")
            .await;
    }
    assert_eq!(chat.page.js::<usize>("running").await, 0);
}

#[e2e::case]
pub async fn what_a_worker_fails_on_is_not_asked_for_again(stage: Stage) {
    let text = "```js\nlet river = 1;\n```\n\n```ts\nlet river = 1;\n```\n\n```tsx\nlet river = 1;\n```\n\n".repeat(2);
    let chat = stage.chat(Dialect::OpenAi, &options(&text, 0), "").await;
    chat.page.js::<Value>(&counted(true)).await;
    chat.ask("Hello").await;
    chat.page
        .until::<bool>("started === 3 && running === 0")
        .await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    assert_eq!(
        chat.page.js::<[usize; 2]>("[running, started]").await,
        [0, 3]
    );
    let turn = chat.turn(-1).await.expect("a turn");
    assert_eq!(turn.text.matches("let river = 1;\n").count(), 6);
}

#[e2e::case]
pub async fn a_grammar_that_never_comes_back_costs_its_own_colours_alone(stage: Stage) {
    // The second and the third of these are lines that syntect never leaves; then what comes after them.
    let blocks = [
        ("js", "let river = 1;"),
        ("js", "\"use strict\" /* a */"),
        ("js", "'a' /* b */"),
        ("js", "let delta = 2;"),
        ("rust", "fn main() {}"),
        ("python", "def f(): return None"),
    ];
    let text: String = blocks
        .iter()
        .map(|(language, line)| format!("```{language}\n{line}\n```\n\n"))
        .collect();
    let chat = stage
        .chat(
            Dialect::OpenAi,
            &options(&format!("{text}And $x^2$."), 0),
            "",
        )
        .await;
    chat.page.js::<Value>(&counted(false)).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    let all = "(() => {
        const codes = e2e.every(0, '.answer pre code');
        codes.forEach((code) => code.scrollIntoView());
        const coloured = codes.map((code) => !!code.querySelector('span[class^=c-]'));
        return coloured[4] && coloured[5] && e2e.every(0, '.answer math msup').length === 1 && coloured;
    })()";
    let coloured: Vec<bool> = chat.page.until(all).await;
    assert_eq!(coloured[1..4], [false; 3], "{coloured:?}");
    assert_eq!(
        chat.page.js::<[usize; 2]>("[running, started]").await,
        [1, 2]
    );
    let turn = chat.turn(-1).await.expect("a turn");
    for (_, line) in blocks {
        assert!(turn.text.contains(line), "{line} in {}", turn.text);
    }
    // In a new conversation it is remembered.
    chat.button("New chat").await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    chat.page.until::<Vec<bool>>(all).await;
    assert_eq!(
        chat.page.js::<[usize; 2]>("[running, started]").await,
        [1, 3]
    );
}

#[e2e::case]
pub async fn on_another_sites_page_the_worker_is_that_sites_and_loads_ours(stage: Stage) {
    let ours = StaticSite::of(Stage::dist().expect("a built page"))
        .header("access-control-allow-origin", "*")
        .start()
        .await
        .expect("a host");
    let server = stage.lab.url(
        Dialect::OpenAi,
        &options("```rust\nfn main() {}\n```\n\nAnd $x^2$.", 0),
    );
    let page = format!(
        "<!doctype html><title>Theirs</title><script type=\"module\" src=\"{}\"></script><rill-chat style=\"height: 600px\" server=\"{server}\" kind=\"openai\" pace=\"instant\" storage=\"none\"></rill-chat>",
        ours.url("rill.js")
    );
    let theirs = StaticSite::of(std::env::temp_dir().join("rill-nothing"))
        .page("theirs.html", page)
        .start()
        .await
        .expect("a host");
    let chat = opened(&stage, &theirs.url("theirs.html")).await;
    assert_eq!(chat.ask("Hello").await.fate(), ("complete", Some("stop")));
    chat.page.until::<usize>(COLOURED).await;
    chat.page
        .until::<bool>("e2e.every(0, '.answer math msup').length === 1")
        .await;
}
