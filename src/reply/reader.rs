//! What a reader does to a reply that is shown at a pace: set it, hurry it, hold it, have done with it.

use super::{Left, Reply};
use crate::event::Millis;
use crate::pacer::Manner;

impl Reply {
    /// Shows all that is here at once; what still comes keeps the pace.
    pub fn skip(&mut self) {
        self.pacer.show_here();
    }

    /// Sets another pace, or other steps, from now on.
    pub fn set_pace(&mut self, now: Millis, manner: impl Into<Manner>) {
        self.pacer.set_pace(now, manner);
    }

    /// Doubles a fixed pace while set: the reader hurries.
    pub fn hurry(&mut self, now: Millis, hurried: bool) {
        self.pacer.set_hurried(now, hurried);
    }

    /// Shows nothing more of a fixed pace while set: the reader has a page to read.
    pub fn hold(&mut self, now: Millis, held: bool) {
        self.pacer.set_held(now, held);
    }

    /// Returns the time that the rest of what is here takes at a fixed pace; `None` where that is not worth telling.
    pub fn left(&self) -> Option<Left> {
        self.pacer.left().and_then(Left::of)
    }
}
