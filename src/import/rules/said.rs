//! One message: whose it is, and what it says, gathered part by part.
//!
//! In: the word for a speaker; texts, thoughts, pictures and files as a format has them. Out: [`Speech`], or nothing where the message
//! says nothing; and counts of what has no place here.

use crate::chat::request::{Image, Role};
use crate::event::End;
use crate::import::document::Json;
use crate::import::outcome::{Left, Why};
use crate::import::rules::thinking;
use crate::import::rules::time::Moment;

/// Somebody who has a message in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The person.
    User,
    /// The model.
    Assistant,
    /// The frame that the conversation stands in.
    System,
    /// A tool, or anybody else.
    Tool,
}

impl Speaker {
    /// The speaker that a word means.
    pub fn of(word: &str) -> Speaker {
        match word.trim().to_ascii_lowercase().as_str() {
            "user" | "human" => Speaker::User,
            "assistant" | "gpt" | "chatgpt" | "bot" | "model" | "ai" => Speaker::Assistant,
            "system" | "developer" => Speaker::System,
            _ => Speaker::Tool,
        }
    }

    /// The speaker that a field of a message names; nobody is a tool.
    pub fn in_field(message: Json<'_>, field: &str) -> Speaker {
        let word = message.string(field);
        word.map_or(Speaker::Tool, |word| Speaker::of(&word))
    }
}

/// The words of one side, as they become a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// [`Role::User`] or [`Role::Assistant`].
    pub role: Role,
    /// The words.
    pub text: String,
    /// The thinking before them.
    pub thinking: String,
    /// Pictures that are here with their bytes.
    pub images: Vec<Image>,
    /// The time.
    pub time: Option<Moment>,
    /// The model that answered.
    pub model: Option<String>,
    /// The end of a reply, where the file knows of another than a complete one.
    pub end: Option<End>,
}

/// Parts of one message.
#[derive(Debug, Default, Clone)]
pub struct Said {
    texts: Vec<String>,
    thoughts: Vec<String>,
    images: Vec<Image>,
    /// Pictures and files that are elsewhere.
    elsewhere: usize,
}

impl Said {
    /// Takes a part of the text; a blank one is left out.
    pub fn text(&mut self, text: &str) {
        push(&mut self.texts, text);
    }

    /// Takes a part of the thinking.
    pub fn thought(&mut self, text: &str) {
        push(&mut self.thoughts, text);
    }

    /// Takes the text in a field, if there is one.
    pub fn text_in(&mut self, message: Json<'_>, field: &str) {
        if let Some(text) = message.string(field) {
            self.text(&text);
        }
    }

    /// Takes the thinking in a field, if there is some.
    pub fn thought_in(&mut self, message: Json<'_>, field: &str) {
        if let Some(text) = message.string(field) {
            self.thought(&text);
        }
    }

    /// Takes a picture: a `data:` address, or base64 without one. Links and names are not fetched.
    pub fn picture(&mut self, address: &str, left: &mut Left) {
        let address = address.trim();
        if address.is_empty() {
            return;
        }
        let bytes = match address.get(..5).map(str::to_ascii_lowercase).as_deref() {
            Some("data:") => address
                .split_once(";base64,")
                .map_or("", |(_, bytes)| bytes),
            _ => address,
        };
        match Image::of(bytes.to_owned()) {
            Some(image) => self.image(image),
            None => self.missing(Why::Picture, left),
        }
    }

    /// Takes a picture that was found.
    pub fn image(&mut self, image: Image) {
        self.images.push(image);
    }

    /// Notes a picture or a file that is not in this file.
    pub fn missing(&mut self, why: Why, left: &mut Left) {
        self.elsewhere += 1;
        left.add(why, 1);
    }

    /// Number of the pictures that are here.
    pub fn pictures(&self) -> usize {
        self.images.len()
    }

