//! What a site may give the element of its own looks: slots, custom properties, parts.
//!
//! In: the style sheet, which has the defaults of most custom properties. Out: all of them.

use crate::text;

/// A place for content of the site's own: a child of the element with this name in its attribute `slot`.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// Its name; empty for children that name none.
    pub name: &'static str,
    /// What it takes the place of.
    pub words: &'static str,
}

/// A custom property that the element reads.
#[derive(Debug, Clone, Copy)]
pub struct CustomProperty {
    /// Its name.
    pub name: &'static str,
    /// Its syntax, as `@property` has it.
    pub syntax: &'static str,
    default: Default,
    /// What it is for.
    pub words: &'static str,
}

/// Where a default stands.
#[derive(Debug, Clone, Copy)]
enum Default {
    /// In the chat's style sheet, behind the property's own name.
    Own,
    /// There, behind another name.
    Of(&'static str),
    /// Elsewhere: this.
    Text(&'static str),
}

/// An element inside that a site's style sheet may reach with `::part()`.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub words: &'static str,
}

/// Every slot.
pub const SLOTS: [Slot; 4] = [
    Slot {
        name: "",
        words: "children without a slot: what is seen until the chat is loaded",
    },
    Slot {
        name: "header",
        words: "in the place of the title, at the beginning of the head",
    },
    Slot {
        name: "empty",
        words: "in the place of the first screen's greeting and examples; who answers, and what is wrong with the server, is still said",
    },
    Slot {
        name: "footer",
        words: "below the composer",
    },
];

const fn colour(name: &'static str, words: &'static str) -> CustomProperty {
    CustomProperty {
        name,
        syntax: "<color>",
        default: Default::Own,
        words,
    }
}

const fn length(name: &'static str, words: &'static str) -> CustomProperty {
    CustomProperty {
        name,
        syntax: "<length>",
        default: Default::Own,
        words,
    }
}

const fn floating(
    name: &'static str,
    default: &'static str,
    words: &'static str,
) -> CustomProperty {
    CustomProperty {
        default: Default::Text(default),
        ..length(name, words)
    }
}

/// Every custom property.
pub const PROPERTIES: [CustomProperty; 15] = [
    colour(
        "--rill-accent",
        "Send, links, marks of the focus; tints of it",
    ),
    colour(
        "--rill-accent-text",
        "text on the accent; black or white where the accent alone is set",
    ),
    colour(
        "--rill-ground",
        "what everything stands on; fields and edges follow it",
    ),
    colour("--rill-text", "text"),
    colour(
        "--rill-quiet",
        "text that stands back: status, hints; else it follows the text",
    ),
    colour("--rill-line", "hairlines; else they follow the ground"),
    CustomProperty {
        default: Default::Of("--site-tint"),
        ..colour("--rill-own", "behind what the person said")
    },
    CustomProperty {
        syntax: "*",
        ..colour(
            "--rill-font",
            "letters, as `font-family` names them; what a reader chooses as *Font* comes first",
        )
    },
    CustomProperty {
        syntax: "*",
        ..colour("--rill-mono", "letters of code")
    },
    length(
        "--rill-size",
        "size of the text; the young profile takes a quarter more, and a reader's *Text size* is per cent of that",
    ),
    length(
        "--rill-measure",
        "the longest line; what a reader chooses as *Line width* comes first",
    ),
    length("--rill-radius", "corners; `0px`, not `0`"),
    floating(
        "--rill-inset",
        "1rem",
        "`floating`: room between button or panel and the window's edges",
    ),
    floating("--rill-width", "26rem", "`floating`: width of the panel"),
    floating("--rill-height", "40rem", "`floating`: its height"),
];

/// Every part.
pub const PARTS: [Part; 16] = [
    part("page", "all of the chat"),
    part("head", "the row at its head"),
    part("title", "the name in it"),
    part("talk", "the conversation, which scrolls"),
    part("turn", "each turn of it"),
    part("user", "a turn of the person's: `::part(turn user)`"),
    part("assistant", "a reply: `::part(turn assistant)`"),
    part("answer", "its text"),
    part("status", "the line under it"),
    part(
        "composer",
        "the frame around the field for the message and its buttons",
    ),
    part("field", "the field"),
    part("send", "the button for Send and Stop"),
    part("footer", "what stands around the slot `footer`"),
    part("dialog", "each dialog"),
    part("launcher", "`floating`: the button in the corner"),
    part("panel", "`floating`: the panel that it opens"),
];

const fn part(name: &'static str, words: &'static str) -> Part {
    Part { name, words }
}

/// The chat's colours and sizes.
const TOKENS: &str = include_str!("../../style/tokens.css");

impl CustomProperty {
    /// Its default in light; `None` where it follows from something else.
    pub fn default(&self) -> Option<&'static str> {
        match self.default {
            Default::Text(text) => Some(text),
            _ => self.defaults().next(),
        }
    }

    /// Its default in dark, where that is another.
    pub fn in_dark(&self) -> Option<&'static str> {
        match self.default {
            Default::Text(_) => None,
            _ => self.defaults().nth(1),
        }
    }

    /// What the style sheet falls back to, in its order: light, dark, dark by the system.
    fn defaults(&self) -> impl Iterator<Item = &'static str> {
        let name = match self.default {
            Default::Of(other) => other,
            _ => self.name,
        };
        let uses = TOKENS.match_indices("var(");
        let uses = uses.filter_map(move |(at, open)| {
            let inside = text::from(TOKENS, at + open.len());
            inside.strip_prefix(name)
        });
        let fallbacks = uses.filter_map(|after| after.strip_prefix(", "));
        fallbacks.map(last_fallback)
    }
}

/// The part of a style sheet up to the bracket that closes what is open there; of a `var()` in it, its own fallback.
fn last_fallback(css: &'static str) -> &'static str {
    let mut depth = 0_usize;
    let end = css.char_indices().find_map(|(at, letter)| {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        None
    });
    let value = text::up_to(css, end.unwrap_or(css.len()));
    match value
        .strip_prefix("var(")
        .and_then(|inner| inner.split_once(", "))
    {
        Some((_, inner)) => inner.strip_suffix(')').unwrap_or(inner),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_style_sheet() {
        let of = |name: &str| PROPERTIES.into_iter().find(|one| one.name == name);
        let ground = of("--rill-ground").map(|ground| (ground.default(), ground.in_dark()));
        assert_eq!(
            ground,
            Some((Some("oklch(99% 0.003 190)"), Some("oklch(20.5% 0.012 210)")))
        );
        let quiet = of("--rill-quiet").and_then(|quiet| quiet.default());
        assert_eq!(quiet, Some("oklch(48% 0.017 210)"));
        let size = of("--rill-size").map(|size| (size.default(), size.in_dark()));
        assert_eq!(size, Some((Some("1rem"), None)));
        for property in PROPERTIES {
            assert!(property.default().is_some(), "{}", property.name);
        }
    }
}
