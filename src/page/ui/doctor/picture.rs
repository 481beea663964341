//! One reply as a picture that grows while it runs, and the same as a table.
//!
//! In: [`Figures`]. Out: an SVG, of a fixed number of elements whose lines follow the figures, and a table for those who cannot see it.

use leptos::prelude::*;

use super::sight::{Seen, Sight};
use super::words::{mark_words, row_words, tenth, time};
use crate::doctor::Figures;
use crate::page::app::Chat;
use crate::page::ui::part::{Part, el, svg};
use crate::page::words::say;
use crate::trace::EDGES;

/// The picture's units: fine enough for whole numbers.
const WIDTH: u32 = 1600;
/// The height of one lane, and the room from one to the next.
const LANE: u32 = 150;
const STEP: u32 = 230;
/// Where the first lane begins: above stand the marks' words.
const TOP: u32 = 130;
/// A word on a mark takes so much room.
const ROOM: u32 = 400;

/// What came when.
pub fn timeline(chat: Chat, sight: Sight) -> Part {
    el("section")
        .child(el("h3").says(move || say!(chat, picture_title)))
        .child(line_of_time(chat, sight))
}

/// The pauses by their length, and all of it as a table.
pub fn more(chat: Chat, sight: Sight) -> Part {
    let has_gaps = move || {
        let gaps = |seen: &Option<Seen>| {
            let figures = seen.as_ref().map(|seen| seen.figures.histogram);
            figures.is_some_and(|gaps| gaps.iter().any(|gaps| *gaps > 0))
        };
        sight.with(gaps)
    };
    let gaps = el("div")
        .flag("hidden", move || !has_gaps())
        .child(el("h3").says(move || say!(chat, picture_gaps)))
        .child(histogram(chat, sight));
    el("section").child(gaps).child(table(chat, sight))
}

/// A line that follows the figures.
fn path(sight: Sight, class: &str, draw: impl Fn(&Figures) -> String + 'static) -> Part {
    svg("path").set("class", class).attr("d", move || {
        let drawn = sight.with(|seen| seen.as_ref().map(|seen| draw(&seen.figures)));
        drawn.unwrap_or_default()
    })
}

fn figure_words(sight: Sight, words: impl Fn(&Figures) -> String) -> String {
    sight
        .with(|seen| seen.as_ref().map(|seen| words(&seen.figures)))
        .unwrap_or_default()
}

fn line_of_time(chat: Chat, sight: Sight) -> Part {
    let bottom = TOP + 2 * STEP + LANE;
    let lane = move |number: u32, name: Box<dyn Fn() -> String>, drawn: Part| {
        let y = TOP + number * STEP;
        svg("g")
            .set("transform", &format!("translate(0 {y})"))
            .child(drawn)
            .child(
                svg("path")
                    .set("class", "floor")
                    .set("d", &format!("M0 {LANE}h{WIDTH}")),
            )
            .child(svg("text").set("class", "lane").set("y", "-12").says(name))
    };
    let biggest = move || {
        sight.with(|seen| {
            let figures = &seen.as_ref()?.figures;
            Some((figures.biggest?, figures.span(figures.biggest?, WIDTH)))
        })
    };
    let gap = svg("g")
        .set("class", "biggest")
        .child(
            svg("rect")
                .attr("x", move || {
                    biggest().map_or(0, |(_, span)| span.0).to_string()
                })
                .set("y", &TOP.to_string())
                .attr("width", move || {
                    biggest().map_or(0, |(_, (from, to))| to - from).to_string()
                })
                .set("height", &(bottom - TOP).to_string()),
        )
        .child(
            svg("text")
                .set("text-anchor", "middle")
                .set("y", &(TOP + STEP + LANE / 2).to_string())
                .attr("x", move || {
                    let (from, to) = biggest().map_or((0, 0), |(_, span)| span);
                    // It stays inside the picture.
                    ((from + to) / 2).clamp(110, WIDTH - 110).to_string()
                })
                .says(move || {
                    let gap = biggest().map(|(gap, _)| gap.ms).filter(|ms| *ms >= 250);
                    gap.map(|gap| time(chat, gap)).unwrap_or_default()
                }),
        );
    let labels = move || {
        let labels = sight.with(|seen| {
            let figures = &seen.as_ref()?.figures;
            Some(figures.labels(WIDTH, ROOM))
        });
        labels.unwrap_or_default()
    };
    let words = svg("g")
        .set("class", "marks")
        .each(labels, move |(mark, x)| {
            let name = mark.name;
            // Near the end a word ends where its line is.
            let late = *x > WIDTH - ROOM;
            svg("text")
                .set("x", &x.to_string())
                .set("y", "60")
                .set("text-anchor", if late { "end" } else { "start" })
                .says(move || mark_words(chat, name))
        });
    let rate = move |figures: &Figures| tenth(chat, figures.rate_path(WIDTH, LANE).1);
    let described = move || {
        figure_words(sight, |figures| {
            let whole = time(chat, figures.ms);
            let counts = say!(
                chat,
                row_counts,
                reads = figures.reads.1,
                events = figures.events.1
            );
            format!("{whole}. {counts}")
        })
    };
    svg("svg")
        .set("viewBox", &format!("0 0 {WIDTH} {}", bottom + 80))
        .set("role", "img")
        .set("class", "timeline")
        .set("direction", "ltr")
        .attr("aria-label", described)
        .child(
            svg("g")
                .set("transform", &format!("translate(0 {TOP})"))
                .child(path(sight, "gaps", move |figures| {
                    figures.gap_boxes(WIDTH, bottom - TOP)
                })),
        )
        .child(gap)
        .child(lane(
            0,
            Box::new(move || {
                let reads = figure_words(sight, |figures| figures.reads.0.to_string());
                say!(chat, picture_reads, count = reads)
            }),
            path(sight, "reads", |figures| {
                figures.bars(WIDTH, LANE, |column| column.bytes)
            }),
        ))
        .child(lane(
            1,
            Box::new(move || {
                let events = figure_words(sight, |figures| figures.events.1.to_string());
                say!(chat, picture_events, count = events)
            }),
            svg("g")
                .child(path(sight, "events", |figures| {
                    figures.bars(WIDTH, LANE, |column| column.events)
                }))
                .child(path(sight, "curve", |figures| {
                    figures.path(WIDTH, LANE, |column| column.events_so_far)
                })),
        ))
        .child(lane(
            2,
            Box::new(move || {
                let rate = figure_words(sight, rate);
                say!(chat, picture_rate, rate = rate)
            }),
            path(sight, "rate", |figures| figures.rate_path(WIDTH, LANE).0),
        ))
        .child(svg("g").set("transform", "translate(0 75)").child(path(
            sight,
            "moments",
            move |figures| figures.mark_lines(WIDTH, bottom - 75),
        )))
        .child(words)
        .child(
            svg("text")
                .set("class", "axis")
                .set("y", &(bottom + 60).to_string())
                .text("0"),
        )
        .child(
            svg("text")
                .set("class", "axis")
                .set("x", &WIDTH.to_string())
                .set("y", &(bottom + 60).to_string())
                .set("text-anchor", "end")
                .says(move || figure_words(sight, |figures| time(chat, figures.ms))),
        )
}

