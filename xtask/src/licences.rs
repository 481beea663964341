//! The licences of all that is shipped, in one file.
//!
//! In: the crates of the page, and what is no crate. Out: a list of all parts, and every text once, with the parts whose it is. It must
//! not know where the file goes.

use crate::crates::{Crate, LIBRARY};
use crate::{Failure, Outcome, root};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The file, beside the page.
pub(crate) const FILE: &str = "licences.txt";

/// How the names of licences begin in a crate's folder.
const NAMES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];

/// The crate that holds the rules by which languages are coloured, and where it keeps their licences.
const SYNTAXES: (&str, &str) = ("two-face", "generated/acknowledgements_full.bin");

const RULE: &str =
    "--------------------------------------------------------------------------------\n";

/// A part that is no crate, or is more than its crate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) name: String,
    /// As SPDX writes it.
    pub(crate) licence: String,
    /// Where it comes from.
    pub(crate) from: String,
    pub(crate) texts: Vec<String>,
}

/// The file.
pub(crate) fn file<'a>(
    crates: impl Iterator<Item = &'a Crate>,
    others: &[Other],
) -> Outcome<String> {
    let mut parts = Vec::new();
    for one in crates {
        let name = format!("{} {}", one.name, one.version);
        let from = one.repository.clone().unwrap_or_default();
        let texts = of_crate(one)?;
        parts.push(Other {
            name,
            licence: one.licence.clone(),
            from,
            texts,
        });
        if one.name == SYNTAXES.0 {
            parts.extend(syntaxes(&one.folder.join(SYNTAXES.1))?);
        }
    }
    parts.extend_from_slice(others);
    Ok(written(&parts))
}

fn written(parts: &[Other]) -> String {
    let mut whose: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut list = String::new();
    for part in parts {
        list += &format!("{}: {}", part.name, part.licence);
        if !part.from.is_empty() {
            list += &format!(" ({})", part.from);
        }
        list.push('\n');
        for text in &part.texts {
            let place = *places.entry(text).or_insert(whose.len());
            if place == whose.len() {
                whose.push((text, Vec::new()));
            }
            // One part may have a text in two files.
            let names = &mut whose[place].1;
            if names.last() != Some(&part.name.as_str()) {
                names.push(&part.name);
            }
        }
    }
    let mut out = format!(
        "Rill is licensed under MIT or Apache-2.0, at your option. What is shipped holds the parts below, each under its own licence; the\n\
         texts follow, each once.\n\n{list}"
    );
    for (text, names) in whose {
        out += &format!("\n{RULE}{}\n{RULE}\n{text}\n", names.join(", "));
    }
    out
}

/// The texts of a crate: those of its folder; where it brings none, the one that it names, with its authors.
fn of_crate(one: &Crate) -> Outcome<Vec<String>> {
    if one.name == LIBRARY {
        return Ok(vec![
            text(&root().join("LICENSE-APACHE"))?,
            mit(&one.authors, &one.name)?,
        ]);
    }
    let folder = if one.is_ours() {
        root()
    } else {
        one.folder.clone()
    };
    let mut texts = Vec::new();
    for file in named(&folder)? {
        texts.push(text(&file)?);
    }
    if texts.is_empty() && one.licence.contains("MIT") {
        texts.push(mit(&one.authors, &one.name)?);
    }
    if texts.is_empty() {
        return Err(Failure::new(format!(
            "{} {} brings no text of its licence ({}), and only that of MIT is known without it",
            one.name, one.version, one.licence
        )));
    }
    Ok(texts)
}

/// The licences among the files of a folder, in order.
fn named(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_uppercase();
        if !NAMES.iter().any(|start| name.starts_with(start)) {
            continue;
        }
        match path.is_dir() {
            true => found.extend(support::files(&path)?),
            false => found.push(path),
        }
    }
    found.sort();
    Ok(found)
}

fn text(file: &Path) -> Outcome<String> {
    Ok(plain(&String::from_utf8_lossy(&fs::read(file)?)))
}

