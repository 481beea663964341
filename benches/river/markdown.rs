//! A text that grows by tokens of four bytes, with an update after each: a page at its worst.

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use rill::markdown::{Markdown, blocks_of};
use std::hint::black_box;

use crate::inputs::{each, words};

const MIXED: &str = include_str!("mixed.md");

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("markdown");
    group.sample_size(10);
    let mixed = fill("", MIXED, 320);
    grow(&mut group, "320 KB by token", &mixed, 4);
    grow(&mut group, "320 KB byte by byte", &mixed, 1);
    grow(&mut group, "80 KB by token", &fill("", MIXED, 80), 4);
    group.throughput(each(1, mixed.len()));
    group.bench_function("320 KB at once", |bencher| {
        bencher.iter(|| black_box(blocks_of(black_box(&mixed))))
    });
    let item = "- an item with **bold** and `code` in it\n";
    let line = "    let value = compute(input, &mut state)?; // why\n";
    grow(
        &mut group,
        "a 200 KB code block",
        &fill("```rust\n", line, 200),
        4,
    );
    grow(
        &mut group,
        "a 200 KB line of code",
        &fill("```\n", "abcdefgh", 200),
        4,
    );
    grow(&mut group, "a 100 KB list", &fill("", item, 100), 4);
    grow(
        &mut group,
        "a 100 KB loose list",
        &fill("", &format!("{item}\n"), 100),
        4,
    );
    grow(
        &mut group,
        "a 100 KB nested list",
        &fill("- top\n", &format!("  {item}"), 100),
        4,
    );
    let row = "| 1 | **two** | `three` |\n";
    grow(
        &mut group,
        "a 100 KB table",
        &fill("| a | b | c |\n|---|---|---|\n", row, 100),
        4,
    );
    grow(
        &mut group,
        "a 100 KB quote",
        &fill("", "> a line with **bold** and `code` in it\n", 100),
        4,
    );
    let sentence = "words with **bold** and `code` in it, on and on, ";
    grow(
        &mut group,
        "a 100 KB paragraph",
        &fill("", sentence, 100),
        4,
    );
    grow(
        &mut group,
        "a 100 KB paragraph of lines",
        &fill("", &format!("{}\n", sentence.trim()), 100),
        4,
    );
    grow(&mut group, "a 5 MB line", &words(5_000_000), 64);
    for (name, mark) in [
        ("10,000 quotes deep", "> "),
        ("10,000 lists deep", "- "),
        ("10,000 emphases deep", "*a "),
        ("10,000 brackets deep", "["),
    ] {
        grow(&mut group, name, &(mark.repeat(10_000) + "x"), 64);
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
