//! A conversation as a file: a text for people (markdown, plain text, a page of HTML that stands alone), or Rill's own, which is read
//! again ([`chat::archive`](crate::chat::archive)).
//!
//! In: the turns, of which texts for people have those that are shown, a title, and words for what stands between them. Out: the name and
//! the text of a file; of several conversations a ZIP archive. It must not know a page, nor where files go.
//!
//! | file | gives |
//! |---|---|
//! | `markdown` | the words as they were written, with headings between |
//! | `plain` | the words as they are read, without marks |
//! | `html` | a page without scripts that asks nobody for anything; it reads well on paper |
//! | `name` | the name of a file, of a title in any script |
//! | [`zip`] | an archive of files |

mod html;
mod markdown;
mod name;
mod plain;
pub mod zip;

#[cfg(test)]
mod tests;

use crate::chat::archive::{self, About};
use crate::chat::request::Role;
use crate::chat::tree::Tree;
use crate::chat::turn::Turn;
use crate::event::End;

pub use name::stem;

/// Words for what stands between the turns, in the language of the reader.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The language that the words are in, as a tag (BCP 47); empty where it is not known.
    pub language: String,
    /// The title of a conversation that has none, which names its file as well.
    pub untitled: String,
    /// The name of the person.
    pub person: String,
    /// The name of a model that is not known.
    pub model: String,
    /// The heading of the thinking.
    pub thinking: String,
    /// The name of a picture.
    pub picture: String,
    /// The note behind a reply that did not come to its end.
    pub unfinished: String,
}

/// A conversation that is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The conversation's title.
    pub title: &'a str,
    /// The conversation's turns.
    pub tree: &'a Tree,
    /// The conversation's name in the store, and the time of its last change in milliseconds since 1970, where they are known.
    pub known: Option<(&'a str, i64)>,
    /// The marks that go into Rill's own file.
    pub marks: Option<&'a archive::Marks>,
}

/// A form of file.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Form {
    /// Rill's own file, with all branches.
    Rill,
    /// Markdown: each turn's text as it was written, under a heading.
    Markdown,
    /// Plain text.
    Plain,
    /// HTML that stands alone.
    Html,
}

impl Form {
    /// Every form.
    pub const ALL: &'static [Form] = <Form as strum::VariantArray>::VARIANTS;

    /// The name of the form where choices are kept.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The ending of a file's name, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Form::Rill => "json",
            Form::Markdown => "md",
            Form::Plain => "txt",
            Form::Html => "html",
        }
    }

    /// The media type, for a browser that is to save it.
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Rill => "application/json",
            Form::Markdown => "text/markdown;charset=utf-8",
            Form::Plain => "text/plain;charset=utf-8",
            Form::Html => "text/html;charset=utf-8",
        }
    }
}

/// Writes a conversation.
pub fn write(document: &Document, form: Form, words: &Words) -> String {
    match form {
        Form::Rill => document.archive(),
        Form::Markdown => markdown::write(document, words),
        Form::Plain => plain::write(document, words),
        Form::Html => html::write(document, words),
    }
}

/// Files of conversations, of which no two have the same name.
pub struct Files {
    form: Form,
    words: Words,
    names: name::Names,
    zip: zip::Zip,
}

impl Files {
    /// Makes a place for files of this form.
    pub fn new(form: Form, words: Words) -> Files {
        Files {
            form,
            words,
            names: name::Names::default(),
            zip: zip::Zip::default(),
        }
    }

    /// Writes a conversation; gives the name of its file, and the text.
    pub fn write(&mut self, document: &Document) -> (String, String) {
        let title = document.title(&self.words);
        let untitled = &self.words.untitled;
        let name = self.names.add(&title, untitled, self.form.ending());
        (name, write(document, self.form, &self.words))
    }

    /// Writes a conversation into the archive; gives the bytes that come next. `None` where it has no more room.
    pub fn pack(&mut self, document: &Document, stamp: zip::Stamp) -> Option<Vec<u8>> {
        let (name, text) = self.write(document);
        self.zip.add(&name, text.as_bytes(), stamp)
    }

    /// Gives the last bytes of the archive.
    pub fn finish(self) -> Vec<u8> {
        self.zip.finish()
    }
}

impl<'a> Document<'a> {
    /// A conversation of which no more is known.
    pub fn new(title: &'a str, tree: &'a Tree) -> Document<'a> {
        Document {
            title,
            tree,
            known: None,
            marks: None,
        }
    }

    fn archive(&self) -> String {
        let (id, updated) = self.known.unzip();
        let title = on_one_line(self.title);
        let about = About {
            id: id.map(str::to_owned),
            title: (!title.is_empty()).then_some(title),
            updated,
            marks: self.marks.cloned().unwrap_or_default(),
        };
        archive::export_about(self.tree, &about)
    }

    /// The title on one line.
    fn title(&self, words: &Words) -> String {
        let title = on_one_line(self.title);
        if title.is_empty() {
            return on_one_line(&words.untitled);
        }
        title
    }

    fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.tree.path().filter_map(|id| self.tree.turn(id))
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of whoever speaks, on one line.
fn speaker(turn: &Turn, words: &Words) -> String {
    on_one_line(match (turn.role, &turn.model) {
        (Role::Assistant, Some(model)) if !model.trim().is_empty() => model,
        (Role::Assistant, _) => &words.model,
        _ => &words.person,
    })
}

/// Tells whether a reply has not come to its end.
fn is_unfinished(turn: &Turn) -> bool {
    let is_over = matches!(turn.end, Some(End::Complete { .. } | End::Empty { .. }));
    turn.role == Role::Assistant && !is_over
}

/// A call of a tool as one text: its name and its arguments.
fn calls(turn: &Turn) -> impl Iterator<Item = String> {
    turn.tools.iter().map(|tool| {
        let name = tool.name.as_deref().unwrap_or_default();
        format!("{name}({})", tool.arguments)
    })
}
