//! JSON of any depth, read without recursion and without a tree of boxes.
//!
//! In: the text of one entry of a file. Out: [`Document`], a flat list of what stands where in that text, and [`Json`], a handle into it.
//! Texts are taken out of their escapes when they are asked for, not before. It must not know what the JSON means.
//!
//! `serde_json` stops at 128 levels, and its `Value` is dropped by recursion: a chat that nests each reply in the one before it has two
//! levels a turn, and the stack of a page is small. Numbers, escapes and all that has to be forgiven are read by `serde_json` and
//! [`crate::json`] all the same.

mod scan;

use std::borrow::Cow;

use crate::json;
use scan::scan;

/// The most bytes of a document: places in it are 32 bits wide.
pub const LONGEST: usize = u32::MAX as usize - 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Number,
    Text,
    /// A text with a backslash in it.
    Escaped,
    Array,
    Object,
}

/// A value: 16 bytes.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// Its first byte and the one behind its last; of a text without its quotation marks.
    start: u32,
    end: u32,
    /// The place in the list behind all that is inside of it.
    past: u32,
}

/// The values of a text, each before those inside of it; the name of a field stands before its value.
#[derive(Debug)]
pub struct Document<'t> {
    text: Cow<'t, str>,
    nodes: Vec<Node>,
    /// Texts may have stand-ins for halves of characters.
    halves: bool,
}

/// The place in a text, in bytes, from which on it is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(pub usize);

impl<'t> Document<'t> {
    /// Reads a text. What a strict reader refuses and [`crate::json`] forgives is read as well.
    pub fn of(text: &'t str) -> Result<Document<'t>, Broken> {
        let strict = scan(text);
        let at = match strict {
            Ok(nodes) => {
                let text = Cow::Borrowed(text);
                return Ok(Document {
                    text,
                    nodes,
                    halves: false,
                });
            }
            Err(at) => at,
        };
        // A bare word is nobody's conversation, and a text that breaks off is not mended.
        if at >= text.len() || !text.trim_start().starts_with(['{', '[']) {
            return Err(Broken(at));
        }
        let (mended, halves) = json::mended(text);
        let nodes = scan(&mended).map_err(|_| Broken(at))?;
        Ok(Document {
            text: Cow::Owned(mended),
            nodes,
            halves,
        })
    }

    /// The whole.
    pub fn root(&self) -> Json<'_> {
        Json { doc: self, at: 0 }
    }

    /// Bytes that the list of values takes.
    #[cfg(test)]
    pub fn weight(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
    }
}

/// One value of a document. A handle: copies are the same.
#[derive(Debug, Clone, Copy)]
pub struct Json<'d> {
    doc: &'d Document<'d>,
    at: usize,
}

