//! Colours for code.
//!
//! In: a language's name, as a fence has it, and whole lines of code, piece by piece. Out: what each run of letters is, in the
//! few [`Paint`]s that a page has colours for. It must not know how they look. A line that takes longer than its share is the last
//! that its language is asked for; one that never ends is the page's to end, with the worker.

use std::collections::{HashMap, HashSet};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

/// Bytes of the longest line that is read; longer ones stay plain: nobody reads them, and most grammars are slow on them.
pub const LONGEST_LINE: usize = 4_000;

/// A line's share of time, in milliseconds: a slow machine reads the worst lines that people write in less.
pub const SHARE: f64 = 400.0;

/// The time that a grammar may take for lines beyond their share, in milliseconds in all: its first lines make its expressions,
/// and a busy machine needs a second for that.
pub const ALLOWANCE: f64 = 3000.0;

/// The kind of a run of letters. The number is what goes to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Paint {
    /// No kind in particular.
    Plain = 0,
    /// Words for people only.
    Comment = 1,
    /// Text.
    Text = 2,
    /// A number or another fixed value.
    Value = 3,
    /// A word of the language.
    Keyword = 4,
    /// A function, where it is made or called.
    Function = 5,
    /// A type, a class, a module.
    Type = 6,
    /// The name of a property, an attribute or a key.
    Name = 7,
    /// A line that a patch adds.
    Added = 8,
    /// A line that a patch takes away.
    Removed = 9,
}

/// A number of UTF-16 units (as a page counts letters), and their kind.
pub type Run = (u32, Paint);

/// Grammars of every language.
pub struct Languages {
    set: SyntaxSet,
    rules: Vec<(Scope, Option<Paint>)>,
    known: HashMap<Scope, Option<Option<Paint>>>,
    operator: Scope,
    /// Names of grammars that took too long for a line: they are plain from then on.
    plain: HashSet<String>,
    /// The time that each grammar has taken for lines beyond their share, in milliseconds.
    spent: HashMap<String, f64>,
}

/// One piece of code that is being read.
pub struct Reading {
    grammar: String,
    state: ParseState,
    stack: ScopeStack,
}

/// Meanings of scopes, by the conventions of Sublime Text's grammars; the longest that fits counts. `None` ends the search: what
/// stands in a hole of a string is no string.
const RULES: [(&str, Option<Paint>); 38] = [
    ("comment", Some(Paint::Comment)),
    ("string", Some(Paint::Text)),
    ("string.unquoted", None),
    ("string.regexp", Some(Paint::Text)),
    ("meta.interpolation", None),
    ("meta.embedded", None),
    ("meta.template.expression", None),
    ("punctuation.section.interpolation", None),
    ("meta.mapping.key", Some(Paint::Name)),
    ("constant", Some(Paint::Value)),
    ("constant.other.placeholder", Some(Paint::Value)),
    ("keyword", Some(Paint::Keyword)),
    ("keyword.operator", None),
    ("storage", Some(Paint::Keyword)),
    ("variable.language", Some(Paint::Keyword)),
    ("variable.function", Some(Paint::Function)),
    ("entity.name.function", Some(Paint::Function)),
    ("support.function", Some(Paint::Function)),
    ("support.macro", Some(Paint::Function)),
    ("entity.name", Some(Paint::Type)),
    ("entity.name.label", Some(Paint::Name)),
    ("entity.name.constant", Some(Paint::Value)),
    ("entity.name.tag", Some(Paint::Keyword)),
    ("entity.name.tag.toml", Some(Paint::Name)),
    ("entity.name.tag.yaml", Some(Paint::Name)),
    ("entity.name.section", Some(Paint::Keyword)),
    ("entity.other.inherited-class", Some(Paint::Type)),
    ("entity.other.attribute-name", Some(Paint::Name)),
    ("support.type", Some(Paint::Type)),
    ("support.class", Some(Paint::Type)),
    ("support.constant", Some(Paint::Value)),
    ("support.type.property-name", Some(Paint::Name)),
    ("variable.other.member", None),
    ("variable.annotation", Some(Paint::Function)),
    ("markup.inserted", Some(Paint::Added)),
    ("markup.deleted", Some(Paint::Removed)),
    ("markup.heading", Some(Paint::Keyword)),
    ("markup.raw", Some(Paint::Text)),
];

