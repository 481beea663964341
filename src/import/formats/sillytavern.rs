//! SillyTavern's chats: a header, then a message a line.
//!
//! Swipes of a message are siblings; the chosen one is `mes`, which may have been edited there. Several characters make a group: then each
//! text begins with its speaker's name.

use std::collections::BTreeSet;

use crate::import::document::Json;
use crate::import::outcome::{About, Left, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title_of};
use crate::import::rules::graph::{Parent, What};
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time::{self, Moment};

use super::Entries;
use super::parts::words;

/// A chat while its lines are read.
#[derive(Default)]
pub struct Chat {
    /// The character's name, of the header.
    name: Option<String>,
    created: Option<Moment>,
    messages: Vec<Message>,
    left: Left,
}

struct Message {
    /// `None` for a note that the model does not see.
    speaker: Option<Speaker>,
    /// The character who speaks.
    name: Option<String>,
    swipes: Vec<Swipe>,
    /// The place of the chosen one among them.
    chosen: usize,
}

struct Swipe {
    said: Said,
    time: Option<Moment>,
    model: Option<String>,
}

impl Entries for Chat {
    fn entry(&mut self, line: Json<'_>, _: &mut Output<'_>) {
        match line.get("mes") {
            Some(_) => {
                let message = self.message(line);
                self.messages.push(message);
            }
            None if self.messages.is_empty() => self.header(line),
            None => self.left.add(Why::Message, 1),
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let chat = std::mem::take(self);
        out.give(chat.draft().finish());
    }
}

impl Chat {
    fn header(&mut self, line: Json<'_>) {
        let name = line.string("character_name");
        let name = name.as_deref().and_then(title_of);
        self.name = name.filter(|name| name != "unused").or(self.name.take());
        self.created = line.get("create_date").and_then(time::of).or(self.created);
    }

    fn message(&mut self, line: Json<'_>) -> Message {
        let flag = |field: &str| line.get(field).and_then(Json::flag) == Some(true);
        let extra = line.get("extra").unwrap_or(line);
        let is_narrator = extra.says("type", "narrator");
        let speaker = match (flag("is_system"), flag("is_user")) {
            (true, _) => None,
            (false, true) => Some(Speaker::User),
            (false, false) => Some(Speaker::Assistant),
        };
        let name = line.string("name").and_then(|name| title_of(&name));
        let is_character = speaker == Some(Speaker::Assistant) && !is_narrator;
        let mut chosen = Said::default();
        let mes = words(line, &["mes"]).or_else(|| line.get("mes")?.string("message"));
        chosen.text(&mes.unwrap_or_default());
        chosen.thought_in(extra, "reasoning");
        for (field, why) in [("image", Why::Picture), ("file", Why::File)] {
            if extra.get(field).is_some() {
                chosen.missing(why, &mut self.left);
            }
        }
        let chosen = Swipe {
            said: chosen,
            time: line.get("send_date").and_then(time::of),
            model: extra.string("model"),
        };
        let (swipes, chosen) = swipes(line, chosen);
        Message {
            speaker,
            name: name.filter(|_| is_character),
            swipes,
            chosen,
        }
    }

