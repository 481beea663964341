//! Keys stay out of how a reply ended: some servers repeat the key where they say that it is wrong, and the end is kept, exported and told.
//!
//! In: a report of the session. Out: the same, stars in the place of the key.

use super::Reply;
use crate::event::End;
use crate::session::Report;
use crate::trace::scrub;

impl Reply {
    /// Returns a report whose end holds no key of the reply's server.
    pub(super) fn without_key(&self, report: Report) -> Report {
        match report {
            Report::End(end) => Report::End(self.starred(end)),
            Report::Finishing(end) => Report::Finishing(self.starred(end)),
            report => report,
        }
    }

    fn starred(&self, end: End) -> End {
        let origin = self.origin.borrow();
        // A site's own may be another by now.
        let newer = origin.server.as_ref();
        let newer = newer.and_then(|server| self.chat.fetch(server).key);
        let keys = [origin.key.as_deref(), newer.as_deref()];
        let keys: Vec<&str> = keys.into_iter().flatten().collect();
        match keys.is_empty() {
            true => end,
            false => end.reworded(|words| scrub(words, &keys)),
        }
    }
}
