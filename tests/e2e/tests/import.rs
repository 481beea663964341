//! A file of 200 MB is imported while the page stays alive. It takes minutes: `cargo xtask test --import` runs it, and tells the figures.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use e2e::Stage;
use lab::Dialect;
use serde_json::Value;

/// Bytes of the file.
const SIZE: u64 = 200_000_000;
/// Conversations in it.
const COUNT: usize = 5000;
/// The longest that anything may keep the page from its reader, in milliseconds.
const TASK: f64 = 50.0;

/// How long each task was that kept the page from its reader since the files were chosen, and how long after that it began, in milliseconds.
/// The browser tells of them late: what went before is left out by when it began, and what has not been told is asked for, once the page is
/// painted.
const TASKS: &str = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    .then(() => tasks.concat(watch.takeRecords()).filter((one) => one.startTime >= chosen)
        .map((one) => [one.duration, Math.round(one.startTime - chosen)]))";

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

/// Makes the file in the page, of pieces: an array of conversations of 40 turns, as ChatGPT exports them.
fn made() -> String {
    let turns = 40;
    let words = SIZE as usize / COUNT / turns - 230;
    format!(
        "(() => {{
            const text = 'What the river said of the sea. '.repeat({words} / 32);
            const one = (n) => {{
                const mapping = {{}};
                for (let at = 0; at < {turns}; at += 1)
                    mapping[at] = {{ parent: at ? String(at - 1) : null, children: [String(at + 1)], message: {{
                        author: {{ role: at % 2 ? 'assistant' : 'user' }}, recipient: 'all', create_time: 1767225600 + at,
                        content: {{ content_type: 'text', parts: [`${{n}}.${{at}} ${{text}}`] }} }} }};
                return JSON.stringify({{ conversation_id: `c${{n}}`, title: `Talk ${{n}}`, update_time: 1767225600 + n, mapping }});
            }};
            const pieces = [];
            for (let n = 0; n < {COUNT}; n += 1) pieces.push(new Blob([n ? ',' : '[', one(n)]));
            globalThis.made = new File([...pieces, ']'], 'conversations.json');
            globalThis.tasks = [];
            globalThis.watch = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
            watch.observe({{ type: 'longtask' }});
            return made.size;
        }})()"
    )
}

/// Bytes that the programs which this one has started hold in memory.
fn resident() -> u64 {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(pid) = name.parse::<u32>() else {
            continue;
        };
        let read = |file: &str| fs::read_to_string(entry.path().join(file)).unwrap_or_default();
        let status = read("status");
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        let parent = field("PPid:").unwrap_or_default() as u32;
        // What programs share counts once for each: only what is their own.
        parents.push((pid, parent, field("RssAnon:").unwrap_or_default() * 1024));
    }
    let mut ours = vec![std::process::id()];
    let mut sum = 0;
    while let Some(parent) = ours.pop() {
        for (pid, _, bytes) in parents.iter().filter(|(_, of, _)| *of == parent) {
            sum += bytes;
            ours.push(*pid);
        }
    }
    sum
}

/// Looks at the memory ten times a second; gives the most that was seen.
struct Watch {
    most: Arc<AtomicU64>,
    ends: Arc<AtomicBool>,
}

impl Watch {
    fn begin() -> Watch {
        let (most, ends) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (seen, over) = (most.clone(), ends.clone());
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                seen.fetch_max(resident(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Watch { most, ends }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

#[e2e::case]
/// Reads, shows and writes a made export of 200 MB, and says what it cost.
pub async fn a_file_of_200_megabytes_leaves_the_page_alive(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "delay=0;tokens=3", "").await;
    let size: f64 = chat.page.js(&made()).await;
    let mega = |bytes: f64| (bytes / 1e6).round();
    chat.button("Conversations").await;
    // V8 takes away what the start left behind half a minute later by itself, and the page waits for that too: an import has no part in it.
    chat.page.tidy().await;
    let before = resident();
    let watch = Watch::begin();
    let began = Instant::now();
    let choose = "(() => {
        const field = e2e.every(0, 'dialog[open] input[type=file]').find((one) => e2e.name(one) === 'Import files');
        if (!field) return false;
        const data = new DataTransfer();
        data.items.add(made);
        globalThis.chosen = performance.now();
        field.files = data.files;
        field.dispatchEvent(new Event('change', { bubbles: true }));
        return true;
    })()";
    chat.page.until::<bool>(choose).await;
    chat.page
        .until::<bool>("e2e.every(0, '[data-import=seen]').length === 1")
        .await;
    let looked = began.elapsed();
    chat.page
        .says("conversations: 5,000 · turns: 200,000")
        .await;
    chat.button("Import").await;
    chat.page
        .until::<bool>("e2e.every(0, '[data-import=done]').length === 1")
        .await;
    let all = began.elapsed();
    // What was written is in the list, the newest first.
    chat.page
        .until::<bool>("e2e.every(0, '.kept li')[0]?.innerText.startsWith('Talk 4999')")
        .await;
    let grown = watch.most.load(Ordering::Relaxed).saturating_sub(before);
    let tasks: Vec<(f64, f64)> = chat.page.js(TASKS).await;
    let longest = tasks.iter().map(|(took, _)| *took).fold(0.0, f64::max);
    println!(
        "{} MB: looked at in {:.1} s, written after {:.1} s; memory grew by {} MB at most; {} tasks over 50 ms, the longest {longest} ms",
        mega(size),
        looked.as_secs_f64(),
        all.as_secs_f64(),
        mega(grown as f64),
        tasks.len(),
    );
    let done: Value = chat
        .page
        .js("e2e.every(0, '[data-import=done]')[0].innerText")
        .await;
    assert_eq!(done, "5,000 conversations imported");
    assert!(
        longest <= TASK,
        "milliseconds, and when each began: {tasks:?}"
    );
    assert!((grown as f64) < 2.0 * size, "{grown} bytes");
}
