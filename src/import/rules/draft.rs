//! A conversation while its messages are read.
//!
//! In: what the file says of it, and its messages in the file's order. Out: the [`Conversation`], if anybody says anything in it.

use super::graph::{Grown, Join, Node, Parent, What, grow};
use super::said::{Said, Speaker, Speech};
use crate::chat::request::Role;
use crate::import::document::Json;
use crate::import::outcome::{About, Conversation, Left, Why};

/// A conversation while its messages are read.
#[derive(Debug, Default)]
pub struct Draft {
    /// All but its messages. Its system prompt goes before that of a message.
    pub about: About,
    /// The name of the message that is shown last.
    pub current: Option<String>,
    /// When neighbours are one turn.
    pub join: Join,
    /// What has no place here.
    pub left: Left,
    /// All messages so far. [`Draft::add`] adds to them.
    pub nodes: Vec<Node>,
}

/// Where a message stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name.
    pub id: Option<String>,
    /// The message before it.
    pub parent: Parent,
    /// The messages behind it, where they are listed.
    pub children: Vec<String>,
}

impl Place {
    /// A place without a name.
    pub fn below(parent: Parent) -> Place {
        Place {
            id: None,
            parent,
            children: Vec::new(),
        }
    }
}

impl Draft {
    /// The place behind the last message.
    pub fn behind(&self) -> Place {
        let last = self.nodes.len().checked_sub(1);
        Place::below(last.map_or(Parent::Root, Parent::At))
    }

    /// A place below another message, named by its number: for formats whose messages have no names.
    pub fn numbered(&self, parent: Parent) -> Place {
        Place {
            id: Some(self.nodes.len().to_string()),
            ..Place::below(parent)
        }
    }

    /// Number of messages so far, of all sorts.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a node; gives its place in the list.
    pub fn add(&mut self, place: Place, what: What) -> usize {
        self.nodes.push(Node {
            id: place.id,
            parent: place.parent,
            children: place.children,
            what,
        });
        self.nodes.len() - 1
    }

    /// Adds a message; gives its place in the list. `more` tells what else is known of it.
    pub fn say(
        &mut self,
        place: Place,
        speaker: Speaker,
        said: Said,
        more: impl FnOnce(&mut Speech),
    ) -> usize {
        let what = match speaker {
            Speaker::System => What::System(said.words()),
            Speaker::Tool => What::Tool,
            Speaker::User => turn(said, Role::User, more).unwrap_or(What::Hidden),
            Speaker::Assistant => {
                let pictures = said.pictures();
                turn(said, Role::Assistant, more).unwrap_or_else(|| {
                    // What a tool drew has no place of its own.
                    self.left.add(Why::Picture, pictures);
                    What::Tool
                })
            }
        };
        self.add(place, what)
    }

    /// The conversation; `None` where nobody says anything.
    pub fn finish(self) -> Option<Conversation> {
        let conversation = self.finish_empty();
        (!conversation.tree.is_empty()).then_some(conversation)
    }

    /// The conversation, even one in which nobody says anything yet.
    pub fn finish_empty(mut self) -> Conversation {
        let Grown {
            mut tree,
            times,
            system,
            tools,
            dropped,
        } = grow(self.nodes, self.current.as_deref(), self.join);
        let own = self.about.system.take();
        let own = own.filter(|system| !system.trim().is_empty());
        // Where the conversation has one of its own, that of a message comes later.
        let dropped = dropped + usize::from(own.is_some() && system.is_some());
        self.left.add(Why::Tool, tools);
        self.left.add(Why::System, dropped);
        self.about.system = own.or(system).map(|system| system.trim().to_owned());
        tree.system.clone_from(&self.about.system);
        for (id, time) in times.iter().enumerate() {
            if let Some(turn) = tree.turn_mut(id) {
                turn.time = *time;
            }
        }
        Conversation {
            about: self.about,
            tree,
            times,
            left: self.left,
        }
    }
}

fn turn(said: Said, role: Role, more: impl FnOnce(&mut Speech)) -> Option<What> {
    let mut speech = said.speech(role)?;
    more(&mut speech);
    Some(What::Turn(speech))
}

/// The most bytes of a name that is written into many turns.
pub const LONGEST_NAME: usize = 200;

/// The name in a field that is written into many turns; one that is too long for that is none.
pub fn short_name(of: Json<'_>, field: &str) -> Option<String> {
    of.string(field).filter(|name| name.len() <= LONGEST_NAME)
}

/// The first of these fields that holds a title: trimmed, with single blanks.
pub fn title(of: Json<'_>, fields: &[&str]) -> Option<String> {
    let titles = fields.iter().filter_map(|field| of.string(field));
    let mut titles = titles.filter_map(|title| title_of(&title));
    titles.next()
}

/// A title: trimmed, with single blanks; `None` where nothing is left.
pub fn title_of(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
