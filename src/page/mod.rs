//! The page: the only rooms that know the browser.
//!
//! They stand on each other as the rooms above the wall do: each may name those above it in this table and in the crate's, and none
//! below; `tests/layers.rs` holds it. What comes later is in the second half of the page ([`app::second_half`]), which the first view
//! does without: nothing that comes at once may name it, but for the one file that knows both.
//!
//! | room | comes | gives | must not know |
//! |---|---|---|---|
//! | [`browser`] | at once | where the page came from, made-up names, style sheets | what they are for |
//! | [`clock`] | at once | the time, frames, sleep | who waits |
//! | `dom` | at once | what `element.js` can do with a document | who asks |
//! | [`follow`] | at once | work that follows signals | a chat |
//! | [`store`] | at once | what this browser remembers | when it is asked |
//! | [`words`] | at once | every word on screen, the languages | who says it |
//! | [`panel`] | at once | the dialogs: which there are, their titles and buttons | what they show |
//! | [`numbers`] | at once | figures as a language writes them | a chat |
//! | [`idle`] | later | moments in which the browser has time | the work |
//! | [`net`] | at once | bodies of answers: fetched, from sockets, asked for again, of the demo, of the site around | what they mean |
//! | [`live`] | at once | the reply that runs, as the rest of the page sees it | how it is made |
//! | [`doctor`] | at once | what the Doctor looks at, and the questions that it puts | what they mean |
//! | [`ports`] | at once | the ports of this computer that answer | who answers |
//! | [`servers`] | later | servers that are recognised, and one that is got to know | who asks |
//! | [`app`] | at once | the state of one chat, and the only door to it | what is seen of it |
//! | `clipboard` | later | a text and its forms, copied | where they come from |
//! | [`fault`] | at once | the net below: what is not lost where the wasm stops | |
//! | [`diagram`] | later | what is drawn in a frame, once somebody asks | markdown |
//! | [`annex`] | later | colours of code and set formulas, from a worker | markdown |
//! | [`history`] | later | conversations in the database, their list, what is found in them | what is seen of them |
//! | `marks` | later | the text of a part of the page, and marks in it | what they mean |
//! | [`aloud`] | later | replies, read aloud by the browser's voices | what is seen of it |
//! | [`verdict`] | at once | the Doctor's verdicts in words | how they are found |
//! | `friendly` | at once | the chat's state in words for young readers | where they are shown |
//! | [`sentences`] | at once | the chat's state in words | where they are shown |
//! | `plain` | later | what is drawn, as words or as a table | markdown |
//! | `window` | later | the cut through a conversation that is too long | how a request is made |
//! | [`painter`] | later | blocks on the page | where they come from |
//! | [`reply`] | later | the hands of the reply that runs: it asks, paints, reads out | what else is seen |
//! | [`ui`] | at once | all that is seen | how anything is done |
//! | [`rehearsal`] | later | what the first reply needs, compiled before it | who will answer |
//! | [`second_half`] | at once | the table of the second half | |
//! | [`embed`] | at once | `<rill-chat>`: attributes in, events out | |

pub mod aloud;
mod annex;
pub mod app;
mod browser;
mod clipboard;
pub mod clock;
mod diagram;
mod doctor;
mod dom;
pub mod embed;
mod fault;
mod follow;
mod friendly;
pub mod history;
mod idle;
mod live;
mod marks;
pub mod net;
mod numbers;
pub mod painter;
mod panel;
mod plain;
mod ports;
mod rehearsal;
mod reply;
mod second_half;
mod sentences;
mod servers;
pub mod store;
mod ui;
mod verdict;
mod window;
mod words;
