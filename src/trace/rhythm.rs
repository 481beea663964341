//! The rhythm of the reads, kept as they come: gaps, and clumps of events that come all at once after a silence.
//!
//! In: the times and sizes of reads, and how many events with text each brought. Out: figures of constant size.
//! A clump is what comes so fast that no model makes it one by one. A chunk is not a token: nothing here counts tokens.

use crate::event::Millis;

/// The upper edges of the histogram of gaps, in milliseconds; the last column has no edge.
pub const EDGES: [u32; 11] = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/// Milliseconds between two reads up to which they belong together.
const TOGETHER: Millis = 10.0;

/// Milliseconds of a silence in which a model could have made a whole answer.
const LONG_SILENCE: Millis = 1500.0;

/// The pause, in milliseconds, up to which a read was here already when the one before was handed over: no model is so fast.
const QUEUED: Millis = 2.0;

/// Milliseconds that a page which was held up takes at most to read what was there.
const BACK: Millis = 30.0;

/// The difference from a buffer's size, in bytes, up to which a clump counts as that size.
const NEAR: usize = 160;

/// Sizes of the buffers that servers and proxies have.
const BUFFERS: [usize; 5] = [4096, 8192, 16384, 32768, 65536];

/// Events with text that came at once, and the silence before them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clump {
    /// The time of the first read.
    pub at: Millis,
    /// The span from the first read to the last.
    pub span: Millis,
    /// The silence before it, without the time in which the page itself was held up.
    pub silence: Millis,
    /// Bytes of it.
    pub bytes: usize,
    /// Events with text in it.
    pub texts: usize,
}

impl Clump {
    /// The buffer whose size this is, in bytes.
    pub fn buffer(&self) -> Option<usize> {
        BUFFERS
            .into_iter()
            .find(|size| self.bytes.abs_diff(*size) <= NEAR)
    }

    /// Tells whether the clump comes faster than models write: a thousand events a second.
    fn is_fast(&self) -> bool {
        self.texts as f64 >= self.span.max(4.0)
    }

    /// Tells whether the clump looks let go rather than made: faster than models write, after a silence in which one could have
    /// made it.
    fn is_burst(&self) -> bool {
        let (enough, quiet) = match self.buffer() {
            Some(_) => (4, 100.0),
            // Speculative decoding gives a handful at once after each step: that is no buffer.
            None => (10, 250.0),
        };
        self.texts >= enough
            && self.is_fast()
            && self.silence >= quiet
            && self.silence >= 4.0 * self.span
    }
}

/// Bursts, added up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bursts {
    /// Number of bursts.
    pub count: usize,
    /// Events with text in them.
    pub texts: usize,
    /// Number of bursts that have the size of a buffer.
    pub sized: usize,
    /// The size of that buffer, the smallest seen, in bytes; 0 where none.
    pub buffer: usize,
    /// The silences before them, added up.
    pub silence: Millis,
}

/// Everything that came after a long silence, until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wave {
    /// The time of the first read.
    at: Millis,
    /// The span from the first read to the last with text.
    pub span: Millis,
    /// The silence before it, without the time in which the page itself was held up.
    pub silence: Millis,
    /// Events with text in it.
    pub texts: usize,
    /// Number of moments at which text was handed to the page.
    moments: usize,
}

impl Wave {
    /// Tells whether all of it was there at once after a silence in which a model could have made it. A busy page is long about
    /// what was there at once: it reads one event, draws it, and reads the rest; a socket's messages come one by one. But it
    /// finds many at each moment, or all of them faster than models write.
    pub fn is_at_once(&self) -> bool {
        self.silence >= LONG_SILENCE
            && (self.texts >= self.moments.saturating_mul(4)
                || self.texts as f64 * 2.0 >= self.span)
            && self.span <= self.silence / 6.0
    }
}

/// A time in which nothing came.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gap {
    /// The time at which the silence began.
    pub from: Millis,
    /// The length of the silence.
    pub span: Millis,
}

/// The figures so far.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    last: Option<Millis>,
    open: Clump,
    bursts: Bursts,
    /// The wave that grows, and of those before it the one with most text.
    wave: Wave,
    waves: Wave,
    /// The last time in which the page was held up.
    busy: Option<(Millis, Millis)>,
    /// Number of gaps between reads that fell under each of [`EDGES`], and beyond.
    pub gaps: [u32; EDGES.len() + 1],
    /// The longest time in which nothing came, the wait for the first byte not counted.
    pub biggest: Gap,
    /// Reads that brought text.
    pub text_reads: usize,
    /// The current read has brought text.
    counted: bool,
    /// `true` if the current read was here already when the last one with text was.
    is_queued: bool,
    last_text: Option<Millis>,
    first_read_seen: bool,
}

