//! The words of a reply, before any server's wire.
//!
//! In: a script and the conversation. Out: thinking and tokens, the same every time.

use crate::script::Script;

/// What the model says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The thinking, token by token.
    pub thinking: Vec<String>,
    /// The answer, token by token.
    pub tokens: Vec<String>,
    /// The server's word for the end, if the script gives one.
    pub finish: Option<String>,
    /// How many tokens the prompt is taken to have.
    pub prompt_tokens: usize,
    /// The most tokens that the request allows were too few.
    pub limited: bool,
}

impl Reply {
    /// Writes the reply to `user`, the last message of the person; `prompt` is all that the model reads, `limit` the most tokens.
    /// `begun` is a last message of the model's own: it goes on from there, where that is how its text begins.
    pub fn write(
        script: &Script,
        user: &str,
        begun: &str,
        prompt: &str,
        limit: Option<u64>,
    ) -> Reply {
        let text = match &script.text {
            _ if script.echo => user,
            Some(text) => text,
            None => DEFAULT_TEXT,
        };
        let mut tokens = tokens(text.strip_prefix(begun).unwrap_or(text));
        if let Some(wanted) = script.tokens {
            tokens = tokens.iter().cloned().cycle().take(wanted).collect();
        }
        if let Some(size) = script.huge {
            tokens = vec!["x".repeat(size)];
        }
        if script.empty {
            tokens.clear();
        }
        let limit = limit
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| *limit < tokens.len());
        if let Some(limit) = limit {
            tokens.truncate(limit);
        }
        Reply {
            thinking: script
                .think
                .as_deref()
                .map(self::tokens)
                .unwrap_or_default(),
            tokens,
            finish: script.finish.clone(),
            prompt_tokens: self::tokens(prompt).len() + 1,
            limited: limit.is_some(),
        }
    }

    /// The answer as one text.
    pub fn text(&self) -> String {
        self.tokens.concat()
    }

    /// The word for the end: the script's, else `length` where the limit was met, else `stop`.
    pub fn word(&self) -> &str {
        self.finish
            .as_deref()
            .unwrap_or(if self.limited { "length" } else { "stop" })
    }
}

/// Cuts a text into tokens much as models do: a word with the space before it, long words in pieces, symbols one by one (so a family
/// emoji comes in several tokens, as it does from real models).
pub fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for letter in text.chars() {
        let plain = letter.is_alphanumeric() && letter.is_ascii();
        let joins = open && plain && out.last().is_some_and(|last| last.chars().count() < 7);
        match out.last_mut() {
            Some(last) if joins => last.push(letter),
            Some(last) if last == " " && !letter.is_whitespace() => last.push(letter),
            _ => out.push(letter.to_string()),
        }
        open = plain || letter == ' ';
    }
    out
}

/// What the model says when nothing else was asked for.
pub const DEFAULT_TEXT: &str = "A river begins small.\n\n\
## Three rivers\n\n\
1. The **Rhine**, 1233 km\n\
2. The *Danube*, 2850 km\n\
3. The Elbe, 1094 km\n\n\
```rust\nfn main() {\n    println!(\"flow\");\n}\n```\n\n\
| river | sea |\n|---|---|\n| Rhine | North Sea |\n| Danube | Black Sea |\n\n\
It ends in the sea. 🌊\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_text() {
        for text in [
            DEFAULT_TEXT,
            "",
            " ",
            "a  b\n\n c",
            "👩‍👩‍👧‍👦🇩🇪 e\u{301}xtraordinarily",
        ] {
            assert_eq!(tokens(text).concat(), text);
        }
        assert_eq!(
            tokens("It ends. Extraordinary"),
            ["It", " ends", ".", " Extrao", "rdinary"]
        );
        assert!(tokens("👩‍👧").len() > 1);
    }

    #[test]
    fn the_script_decides_what_is_said() {
        let say = |options: &str| {
            Reply::write(
                &Script::parse(options),
                "hello you",
                "",
                "hello you",
                Some(500),
            )
        };
        assert_eq!(say("text=a%20b").text(), "a b");
        assert_eq!(say("echo").text(), "hello you");
        assert_eq!(say("tokens=3;text=a%20b").text(), "a ba");
        assert_eq!(say("huge=10").tokens, ["xxxxxxxxxx"]);
        assert!(say("empty").tokens.is_empty());
        assert_eq!(say("").word(), "stop");
        assert_eq!(say("finish=tool_calls").word(), "tool_calls");
        let short = Reply::write(&Script::parse(""), "", "", "", Some(4));
        assert_eq!((short.tokens.len(), short.word()), (4, "length"));
        let more = Reply::write(&Script::parse("text=a%20b%20c"), "", "a b", "", None);
        assert_eq!(more.text(), " c");
    }
}
