//! The settings of replies: what reaches a server, what it is spared, what is kept.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::{Value, json};

async fn put(chat: &Chat, role: &str, name: &str, text: &str) {
    chat.put(role, name, text).await;
}

async fn close(chat: &Chat) {
    chat.close_dialog().await;
}

async fn last_body(stage: &Stage) -> Value {
    let log = stage.lab.log();
    chats(&log)
        .last()
        .map(|entry| entry.json())
        .unwrap_or_default()
}

#[e2e::case]
pub async fn settings_reach_the_server_and_are_kept_for_it(stage: Stage) {
    let chat = stage.chat(Dialect::LlamaCpp, "delay=0", "").await;
    chat.button("Settings").await;
    put(&chat, "textbox", "System prompt", "Speak like a river.").await;
    put(&chat, "textbox", "Temperature", "0,7").await;
    put(&chat, "textbox", "Max tokens", "12").await;
    put(
        &chat,
        "textbox",
        "Extra request fields (JSON)",
        "{\"min_keep\": 3}",
    )
    .await;
    chat.button("More settings").await;
    put(&chat, "textbox", "Top-k", "40").await;
    put(&chat, "textbox", "Stop sequences", "THE END\n###").await;
    close(&chat).await;
    // The focus is back where it came from.
    assert_eq!(
        chat.page.js::<String>("e2e.name(e2e.active())").await,
        "Settings"
    );
    let check = async |chat: &Chat| {
        assert_eq!(
            chat.ask("Hello").await.fate(),
            ("complete", Some("length")),
            "twelve tokens and no more"
        );
        let body = last_body(&stage).await;
        assert_eq!(
            body["messages"][0],
            json!({ "role": "system", "content": "Speak like a river." })
        );
        for (name, value) in [
            ("temperature", json!(0.7)),
            ("max_tokens", json!(12)),
            ("min_keep", json!(3)),
            ("top_k", json!(40)),
            ("stop", json!(["THE END", "###"])),
        ] {
            assert_eq!(body[name], value, "{name}: {body}");
        }
    };
    check(&chat).await;
    chat.reload().await;
    check(&chat).await;

    // All of it can be taken back at once.
    chat.button("Settings").await;
    chat.button("Reset").await;
    let left: String = chat
        .page
        .until(&format!(
            "(() => {{ const field = {}; return field && [...field.closest('dialog').querySelectorAll('input, textarea')].map((one) => one.value).join('') + '.'; }})()",
            chat.find("textbox", "Temperature")
        ))
        .await;
    assert_eq!(left, "on.", "only the switch has a value of its own");
    close(&chat).await;
    chat.ask("Hello").await;
    let body = last_body(&stage).await;
    for name in ["temperature", "max_tokens", "min_keep", "top_k", "stop"] {
        assert!(body.get(name).is_none(), "{name}: {body}");
    }
    assert_eq!(body["messages"][0]["role"], "user");
}