impl<'d> Json<'d> {
    fn node(self) -> Option<&'d Node> {
        self.doc.nodes.get(self.at)
    }

    fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |node| node.kind)
    }

    /// The value as it is written; a text without its quotation marks.
    pub fn raw(self) -> &'d str {
        self.node()
            .and_then(|node| self.doc.text.get(node.start as usize..node.end as usize))
            .unwrap_or_default()
    }

    /// Tells whether there is nothing: `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Tells whether it is an array.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// Tells whether it is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Tells whether it is a text.
    pub fn is_text(self) -> bool {
        matches!(self.kind(), Kind::Text | Kind::Escaped)
    }

    /// The text; `None` for all that is none.
    pub fn text(self) -> Option<Cow<'d, str>> {
        let raw = self.raw();
        match self.kind() {
            Kind::Text => Some(json::whole(raw, self.doc.halves)),
            Kind::Escaped => {
                let quoted = format!("[\"{raw}\"]");
                let strict = serde_json::from_str::<[String; 1]>(&quoted).ok();
                let text = match strict {
                    Some([text]) => text,
                    None => json::value(&quoted)?.get(0)?.as_str()?.to_owned(),
                };
                match json::whole(&text, self.doc.halves) {
                    Cow::Borrowed(_) => Some(Cow::Owned(text)),
                    Cow::Owned(whole) => Some(Cow::Owned(whole)),
                }
            }
            _ => None,
        }
    }

    /// The number.
    pub fn number(self) -> Option<f64> {
        match self.kind() {
            Kind::Number => serde_json::from_str(self.raw()).ok(),
            _ => None,
        }
    }

    /// The yes or no.
    pub fn flag(self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// A name, whatever its type: a text, or a number or flag as it is written. `None` for an empty text.
    pub fn name(self) -> Option<String> {
        match self.kind() {
            Kind::Null | Kind::Array | Kind::Object => None,
            Kind::True | Kind::False | Kind::Number => Some(self.raw().to_owned()),
            Kind::Text | Kind::Escaped => {
                let name = self.text()?;
                (!name.is_empty()).then(|| name.into_owned())
            }
        }
    }

    /// The values inside of an array; nothing in all others.
    pub fn items(self) -> Items<'d> {
        let end = match (self.kind(), self.node()) {
            (Kind::Array, Some(node)) => node.past as usize,
            _ => 0,
        };
        Items {
            doc: self.doc,
            at: self.at + 1,
            end,
        }
    }

    /// The fields of an object, in their order; nothing in all others.
    pub fn fields(self) -> Fields<'d> {
        let end = match (self.kind(), self.node()) {
            (Kind::Object, Some(node)) => node.past as usize,
            _ => 0,
        };
        Fields(Items {
            doc: self.doc,
            at: self.at + 1,
            end,
        })
    }

    /// The value of a field, `null` or not; of two fields of one name the later, as browsers have it.
    pub fn field(self, name: &str) -> Option<Json<'d>> {
        let is_it = |key: &Json<'_>| match key.kind() {
            Kind::Text => key.raw() == name,
            _ => key.text().is_some_and(|text| text == name),
        };
        let found = self.fields().filter(|(key, _)| is_it(key)).last();
        found.map(|(_, value)| value)
    }

    /// The value of a field that is not `null`.
    pub fn get(self, name: &str) -> Option<Json<'d>> {
        self.field(name).filter(|value| !value.is_null())
    }

    /// The value along a path of fields.
    pub fn at(self, path: &[&str]) -> Option<Json<'d>> {
        path.iter().try_fold(self, |value, name| value.get(name))
    }

    /// The text in a field.
    pub fn string(self, name: &str) -> Option<String> {
        self.get(name)?.text().map(Cow::into_owned)
    }

    /// Tells whether the text in a field is this one.
    pub fn says(self, name: &str, word: &str) -> bool {
        let value = self.get(name).and_then(Json::text);
        value.is_some_and(|text| text == word)
    }

    /// The values of the array in a field; nothing where there is none.
    pub fn list(self, name: &str) -> Items<'d> {
        self.get(name).unwrap_or(self.nothing()).items()
    }

    /// A value that holds nothing.
    fn nothing(self) -> Json<'d> {
        Json {
            doc: self.doc,
            at: usize::MAX - 1,
        }
    }
}

/// Values inside of an array, one after the other.
#[derive(Debug, Clone)]
pub struct Items<'d> {
    doc: &'d Document<'d>,
    at: usize,
    end: usize,
}

impl<'d> Iterator for Items<'d> {
    type Item = Json<'d>;

    fn next(&mut self) -> Option<Json<'d>> {
        if self.at >= self.end {
            return None;
        }
        let value = Json {
            doc: self.doc,
            at: self.at,
        };
        self.at = value.node()?.past as usize;
        Some(value)
    }
}

/// Names and values of an object, one after the other.
#[derive(Debug, Clone)]
pub struct Fields<'d>(Items<'d>);

impl<'d> Iterator for Fields<'d> {
    type Item = (Json<'d>, Json<'d>);

    fn next(&mut self) -> Option<(Json<'d>, Json<'d>)> {
        Some((self.0.next()?, self.0.next()?))
    }
}

#[cfg(test)]
mod tests;
