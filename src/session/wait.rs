//! Waits for whatever comes first: the work at hand, the session's next deadline, the person.
//!
//! In: a future, a [`Session`], a [`Clock`], [`Control`]s. Out: which of them it was. It must not know what the work is.

use std::pin::{Pin, pin};

use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::future::{Either, select};

use super::Session;
use super::network::Clock;
use super::report::Control;
use crate::event::Millis;

/// Things that may happen while something else is awaited.
pub(super) enum First<T> {
    Came(T),
    Time,
    Person(Option<Control>),
    Asked(bool),
}

/// A timer that runs, and when it goes off. With each read the session's next deadline moves away: a timer that goes off too
/// early is kept and set anew then, since setting one for every read costs more than reading does.
pub(super) type Alarm<'a> = Option<(Millis, Pin<Box<dyn Future<Output = ()> + 'a>>)>;

pub(super) async fn next_turn<'a, F, C: Clock>(
    work: &mut F,
    session: &Session,
    alarm: &mut Alarm<'a>,
    clock: &'a C,
    controls: &mut mpsc::UnboundedReceiver<Control>,
) -> First<F::Output>
where
    F: Future + Unpin,
{
    match (session.next_due(), &alarm) {
        (None, _) => *alarm = None,
        (Some(due), Some((set, _))) if *set <= due => {}
        (Some(due), _) => *alarm = Some((due, Box::pin(clock.until(due)))),
    }
    let time = async {
        match alarm.as_mut() {
            Some((_, time)) => time.await,
            None => std::future::pending().await,
        }
    };
    // The person first: a stream that always has more must not keep a stop waiting.
    let turn = match select(controls.next(), select(pin!(time), work)).await {
        Either::Left((control, _)) => First::Person(control),
        Either::Right((Either::Left(((), _)), _)) => First::Time,
        Either::Right((Either::Right((output, _)), _)) => First::Came(output),
    };
    if let First::Time = turn {
        *alarm = None;
    }
    turn
}
