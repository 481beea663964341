//! What the page is made of, as `index.html` says it: the links that trunk reads are the one list, for trunk and for this.
//!
//! In: `index.html`. Out: programs to compile, files to copy, and the page with these links as a browser needs them.
//! The links: <https://trunkrs.dev/guide/assets/>.

use crate::{Failure, Outcome};
use std::path::PathBuf;

/// How such a link begins.
const LINK: &str = "<link data-trunk ";

/// One thing that the page is made of; paths are from the root of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A program to be compiled to wasm.
    Program {
        /// Its package's manifest.
        manifest: PathBuf,
        /// Its name.
        bin: String,
        /// Whether its JavaScript is a module; else it is a script, as old workers want it.
        module: bool,
        /// Whether it is compiled by itself, without default features: it holds nothing of the page.
        alone: bool,
    },
    /// A file that goes beside the page as it is.
    File(PathBuf),
    /// A folder of files, which goes there under its own name.
    Folder(PathBuf),
}

/// The page, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// `index.html` for a browser.
    pub(crate) html: String,
    /// The parts, in order.
    pub(crate) parts: Vec<Part>,
}

/// Reads them.
pub(crate) fn read(source: &str) -> Outcome<Page> {
    let mut page = Page {
        html: String::with_capacity(source.len()),
        parts: Vec::new(),
    };
    let mut rest = source;
    while let Some((before, from)) = rest.split_once(LINK) {
        let (link, after) = from
            .split_once('>')
            .ok_or_else(|| Failure::new("index.html: a link has no end"))?;
        page.html.push_str(before);
        page.part(&Link::read(link))?;
        rest = after;
    }
    page.html.push_str(rest);
    Ok(page)
}

impl Page {
    fn part(&mut self, link: &Link) -> Outcome {
        let href = || {
            let href = link.get("href").map(PathBuf::from);
            href.ok_or_else(|| Failure::new(format!("index.html: a link without a file: {link:?}")))
        };
        let part = match link.get("rel") {
            Some("rust") => {
                let bin = link
                    .get("data-bin")
                    .ok_or_else(|| Failure::new("index.html: a program without data-bin"))?;
                let is_worker = link.get("data-type") == Some("worker");
                let target = link.get("data-bindgen-target");
                Part::Program {
                    manifest: link.get("href").unwrap_or("Cargo.toml").into(),
                    bin: bin.to_owned(),
                    module: target.map_or(!is_worker, |target| target == "web"),
                    alone: link.get("data-cargo-no-default-features").is_some(),
                }
            }
            Some("copy-file") => Part::File(href()?),
            Some("copy-dir") => Part::Folder(href()?),
            Some("css") => {
                let file = href()?;
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                self.html
                    .push_str(&format!("<link rel=\"stylesheet\" href=\"{name}\" />"));
                Part::File(file)
            }
            other => {
                return Err(Failure::new(format!(
                    "index.html: trunk may know a link of the kind {other:?}; xtask/src/links.rs does not yet"
                )));
            }
        };
        self.parts.push(part);
        Ok(())
    }
}

/// What stands in a link: names and values.
#[derive(Debug)]
struct Link<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Link<'a> {
    fn read(mut text: &'a str) -> Link<'a> {
        let mut attributes = Vec::new();
        while let Some((name, rest)) = text.split_once("=\"") {
            let (value, rest) = rest.split_once('"').unwrap_or((rest, ""));
            attributes.push((name.trim(), value));
            text = rest;
        }
        Link(attributes)
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_trunk_reads_is_read_and_what_browsers_read_stays() {
        let page = read(
            "<link rel=\"icon\" href=\"rill.svg\" />\n\
             <link data-trunk rel=\"rust\" data-bin=\"page\" data-wasm-opt=\"0\" />\n\
             <link data-trunk rel=\"rust\" href=\"annex/Cargo.toml\" data-bin=\"annex\" data-type=\"worker\" data-bindgen-target=\"web\" />\n\
             <link data-trunk rel=\"rust\" href=\"old/Cargo.toml\" data-bin=\"old\" data-type=\"worker\" data-cargo-no-default-features=\"true\" />\n\
             <link data-trunk rel=\"copy-file\" href=\"style/rill.svg\" />\n\
             <link data-trunk rel=\"copy-dir\" href=\"locales\" />\n\
             <link data-trunk rel=\"css\" href=\"style/first.css\" data-integrity=\"none\" />\n",
        )
        .unwrap();
        assert_eq!(
            page.html,
            "<link rel=\"icon\" href=\"rill.svg\" />\n\n\n\n\n\n<link rel=\"stylesheet\" href=\"first.css\" />\n"
        );
        let program = |manifest: &str, bin: &str, module, alone| Part::Program {
            manifest: manifest.into(),
            bin: bin.into(),
            module,
            alone,
        };
        assert_eq!(
            page.parts,
            [
                program("Cargo.toml", "page", true, false),
                program("annex/Cargo.toml", "annex", true, false),
                program("old/Cargo.toml", "old", false, true),
                Part::File("style/rill.svg".into()),
                Part::Folder("locales".into()),
                Part::File("style/first.css".into()),
            ]
        );
    }

    #[test]
    fn a_link_that_is_not_known_is_no_silence() {
        assert!(read("<link data-trunk rel=\"sass\" href=\"a.sass\" />").is_err());
        assert!(read("<link data-trunk rel=\"copy-file\" />").is_err());
        assert!(read("<link data-trunk rel=\"rust\"").is_err());
    }

    #[test]
    fn the_page_itself_can_be_read_and_all_that_it_names_is_there() {
        let root = crate::root();
        let page = read(&std::fs::read_to_string(root.join("index.html")).unwrap()).unwrap();
        assert!(!page.html.contains("data-trunk"));
        for part in page.parts {
            let (Part::Program { manifest: file, .. } | Part::File(file) | Part::Folder(file)) =
                part;
            assert!(root.join(&file).exists(), "{}", file.display());
        }
    }
}