#[e2e::case]
pub async fn what_a_server_does_not_take_is_greyed_out_and_says_so(stage: Stage) {
    let chat = stage.chat(Dialect::Ollama, "delay=0", "").await;
    chat.button("Settings").await;
    chat.button("More settings").await;
    let state = async |name: &str| -> (bool, String) {
        let field = chat.find("textbox", name);
        let found: Value = chat
            .page
            .until(&format!(
                "(() => {{ const field = {field}; return field && {{ off: field.disabled, words: field.closest('.setting').innerText }}; }})()"
            ))
            .await;
        (
            found["off"] == json!(true),
            found["words"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let (off, words) = state("DRY multiplier").await;
    assert!(
        off && words.contains("Ollama does not take this"),
        "{words}"
    );
    let (off, words) = state("Context size (tokens)").await;
    assert!(!off && !words.contains("does not take"), "{words}");
    put(&chat, "textbox", "Context size (tokens)", "8192").await;
    close(&chat).await;
    chat.ask("Hello").await;
    assert_eq!(last_body(&stage).await["options"]["num_ctx"], 8192);
}

#[e2e::case]
pub async fn a_mistake_in_the_settings_gets_a_sentence_and_is_not_sent(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0", "").await;
    chat.button("Settings").await;
    put(&chat, "textbox", "Temperature", "hot").await;
    let json = "Extra request fields (JSON)";
    put(&chat, "textbox", json, "{\"n\": 1,\n}").await;
    chat.page.says("A number from 0 to 5").await;
    chat.page.says("look at line 2, column 1").await;
    close(&chat).await;
    chat.ask("Hello").await;
    let body = last_body(&stage).await;
    assert!(
        body.get("n").is_none() && body.get("temperature").is_none(),
        "{body}"
    );
    // Nothing of it is lost.
    chat.button("Settings").await;
    let kept: String = chat
        .page
        .until(&format!("{}?.value", chat.find("textbox", json)))
        .await;
    assert_eq!(kept, "{\"n\": 1,\n}");
    put(&chat, "textbox", json, "{\"n\": 1}").await;
    chat.page.hides("look at line 2, column 1").await;
    close(&chat).await;
    chat.ask("Hello").await;
    assert_eq!(last_body(&stage).await["n"], 1);
}

#[e2e::case]
pub async fn a_template_that_is_chosen_formats_the_prompt(stage: Stage) {
    for (dialect, path, word) in [
        (Dialect::Halo, "/api/extra/generate/stream", "stop"),
        (Dialect::KoboldCpp, "/api/extra/generate/stream", "stop"),
        (Dialect::LlamaCpp, "/completion", "eos"),
    ] {
        let chat = stage.chat(dialect, "delay=0;first=0", "").await;
        chat.button("Settings").await;
        // The words of a label are all words in it, the choices among them.
        let select = "e2e.find(0, 'combobox', /^Chat template/)";
        chat.page
            .until::<bool>(&format!(
                "(() => {{ const select = {select}; if (!select) return false; select.value = 'gemma'; select.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()"
            ))
            .await;
        close(&chat).await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.fate(), ("complete", Some(word)), "{turn:?}");
        let log = stage.lab.log();
        let asked = *chats(&log).last().expect("a request");
        assert_eq!(asked.path, path, "{dialect:?}");
        assert_eq!(
            asked.json()["prompt"],
            "<start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n"
        );
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn context_and_style_stand_beside_the_prompt(stage: Stage) {
    for more in ["", "profile=young"] {
        let chat = stage
            .chat(Dialect::Ai4ArtsEd, "origins=*;delay=0", more)
            .await;
        put(&chat, "textbox", "Context", "A lesson on rivers").await;
        put(&chat, "textbox", "Style", "as a haiku").await;
        let turn = chat.ask("Where does a river begin?").await;
        assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
        let log = stage.lab.log();
        let query = &chats(&log).last().expect("a request").query;
        assert!(
            query.contains("context=A%20lesson%20on%20rivers")
                && query.contains("style_prompt=as%20a%20haiku"),
            "{query}"
        );
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn ai4artsed_can_be_asked_for_each_of_its_tasks(stage: Stage) {
    for (options, task, path, named) in [
        ("", "stage1", "/api/text_stream/stage1/", "text=Hello"),
        ("", "stage4", "/api/text_stream/stage4/", "prompt=Hello"),
        (
            "",
            "optimize",
            "/api/text_stream/optimize/",
            "optimization_instruction=Be%20brief",
        ),
        (
            ";missing=%2Fapi%2Ftext_stream",
            "optimize",
            "/api/schema/pipeline/optimize",
            "optimization_instruction=Be%20brief",
        ),
    ] {
        let chat = stage
            .chat(
                Dialect::Ai4ArtsEd,
                &format!("origins=*;delay=0{options}"),
                "",
            )
            .await;
        let select = "e2e.find(0, 'combobox', /^Task/)";
        chat.page
            .until::<bool>(&format!(
                "(() => {{ const select = {select}; if (!select) return false; select.value = '{task}'; select.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()"
            ))
            .await;
        put(&chat, "textbox", "Context", "Be brief").await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.end.as_deref(), Some("complete"), "{task}: {turn:?}");
        let log = stage.lab.log();
        let asked = *chats(&log).last().expect("a request");
        assert!(asked.path.starts_with(path), "{task}: {}", asked.path);
        assert!(asked.query.contains(named), "{task}: {}", asked.query);
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn the_demo_says_that_it_takes_nothing(stage: Stage) {
    for (lang, button, words) in [
        ("en", "Settings", "The demo does not take this."),
        ("de", "Einstellungen", "Die Demo unterstützt das nicht."),
    ] {
        let chat = stage.open(&format!("server=demo&lang={lang}")).await;
        chat.button(button).await;
        let hints: Vec<String> = chat
            .page
            .until("(() => { const all = e2e.every(0, '.setting .hint').map((one) => one.textContent); return all.length > 0 && all; })()")
            .await;
        assert!(hints.iter().any(|hint| hint == words), "{hints:?}");
        assert!(hints.iter().all(|hint| !hint.starts_with(' ')), "{hints:?}");
        chat.page
            .screenshot(&e2e::stage::pictures_folder().join(format!("settings-demo-{lang}.png")))
            .await;
    }
}

#[e2e::case]
pub async fn young_readers_see_no_settings(stage: Stage) {
    let chat = stage.open("server=demo&profile=young").await;
    let there: bool = chat
        .page
        .js(&format!("!!{}", chat.find("button", "Settings")))
        .await;
    assert!(!there);
}
