//! The replies that are streamed for the bench.
//!
//! In: nothing. Out: what the lab is asked for. It knows no page.

use lab::percent_encode;
use std::time::Duration;

/// A reply with headings, lists, code, tables; the same as on the host.
pub(super) const MIXED: &str = include_str!("../../../../benches/river/mixed.md");
/// Words of one letter, in short paragraphs: each token is a letter or two.
const TINY: &str = "a b c d e f g h i j k l m n o p q r s t u v w x y z. \
a b c d e f g h i j k l m n o p q r s t u v w x y z. a b c d e f g h i j k l m n o p.\n\n";

/// A reply, and how it comes.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    /// For tables.
    pub name: &'static str,
    /// How long it is.
    pub tokens: usize,
    /// Tokens in a second; 0 is as fast as the server can.
    pub rate: usize,
    /// Turns before it, questions and answers.
    pub earlier: usize,
    /// Each token is a letter or two, and many come in one piece.
    pub tiny: bool,
    /// Somebody clicks all the time.
    pub clicks: bool,
    /// How often it is measured; the median counts.
    pub times: usize,
}

/// All of them.
pub const STREAMS: [Stream; 8] = [
    stream("4,000 at 200/s", 4_000, 200),
    stream("16,000 at 400/s", 16_000, 400),
    Stream {
        times: 5,
        ..stream("8,000 at 11,000/s", 8_000, 11_000)
    },
    Stream {
        times: 5,
        ..stream("8,000 at once", 8_000, 0)
    },
    Stream {
        tiny: true,
        clicks: true,
        ..stream("200,000 tiny ones at once", 200_000, 0)
    },
    Stream {
        earlier: 500,
        ..stream("4,000 at 200/s after 500 turns", 4_000, 200)
    },
    Stream {
        earlier: 20,
        times: 3,
        ..stream("1,000 at 200/s after 20 turns", 1_000, 200)
    },
    Stream {
        earlier: 2_000,
        times: 3,
        ..stream("1,000 at 200/s after 2,000 turns", 1_000, 200)
    },
];

/// The same in short: that it runs, not how long it takes.
pub const SMOKE: [Stream; 3] = [
    stream("200 at 200/s", 200, 200),
    Stream {
        tiny: true,
        clicks: true,
        ..stream("2,000 tiny ones at once", 2_000, 0)
    },
    Stream {
        earlier: 20,
        ..stream("100 at 200/s after 20 turns", 100, 200)
    },
];

const fn stream(name: &'static str, tokens: usize, rate: usize) -> Stream {
    Stream {
        name,
        tokens,
        rate,
        earlier: 0,
        tiny: false,
        clicks: false,
        times: 1,
    }
}

impl Stream {
    /// Whether it comes as slowly as models write, so that it has quarters to tell apart.
    pub fn is_paced(&self) -> bool {
        (1..=1000).contains(&self.rate)
    }

    /// Whether the pages of others are measured with it too: they have no earlier turns, and nobody clicks in them.
    pub fn is_for_peers(&self) -> bool {
        self.earlier == 0 && !self.tiny
    }

    /// How long the server takes.
    pub fn span(&self) -> Duration {
        let ms = (self.tokens * 1000).checked_div(self.rate);
        Duration::from_millis(ms.unwrap_or(0) as u64)
    }

    /// What the lab is asked for.
    pub fn options(&self) -> String {
        let text = percent_encode(if self.tiny { TINY } else { MIXED });
        let way = match 1000.0 / self.rate as f64 {
            delay if delay.is_finite() => format!("delay={delay}"),
            // Each in a piece of its own, as most servers do.
            _ if !self.tiny => "delay=0".to_owned(),
            _ => "delay=0;burst=65536".to_owned(),
        };
        format!("tokens={};{way};text={text}", self.tokens)
    }

    /// What it is asked for before: short replies.
    pub fn earlier_options(&self) -> Option<String> {
        let text = percent_encode(MIXED);
        (self.earlier > 0).then(|| format!("tokens=150;delay=0;burst=65536;text={text}"))
    }
}
