//! Diagrams are drawn when somebody asks, in a frame that can do nothing to the page.

use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};

const CODE: &str = "e2e.root().querySelector('.answer figure pre')";

async fn fence(stage: &Stage, source: &str) -> Chat {
    let text = format!("Here it is:\n\n```mermaid\n{source}\n```\n\nDone.");
    let options = format!("delay=0;text={}", percent_encode(&text));
    let chat = stage.chat(Dialect::OpenAi, &options, "").await;
    assert_eq!(
        chat.ask("Draw a river").await.fate(),
        ("complete", Some("stop"))
    );
    chat
}

#[e2e::case]
pub async fn a_diagram_is_drawn_when_asked_for_in_a_sandbox(stage: Stage) {
    let chat = fence(
        &stage,
        "flowchart LR\n  Spring --> Stream --> River --> Sea",
    )
    .await;
    let loaded = "performance.getEntriesByType('resource').filter((entry) => /\\/(mermaid|diagram)\\.\\w+$/.test(entry.name)).length";
    assert_eq!(
        chat.page.js::<usize>(loaded).await,
        0,
        "before anybody asks"
    );
    chat.button("Draw diagram").await;
    let _: bool = chat
        .page
        .until("e2e.find(0, 'button', 'Show code') !== undefined")
        .await;
    let sandbox: String = chat
        .page
        .js("e2e.root().querySelector('.answer iframe').getAttribute('sandbox')")
        .await;
    assert_eq!(sandbox, "allow-scripts");
    let reached: bool = chat
        .page
        .js("e2e.root().querySelector('.answer iframe').contentDocument !== null")
        .await;
    assert!(!reached, "the frame has the page's origin");
    let height: f64 = chat
        .page
        .js("e2e.root().querySelector('.answer iframe').getBoundingClientRect().height")
        .await;
    assert!(height > 20.0, "{height}");
    assert!(chat.page.js::<bool>(&format!("{CODE}.hidden")).await);
    // And back: the code is what it was.
    chat.button("Show code").await;
    let code: String = chat.page.js(&format!("{CODE}.textContent")).await;
    assert!(code.contains("Spring --> Stream"), "{code}");
    assert!(
        chat.page
            .js::<bool>(&format!(
                "!{CODE}.hidden && !e2e.root().querySelector('iframe')"
            ))
            .await
    );
}

#[e2e::case]
pub async fn what_is_no_diagram_stays_code_and_says_why(stage: Stage) {
    let chat = fence(&stage, "flowchart LR\n  Spring -->> --> ((").await;
    chat.button("Draw diagram").await;
    let why: String = chat
        .page
        .until("e2e.root().querySelector('.answer figure .trouble')?.textContent")
        .await;
    assert!(why.starts_with("This is no diagram"), "{why}");
    assert!(
        chat.page
            .js::<bool>(&format!(
                "!{CODE}.hidden && !e2e.root().querySelector('iframe')"
            ))
            .await
    );
}
