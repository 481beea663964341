//! How much of the text is shown by now.
