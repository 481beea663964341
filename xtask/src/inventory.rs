//! What the shipped page is made of, for people and for programs: [`licences`] and [`sbom`].
//!
//! In: `dist`, before it is made ready for a host, and the programs of the page. Out: both files beside the page. It must not know how
//! they are written.

use crate::assemble::LIBRARY;
use crate::licences::Other;
use crate::links::Part;
use crate::sbom::Npm;
use crate::{Outcome, crates, hashes, licences, root, sbom, tools};
use std::fs;
use std::path::Path;

/// The licence of the icons; their crate, which says MIT of its own, does not bring it.
const ICONS: &str = include_str!("../../package/licences/lucide.txt");

/// Writes both.
pub(crate) fn write(dist: &Path, parts: &[Part]) -> Outcome {
    let crates = crates::of_page(parts)?;
    let mut others = vec![Other {
        name: "Lucide, the icons".to_owned(),
        licence: "ISC AND MIT".to_owned(),
        from: "https://lucide.dev".to_owned(),
        texts: vec![ICONS.trim_end().to_owned()],
    }];
    let mut npm = Vec::new();
    if let (Ok(library), Ok(licence)) = (
        fs::read(dist.join(LIBRARY[0])),
        fs::read_to_string(dist.join(LIBRARY[1])),
    ) {
        let (name, version) = tools::MERMAID
            .split_once('@')
            .unwrap_or((tools::MERMAID, ""));
        npm.push(Npm {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: "MIT".to_owned(),
            hash: hashes::hex(&library),
        });
        others.push(Other {
            name: format!("{name} {version}, the library for diagrams"),
            licence: "MIT".to_owned(),
            from:
                "https://github.com/mermaid-js/mermaid; its file holds what its package.json names"
                    .to_owned(),
            texts: vec![licence.trim_end().to_owned()],
        });
    }
    let text = licences::file(crates.values(), &others)?;
    fs::write(dist.join(licences::FILE), text)?;
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let list = format!("{:#}\n", sbom::list(&crates, &npm, &lock));
    Ok(fs::write(dist.join(sbom::FILE), list)?)
}
