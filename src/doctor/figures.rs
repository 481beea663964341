//! One reply as a picture: marks on a line of time, what came in each of its columns, gaps, a histogram. And the same as rows.
//!
//! In: a trace and the time. Out: whole numbers, bounded in count however long the reply is; milliseconds count from the request.
//! Reads and events are counted: a read is not an event, and an event is not a token.

use super::evidence::whole;
use crate::event::Millis;
use crate::trace::{EDGES, Fact, Trace};

/// Number of columns into which the time is cut.
pub const COLUMNS: usize = 160;
/// Number of gaps that are listed at most: the longest ones.
pub const GAPS: usize = 24;
/// The least length of a gap that is listed, in milliseconds.
const GAP: Millis = 250.0;
/// Number of marks at most that facts of the trace put on the line.
const MARKS: usize = 40;

/// The meaning of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkName {
    /// A request that went out; several where another way was tried.
    Sent,
    /// The arrival of headers.
    Headers,
    /// The first byte of the body.
    FirstByte,
    /// The first text.
    FirstText,
    /// Answer to a small request that asked whether the server is alive.
    Asked,
    /// A deadline that passed; the person was asked.
    Deadline,
    /// The person's Stop.
    Stop,
    /// The last text.
    LastText,
    /// The end.
    End,
}

/// A moment with a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The meaning of the moment.
    pub name: MarkName,
    /// Time of the moment, in milliseconds since the request.
    pub at: u32,
}

/// A time in which nothing came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The beginning of the gap, in milliseconds since the request.
    pub at: u32,
    /// The length of the gap, in milliseconds.
    pub ms: u32,
}

/// Counts of what came in one stretch of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Column {
    /// Number of reads.
    pub reads: u32,
    /// Number of events with text.
    pub events: u32,
    /// Number of bytes.
    pub bytes: u32,
    /// Number of reads since the request, this stretch included.
    pub reads_so_far: u32,
    /// Number of events with text since the request, this stretch included.
    pub events_so_far: u32,
}

/// The picture's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The whole time since the request, in milliseconds, at least 1.
    pub ms: u32,
    /// Moments, in order.
    pub marks: Vec<Mark>,
    /// [`COLUMNS`] stretches of equal length.
    pub columns: Vec<Column>,
    /// The longest gaps, in the order of time.
    pub gaps: Vec<Pause>,
    /// The longest gap of all, the wait for the first byte not counted.
    pub biggest: Option<Pause>,
    /// Number of gaps between reads under each edge of [`EDGES`], and not under the edge before; the last number is of those
    /// beyond all edges.
    pub histogram: [u32; EDGES.len() + 1],
    /// Number of reads, and of those that brought text.
    pub reads: (u32, u32),
    /// Number of events, and of those that brought text.
    pub events: (u32, u32),
    /// Number of bytes.
    pub bytes: u32,
    /// Number of reads at the beginning that are no longer kept: the columns lack them.
    pub forgotten: u32,
}

/// One row of the table that says what the picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A moment.
    Mark(Mark),
    /// A gap.
    Gap(Pause, /** Whether it is the longest. */ bool),
    /// Counts of reads and events that brought text.
    Counts {
        /// Reads that brought text.
        reads: u32,
        /// Events with text.
        events: u32,
    },
    /// Events with text per second, ten times over, in a stretch of the time.
    Rate {
        /// The beginning of the stretch, in milliseconds since the request.
        at: u32,
        /// The end of the stretch, in milliseconds since the request.
        to: u32,
        /// Ten times the events per second.
        tenths: u32,
    },
    /// Number of gaps between two lengths: the lower and the upper edge in milliseconds (`None`: no upper edge), and the number.
    GapsBetween(u32, Option<u32>, u32),
}

/// Makes the figures of a reply as it is at the time `now`.
pub fn figures(trace: &Trace, now: Millis) -> Figures {
    let totals = trace.totals();
    let start = totals.sent.unwrap_or(now);
    let stop = totals.ended.unwrap_or(now).max(start);
    let since = |at: Millis| whole(at - start);
    let ms = since(stop).max(1);
    let mut marks: Vec<Mark> = trace
        .stamps()
        .iter()
        .filter_map(|stamp| {
            let name = match stamp.fact {
                Fact::Sent { .. } => MarkName::Sent,
                Fact::Headers { .. } => MarkName::Headers,
                Fact::FirstToken => MarkName::FirstText,
                Fact::Alive(_) => MarkName::Asked,
                Fact::Asked(_) => MarkName::Deadline,
                Fact::StopPressed => MarkName::Stop,
                Fact::End(_) => MarkName::End,
                _ => return None,
            };
            Some(mark(name, since(stamp.at)))
        })
        .take(MARKS)
        .collect();
    let seen = [
        (MarkName::FirstByte, totals.first_read),
        (MarkName::LastText, totals.last_text),
    ];
    for (name, at) in seen {
        if let Some(at) = at {
            marks.push(mark(name, since(at)));
        }
    }
    marks.sort_by_key(|mark| mark.at);
    let biggest = trace.rhythm.biggest;
    Figures {
        ms,
        marks,
        columns: columns(trace, start, ms),
        gaps: gaps(trace, start),
        biggest: (biggest.span > 0.0).then(|| Pause {
            at: since(biggest.from),
            ms: whole(biggest.span),
        }),
        histogram: trace.rhythm.gaps,
        reads: (count(totals.reads), count(trace.rhythm.text_reads)),
        events: (count(totals.events), count(totals.texts)),
        bytes: count(totals.bytes),
        forgotten: count(totals.dropped),
    }
}