impl Rhythm {
    /// Notes that a request went out, or that its headers came: what is silent from here on is counted from here.
    pub fn begin(&mut self, at: Millis) {
        if !self.first_read_seen {
            self.last = Some(self.last.unwrap_or(at));
        }
    }

    /// Notes a read of so many bytes.
    pub fn read(&mut self, at: Millis, bytes: usize) {
        let last = self.last.unwrap_or(at);
        let gap = (at - last).max(0.0);
        if self.first_read_seen {
            let column = EDGES
                .iter()
                .position(|edge| gap < f64::from(*edge))
                .unwrap_or(EDGES.len());
            if let Some(gaps) = self.gaps.get_mut(column) {
                *gaps = gaps.saturating_add(1);
            }
            if gap > self.biggest.span {
                self.biggest = Gap {
                    from: last,
                    span: gap,
                };
            }
        }
        // What came while the page was held up may have come bit by bit: that time is part of what came, though of no silence.
        let span = at - self.open.at;
        let grown = Clump { span, ..self.open };
        let silence = gap - self.held_up(last, at);
        if self.first_read_seen && gap <= TOGETHER && (span <= 20.0 || grown.is_fast()) {
            self.open.span = span;
            self.open.bytes = self.open.bytes.saturating_add(bytes);
        } else {
            self.bursts = self.with_open();
            self.open = Clump {
                at,
                silence,
                bytes,
                ..Clump::default()
            };
        }
        if !self.first_read_seen || silence >= LONG_SILENCE {
            self.waves = self.wave();
            self.wave = Wave {
                at,
                silence,
                ..Wave::default()
            };
        }
        self.is_queued = self.last_text.is_some_and(|last| at - last <= QUEUED);
        self.last = Some(at);
        self.first_read_seen = true;
        self.counted = false;
    }

    /// Notes that the last read brought so many events with text, at least one.
    pub fn texts(&mut self, many: usize) {
        self.open.texts = self.open.texts.saturating_add(many);
        self.wave.texts = self.wave.texts.saturating_add(many);
        let at = self.last.unwrap_or_default();
        self.wave.span = at - self.wave.at;
        if !self.counted {
            self.counted = true;
            self.text_reads += 1;
            self.last_text = Some(at);
            if !self.is_queued {
                self.wave.moments += 1;
            }
        }
    }

    /// Notes that the page was held up from `from` to `to`: what came meanwhile could not be seen coming.
    pub fn busy(&mut self, from: Millis, to: Millis) {
        let before = self.busy.replace((from, to));
        let began = self.open.at - self.open.silence;
        if before.is_none_or(|(_, earlier)| earlier <= began) {
            self.open.silence -= self.held_up(began, self.open.at);
        }
        let began = self.wave.at - self.wave.silence;
        if before.is_none_or(|(_, earlier)| earlier <= began) {
            self.wave.silence -= self.held_up(began, self.wave.at);
        }
    }

    /// The bursts so far, the open clump among them.
    pub fn bursts(&self) -> Bursts {
        self.with_open()
    }

    /// The wave with most text so far.
    pub fn wave(&self) -> Wave {
        match self.waves.texts > self.wave.texts {
            true => self.waves,
            false => self.wave,
        }
    }

    /// The time of the last read.
    pub fn last(&self) -> Option<Millis> {
        self.last
    }

    /// Part of a silence, at its end, for which the page was held up: nobody knows when what was read then came. Where the page came
    /// back before, it saw that nothing had come.
    fn held_up(&self, from: Millis, to: Millis) -> Millis {
        let until_the_end = self.busy.filter(|(_, end)| *end >= to - BACK);
        until_the_end.map_or(0.0, |(start, end)| (to.min(end) - from.max(start)).max(0.0))
    }

    fn with_open(&self) -> Bursts {
        let mut bursts = self.bursts;
        if self.open.is_burst() {
            bursts.count += 1;
            bursts.texts = bursts.texts.saturating_add(self.open.texts);
            bursts.silence += self.open.silence;
            if let Some(size) = self.open.buffer() {
                bursts.sized += 1;
                if bursts.buffer == 0 || size < bursts.buffer {
                    bursts.buffer = size;
                }
            }
        }
        bursts
    }
}
