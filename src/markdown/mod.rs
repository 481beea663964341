//! Text to committed blocks and one open tail.
