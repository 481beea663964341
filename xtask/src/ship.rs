//! The last step of the build: what a static host needs to serve the page well.
//!
//! In: `dist`, as it was built. Out: the same page with its parts in one folder that is named for what is in it (`app-HASH`),
//! so that a browser may keep them for ever; `index.html`, `embed.html` and `rill.js` keep their names and lead there. The pages themselves
//! name nothing else, so that whatever a browser or a host has kept of other builds, no two of them are mixed. Beside every file its
//! compressed twins, for hosts that send those.

use crate::script::Small;
use crate::{Outcome, hashes, integrity, launcher, licences, offline, sbom, tools};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use support::files;

/// The files that keep their names: people, browsers and systems know them by those.
const STABLE: [&str; 13] = [
    PAGE,
    FRAME,
    launcher::NAME,
    "rill.svg",
    "rill.webmanifest",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable-192.png",
    "icon-maskable-512.png",
    "sw.js",
    licences::FILE,
    sbom::FILE,
    integrity::FILE,
];
const PAGE: &str = "index.html";
/// The page for frames on other sites.
const FRAME: &str = "embed.html";

/// The files that lead to the others, and how they name them.
const LEADS: [(&str, &[&str]); 3] = [
    (launcher::NAME, &["\"./rill-page", "\"./locales"]),
    (PAGE, &["\"rill-page", "\"rill.js", "\"first.css"]),
    (
        FRAME,
        &["\"rill-page", "\"rill.js", "\"first.css", "\"embed.js"],
    ),
];

/// Moves the parts into their folder, and compresses everything.
pub(crate) fn ship(dist: &Path, scripts: &Small) -> Outcome {
    let build = build(dist, scripts)?;
    for (name, leads) in LEADS {
        let file = dist.join(name);
        let text = leads.iter().fold(fs::read_to_string(&file)?, |text, lead| {
            text.replace(lead, &into(lead, &build))
        });
        fs::write(&file, text)?;
    }
    let start = dist.join(launcher::NAME);
    fs::write(
        &start,
        scripts.script(&launcher::guest(
            &fs::read_to_string(&start)?,
            dist,
            &build,
        )?)?,
    )?;
    offline::keep(dist, &build)?;
    integrity::write(dist)?;
    for file in files(dist)? {
        compress(&file)?;
    }
    Ok(())
}

/// How a file is named that has gone into the folder of its build.
fn into(lead: &str, build: &str) -> String {
    let (before, name) = lead.split_at(lead.rfind(['"', '/']).map_or(0, |at| at + 1));
    format!("{before}{build}/{name}")
}

/// Moves the parts into the folder of their build, and gives its name: another build has another one, also where only what leads to the
/// parts has changed.
fn build(dist: &Path, scripts: &Small) -> Outcome<String> {
    let (register, script) = offline::REGISTER;
    fs::write(dist.join(register), script)?;
    let parts: Vec<PathBuf> = files(dist)?
        .into_iter()
        .filter(|file| !is_stable(dist, file))
        .collect();
    launcher::seal(dist)?;
    for part in parts.iter().filter(|part| is_ours(part)) {
        fs::write(part, scripts.script(&fs::read_to_string(part)?)?)?;
    }
    // That of the page itself lies among the parts.
    let start = scripts.script(&launcher::own(&fs::read_to_string(
        dist.join(launcher::NAME),
    )?)?)?;
    let mut pieces = vec![
        fs::read(dist.join(PAGE))?,
        offline::WORKER.into(),
        start.clone().into_bytes(),
    ];
    for part in &parts {
        pieces.extend([name_in(dist, part).into_bytes(), fs::read(part)?]);
    }
    let app = format!("app-{}", hashes::name(pieces.iter().map(Vec::as_slice)));
    for part in &parts {
        let to = dist
            .join(&app)
            .join(part.strip_prefix(dist).unwrap_or(part));
        fs::create_dir_all(to.parent().unwrap_or(dist))?;
        fs::rename(part, to)?;
    }
    fs::write(dist.join(&app).join(launcher::NAME), start)?;
    remove_empty(dist)?;
    Ok(app)
}

/// Whether a part is JavaScript that the page itself loads: ours, and what wasm-bindgen wrote beside it.
fn is_ours(part: &Path) -> bool {
    let name = part.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".js") && !name.starts_with("mermaid")
}

/// Whether a file is the compressed twin of another.
pub(crate) fn is_twin(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ending == "br" || ending == "gz")
}

/// The name of the compressed twin.
pub(crate) fn twin(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Bytes as a host sends them to a browser of today.
pub(crate) fn brotli(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes)?;
    Ok(out.finish()?)
}

