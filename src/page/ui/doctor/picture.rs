//! One reply as a picture that grows while it runs, and the same as a table.
//!
//! In: [`Figures`]. Out: an SVG, of a fixed number of elements whose lines follow the figures, and a table for those who cannot see it.

use leptos::prelude::*;

use super::sight::{Seen, Sight};
use super::words::{mark_words, row_words, tenth, time};
use crate::doctor::Figures;
use crate::page::app::Chat;
use crate::page::ui::kit::For;
use crate::page::words::say;
use crate::trace::EDGES;

/// The picture's width in its own units: fine enough for whole numbers.
const WIDTH: u32 = 1600;
/// The height of one lane, and the room from the top of one to the top of the next, in the picture's units.
const LANE: u32 = 150;
const STEP: u32 = 230;
/// The top of the first lane: above stand the marks' words.
const TOP: u32 = 130;
/// The foot of the last lane.
const BOTTOM: u32 = TOP + 2 * STEP + LANE;
/// The number of columns of the pauses, and the width of one of them.
const COLUMNS: u32 = EDGES.len() as u32 + 1;
const WIDE: u32 = WIDTH / COLUMNS;
/// The room that a word on a mark takes.
const ROOM: u32 = 400;

/// The section that shows what came when.
#[component]
pub fn Timeline(chat: Chat, sight: Sight) -> impl IntoView {
    view! {
        <section>
            <h3>{move || say!(chat, picture_title)}</h3>
            <LineOfTime chat sight />
        </section>
    }
}

/// The pauses by their length, and all of it as a table.
#[component]
pub fn Gaps(chat: Chat, sight: Sight) -> impl IntoView {
    let has_gaps = move || {
        let gaps = |seen: &Option<Seen>| {
            let figures = seen.as_ref().map(|seen| seen.figures.histogram);
            figures.is_some_and(|gaps| gaps.iter().any(|gaps| *gaps > 0))
        };
        sight.with(gaps)
    };
    view! {
        <section>
            <div hidden=move || !has_gaps()>
                <h3>{move || say!(chat, picture_gaps)}</h3>
                <Histogram chat sight />
            </div>
            <Table chat sight />
        </section>
    }
}

/// A line of the picture that follows the figures.
#[component]
fn Line(sight: Sight, class: &'static str, draw: fn(&Figures) -> String) -> impl IntoView {
    view! { <path class=class d=move || figure_words(sight, draw)></path> }
}

fn figure_words(sight: Sight, words: impl Fn(&Figures) -> String) -> String {
    sight
        .with(|seen| seen.as_ref().map(|seen| words(&seen.figures)))
        .unwrap_or_default()
}

/// One of the three lanes of the picture: its name above, its floor below what is drawn.
#[component]
fn Lane(number: u32, #[prop(into)] name: Signal<String>, children: Children) -> impl IntoView {
    view! {
        <g transform=format!(
            "translate(0 {})",
            TOP + number * STEP,
        )>
            {children()} <path class="floor" d=format!("M0 {LANE}h{WIDTH}")></path>
            <text class="lane" y="-12">
                // The picture goes from left to right; its words go their own way.
                {move || format!("\u{2068}{}\u{2069}", name.get())}
            </text>
        </g>
    }
}

/// The longest pause, with its length.
#[component]
fn BiggestGap(chat: Chat, sight: Sight) -> impl IntoView {
    let biggest = move || {
        sight.with(|seen| {
            let figures = &seen.as_ref()?.figures;
            Some((figures.biggest?, figures.span(figures.biggest?, WIDTH)))
        })
    };
    let span = move || biggest().map_or((0, 0), |(_, span)| span);
    let width = move || {
        let (from, to) = span();
        to - from
    };
    let middle = move || {
        let (from, to) = span();
        // It stays inside the picture.
        ((from + to) / 2).clamp(110, WIDTH - 110).to_string()
    };
    let words = move || {
        let gap = biggest().map(|(gap, _)| gap.ms).filter(|ms| *ms >= 250);
        gap.map(|gap| time(chat, gap)).unwrap_or_default()
    };
    view! {
        <g class="biggest">
            <rect
                x=move || span().0.to_string()
                y=TOP.to_string()
                width=move || width().to_string()
                height=(BOTTOM - TOP).to_string()
            ></rect>
            <text text-anchor="middle" y=(TOP + STEP + LANE / 2).to_string() x=middle>
                {words}
            </text>
        </g>
    }
}

/// The words on the marks.
#[component]
fn Marks(chat: Chat, sight: Sight) -> impl IntoView {
    let labels = move || {
        let labels = sight.with(|seen| {
            let figures = &seen.as_ref()?.figures;
            Some(figures.labels(WIDTH, ROOM))
        });
        labels.unwrap_or_default()
    };
    // Near the end a word ends where its line is.
    let anchor = |x| if x > WIDTH - ROOM { "end" } else { "start" };
    view! {
        <g class="marks">
            <For each=labels key=Clone::clone let((mark, x))>
                <text x=x.to_string() y="60" text-anchor=anchor(x)>
                    {move || mark_words(chat, mark.name)}
                </text>
            </For>
        </g>
    }
}

