//! What a token of a long reply costs: `cargo run --release --example markdown_cost`.
//!
//! Feeds 320 KB of mixed markdown, and giant blocks of one kind, in pieces of 4 bytes with an update after each, as the page would at
//! its worst.

use std::time::Instant;

use rill::markdown::Markdown;

const MIXED: &str = "## Section of the reply

Here is a paragraph with **bold words**, *emphasis*, `code`, a [link](https://example.org/page), and a price of $5 that goes on for a
while, as paragraphs do in replies of a model. It has several sentences. Some are short. Others are longer, and have commas, too.

1. First **install** it
2. Then run `it --help`
3. Then read the *output*

- a bullet with text
- another one with a [link](https://example.org)
  - nested, with `code`

```rust
fn main() {
    let words = [\"one\", \"two\"];
    println!(\"{words:?}\");
}
```

| name | value | note |
|------|------:|------|
| one  | 1     | `a`  |
| two  | 2     | *b*  |

> A quote of one line, and
> another line.

The mass is \\(m\\), and $E = mc^2$ holds.

";

fn measure(name: &str, text: &str) {
    let mut markdown = Markdown::new();
    let started = Instant::now();
    let mut tokens = 0u32;
    let mut at = 0;
    while at < text.len() {
        let end = text.len().min(at + 4); // all ASCII
        markdown.append(&text[at..end]);
        markdown.update();
        tokens += 1;
        at = end;
    }
    markdown.finish();
    markdown.update();
    let spent = started.elapsed();
    let parsed = markdown.counters().parsed_bytes as f64 / text.len() as f64;
    println!(
        "{name:<10} {:>4} KB  {:>7.1} ms  {:>6} ns per token  parsed {parsed:>5.1} times  {} blocks",
        text.len() / 1024,
        spent.as_secs_f64() * 1e3,
        spent.as_nanos() / u128::from(tokens.max(1)),
        markdown.blocks().len(),
    );
}

fn main() {
    let fill = |head: &str, unit: &str, size: usize| {
        let mut text = head.to_owned();
        while text.len() < size {
            text.push_str(unit);
        }
        text
    };
    measure("mixed", &fill("", MIXED, 320 * 1024));
    measure("mixed/4", &fill("", MIXED, 80 * 1024));
    measure(
        "code",
        &fill(
            "```rust\n",
            "    let value = compute(input, &mut state)?; // why\n",
            200 * 1024,
        ),
    );
    measure("code line", &fill("```\n", "abcdefgh", 200 * 1024));
    measure(
        "list",
        &fill("", "- an item with **bold** and `code` in it\n", 100 * 1024),
    );
    measure(
        "loose list",
        &fill(
            "",
            "- an item with **bold** and `code` in it\n\n",
            100 * 1024,
        ),
    );
    measure(
        "nested",
        &fill(
            "- top\n",
            "  - an item with **bold** and `code` in it\n",
            100 * 1024,
        ),
    );
    measure(
        "table",
        &fill(
            "| a | b | c |\n|---|---|---|\n",
            "| 1 | **two** | `three` |\n",
            100 * 1024,
        ),
    );
    measure(
        "quote",
        &fill("", "> a line with **bold** and `code` in it\n", 100 * 1024),
    );
    measure(
        "paragraph",
        &fill(
            "",
            "words with **bold** and `code` in it, on and on, ",
            100 * 1024,
        ),
    );
    measure(
        "plain",
        &fill("", "words and more words, on and on and on, ", 100 * 1024),
    );
}