/// A way to make bytes fewer, and how the twin's name ends.
type Packer = (&'static str, fn(&[u8]) -> Outcome<Vec<u8>>);

/// Writes both twins, where they are smaller.
pub(crate) fn compress(file: &Path) -> Outcome {
    let bytes = fs::read(file)?;
    let packers: [Packer; 2] = [("br", brotli), ("gz", gzip)];
    for (ending, pack) in packers {
        let small = packed(&bytes, ending, pack)?;
        if small.len() < bytes.len() {
            fs::write(twin(file, ending), small)?;
        }
    }
    Ok(())
}

/// What is big takes long, and is seldom new: it is kept.
fn packed(bytes: &[u8], ending: &str, pack: fn(&[u8]) -> Outcome<Vec<u8>>) -> Outcome<Vec<u8>> {
    const BIG: usize = 1 << 20;
    if bytes.len() < BIG {
        return pack(bytes);
    }
    let folder = tools::folder().join("packed");
    let kept = folder.join(format!("{}.{ending}", hashes::name([bytes])));
    if let Ok(small) = fs::read(&kept) {
        return Ok(small);
    }
    let small = pack(bytes)?;
    fs::create_dir_all(&folder)?;
    let made = kept.with_extension("part");
    fs::write(&made, &small)?;
    fs::rename(made, kept)?;
    Ok(small)
}

/// The path of a file below a folder, with the same separators everywhere.
pub(crate) fn name_in(folder: &Path, file: &Path) -> String {
    let name = file.strip_prefix(folder).unwrap_or(file);
    let names: Vec<_> = name.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}

fn is_stable(dist: &Path, file: &Path) -> bool {
    STABLE.iter().any(|name| file == dist.join(name))
}

/// Takes away folders that hold nothing any more.
fn remove_empty(folder: &Path) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_empty(&path)?;
            if fs::read_dir(&path)?.next().is_none() {
                fs::remove_dir(&path)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A page of a few files, in a folder of this test alone.
    fn built(name: &str, page: &str) -> PathBuf {
        let dist = std::env::temp_dir().join(format!("rill-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dist);
        fs::create_dir_all(dist.join("snippets/element")).unwrap();
        for (name, text) in [
            (
                "index.html",
                "<head><link href=\"first.css\"><link href=\"rill-page.js\"><link href=\"rill-page_bg.wasm\"><script src=\"rill.js\"></script></head>",
            ),
            (
                "embed.html",
                "<head><link href=\"first.css\"><link href=\"rill-page.js\"><script src=\"embed.js\"></script><script src=\"rill.js\"></script></head>",
            ),
            ("embed.js", "// Why.\nspeak();"),
            (
                "rill.js",
                "const HASHES = {};\nimport(\"./rill-page.js\");\n// {\nlet corner;\n// }\n",
            ),
            ("first.css", "p { margin: 0 }"),
            ("rill-page.js", page),
            ("snippets/element/element.js", "export {}"),
        ] {
            fs::write(dist.join(name), text).unwrap();
        }
        dist
    }

    fn app(dist: &Path) -> PathBuf {
        let mut entries = fs::read_dir(dist)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries.find(|path| path.is_dir()).unwrap()
    }

    #[test]
    fn parts_move_together_and_what_people_link_to_leads_there() {
        let dist = built("moves", &"river ".repeat(100));
        ship(&dist, &Small::Plain).unwrap();
        let app = app(&dist);
        let name = app.file_name().unwrap().to_str().unwrap().to_owned();
        let read = |file: &str| fs::read_to_string(dist.join(file)).unwrap();
        assert!(name.starts_with("app-"), "{name}");
        assert!(app.join("rill-page.js").is_file());
        assert!(app.join("snippets/element/element.js").is_file());
        assert!(!dist.join("snippets").exists());
        assert_eq!(
            read("index.html"),
            format!(
                "<head><link href=\"{name}/first.css\"><link href=\"{name}/rill-page.js\"><link href=\"{name}/rill-page_bg.wasm\"><script src=\"{name}/rill.js\"></script><script type=\"module\" src=\"{name}/register.js\"></script></head>"
            )
        );
        // The page for frames leads to the same parts; nothing keeps it without its host.
        assert_eq!(
            read("embed.html"),
            format!(
                "<head><link href=\"{name}/first.css\"><link href=\"{name}/rill-page.js\"><script src=\"{name}/embed.js\"></script><script src=\"{name}/rill.js\"></script></head>"
            )
        );
        assert_eq!(read(&format!("{name}/embed.js")), "speak();\n");
        assert!(!read("sw.js").contains("embed"));
        assert_eq!(
            read(&format!("{name}/rill.js")),
            "const HASHES = {};\nimport(\"./rill-page.js\");\nconst corner = null, CORNER = \"\";\n"
        );
        assert!(read("sw.js").contains("\"first.css\": \"sha256-"));
        let start = read("rill.js");
        assert!(
            start.starts_with(&format!(
                "const HASHES = {{\"./{name}/rill-page.js\":\"sha256-"
            )),
            "{start}"
        );
        assert!(
            start.ends_with(&format!(
                "}};\nimport(\"./{name}/rill-page.js\");\nlet corner;\n"
            )),
            "{start}"
        );
        // What repeats has twins; what is too small to win has none.
        assert!(app.join("rill-page.js.br").is_file() && app.join("rill-page.js.gz").is_file());
        assert!(!app.join("snippets/element/element.js.gz").exists());
        fs::remove_dir_all(&dist).unwrap();
    }

    #[test]
    fn the_folders_name_changes_with_what_is_in_it() {
        let name = |test: &str, page: &str| {
            let dist = built(test, page);
            ship(&dist, &Small::Plain).unwrap();
            let name = app(&dist).file_name().unwrap().to_owned();
            fs::remove_dir_all(&dist).unwrap();
            name
        };
        assert_eq!(name("one", "same"), name("two", "same"));
        assert_ne!(name("three", "same"), name("four", "other"));
    }

    #[test]
    fn twins_come_back_as_they_were() {
        let bytes = "river ".repeat(1000).into_bytes();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&bytes).unwrap()[..], &mut back).unwrap();
        assert_eq!(back, bytes);
        let packed = gzip(&bytes).unwrap();
        let mut back = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut back)
            .unwrap();
        assert_eq!(back, bytes);
    }
}