/// Names that people and models write on a fence, where no grammar has them.
const OTHER_NAMES: [(&str, &str); 24] = [
    ("bash-session", "bash"),
    ("console", "bash"),
    ("csharp", "cs"),
    ("c#", "cs"),
    ("cuda", "cpp"),
    ("docker", "dockerfile"),
    ("fsharp", "fs"),
    ("golang", "go"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("jsonl", "json"),
    ("jsx", "tsx"),
    ("ksh", "bash"),
    ("mjs", "js"),
    ("node", "js"),
    ("objc", "objective-c"),
    ("python3", "py"),
    ("rlang", "r"),
    ("rustlang", "rs"),
    ("shell", "bash"),
    ("shell-session", "bash"),
    ("terminal", "bash"),
    ("vb", "asp"),
    ("viml", "vim"),
];

impl Languages {
    /// Every grammar. Each is unpacked when it is first asked for.
    pub fn new() -> Self {
        let rules = RULES
            .iter()
            .filter_map(|(name, paint)| Some((Scope::new(name).ok()?, *paint)));
        Languages {
            set: two_face::syntax::extra_newlines(),
            rules: rules.collect(),
            known: HashMap::new(),
            operator: Scope::new("keyword.operator").unwrap_or_default(),
            plain: HashSet::new(),
            spent: HashMap::new(),
        }
    }

    /// Begins to read code; `None` where nobody knows the language, or it is none.
    pub fn read(&self, language: &str) -> Option<Reading> {
        let name = language
            .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '#' | '+'))
            .to_lowercase();
        let name = OTHER_NAMES
            .iter()
            .find(|(other, _)| *other == name)
            .map_or(name.as_str(), |(_, name)| name);
        let syntax = self.set.find_syntax_by_token(name)?;
        let is_read = syntax.name != self.set.find_syntax_plain_text().name
            && !self.plain.contains(&syntax.name);
        is_read.then(|| Reading {
            grammar: syntax.name.clone(),
            state: ParseState::new(syntax),
            stack: ScopeStack::new(),
        })
    }

    /// Reads on: whole lines. Their runs together are as long as they. `clock` tells the milliseconds, and is asked between
    /// lines.
    pub fn go_on(
        &mut self,
        reading: &mut Reading,
        lines: &str,
        clock: &mut dyn FnMut() -> f64,
    ) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut before = clock();
        for line in lines.split_inclusive('\n') {
            let now = clock();
            if now - before > SHARE && self.is_too_slow(&reading.grammar, now - before) {
                self.plain.insert(reading.grammar.clone());
            }
            before = now;
            if line.len() > LONGEST_LINE || self.plain.contains(&reading.grammar) {
                push(&mut runs, line, Paint::Plain);
                continue;
            }
            let Ok(ops) = reading.state.parse_line(line, &self.set) else {
                push(&mut runs, line, Paint::Plain);
                continue;
            };
            let mut from = 0;
            for (at, op) in ops {
                if at > from {
                    let text = line.get(from..at).unwrap_or_default();
                    push(&mut runs, text, self.paint(&reading.stack, text));
                    from = at;
                }
                // It fails only where a grammar takes away what it never gave; then the rest is coloured as well as can be.
                let _ = reading.stack.apply(&op);
            }
            let text = line.get(from..).unwrap_or_default();
            push(&mut runs, text, self.paint(&reading.stack, text));
        }
        runs
    }

    /// Counts a line of this grammar that took longer than its share, in milliseconds; whether all such have used up what it has.
    fn is_too_slow(&mut self, grammar: &str, took: f64) -> bool {
        let spent = self.spent.entry(grammar.to_owned()).or_default();
        *spent += took;
        *spent > ALLOWANCE
    }

    /// Finds the kind of a run of letters: that of the innermost scope that means something.
    fn paint(&mut self, stack: &ScopeStack, text: &str) -> Paint {
        let scopes = stack.as_slice();
        // An operator is a word of the language where it is a word at all: `in`, `and`.
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_word
            && scopes
                .last()
                .is_some_and(|last| self.operator.is_prefix_of(*last))
        {
            return Paint::Keyword;
        }
        let meaning = |languages: &mut Self, scope: Scope| match languages.known.get(&scope) {
            Some(known) => *known,
            None => {
                let found = languages
                    .rules
                    .iter()
                    .filter(|(rule, _)| rule.is_prefix_of(scope))
                    .max_by_key(|(rule, _)| rule.len())
                    .map(|(_, paint)| *paint);
                languages.known.insert(scope, found);
                found
            }
        };
        let mut found = Paint::Plain;
        for &scope in scopes.iter().rev() {
            match meaning(self, scope) {
                // The key of a mapping is a name, whether it stands in quotes or not.
                Some(Some(Paint::Name)) if matches!(found, Paint::Plain | Paint::Text) => {
                    return Paint::Name;
                }
                Some(Some(paint)) if found == Paint::Plain => {
                    if paint != Paint::Text {
                        return paint;
                    }
                    found = paint;
                }
                Some(None) => break,
                _ => {}
            }
        }
        found
    }
}