fn histogram(chat: Chat, sight: Sight) -> Part {
    let columns = EDGES.len() as u32 + 1;
    let wide = WIDTH / columns;
    let edges = (0..columns).map(|column| {
        let edge = EDGES.get(column as usize);
        let words = edge.map_or_else(
            || {
                format!(
                    "≥{}",
                    EDGES.last().map(|edge| short(*edge)).unwrap_or_default()
                )
            },
            |edge| format!("<{}", short(*edge)),
        );
        svg("text")
            .set("class", "axis")
            .set("text-anchor", "middle")
            .set("x", &(wide * column + wide / 2).to_string())
            .set("y", &(LANE * 2 + 60).to_string())
            .text(&words)
    });
    svg("svg")
        .set("viewBox", &format!("0 0 {WIDTH} {}", LANE * 2 + 80))
        .set("role", "img")
        .set("class", "histogram")
        .attr("aria-label", move || say!(chat, picture_gaps))
        .child(path(sight, "events", move |figures| {
            figures.gap_bars(wide * columns, LANE * 2)
        }))
        .child(
            svg("path")
                .set("class", "floor")
                .set("d", &format!("M0 {}h{WIDTH}", LANE * 2)),
        )
        .children(edges)
}

/// A length in milliseconds, from a second on in seconds.
fn short(ms: u32) -> String {
    match ms {
        0..1000 => ms.to_string(),
        _ => format!("{}\u{a0}s", ms / 1000),
    }
}

/// What the picture shows, in rows.
fn table(chat: Chat, sight: Sight) -> Part {
    let rows = move || {
        let rows = sight.with(|seen| seen.as_ref().map(|seen| seen.figures.rows()));
        rows.unwrap_or_default()
    };
    let head = |words: Box<dyn Fn() -> String>| el("th").set("scope", "col").says(words);
    let table = el("table")
        .child(
            el("thead").child(
                el("tr")
                    .child(head(Box::new(move || say!(chat, picture_when))))
                    .child(head(Box::new(move || say!(chat, picture_what)))),
            ),
        )
        .child(el("tbody").each(rows, move |row| {
            let (first, second) = (*row, *row);
            el("tr")
                .child(el("td").says(move || row_words(chat, &first).0))
                .child(el("td").says(move || row_words(chat, &second).1))
        }));
    el("details")
        .child(el("summary").says(move || say!(chat, picture_table)))
        .child(table)
}