    /// Tells whether there is any text so far.
    pub fn has_text(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Tells whether there is any thinking of its own so far.
    pub fn has_thoughts(&self) -> bool {
        !self.thoughts.is_empty()
    }

    /// The text alone.
    pub fn words(&self) -> String {
        joined(&self.texts)
    }

    /// The message as a turn; `None` where it is none: a reply with neither text nor thinking, a person's without text that had no
    /// picture or file either.
    pub fn speech(self, role: Role) -> Option<Speech> {
        let mut text = joined(&self.texts);
        let mut thinking = joined(&self.thoughts);
        let is_reply = role == Role::Assistant;
        if !is_reply {
            thinking.clear();
        } else if thinking.is_empty()
            && let Some((thought, answer)) = thinking::split(&text)
        {
            (thinking, text) = (thought.to_owned(), answer.to_owned());
        }
        let is_nothing = text.is_empty() && thinking.is_empty();
        let has_files = !self.images.is_empty() || self.elsewhere > 0;
        if is_nothing && (is_reply || !has_files) {
            return None;
        }
        Some(Speech {
            role,
            text,
            thinking,
            images: self.images,
            time: None,
            model: None,
            end: None,
        })
    }
}

fn push(to: &mut Vec<String>, text: &str) {
    if !text.trim().is_empty() {
        to.push(text.to_owned());
    }
}

fn joined(parts: &[String]) -> String {
    parts.join("\n\n").trim().to_owned()
}

/// Appends a text behind a blank line.
pub fn append(to: &mut String, text: &str) {
    if !to.is_empty() && !text.is_empty() {
        to.push_str("\n\n");
    }
    to.push_str(text);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PNG: &str = "iVBORw0KGgo=";

    fn said(texts: &[&str], thoughts: &[&str]) -> Said {
        let mut said = Said::default();
        texts.iter().for_each(|text| said.text(text));
        thoughts.iter().for_each(|text| said.thought(text));
        said
    }

    #[test]
    fn parts_are_joined_by_a_blank_line_and_blank_ones_left_out() {
        let speech = said(&[" a", "\n ", "b \n"], &["c", "", "d"]);
        let speech = speech.speech(Role::Assistant).unwrap();
        assert_eq!(
            (speech.text.as_str(), speech.thinking.as_str()),
            ("a\n\nb", "c\n\nd")
        );
    }

    #[test]
    fn a_tag_counts_where_there_is_no_thinking_of_its_own_and_a_model_speaks() {
        let check = |said: Said, role, text: &str, thinking: &str| {
            let speech = said.speech(role).unwrap();
            assert_eq!(
                (speech.text.as_str(), speech.thinking.as_str()),
                (text, thinking)
            );
        };
        let tagged = "<think>a</think>b";
        check(said(&[tagged], &[]), Role::Assistant, "b", "a");
        check(said(&[tagged], &["c"]), Role::Assistant, tagged, "c");
        check(said(&[tagged], &[]), Role::User, tagged, "");
        check(said(&["<think>a"], &[]), Role::Assistant, "", "a");
    }

    #[test]
    fn what_is_empty_is_no_turn_unless_a_person_showed_something() {
        assert!(said(&[" "], &[]).speech(Role::Assistant).is_none());
        assert!(said(&[" "], &[]).speech(Role::User).is_none());
        for picture in [PNG, "https://example.org/a.png"] {
            let mut left = Left::default();
            let mut said = Said::default();
            said.picture(picture, &mut left);
            assert_eq!(left.count(Why::Picture), usize::from(picture != PNG));
            assert!(said.clone().speech(Role::User).is_some());
            assert!(said.speech(Role::Assistant).is_none());
        }
    }

    #[test]
    fn a_picture_is_one_by_its_bytes() {
        let mut left = Left::default();
        let mut said = Said::default();
        for picture in [
            "",
            PNG,
            "data:image/png;base64,iVBORw0KGgo=",
            "DATA:text/html;base64,iVBORw0KGgo=",
            "data:image/svg+xml;base64,PHN2Zy8+",
            "data:image/png,iVBORw0KGgo=",
            "sediment://file_1",
        ] {
            said.picture(picture, &mut left);
        }
        assert_eq!((said.images.len(), left.count(Why::Picture)), (3, 3));
    }

    #[test]
    fn every_word_for_a_speaker_is_understood() {
        let check = |word: &str, expect| assert_eq!(Speaker::of(word), expect, "{word}");
        check("Human", Speaker::User);
        check("ChatGPT", Speaker::Assistant);
        check("AI", Speaker::Assistant);
        check("developer", Speaker::System);
        check("observation", Speaker::Tool);
        check("", Speaker::Tool);
    }
}