impl Default for Languages {
    fn default() -> Self {
        Languages::new()
    }
}

/// Appends a run. Blanks have no colour, so they go with what stands before them: fewer pieces for the page.
fn push(runs: &mut Vec<Run>, text: &str, paint: Paint) {
    let length = text.encode_utf16().count() as u32;
    let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
    match runs.last_mut() {
        Some(last) if last.1 == paint || blank => last.0 += length,
        _ => runs.push((length, if blank { Paint::Plain } else { paint })),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Each run as `letter:text`, the plain ones left out.
    fn painted(languages: &mut Languages, language: &str, pieces: &[&str]) -> Vec<String> {
        let mut reading = languages.read(language).unwrap();
        let runs: Vec<Run> = pieces
            .iter()
            .flat_map(|piece| languages.go_on(&mut reading, piece, &mut || 0.0))
            .collect();
        let units: Vec<u16> = pieces.concat().encode_utf16().collect();
        let mut from = 0;
        let mut out = Vec::new();
        for (length, paint) in runs {
            let to = from + length as usize;
            let text = String::from_utf16(&units[from..to]).unwrap();
            if paint != Paint::Plain {
                out.push(format!("{paint:?}:{}", text.trim()));
            }
            from = to;
        }
        assert_eq!(from, units.len(), "{language}: a run for every letter");
        out
    }

    #[test]
    fn words_of_many_languages_get_the_colour_of_what_they_are() {
        let mut languages = Languages::new();
        let mut check = |language: &str, code: &str, expect: &[&str]| {
            let found = painted(&mut languages, language, &[code]);
            for expect in expect {
                assert!(
                    found.iter().any(|run| run == expect),
                    "{language}: {expect} is not in {found:?}"
                );
            }
        };
        check(
            "rust",
            "fn main() { let x = 5; } // end\n",
            &[
                "Keyword:fn",
                "Function:main",
                "Keyword:let",
                "Value:5",
                "Comment:// end",
            ],
        );
        check(
            "python",
            "def f(a):\n    return \"x\" and None\n",
            &[
                "Keyword:def",
                "Function:f",
                "Keyword:return",
                "Text:\"x\"",
                "Value:None",
            ],
        );
        check(
            "rust",
            "for a in b { c += 1 }\n",
            &["Keyword:for", "Keyword:in"],
        );
        check("python", "a and b + c\n", &["Keyword:and"]);
        check(
            "ts",
            "const a: number = 1; // n\n",
            &["Keyword:const", "Value:1", "Comment:// n"],
        );
        check(
            "js",
            "const a = `b ${c} d`;\n",
            &["Keyword:const", "Text:`b", "Text:d`"],
        );
        check(
            "toml",
            "[package]\nname = \"rill\"\n",
            &["Name:name", "Text:\"rill\""],
        );
        check(
            "json",
            "{\"a\": [1, true]}\n",
            &["Name:\"a\"", "Value:1", "Value:true"],
        );
        check(
            "bash",
            "echo \"hi\" # say\n",
            &["Function:echo", "Text:\"hi\"", "Comment:# say"],
        );
        check(
            "html",
            "<p class=\"a\">x</p>\n",
            &["Keyword:p", "Name:class", "Text:\"a\""],
        );
        check("css", "p { color: red }\n", &["Name:color"]);
        check(
            "sql",
            "SELECT 1 FROM t; -- x\n",
            &["Keyword:SELECT", "Value:1", "Comment:-- x"],
        );
        check("diff", "+new\n-old\n", &["Added:+new", "Removed:-old"]);
        check("dockerfile", "FROM debian:13\n", &["Keyword:FROM"]);
        check(
            "kotlin",
            "fun f() = 1\n",
            &["Keyword:fun", "Function:f", "Value:1"],
        );
        check(
            "c++",
            "int main() { return 0; }\n",
            &["Keyword:int", "Function:main", "Keyword:return", "Value:0"],
        );
    }

    #[test]
    fn a_name_on_a_fence_finds_its_language_and_no_language_is_none() {
        let languages = Languages::new();
        for name in [
            "rust",
            "Rust",
            "py",
            "python3",
            "JavaScript",
            "jsx",
            "tsx",
            "typescript",
            "go",
            "golang",
            "c",
            "c++",
            "cpp",
            "c#",
            "csharp",
            "java",
            "kotlin",
            "swift",
            "ruby",
            "php",
            "lua",
            "perl",
            "r",
            "scala",
            "haskell",
            "elixir",
            "erlang",
            "clojure",
            "ocaml",
            "sh",
            "bash",
            "zsh",
            "shell",
            "console",
            "html",
            "css",
            "scss",
            "xml",
            "yaml",
            "yml",
            "toml",
            "json",
            "jsonc",
            "ini",
            "sql",
            "dockerfile",
            "docker",
            "makefile",
            "cmake",
            "nix",
            "zig",
            "dart",
            "julia",
            "latex",
            "tex",
            "markdown",
            "diff",
            "graphql",
            "proto",
            "vue",
            "svelte",
            "{.rust}",
        ] {
            assert!(languages.read(name).is_some(), "{name}");
        }
        for name in [
            "text",
            "txt",
            "plain text",
            "output",
            "",
            "😀",
            "nobody-knows-me",
        ] {
            assert!(languages.read(name).is_none(), "{name}");
        }
    }

    #[test]
    fn however_the_lines_are_handed_over_the_colours_are_the_same() {
        let mut languages = Languages::new();
        let code = "/* one\n two 😀\n*/ fn a() {\n    \"text\n    goes on\"; 'x'\n}\n";
        let lines: Vec<&str> = code.split_inclusive('\n').collect();
        let whole = painted(&mut languages, "rust", &[code]).join(" ");
        let apart = painted(&mut languages, "rust", &lines).join(" ");
        let words = |text: &str| text.replace("Comment:", "").replace("Text:", "");
        assert_eq!(
            words(&whole).split_whitespace().collect::<Vec<_>>(),
            words(&apart).split_whitespace().collect::<Vec<_>>()
        );
        assert!(
            apart.contains("Comment:two 😀") && apart.contains("Text:goes on\""),
            "{apart}"
        );
    }

    #[test]
    fn after_a_line_that_takes_longer_than_its_share_its_language_is_plain() {
        let mut languages = Languages::new();
        let mut reading = languages.read("js").unwrap();
        // The third line takes too long.
        let mut times = [0.0, 0.0, 10.0, 20.0, 21.0 + ALLOWANCE, 9000.0].into_iter();
        let code = "let a = 1;\n".repeat(5);
        let runs = languages.go_on(&mut reading, &code, &mut || times.next().unwrap());
        assert_eq!(runs.iter().map(|run| run.0).sum::<u32>(), 55);
        let keywords = runs.iter().filter(|run| run.1 == Paint::Keyword);
        assert_eq!(keywords.count(), 3, "{runs:?}");
        assert!(languages.read("js").is_none() && languages.read("mjs").is_none());
        assert!(languages.read("rust").is_some());
    }

    #[test]
    fn a_slow_first_line_costs_a_language_nothing() {
        let mut languages = Languages::new();
        let mut reading = languages.read("js").unwrap();
        let mut times = [0.0, 0.0, SHARE * 3.0, SHARE * 3.0 + 10.0, SHARE * 5.0].into_iter();
        languages.go_on(&mut reading, &"let a = 1;\n".repeat(4), &mut || {
            times.next().unwrap()
        });
        assert!(languages.read("js").is_some());
    }

    #[test]
    fn a_line_that_is_too_long_stays_plain_and_the_next_one_does_not() {
        let mut languages = Languages::new();
        let code = format!("let a = \"{}\";\nlet b = 1;\n", "x".repeat(LONGEST_LINE));
        assert_eq!(
            painted(&mut languages, "rust", &[&code]),
            ["Keyword:let", "Value:1"]
        );
    }
}
