//! The layers of the house: no room names a room above itself, so that there is no circle and no arrow back up.
//!
//! In: the tables of rooms in `src/lib.rs`, `src/page/mod.rs` and `src/page/ui/mod.rs`, which run from the ground up; every path in
//! every file of `src`. Out: the forbidden arrows, with their places. A module may name those above it in its table, for they
//! stand below it in the house. Unit tests may name whatever they like.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Files that hold a table, and the module whose rooms it lists.
const TABLES: [(&str, &str); 3] = [
    ("src/lib.rs", ""),
    ("src/page/mod.rs", "page"),
    ("src/page/ui/mod.rs", "page::ui"),
];

/// The one file that names both halves of the page.
const BOTH_HALVES: &str = "page::second_half";

type Module = Vec<String>;

/// A row of a table.
#[derive(Debug)]
struct Room {
    module: Module,
    /// The first view does without it.
    comes_later: bool,
}

/// The rooms of one module, from the ground up.
#[derive(Debug)]
struct Table {
    of: Module,
    rooms: Vec<Room>,
}

/// A module that is named somewhere.
#[derive(Debug, PartialEq)]
struct Arrow {
    line: usize,
    to: Module,
}

#[test]
fn no_room_names_a_room_above_itself() {
    let tables: Vec<Table> = TABLES
        .iter()
        .map(|(file, of)| table(&fs::read_to_string(root().join(file)).unwrap(), of))
        .collect();
    let mut wrong = String::new();
    let mut arrows = 0;
    for file in files(&root().join("src")) {
        let name = file.strip_prefix(root()).unwrap();
        let from = module_of(name);
        for arrow in named_in(&fs::read_to_string(&file).unwrap(), &from) {
            arrows += 1;
            if let Err(why) = judge(&tables, &from, &arrow.to) {
                let place = format!("{}:{}", name.display(), arrow.line);
                writeln!(
                    wrong,
                    "{place}: {} -> {}: {why}",
                    from.join("::"),
                    arrow.to.join("::")
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "forbidden arrows:\n{wrong}");
    assert!(arrows > 500, "the files were not read");
}

#[test]
fn an_arrow_up_and_one_to_the_other_half_are_found() {
    let house = "//! | room | comes |\n//! |---|---|\n//! | [`ground`] | at once |\n//! | [`tower`] | later |\n//! | [`roof`] | at once |";
    let tables = [table(house, "")];
    let judged = |from: &str, text: &str| {
        let arrows = named_in(text, &path(from));
        assert_eq!(arrows.len(), 1, "{text}");
        judge(&tables, &path(from), &arrows[0].to).is_ok()
    };
    assert!(judged("tower", "use crate::ground::Stone;"));
    assert!(judged("roof::tiles", "use super::super::ground::Stone;"));
    assert!(judged("tower::stair", "fn climb() { super::Step::new() }"));
    assert!(!judged("ground", "use crate::tower::Step;"));
    assert!(!judged("ground", "fn climb() -> crate::tower::Step {}"));
    assert!(!judged("roof", "use crate::tower::Step;"), "it comes later");
    assert!(
        !judged("ground", "use crate::cellar::Wine;"),
        "it is in no table"
    );
    assert!(
        !judged("cellar", "use crate::ground::Stone;"),
        "it is in no table"
    );
}

#[test]
fn paths_are_read_out_of_groups_and_not_out_of_words() {
    let check = |text: &str, expect: &[(usize, &str)]| {
        let found = named_in(text, &path("page::ui::turn"));
        let expect: Vec<Arrow> = expect
            .iter()
            .map(|(line, to)| Arrow {
                line: *line,
                to: path(to),
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    };
    check(
        "use super::{part::{self, el}, tokens};",
        &[
            (1, "page::ui::part"),
            (1, "page::ui::part::el"),
            (1, "page::ui::tokens"),
        ],
    );
    check(
        "// crate::net\nlet a = \"crate::net\"; let b = '{';\ncrate::text::from(x)",
        &[(3, "text::from")],
    );
    check(
        "pub(crate) fn a<'a>(b: &'a str) {}\npub(super) use self::c::D;",
        &[(2, "page::ui::turn::c::D")],
    );
    check(
        "mod rest { use super::Table; }\nuse super::part::el;",
        &[(1, "page::ui::turn::Table"), (2, "page::ui::part::el")],
    );
    check("#[cfg(test)]\nmod tests { use crate::net; }", &[]);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn path(text: &str) -> Module {
    text.split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The table in the head of a file; the module `of` is what it is a table of.
fn table(text: &str, of: &str) -> Table {
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | "));
    let rooms = rows.filter_map(|row| {
        let (first, rest) = row.split_once('|')?;
        let name = first.split('`').nth(1)?;
        let mut module = path(of);
        module.extend(path(name));
        Some(Room {
            module,
            comes_later: rest.contains("| later |") || rest.trim() == "later |",
        })
    });
    let rooms: Vec<Room> = rooms.collect();
    assert!(rooms.len() > 2, "no table of {of:?}");
    Table {
        of: path(of),
        rooms,
    }
}

/// Whether a file of the module `from` may name `to`.
fn judge(tables: &[Table], from: &[String], to: &[String]) -> Result<(), String> {
    let mut crosses_halves = false;
    for Table { of, rooms } in tables {
        if !from.starts_with(of) || !to.starts_with(of) || from == of {
            continue;
        }
        let floor = |module: &[String]| {
            let rooms = rooms
                .iter()
                .enumerate()
                .filter(|(_, room)| module.starts_with(&room.module));
            rooms.max_by_key(|(_, room)| room.module.len())
        };
        let own = floor(from).ok_or("who names it stands in no table")?;
        let other = match floor(to) {
            Some(other) => other,
            // A macro of the crate itself, or a name of the module that holds the rooms, which stands on top of them.
            None if of.is_empty() && to.len() < 2 => return Ok(()),
            None => return Err("what is named stands in no table, or on top of it".into()),
        };
        crosses_halves |= other.1.comes_later && !own.1.comes_later;
        if own.0 < other.0 {
            return Err("an arrow back up".into());
        }
        if own.0 > other.0 {
            break;
        }
    }
    match crosses_halves && from.join("::") != BOTH_HALVES {
        true => Err("what comes at once names what comes later".into()),
        false => Ok(()),
    }
}

/// All files of Rust below a folder, but for those of unit tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "rs")
            && !path.ends_with("tests.rs")
            && !path.ends_with("src/main.rs")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The module that a file below the root holds.
fn module_of(file: &Path) -> Module {
    let mut parts: Module = file
        .with_extension("")
        .iter()
        .skip(1)
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    parts
}

/// The modules and things of this crate that a text names, as paths from the root.
fn named_in(text: &str, module: &[String]) -> Vec<Arrow> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        arrows: Vec::new(),
    };
    // Modules that are written out in the file, each with the depth of its braces.
    let mut inside: Vec<(String, usize)> = Vec::new();
    let mut depth = 0_usize;
    while let Some(token) = reader.peek(0) {
        match token {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inside.pop_if(|(_, from)| *from == depth);
            }
            "mod" if reader.peek(2) == Some("{") => {
                let name = reader.peek(1).unwrap_or_default().to_owned();
                inside.push((name, depth));
            }
            "crate" | "super" | "self" if reader.peek(1) == Some("::") => {
                let is_test = inside.iter().any(|(name, _)| name == "tests");
                let mut here = module.to_vec();
                here.extend(inside.iter().map(|(name, _)| name.clone()));
                let before = reader.arrows.len();
                reader.tree(here);
                if is_test {
                    reader.arrows.truncate(before);
                }
                continue;
            }
            _ => {}
        }
        reader.at += 1;
    }
    reader.arrows
}

struct Reader<'a> {
    tokens: &'a [(usize, String)],
    at: usize,
    arrows: Vec<Arrow>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&str> {
        self.tokens
            .get(self.at + ahead)
            .map(|(_, token)| token.as_str())
    }

    /// Reads a path, or a tree of them, that begins in the module `here`.
    fn tree(&mut self, mut here: Module) {
        let line = self.tokens[self.at].0;
        loop {
            match self.peek(0) {
                Some("crate") => here.clear(),
                Some("super") => drop(here.pop()),
                Some("self" | "*") => {}
                Some("{") => {
                    self.at += 1;
                    while self.peek(0).is_some_and(|token| token != "}") {
                        self.tree(here.clone());
                        while self
                            .peek(0)
                            .is_some_and(|token| token != "," && token != "}")
                        {
                            self.at += 1;
                        }
                        self.at += usize::from(self.peek(0) == Some(","));
                    }
                    self.at += 1;
                    return;
                }
                Some(name)
                    if name.starts_with(|first: char| first.is_alphabetic() || first == '_') =>
                {
                    here.push(name.to_owned());
                }
                _ => break,
            }
            self.at += 1;
            if self.peek(0) != Some("::") {
                break;
            }
            self.at += 1;
        }
        self.arrows.push(Arrow { line, to: here });
    }
}

/// The words and signs of a text, each with its line; comments, texts and letters are left out.
fn tokens(text: &str) -> Vec<(usize, String)> {
    let letters: Vec<char> = text.chars().collect();
    let (mut at, mut line, mut out) = (0, 1, Vec::new());
    let get = |at: usize| letters.get(at).copied().unwrap_or('\0');
    while at < letters.len() {
        let begin = at;
        match get(at) {
            '/' if get(at + 1) == '/' => {
                while at < letters.len() && get(at) != '\n' {
                    at += 1;
                }
            }
            'r' if get(at + 1) == '"' || get(at + 1) == '#' && matches!(get(at + 2), '"' | '#') => {
                let marks = (at + 1..).take_while(|at| get(*at) == '#').count();
                at += 2 + marks;
                let closes =
                    |at: usize| get(at) == '"' && (0..marks).all(|mark| get(at + 1 + mark) == '#');
                while at < letters.len() && !closes(at) {
                    at += 1;
                }
                at += 1 + marks;
            }
            '"' => {
                at += 1;
                while at < letters.len() && get(at) != '"' {
                    at += 1 + usize::from(get(at) == '\\');
                }
                at += 1;
            }
            '\'' if get(at + 1) == '\\' => {
                at += 3;
                while at < letters.len() && get(at) != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' => at += if get(at + 2) == '\'' { 3 } else { 1 },
            first if first.is_alphanumeric() || first == '_' => {
                while get(at).is_alphanumeric() || get(at) == '_' {
                    at += 1;
                }
                out.push((line, letters[begin..at].iter().collect()));
            }
            ':' if get(at + 1) == ':' => {
                at += 2;
                out.push((line, "::".to_owned()));
            }
            sign if sign.is_whitespace() => at += 1,
            sign => {
                at += 1;
                out.push((line, sign.to_string()));
            }
        }
        line += letters[begin..at.min(letters.len())]
            .iter()
            .filter(|letter| **letter == '\n')
            .count();
    }
    out
}