/// The picture of what came when, in three lanes over the time that the reply took: reads, events with text, and their rate.
#[component]
fn LineOfTime(chat: Chat, sight: Sight) -> impl IntoView {
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
    let reads = move || {
        let reads = figure_words(sight, |figures| figures.reads.0.to_string());
        say!(chat, picture_reads, count = reads)
    };
    let events = move || {
        let events = figure_words(sight, |figures| figures.events.1.to_string());
        say!(chat, picture_events, count = events)
    };
    let rate = move || {
        let rate = |figures: &Figures| tenth(chat, figures.rate_path(WIDTH, LANE).1);
        say!(chat, picture_rate, rate = figure_words(sight, rate))
    };
    let bars = |figures: &Figures| figures.bars(WIDTH, LANE, |column| column.bytes);
    let event_bars = |figures: &Figures| figures.bars(WIDTH, LANE, |column| column.events);
    let curve = |figures: &Figures| figures.path(WIDTH, LANE, |column| column.events_so_far);
    let gaps = |figures: &Figures| figures.gap_boxes(WIDTH, BOTTOM - TOP);
    let moments = |figures: &Figures| figures.mark_lines(WIDTH, BOTTOM - 75);
    let whole = move || figure_words(sight, |figures| time(chat, figures.ms));
    let axis = (BOTTOM + 60).to_string();
    view! {
        <svg
            viewBox=format!("0 0 {WIDTH} {}", BOTTOM + 80)
            role="img"
            class="timeline"
            direction="ltr"
            aria-label=described
        >
            <g transform=format!("translate(0 {TOP})")>
                <Line sight class="gaps" draw=gaps />
            </g>
            <BiggestGap chat sight />
            <Lane number=0 name=reads>
                <Line sight class="reads" draw=bars />
            </Lane>
            <Lane number=1 name=events>
                <g>
                    <Line sight class="events" draw=event_bars />
                    <Line sight class="curve" draw=curve />
                </g>
            </Lane>
            <Lane number=2 name=rate>
                <Line
                    sight
                    class="rate"
                    draw=|figures: &Figures| figures.rate_path(WIDTH, LANE).0
                />
            </Lane>
            <g transform="translate(0 75)">
                <Line sight class="moments" draw=moments />
            </g>
            <Marks chat sight />
            <text class="axis" y=axis.clone()>
                "0"
            </text>
            <text class="axis" x=WIDTH.to_string() y=axis text-anchor="end">
                {whole}
            </text>
        </svg>
    }
}

/// The number of pauses of each length, as bars.
#[component]
fn Histogram(chat: Chat, sight: Sight) -> impl IntoView {
    let last = EDGES.last().map(|edge| short(*edge)).unwrap_or_default();
    let edges = (0..COLUMNS).map(|column| {
        let words = match EDGES.get(column as usize) {
            Some(edge) => format!("<{}", short(*edge)),
            None => format!("≥{last}"),
        };
        view! {
            <text
                class="axis"
                text-anchor="middle"
                x=(WIDE * column + WIDE / 2).to_string()
                y=(LANE * 2 + 60).to_string()
            >
                {words}
            </text>
        }
    });
    let edges = edges.collect_view();
    view! {
        <svg
            viewBox=format!("0 0 {WIDTH} {}", LANE * 2 + 80)
            role="img"
            class="histogram"
            aria-label=move || say!(chat, picture_gaps)
        >
            <Line
                sight
                class="events"
                draw=|figures: &Figures| figures.gap_bars(WIDE * COLUMNS, LANE * 2)
            />
            <path class="floor" d=format!("M0 {}h{WIDTH}", LANE * 2)></path>
            {edges}
        </svg>
    }
}

/// A length in milliseconds, from a second on in seconds.
fn short(ms: u32) -> String {
    match ms {
        0..1000 => ms.to_string(),
        _ => format!("{}\u{a0}s", ms / 1000),
    }
}

/// The content of the picture, in rows.
#[component]
fn Table(chat: Chat, sight: Sight) -> impl IntoView {
    let rows = move || {
        let rows = sight.with(|seen| seen.as_ref().map(|seen| seen.figures.rows()));
        rows.unwrap_or_default()
    };
    view! {
        <details>
            <summary>{move || say!(chat, picture_table)}</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{move || say!(chat, picture_when)}</th>
                        <th scope="col">{move || say!(chat, picture_what)}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=rows key=|row| *row let:row>
                        <tr>
                            <td>{move || row_words(chat, &row).0}</td>
                            <td>{move || row_words(chat, &row).1}</td>
                        </tr>
                    </For>
                </tbody>
            </table>
        </details>
    }
}
