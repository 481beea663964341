//! The package of npm, installed in a folder of somebody else and imported there by its name. `cargo xtask test --package` makes that
//! folder and names it as the page.

use e2e::Stage;
use serde_json::Value;

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

#[e2e::case]
async fn a_page_that_imports_the_package_converses_with_the_demo(stage: Stage) {
    let chat = stage.open("").await;
    let turn = chat.ask("What can you do?").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert!(!turn.text.trim().is_empty());
    // All of it comes from where npm has put it.
    let from: Value = chat
        .page
        .js("performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)")
        .await;
    let from: Vec<&str> = from
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let wasm = from.iter().filter(|path| path.ends_with(".wasm")).count();
    assert!(wasm >= 2, "{from:?}");
    let strays = from
        .iter()
        .filter(|path| !path.starts_with("/node_modules/rill-chat/"));
    assert_eq!(strays.collect::<Vec<_>>(), Vec::<&&str>::new(), "{from:?}");
}
