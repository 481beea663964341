//! A text that grows by tokens of four bytes, with an update after each: a page at its worst.

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use rill::markdown::{Markdown, blocks_of};
use std::hint::black_box;

use crate::inputs::{each, words};

/// What comes between two frames, 30 a second, at 400 tokens a second.
const FRAME: usize = 53;

const MIXED: &str = include_str!("mixed.md");

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("markdown");
    group.sample_size(10);
    let mixed = fill("", MIXED, 320);
    grow(&mut group, "320 KB by token", &mixed, 4);
    grow(&mut group, "320 KB by frame", &mixed, FRAME);
    grow(&mut group, "320 KB byte by byte", &mixed, 1);
    grow(&mut group, "80 KB by token", &fill("", MIXED, 80), 4);
    group.throughput(each(1, mixed.len()));
    group.bench_function("320 KB at once", |bencher| {
        bencher.iter(|| black_box(blocks_of(black_box(&mixed))))
    });
    let item = "- an item with **bold** and `code` in it\n";
    let code = "    let value = compute(input, &mut state)?; // why\n";
    let row = "| 1 | **two** | `three` |\n";
    let quote = "> a line with **bold** and `code` in it\n";
    let sentence = "words with **bold** and `code` in it, on and on, ";
    let line = sentence.trim_end().to_owned() + "\n";
    let deep = |mark: &str| mark.repeat(10_000) + "x";
    for (name, size, text) in [
        ("a 200 KB code block", 4, fill("```rust\n", code, 200)),
        ("a 200 KB line of code", 4, fill("```\n", "abcdefgh", 200)),
        ("a 100 KB list", 4, fill("", item, 100)),
        (
            "a 100 KB loose list",
            4,
            fill("", &format!("{item}\n"), 100),
        ),
        (
            "a 100 KB nested list",
            4,
            fill("- top\n", &format!("  {item}"), 100),
        ),
        (
            "a 100 KB table",
            4,
            fill("| a | b | c |\n|---|---|---|\n", row, 100),
        ),
        ("a 100 KB quote", 4, fill("", quote, 100)),
        ("a 100 KB paragraph", 4, fill("", sentence, 100)),
        ("a 100 KB paragraph of lines", 4, fill("", &line, 100)),
        ("a 5 MB line", 64, words(5_000_000)),
        ("a 64 KB line without a blank", FRAME, fill("", "a_b.", 64)),
        ("a 64 KB address", FRAME, fill("https://x.y/", "a_b.", 64)),
        ("a 64 KB open emphasis", FRAME, fill("**", sentence, 64)),
        ("a 64 KB open link", FRAME, fill("[", "words and more ", 64)),
        (
            "a 64 KB open formula",
            FRAME,
            fill("$$\n", "x_1 + \\frac{a}{b} ", 64),
        ),
        ("a 64 KB line of dollars", FRAME, fill("", "$5 and ", 64)),
        ("10,000 quotes deep", 64, deep("> ")),
        ("10,000 lists deep", 64, deep("- ")),
        ("10,000 emphases deep", 64, deep("*a ")),
        ("10,000 brackets deep", 64, deep("[")),
    ] {
        grow(&mut group, name, &text, size);
    }
    group.finish();
}

fn fill(head: &str, unit: &str, kilobytes: usize) -> String {
    let mut text = head.to_owned();
    while text.len() < kilobytes * 1024 {
        text.push_str(unit);
    }
    text
}

/// Feeds an ASCII text in pieces of this size.
fn grow(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, text: &str, size: usize) {
    group.throughput(each(text.len().div_ceil(size), text.len()));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut markdown = Markdown::new();
            let mut rest = text;
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(size.min(rest.len()));
                markdown.append(black_box(piece));
                black_box(markdown.update());
                rest = after;
            }
            markdown.finish();
            markdown.update();
            markdown.blocks().len()
        })
    });
}
