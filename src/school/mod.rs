//! What a school decides, and what a young reader is told: words that are not sent, the time of a session, what is to be done after an
//! end, where on its way a reply is, what became of one's own words.
//!
//! In: texts, ends, a status, a clock. Out: plain values. It must not know the words on the screen, nor the page.
//!
//! | file | gives |
//! |---|---|
//! | [`refused`](refused()) | the first word of a message that is not sent |
//! | [`time`] | how much of a session is left |
//! | [`deed`](deed()) | the one thing to do after an end |
//! | [`station`](Station) | where on its way a reply is |
//! | [`kept`](kept()) | one's own words that are still there in what they became |

mod deed;
mod kept;
mod refused;
mod station;
pub mod time;

pub use deed::{Deed, deed};
pub use kept::{Kept, kept};
pub use refused::refused;
pub use station::Station;
