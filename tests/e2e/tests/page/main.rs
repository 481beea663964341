//! The built page in a browser, against the lab. `cargo xtask test --e2e` runs all; `cargo test -p e2e --test page -- WORD` those with
//! WORD in their names, `-- --list` names them;
//! `RILL_ENGINE=firefox` takes Firefox instead of Chromium, without the cases that need what it has not.

mod access;
mod ai4artsed;
mod aids;
mod aloud;
mod annex;
mod branches;
mod bridge;
mod browsers;
mod compatible;
mod conversations;
mod diagrams;
mod doctor;
mod doctor_panel;
mod doors;
mod ends;
mod examples;
mod export;
mod fit;
mod folder;
mod frame;
mod halo;
mod hands;
mod heard;
mod hostile;
mod images;
mod imports;
mod jarvis;
mod keys;
mod languages;
mod launcher;
mod lesson;
mod list;
mod llama_chat;
mod long;
mod look;
mod net;
mod offline;
mod pace;
mod phone;
mod pictures;
mod qolaba;
mod queue;
mod reading;
mod resume;
mod safe;
mod school;
mod settings;
mod storage;
mod surface;
mod tabs;
mod talk;
mod tokens;
mod views;
mod ways;
mod wire;
mod young;

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}
