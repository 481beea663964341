//! The values that a pace can have, as they are written and read.

use std::fmt;
use std::str::FromStr;

use super::LIVE_LAG;
use crate::decimal::decimal;
use crate::event::Millis;

/// The slowest pace that is read and written, in milliseconds for a letter: a day.
const SLOWEST: Millis = 86_400_000.0;
/// The fewest and the most words a minute that are read and written.
const WORDS: (f64, f64) = (1.0, 100_000.0);

/// The speed at which text is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Text as it comes, with bursts smoothed; never more than [`LIVE_LAG`] behind.
    Live,
    /// Everything at once.
    Instant,
    /// Milliseconds for one grapheme cluster, to the last one, however much waits.
    PerCharacter(Millis),
    /// Words a minute, to the last one, however much waits. A word is six characters with its blank; scripts without blanks have
    /// characters a second that are as fast.
    Words(f64),
}

impl Pace {
    /// The promise of the pace: text is shown no later than so many milliseconds after it came. What a reader wishes slow is never
    /// late: a day for a fixed pace.
    pub fn lag(self) -> Millis {
        match self {
            Pace::Instant => 0.0,
            Pace::Live => LIVE_LAG,
            Pace::PerCharacter(_) | Pace::Words(_) => SLOWEST,
        }
    }

    /// Tells whether the pace is the reader's and not the server's: text waits for it.
    pub fn is_fixed(self) -> bool {
        matches!(self, Pace::PerCharacter(_) | Pace::Words(_))
    }

    /// Tells whether the pace leaves nothing to wait for.
    pub(super) fn is_at_once(self) -> bool {
        match self {
            Pace::Instant => true,
            Pace::Live => false,
            Pace::PerCharacter(ms) => ms.is_nan() || ms <= 0.0,
            Pace::Words(words) => words.is_nan() || words <= 0.0 || words.is_infinite(),
        }
    }
}

/// Steps in which text of a fixed pace appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Steps {
    /// One grapheme cluster after the other.
    #[default]
    Letters,
    /// A word appears whole; a character where the script has no blanks.
    Words,
}

/// The manner in which text is shown: how fast, and in which steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// The speed.
    pub pace: Pace,
    /// The steps of a fixed pace.
    pub steps: Steps,
}

impl From<Pace> for Manner {
    fn from(pace: Pace) -> Self {
        Manner {
            pace,
            steps: Steps::default(),
        }
    }
}

/// A value of the `pace` attribute that is none of `live`, `instant`, a number of milliseconds, or of words a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceError(
    /// The value as it was given.
    pub String,
);

impl fmt::Display for PaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "pace must be \"live\", \"instant\", milliseconds per character (such as \"30\") or words a minute (such as \"160wpm\"), not {:?}",
            self.0
        )
    }
}

impl std::error::Error for PaceError {}

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(value: &str) -> Result<Self, PaceError> {
        let error = || PaceError(value.to_owned());
        // As it is written: thousandths are more than an eye sees.
        let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
        let value = value.trim();
        if let Some(number) = value.strip_suffix("wpm") {
            let words = decimal(number.trim_end()).filter(|words| *words > 0.0);
            let words = words.ok_or_else(error)?.clamp(WORDS.0, WORDS.1);
            return Ok(Pace::Words(rounded(words)));
        }
        match value {
            "live" => Ok(Pace::Live),
            "instant" => Ok(Pace::Instant),
            number => match decimal(number) {
                // A day for a letter is as good as never.
                Some(ms) if ms >= 0.0 => match rounded(ms.min(SLOWEST)) {
                    0.0 => Ok(Pace::Instant),
                    ms => Ok(Pace::PerCharacter(ms)),
                },
                _ => Err(error()),
            },
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Live => f.write_str("live"),
            Pace::Instant => f.write_str("instant"),
            Pace::PerCharacter(ms) => write_number(f, ms.min(SLOWEST)),
            Pace::Words(words) => {
                // What is no number is the slowest.
                write_number(f, words.max(WORDS.0).min(WORDS.1))?;
                f.write_str("wpm")
            }
        }
    }
}

/// Writes a number to its thousandths. (The standard library's way to print any float is long.)
fn write_number(f: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    let thousandths = (number * 1000.0).round() as u64;
    write!(f, "{}", thousandths / 1000)?;
    match thousandths % 1000 {
        0 => Ok(()),
        rest => write!(f, ".{rest:03}"),
    }
}
