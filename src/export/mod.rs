//! A conversation as a text for people: markdown, plain text, or a page of HTML that stands alone.
//!
//! In: the turns that are shown, a title, and words for what stands between them. Out: one text; of several conversations a list of
//! names of files and texts. It must not know a page, a file, nor how a ZIP is made. For a file that is read again there is
//! [`chat::archive`](crate::chat::archive).
//!
//! | file | gives |
//! |---|---|
//! | `markdown` | the words as they were written, with headings between |
//! | `plain` | the words as they are read, without marks |
//! | `html` | a page without scripts that asks nobody for anything; it reads well on paper |
//! | `name` | the name of a file, of a title in any script |

mod html;
mod markdown;
mod name;
mod plain;

#[cfg(test)]
mod tests;

use crate::chat::request::Role;
use crate::chat::tree::Tree;
use crate::chat::turn::Turn;
use crate::event::End;

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
    /// The conversation's turns, of which the shown ones are written.
    pub tree: &'a Tree,
}

/// A form of text.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Form {
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
            Form::Markdown => "md",
            Form::Plain => "txt",
            Form::Html => "html",
        }
    }

    /// The media type, for a browser that is to save it.
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Markdown => "text/markdown;charset=utf-8",
            Form::Plain => "text/plain;charset=utf-8",
            Form::Html => "text/html;charset=utf-8",
        }
    }
}

/// Writes a conversation.
pub fn write(document: &Document, form: Form, words: &Words) -> String {
    match form {
        Form::Markdown => markdown::write(document, words),
        Form::Plain => plain::write(document, words),
        Form::Html => html::write(document, words),
    }
}

/// Writes conversations; gives for each the name of a file, which no other one has, and the text.
pub fn files<'a>(
    documents: impl IntoIterator<Item = Document<'a>>,
    form: Form,
    words: &Words,
) -> impl Iterator<Item = (String, String)> {
    let mut names = name::Names::default();
    documents.into_iter().map(move |document| {
        let title = document.title(words);
        let name = names.add(&title, &words.untitled, form.ending());
        (name, write(&document, form, words))
    })
}

impl Document<'_> {
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
