//! What was asked and answered, in no server's words and on no page.

pub mod request;
