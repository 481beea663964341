//! The label and the address of half a link: where they end, as far as they have come.
//!
//! In: the bytes of a paragraph, and the place behind the bracket that begins them. Out: an [`End`]. It must not know what is open
//! around the link, nor what is shown of it.

/// The end of something that was begun.
pub(super) enum End {
    /// An end here; the place of its last byte.
    At(usize),
    /// An end that may yet stand behind the text.
    Open,
    /// An end that may come, far off: the content is shown until then.
    Far,
    /// No end, for it was not begun after all.
    Never,
}

/// An open bracket that is farther back is just a bracket, and what stands in quotes for so long is no title of a link.
pub(super) const FAR: usize = 300;

/// The bracket that closes the label of a link or a footnote. Half a label is one word: prose that only looks like one is not kept
/// waiting.
pub(super) fn label_end(bytes: &[u8], from: usize) -> End {
    let rest = bytes.get(from..).unwrap_or_default();
    match memchr::memchr2(b']', b'[', rest) {
        Some(end) if rest.get(end) == Some(&b']') => End::At(from + end),
        Some(_) => End::Never,
        None if rest.trim_ascii_end().iter().any(u8::is_ascii_whitespace) => End::Far,
        None => End::Open,
    }
}

/// The bracket that closes the address of a link: one word, or something in angle brackets, and perhaps a title in quotes behind it.
pub(super) fn address_end(bytes: &[u8], from: usize) -> End {
    let mut at = skip_blanks(bytes, from);
    if bytes.get(at) == Some(&b'<') {
        match quoted(bytes, at, b'>') {
            End::At(close) => at = close + 1,
            other => return other,
        }
    } else {
        let mut depth = 0usize;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'(' => depth += 1,
                b')' => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return End::At(at),
                },
                byte if byte.is_ascii_whitespace() => break,
                _ => {}
            }
            at += 1;
        }
    }
    at = skip_blanks(bytes, at);
    let quote = match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => *quote,
        Some(b'(') => b')',
        _ => return bracket_at(bytes, at),
    };
    match quoted(bytes, at, quote) {
        End::At(close) => bracket_at(bytes, skip_blanks(bytes, close + 1)),
        other => other,
    }
}

/// Tells whether letters that follow only make the address longer.
pub(super) fn is_in_word(bytes: &[u8], from: usize) -> bool {
    let rest = bytes.get(skip_blanks(bytes, from)..).unwrap_or_default();
    rest.first() != Some(&b'<') && !rest.iter().any(u8::is_ascii_whitespace)
}

fn bracket_at(bytes: &[u8], at: usize) -> End {
    match bytes.get(at) {
        Some(b')') => End::At(at),
        Some(_) => End::Never,
        None => End::Open,
    }
}

fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
    from + blanks.count()
}

/// The end of what is quoted from here on.
fn quoted(bytes: &[u8], from: usize, by: u8) -> End {
    let mut at = from + 1;
    while at < from + FAR {
        match bytes.get(at) {
            None => return End::Open,
            Some(b'\\') => at += 1,
            Some(&byte) if byte == by => return End::At(at),
            Some(_) => {}
        }
        at += 1;
    }
    End::Far
}