/// A text as it is compared: the ends of its lines and what stands around it say nothing.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// MIT's text with these authors, without their addresses.
fn mit(authors: &[String], name: &str) -> Outcome<String> {
    let names: Vec<&str> = authors
        .iter()
        .map(|author| author.split(" <").next().unwrap_or(author))
        .collect();
    let holders = match names.is_empty() {
        true => format!("The authors of {name}"),
        false => names.join(", "),
    };
    let ours = text(&root().join("LICENSE-MIT"))?;
    let lines = ours
        .lines()
        .map(|line| match line.starts_with("Copyright (c)") {
            true => format!("Copyright (c) {holders}"),
            false => line.to_owned(),
        });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// The licences of the rules that colour languages, as their crate packs them: two lists (languages, colours) of a kind, a text and the
/// path of the file; numbers are little-endian, texts begin with their length (bincode).
fn syntaxes(packed: &Path) -> Outcome<Vec<Other>> {
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(&fs::read(packed)?[..]).read_to_end(&mut bytes)?;
    let found = unpacked(&bytes);
    found.filter(|found| !found.is_empty()).ok_or_else(|| {
        Failure::new(format!(
            "{} is written otherwise than xtask/src/licences.rs knows it",
            packed.display()
        ))
    })
}

fn unpacked(mut bytes: &[u8]) -> Option<Vec<Other>> {
    /// By the order of its kinds.
    const KINDS: [&str; 8] = [
        "LicenseRef-Sublime",
        "MIT",
        "BSD-2-Clause",
        "BSD-2-Clause-Views",
        "Unlicense",
        "BSD-3-Clause",
        "Apache-2.0",
        "WTFPL",
    ];
    let number = |bytes: &mut &[u8]| {
        let (eight, rest) = bytes.split_at_checked(8)?;
        *bytes = rest;
        usize::try_from(u64::from_le_bytes(eight.try_into().ok()?)).ok()
    };
    let text = |bytes: &mut &[u8]| {
        let length = number(bytes)?;
        let (text, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        String::from_utf8(text.to_vec()).ok()
    };
    let mut found = Vec::new();
    for _ in 0..number(&mut bytes)? {
        let (kind, rest) = bytes.split_at_checked(4)?;
        bytes = rest;
        let kind = usize::try_from(u32::from_le_bytes(kind.try_into().ok()?)).ok()?;
        let words = text(&mut bytes)?;
        let path = text(&mut bytes)?;
        let name = path.rsplit(['/', '\\']).nth(1).unwrap_or(&path).to_owned();
        found.push(Other {
            name: format!("{name}, colours of a language"),
            licence: (*KINDS.get(kind)?).to_owned(),
            from: String::new(),
            texts: vec![plain(&words)],
        });
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Some(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::crates;

    #[test]
    fn every_crate_of_the_page_is_named_with_a_text() {
        let crates = crates::tests::ours();
        let file = file(crates.values(), &[]).unwrap();
        for one in crates.values() {
            let name = format!("{} {}", one.name, one.version);
            assert!(file.contains(&format!("{name}: {}", one.licence)), "{name}");
            let heads = file.split(RULE).skip(1).step_by(2);
            let mut names = heads.flat_map(|head| head.trim().split(", "));
            assert!(names.any(|known| known == name), "{name} has no text");
        }
        assert!(
            file.contains("Greg Johnston"),
            "authors stand in a text that was not brought"
        );
        assert!(file.contains(", colours of a language: MIT"), "languages");
        assert!(!file.contains(&root().display().to_string()));
    }

    #[test]
    fn a_text_stands_once_with_all_whose_it_is() {
        let part = |name: &str, texts: &[&str]| Other {
            name: name.to_owned(),
            licence: "MIT".to_owned(),
            from: String::new(),
            texts: texts.iter().map(|text| plain(text)).collect(),
        };
        let file = written(&[
            part("a 1", &["\nOne  \r\ntwo\r\n", "Other"]),
            part("b 1", &["One\ntwo"]),
        ]);
        assert!(file.contains("a 1: MIT\nb 1: MIT\n"), "{file}");
        assert_eq!(file.matches("One\ntwo").count(), 1, "{file}");
        assert!(
            file.contains(&format!("{RULE}a 1, b 1\n{RULE}\nOne\ntwo\n")),
            "{file}"
        );
        assert!(
            file.contains(&format!("{RULE}a 1\n{RULE}\nOther\n")),
            "{file}"
        );
    }

    #[test]
    fn packed_licences_are_read_and_what_is_cut_off_is_not() {
        let mut packed = 1_u64.to_le_bytes().to_vec();
        packed.extend(3_u32.to_le_bytes());
        for text in ["Do as\r\nyou like.\n", "syntaxes/Extra/Ada/LICENSE"] {
            packed.extend((text.len() as u64).to_le_bytes());
            packed.extend(text.as_bytes());
        }
        let found = unpacked(&packed).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "Ada, colours of a language");
        assert_eq!(found[0].licence, "BSD-2-Clause-Views");
        assert_eq!(found[0].texts, ["Do as\nyou like."]);
        packed.pop();
        assert!(unpacked(&packed).is_none());
    }

    #[test]
    fn a_crate_without_any_text_is_refused_unless_it_is_of_mit() {
        let folder = std::env::temp_dir().join(format!("rill-licence-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut one = Crate {
            name: "a".to_owned(),
            licence: "ISC".to_owned(),
            folder: folder.clone(),
            authors: vec!["Somebody <a@b.example>".to_owned()],
            ..Crate::default()
        };
        assert!(of_crate(&one).is_err());
        one.licence = "MIT".to_owned();
        let texts = of_crate(&one).unwrap();
        fs::write(folder.join("licence.md"), "Its own").unwrap();
        let own = of_crate(&one).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(texts[0].contains("Copyright (c) Somebody\n"), "{texts:?}");
        assert_eq!(own, ["Its own"]);
    }
}
