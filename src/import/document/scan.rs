//! One pass over a JSON text: what stands where. Forward only, and never deeper than a list of what is open.

use super::{Kind, LONGEST, Node};

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// One pass over a text, forward only.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    nodes: Vec<Node>,
    /// Places of the arrays and objects that are open, the innermost last.
    open: Vec<u32>,
}

/// The values of a text, or the place from which on it is no JSON.
pub(super) fn scan(text: &str) -> Result<Vec<Node>, usize> {
    let mut scan = Scan {
        text,
        at: 0,
        nodes: Vec::new(),
        open: Vec::new(),
    };
    if text.len() > LONGEST {
        return Err(LONGEST);
    }
    let mut expect = Expect::Value;
    while let Some(&byte) = text.as_bytes().get(scan.at) {
        if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            scan.at += 1;
            continue;
        }
        expect = scan.take(byte, expect).ok_or(scan.at)?;
    }
    match expect {
        Expect::Nothing => Ok(scan.nodes),
        _ => Err(text.len()),
    }
}

impl Scan<'_> {
    /// Takes what begins with this byte; `None` where it may not stand here.
    fn take(&mut self, byte: u8, expect: Expect) -> Option<Expect> {
        use Expect::{Colon, CommaOrEnd, Name, NameOrEnd, Nothing, Value, ValueOrEnd};
        match (byte, expect) {
            (b'"', Name | NameOrEnd) => self.string().map(|()| Colon),
            (b':', Colon) => self.step(Value),
            (b',', CommaOrEnd) => match self.kind()? {
                Kind::Object => self.step(Name),
                _ => self.step(Value),
            },
            (b'}', NameOrEnd | CommaOrEnd) => self.close(Kind::Object),
            (b']', ValueOrEnd | CommaOrEnd) => self.close(Kind::Array),
            (b'"', Value | ValueOrEnd) => self.string().map(|()| self.after()),
            (b'{', Value | ValueOrEnd) => self.begin(Kind::Object, NameOrEnd),
            (b'[', Value | ValueOrEnd) => self.begin(Kind::Array, ValueOrEnd),
            (_, Value | ValueOrEnd) => self.word().map(|()| self.after()),
            (_, Name | NameOrEnd | Colon | CommaOrEnd | Nothing) => None,
        }
    }

    fn step(&mut self, expect: Expect) -> Option<Expect> {
        self.at += 1;
        Some(expect)
    }

    /// The innermost of what is open.
    fn kind(&self) -> Option<Kind> {
        let node = self.nodes.get(*self.open.last()? as usize)?;
        Some(node.kind)
    }

    fn after(&self) -> Expect {
        match self.open.is_empty() {
            true => Expect::Nothing,
            false => Expect::CommaOrEnd,
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let past = self.nodes.len() as u32 + 1;
        self.nodes.push(Node {
            kind,
            start: start as u32,
            end: end as u32,
            past,
        });
    }

    fn begin(&mut self, kind: Kind, expect: Expect) -> Option<Expect> {
        self.open.push(self.nodes.len() as u32);
        self.push(kind, self.at, self.at);
        self.step(expect)
    }

    fn close(&mut self, kind: Kind) -> Option<Expect> {
        if self.kind()? != kind {
            return None;
        }
        self.at += 1;
        let past = self.nodes.len() as u32;
        let node = self.nodes.get_mut(self.open.pop()? as usize)?;
        (node.past, node.end) = (past, self.at as u32);
        Some(self.after())
    }

    /// A text, from its quotation mark on.
    fn string(&mut self) -> Option<()> {
        let start = self.at + 1;
        let mut kind = Kind::Text;
        let mut at = start;
        loop {
            let rest = self.text.as_bytes().get(at..)?;
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                // It breaks off.
                self.at = self.text.len();
                return None;
            };
            at += found;
            if self.text.as_bytes().get(at) == Some(&b'"') {
                break;
            }
            kind = Kind::Escaped;
            at += 2;
        }
        self.push(kind, start, at);
        self.at = at + 1;
        Some(())
    }

    /// A number, or a word without quotation marks.
    fn word(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        let length = rest.bytes().take_while(|byte| is_bare(*byte)).count();
        let word = rest.get(..length)?;
        let kind = match word {
            "null" => Kind::Null,
            "true" => Kind::True,
            "false" => Kind::False,
            _ => {
                serde_json::from_str::<f64>(word).ok()?;
                Kind::Number
            }
        };
        self.push(kind, self.at, self.at + length);
        self.at += length;
        Some(())
    }
}