    fn draft(self) -> Draft {
        let names = self
            .messages
            .iter()
            .filter_map(|message| message.name.as_ref());
        let names: BTreeSet<String> = names.cloned().collect();
        let is_group = names.len() > 1;
        let mut draft = Draft {
            about: About {
                title: self
                    .name
                    .or_else(|| names.into_iter().next())
                    .filter(|_| !is_group),
                created: self.created,
                ..About::default()
            },
            left: self.left,
            ..Draft::default()
        };
        let mut below = Parent::Root;
        for message in self.messages {
            let Some(speaker) = message.speaker else {
                below = Parent::At(draft.add(Place::below(below), What::Hidden));
                continue;
            };
            let name = message.name.as_ref().filter(|_| is_group);
            let mut next = below.clone();
            for (at, swipe) in message.swipes.into_iter().enumerate() {
                let place = draft.numbered(below.clone());
                let id = place.id.clone();
                let place = draft.say(place, speaker, swipe.said, |speech| {
                    (speech.time, speech.model) = (swipe.time, swipe.model);
                    if let Some(name) = name.filter(|_| !speech.text.is_empty()) {
                        speech.text = format!("{name}: {}", speech.text);
                    }
                });
                if at == message.chosen {
                    next = Parent::At(place);
                    draft.current = id;
                }
            }
            below = next;
        }
        draft
    }
}

/// All swipes of a message that say something, and the place of the chosen one among them.
fn swipes(line: Json<'_>, chosen: Swipe) -> (Vec<Swipe>, usize) {
    let texts: Vec<Json<'_>> = line.list("swipes").collect();
    let at = line.get("swipe_id").and_then(Json::number);
    let at = at.filter(|at| *at >= 0.0 && (*at as usize) < texts.len());
    let Some(at) = at.map(|at| at as usize) else {
        return (vec![chosen], 0);
    };
    let infos: Vec<Json<'_>> = line.list("swipe_info").collect();
    let mut swipes = Vec::new();
    let mut place = 0;
    let mut chosen = Some(chosen);
    for (index, text) in texts.into_iter().enumerate() {
        if index == at {
            place = swipes.len();
            swipes.extend(chosen.take());
            continue;
        }
        let mut said = Said::default();
        let text = text
            .text()
            .map(String::from)
            .or_else(|| text.string("message"));
        said.text(&text.unwrap_or_default());
        if !said.has_text() {
            continue;
        }
        let info = infos.get(index).filter(|info| info.is_object());
        let extra = info.and_then(|info| info.get("extra"));
        if let Some(extra) = extra {
            said.thought_in(extra, "reasoning");
        }
        swipes.push(Swipe {
            said,
            time: info
                .and_then(|info| info.get("send_date"))
                .and_then(time::of),
            model: extra.and_then(|extra| extra.string("model")),
        });
    }
    (swipes, place)
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};

    fn check(file: &[&str], expect: &[&str], turns: usize, title: Option<&str>) {
        let read = one(&file.join("\n"));
        assert_eq!(lines(&read), expect);
        assert_eq!(
            (read.tree.len(), read.about.title.as_deref()),
            (turns, title)
        );
    }

    const HEADER: &str = r#"{"user_name":"unused","character_name":"unused","chat_metadata":{}}"#;

    #[test]
    fn greetings_are_siblings_and_the_chosen_one_is_what_stands_in_the_message() {
        let greeting = r#"{"name":"Bruno","is_user":false,"mes":"edited","swipes":["a"," ","old"],"swipe_id":2,"swipe_info":[null]}"#;
        let out_of_range = r#"{"name":"Bruno","mes":"b","swipes":["x"],"swipe_id":7}"#;
        check(
            &[
                HEADER,
                greeting,
                "no json",
                r#"{"name":"Ana","is_user":true,"mes":"hi"}"#,
                out_of_range,
            ],
            &["assistant: edited", "user: hi", "assistant: b"],
            4,
            Some("Bruno"),
        );
    }

    #[test]
    fn a_group_is_told_by_names_and_has_no_title() {
        check(
            &[
                r#"{"name":"Bruno","mes":"a"}"#,
                r#"{"name":"Note","is_system":true,"mes":"hidden"}"#,
                r#"{"name":"Cleo","mes":"<think>t</think>b"}"#,
                r#"{"name":"Storm","mes":"c","extra":{"type":"narrator"}}"#,
            ],
            &[
                "assistant: Bruno: a",
                "assistant: Cleo: b | t",
                "assistant: c",
            ],
            3,
            None,
        );
    }

    #[test]
    fn a_variant_wraps_its_texts() {
        check(
            &[
                HEADER,
                r#"{"name":"Bruno","mes":{"message":"a","id":1},"swipes":[{"message":"a","id":1},{"message":"b","id":2}],"swipe_id":0}"#,
            ],
            &["assistant: a"],
            2,
            Some("Bruno"),
        );
    }
}
