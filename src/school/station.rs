//! Where on its way a reply is: the stations of a boat that carries the question down the stream.
//!
//! In: the status of a reply. Out: a station, and the part of the way behind it where the server tells. It must not know a picture.

use crate::event::Progress;
use crate::reply::Status;

/// The stations of a reply, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Station {
    /// The question is on its way, or waits for its turn.
    #[default]
    Asking,
    /// The machine reads it.
    Reading,
    /// The machine thinks.
    Thinking,
    /// The machine writes.
    Writing,
}

impl Station {
    /// All of them, in their order.
    pub const ALL: [Station; 4] = [
        Station::Asking,
        Station::Reading,
        Station::Thinking,
        Station::Writing,
    ];

    /// The value of `data-station`.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The station of a status; one that tells of no place leaves the boat where it is.
    pub fn of(status: &Status, before: Station) -> Station {
        match status {
            Status::Connecting => Station::Asking,
            Status::Progress(Progress::Queued(_) | Progress::LoadingModel(_)) => Station::Asking,
            Status::Slow | Status::Progress(Progress::ReadingPrompt { .. }) => Station::Reading,
            Status::Waiting | Status::Thinking => Station::Thinking,
            // A server that tells of stages tells of them before it writes, and between.
            Status::Progress(Progress::Stage(_)) => before.max(Station::Thinking),
            Status::Writing(_) | Status::Showing => Station::Writing,
            Status::Asking(_) | Status::Ended => before,
        }
    }

    /// The part of the station's work that is done, from 0 to 1, where the server tells.
    pub fn part(status: &Status) -> Option<f64> {
        match status {
            Status::Progress(Progress::LoadingModel(part)) => part.map(f64::from),
            Status::Progress(Progress::ReadingPrompt { processed, total }) => {
                Some(f64::from(*processed) / f64::from((*total).max(1)))
            }
            _ => None,
        }
        .map(|part| part.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Deadline;

    #[test]
    fn the_boat_follows_what_the_reply_does() {
        let check = |status: Status, before: Station, expect: Station| {
            assert_eq!(Station::of(&status, before), expect, "{status:?}");
        };
        let reading = Progress::ReadingPrompt {
            processed: 5,
            total: 10,
        };
        check(Status::Connecting, Station::Writing, Station::Asking);
        check(
            Status::Progress(Progress::Queued(None)),
            Station::Asking,
            Station::Asking,
        );
        check(
            Status::Progress(reading.clone()),
            Station::Asking,
            Station::Reading,
        );
        check(Status::Waiting, Station::Asking, Station::Thinking);
        check(
            Status::Progress(Progress::Stage("x".to_owned())),
            Station::Asking,
            Station::Thinking,
        );
        check(
            Status::Progress(Progress::Stage("x".to_owned())),
            Station::Writing,
            Station::Writing,
        );
        check(Status::Writing(None), Station::Thinking, Station::Writing);
        check(
            Status::Asking(Deadline::Silence),
            Station::Writing,
            Station::Writing,
        );
        assert_eq!(Station::part(&Status::Progress(reading)), Some(0.5));
        assert_eq!(Station::part(&Status::Waiting), None);
        assert_eq!(
            Station::ALL.map(Station::word).join(" "),
            "asking reading thinking writing"
        );
    }
}
