//! `cargo xtask lab`: the lab by hand. It prints its addresses and runs until Ctrl-C.

use lab::{Dialect, Lab};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args()
        .nth(1)
        .and_then(|port| port.parse().ok())
        .unwrap_or(7460);
    let lab = match Lab::start_on(port).await {
        Ok(lab) => lab,
        Err(error) => {
            eprintln!(
                "Port {port} cannot be had ({error}). Give another one: cargo xtask lab PORT"
            );
            std::process::exit(1);
        }
    };
    println!("The lab is open. Servers:");
    for dialect in Dialect::ALL {
        println!("  {}", lab.url(dialect, ""));
    }
    println!("Faults and scripts go into the path, for instance:");
    println!("  {}", lab.url(Dialect::Ollama, "tokens=200;delay=20"));
    println!("  {}", lab.url(Dialect::LlamaCpp, "first=3000;prefill=10"));
    println!("  {}", lab.url(Dialect::KoboldCpp, "cut=500"));
    println!("  {}", lab.url(Dialect::OpenAi, "json;key=secret"));
    println!(
        "(all of them: tests/lab/src/script.rs)\nWhat was asked: {}/log\nCtrl-C closes it.",
        lab.origin()
    );
    std::future::pending().await
}
