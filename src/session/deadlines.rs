//! The four spans that a reply may take, and the time to ask the person.

use crate::decimal::decimal;
use crate::event::Millis;

/// Spans in milliseconds; `None` is no limit. The public default is `connect:30,first-token:300,silence:60,total:0`, grace 20 s, which WCAG 2.2 (2.2.1) asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deadlines {
    /// Span from the request to the headers.
    pub connect: Option<Millis>,
    /// Span from the request, or the last sign of life, to the first text.
    pub first_token: Option<Millis>,
    /// Span between signs of life after the first text.
    pub silence: Option<Millis>,
    /// The whole reply.
    pub total: Option<Millis>,
    /// Span for which a passed deadline asks the person, before the reply ends.
    pub grace: Millis,
}

/// A `deadlines` value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadDeadlines {
    /// Not one of `connect`, `first-token`, `silence`, `total`.
    UnknownClock(String),
    /// Not a number of seconds, 0 or more.
    NotSeconds(String),
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            connect: Some(30_000.0),
            first_token: Some(300_000.0),
            silence: Some(60_000.0),
            total: None,
            grace: 20_000.0,
        }
    }
}

impl Deadlines {
    /// Reads `name:seconds` pairs; clocks that are not named keep their default, 0 is no limit.
    pub fn parse(text: &str) -> Result<Deadlines, BadDeadlines> {
        let mut deadlines = Deadlines::default();
        for pair in text
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let (name, seconds) = pair.split_once(':').unwrap_or((pair, ""));
            let span = seconds_to_millis(seconds)
                .ok_or_else(|| BadDeadlines::NotSeconds(seconds.trim().to_owned()))?;
            let span = (span > 0.0).then_some(span);
            match name.trim() {
                "connect" => deadlines.connect = span,
                "first-token" => deadlines.first_token = span,
                "silence" => deadlines.silence = span,
                "total" => deadlines.total = span,
                other => return Err(BadDeadlines::UnknownClock(other.to_owned())),
            }
        }
        Ok(deadlines)
    }

    /// Returns the same deadlines with another grace, given in seconds.
    pub fn with_grace(mut self, seconds: &str) -> Result<Deadlines, BadDeadlines> {
        self.grace = seconds_to_millis(seconds)
            .ok_or_else(|| BadDeadlines::NotSeconds(seconds.trim().to_owned()))?;
        Ok(self)
    }
}

fn seconds_to_millis(text: &str) -> Option<Millis> {
    let seconds = decimal(text)?;
    (seconds >= 0.0).then_some(seconds * 1000.0)
}