impl Figures {
    /// The picture in words: moments, the longest gaps, counts, how fast it came, and the histogram where there is something in
    /// it.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.marks.iter().copied().map(Row::Mark).collect();
        rows.push(Row::Counts {
            reads: self.reads.1,
            events: self.events.1,
        });
        rows.extend(
            self.gaps
                .iter()
                .map(|gap| Row::Gap(*gap, Some(*gap) == self.biggest)),
        );
        rows.extend(self.rates(8));
        let mut under = 0;
        for (column, gaps) in self.histogram.iter().enumerate() {
            let edge = EDGES.get(column).copied();
            if *gaps > 0 {
                rows.push(Row::GapsBetween(under, edge, *gaps));
            }
            under = edge.unwrap_or(under);
        }
        rows
    }

    /// Events with text per second, as at most `most` rows ([`Row::Rate`]) of stretches from the first text to the last.
    pub fn rates(&self, most: usize) -> Vec<Row> {
        let has = |column: &Column| column.events > 0;
        let (Some(first), Some(last)) = (
            self.columns.iter().position(has),
            self.columns.iter().rposition(has),
        ) else {
            return Vec::new();
        };
        let columns = self.columns.get(first..=last).unwrap_or_default();
        let step = columns.len().div_ceil(most.max(1)).max(1);
        columns
            .chunks(step)
            .enumerate()
            .map(|(index, stretch)| {
                let events: u64 = stretch.iter().map(|column| u64::from(column.events)).sum();
                let from = first + index * step;
                let at = self.begins(from);
                let to = self.begins(from + stretch.len());
                let tenths = events * 10_000 / u64::from(to.saturating_sub(at).max(1));
                Row::Rate {
                    at,
                    to,
                    tenths: tenths.try_into().unwrap_or(u32::MAX),
                }
            })
            .collect()
    }

    /// The beginning of a column, in milliseconds since the request.
    pub(super) fn begins(&self, column: usize) -> u32 {
        (u64::from(self.ms) * column as u64 / COLUMNS as u64) as u32
    }
}

fn mark(name: MarkName, at: u32) -> Mark {
    Mark { name, at }
}

fn columns(trace: &Trace, start: Millis, ms: u32) -> Vec<Column> {
    let mut columns = vec![Column::default(); COLUMNS];
    for read in trace.reads() {
        let at = u64::from(whole(read.at - start));
        let index = (at * COLUMNS as u64 / u64::from(ms)) as usize;
        let Some(column) = columns.get_mut(index.min(COLUMNS - 1)) else {
            continue;
        };
        column.reads += 1;
        column.events = column.events.saturating_add(u32::from(read.texts));
        column.bytes = column.bytes.saturating_add(read.bytes);
    }
    let kept = columns
        .iter()
        .fold(0u32, |sum, column| sum.saturating_add(column.events));
    // What is forgotten came before all that is kept.
    let mut reads = count(trace.totals().dropped);
    let mut events = count(trace.totals().texts).saturating_sub(kept);
    for column in &mut columns {
        reads = reads.saturating_add(column.reads);
        events = events.saturating_add(column.events);
        column.reads_so_far = reads;
        column.events_so_far = events;
    }
    columns
}

fn gaps(trace: &Trace, start: Millis) -> Vec<Pause> {
    let reads = trace.reads();
    let mut gaps: Vec<Pause> = reads
        .iter()
        .zip(reads.iter().skip(1))
        .filter(|(before, after)| after.at - before.at >= GAP)
        .map(|(before, after)| Pause {
            at: whole(before.at - start),
            ms: whole(after.at - before.at),
        })
        .collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.ms));
    gaps.truncate(GAPS);
    gaps.sort_by_key(|gap| gap.at);
    gaps
}

fn count(number: usize) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}
