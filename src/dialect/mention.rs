//! Whether a text that is being written speaks of a tag rather than to use it: is its end within code or quotation marks?
//!
//! In: a text as it grows. Out: what is open at its end. It must not know what a tag does. Code in fences lasts over lines; code in
//! back quotes and quotations are looked at within one line, so that a mark which nobody closes does no harm further on.

use memchr::memchr2;

use super::marks::TAGS;

/// State of a text at its end, as the lines so far tell it.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The line that is not over, and how much of it was read.
    line: String,
    read: usize,
    /// Number of back quotes that opened the code in which the text ends; 0 outside code.
    ticks: usize,
    /// Characters that close the quotation in which the text ends; empty outside quotations.
    quote: &'static str,
    /// The fence that is open: its character, and how many of them.
    fence: Option<(char, usize)>,
    /// Set while an opening tag stands in the code in which the text ends.
    code_opening: bool,
    /// Set once an opening tag stands in the text, outside code and quotations.
    opening: bool,
    last: Option<char>,
    /// Bytes read, for a test that the cost is flat.
    #[cfg(test)]
    pub steps: usize,
}

/// Returns the characters that may close a quotation which begins with this one; `None` where this one opens none.
pub(super) fn quotes(opening: char) -> Option<&'static str> {
    Some(match opening {
        '`' => "`",
        '"' => "\"",
        '\'' => "'",
        '“' | '„' => "”“",
        '‘' | '‚' => "’‘",
        '«' => "»",
        '»' => "«",
        '‹' => "›",
        '「' => "」",
        '『' => "』",
        '《' => "》",
        _ => return None,
    })
}

impl Lines {
    /// Takes in more of the text.
    pub fn add(&mut self, text: &str) {
        self.last = text.chars().next_back().or(self.last);
        let mut rest = text;
        while let Some((line, after)) = rest.split_once('\n') {
            self.line.push_str(line);
            self.end_line();
            rest = after;
        }
        self.line.push_str(rest);
    }

    /// The last character.
    pub fn last(&self) -> Option<char> {
        self.last
    }

    /// Tells whether the text ends within code or a quotation.
    pub fn in_code_or_quotes(&mut self) -> bool {
        self.read_line();
        let mut back = self.line.chars().rev();
        // An apostrophe opens something only where no letter stands before it.
        let single = back.next() == Some('\'') && !back.next().is_some_and(char::is_alphanumeric);
        single || self.fence.is_some() || self.ticks > 0 || !self.quote.is_empty()
    }

    /// Tells whether an opening tag stood in the text, outside code and quotations.
    pub fn spoke_of_opening(&mut self) -> bool {
        self.read_line();
        self.opening
    }

    /// Tells whether nothing but blanks stands in the last line.
    pub fn line_is_blank(&self) -> bool {
        self.line.trim().is_empty()
    }

    /// Tells whether the last line has opened something to be struck out, in HTML: its closing tag is a template's mark
    /// elsewhere.
    pub fn struck_out(&self) -> bool {
        self.line.contains("<s>")
    }

    /// Tells whether the text ends within code in which an opening tag stands.
    pub fn in_code_with_opening(&mut self) -> bool {
        self.read_line();
        self.code_opening && (self.fence.is_some() || self.ticks > 0)
    }

    /// Reads what came to the line since the line was last read. It ends before a tag, or with the line: nothing in it can still
    /// grow.
    fn read_line(&mut self) {
        let mut rest = self.line.get(self.read..).unwrap_or_default();
        self.read = self.line.len();
        #[cfg(test)]
        {
            self.steps += rest.len();
        }
        while let Some(letter) = rest.chars().next() {
            if letter == '`' && self.fence.is_none() {
                let after = rest.trim_start_matches('`');
                let run = rest.len().saturating_sub(after.len());
                rest = after;
                if self.ticks == 0 {
                    (self.ticks, self.code_opening) = (run, false);
                } else if self.ticks == run {
                    self.ticks = 0;
                }
                continue;
            }
            let opens =
                matches!(letter, '<' | '[') && TAGS.iter().any(|tag| rest.starts_with(tag.0));
            let in_code = self.fence.is_some() || self.ticks > 0;
            if in_code {
                self.code_opening |= opens;
            } else if self.quote.contains(letter) {
                self.quote = "";
            } else if self.quote.is_empty() {
                self.opening |= opens;
                // An apostrophe is no quotation mark.
                let closing = quotes(letter).filter(|_| letter != '\'');
                self.quote = closing.unwrap_or_default();
            }
            rest = rest.strip_prefix(letter).unwrap_or_default();
        }
    }

    fn end_line(&mut self) {
        let holds = |line: &str, a, b| memchr2(a, b, line.as_bytes()).is_some();
        if holds(&self.line, b'<', b'[') && TAGS.iter().any(|tag| self.line.contains(tag.0)) {
            self.read_line();
        }
        if holds(&self.line, b'`', b'~') {
            self.turn_fence();
        }
        self.line.clear();
        (self.read, self.ticks, self.quote) = (0, 0, "");
        if self.fence.is_none() {
            self.code_opening = false;
        }
    }

    /// Opens or closes a fence, if the line does.
    fn turn_fence(&mut self) {
        let line = inside(&self.line);
        let Some(mark) = line.chars().next().filter(|mark| matches!(mark, '`' | '~')) else {
            return;
        };
        let info = line.trim_start_matches(mark);
        let run = line.len().saturating_sub(info.len());
        match self.fence {
            Some((open, least)) if mark == open && run >= least && info.trim().is_empty() => {
                self.fence = None;
            }
            None if run >= 3 && !(mark == '`' && info.contains('`')) => {
                self.fence = Some((mark, run));
                self.code_opening = false;
            }
            _ => {}
        }
    }
}

/// A line without the marks of the quotes and items that it may stand in.
fn inside(line: &str) -> &str {
    let line = line.trim_start_matches([' ', '\t', '>']);
    let number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let item = match number.strip_prefix(['.', ')']) {
        Some(item) if number.len() < line.len() => Some(item),
        _ => line.strip_prefix(['-', '*', '+']),
    };
    match item.and_then(|item| item.strip_prefix([' ', '\t'])) {
        Some(item) => item.trim_start(),
        None => line,
    }
}
