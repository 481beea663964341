//! The page made for one path of a host: `cargo xtask dist --base /rill/`.
//!
//! In: the shipped page, whose addresses are relative, and a path. Out: the same page with whole paths in `index.html`. So it comes up
//! under its address without the slash at the end too, and where a host answers with it for other addresses; in another folder it says
//! that it is not made for that (`src/page/offline/register.js`). Beside it, what hosts of static files read: `_headers`.

use crate::{Failure, Outcome, integrity, offline, root, ship};
use std::fs;
use std::path::{Path, PathBuf};
use support::files;

/// How the addresses in the page's file begin.
const NAMES: [&str; 2] = [" href=\"", " src=\""];
/// The page's own element, on which the path is written.
const ROOT: &str = "<html ";

/// A path of a host, with a slash at both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base(String);

impl Base {
    /// From what a person types; in words why not.
    pub(crate) fn read(typed: &str) -> Outcome<Base> {
        let inner = typed.trim_matches('/');
        let is_plain = |part: &str| {
            let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            !part.is_empty() && !part.bytes().all(|byte| byte == b'.') && part.bytes().all(known)
        };
        if !typed.starts_with('/') || !inner.is_empty() && !inner.split('/').all(is_plain) {
            return Err(Failure::new(format!(
                "--base {typed}: it wants a path of the host, such as /rill/, of letters, digits and - . _ ~"
            )));
        }
        Ok(match inner {
            "" => Base("/".to_owned()),
            _ => Base(format!("/{inner}/")),
        })
    }

    /// The path.
    pub(crate) fn path(&self) -> &str {
        &self.0
    }
}

/// Writes the path into the shipped page.
pub(crate) fn put(dist: &Path, base: &Base) -> Outcome {
    let file = dist.join("index.html");
    let page = fs::read_to_string(&file)?;
    fs::write(&file, made_for(&page, base)?)?;
    for ending in ["br", "gz"] {
        let twin = ship::twin(&file, ending);
        if twin.is_file() {
            fs::remove_file(twin)?;
        }
    }
    ship::compress(&file)
}

/// A copy of the shipped page that is made for a path; gives its folder.
pub(crate) fn copy(dist: &Path, base: &Base) -> Outcome<PathBuf> {
    let folder = root().join("target").join("based");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for file in files(dist)? {
        let to = folder.join(file.strip_prefix(dist).unwrap_or(&file));
        fs::create_dir_all(to.parent().unwrap_or(&folder))?;
        fs::copy(&file, to)?;
    }
    put(&folder, base)?;
    Ok(folder)
}

/// What `cargo xtask dist` does to the shipped page behind its build: what hosts read, the path, and the hashes of it all.
pub(crate) fn finish(dist: &Path, base: Option<&Base>) -> Outcome {
    headers(dist, base)?;
    if let Some(base) = base {
        put(dist, base)?;
    }
    integrity::seal(dist)
}

/// Writes what Netlify and Cloudflare Pages read: how long which file may be kept.
fn headers(dist: &Path, base: Option<&Base>) -> Outcome {
    let base = base.map_or("/", Base::path);
    let text = format!("{base}app-*\n  Cache-Control: public, max-age=31536000, immutable\n");
    Ok(fs::write(dist.join("_headers"), text)?)
}

/// The page with whole paths. What registers the worker is named twice, the second time as before: elsewhere only that is found, and it
/// says what is wrong. In its own place both names are the same, and it is run once.
fn made_for(page: &str, base: &Base) -> Outcome<String> {
    let register = page
        .lines()
        .flat_map(|line| line.split_inclusive("</script>"))
        .find_map(|part| {
            let tag = part.rsplit_once("<script ")?.1;
            tag.contains(offline::REGISTER.0)
                .then(|| format!("<script {tag}"))
        })
        .ok_or_else(|| Failure::new("index.html: nothing registers the worker"))?;
    let mut text = page.to_owned();
    for name in NAMES {
        let mut parts = text.split(name);
        let first = parts.next().unwrap_or_default().to_owned();
        text = parts.fold(first, |made, part| {
            let path = if is_relative(part) { base.path() } else { "" };
            made + name + path + part
        });
    }
    let told = format!(
        "data-base=\"{base}\" data-elsewhere=\"This page was made for the path {base} and lies in another folder: cargo xtask dist --base\" ",
        base = base.path()
    );
    Ok(text.replacen(ROOT, &format!("{ROOT}{told}"), 1).replacen(
        "</head>",
        &format!("{register}</head>"),
        1,
    ))
}

/// Whether an address at the beginning of a text is one that begins where the page lies.
fn is_relative(text: &str) -> bool {
    let address = text.split('"').next().unwrap_or_default();
    !address.starts_with(['/', '#']) && !address.contains(':')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_base_is_a_path_with_slashes_at_both_ends() {
        for (typed, base) in [
            ("/rill/", "/rill/"),
            ("/rill", "/rill/"),
            ("/", "/"),
            ("/a/b-1/", "/a/b-1/"),
        ] {
            assert_eq!(Base::read(typed).unwrap().path(), base, "{typed}");
        }
        for wrong in [
            "",
            "rill",
            "/a//b/",
            "/../",
            "/a b/",
            "/ä/",
            "https://a/",
            "/a\"b/",
        ] {
            assert!(Base::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_become_whole_paths_and_what_is_not_ours_stays() {
        let page = "<html lang=\"en\"><head><link rel=\"icon\" href=\"rill.svg\" /><a href=\"#a\"></a><a href=\"https://a.example/\"></a>\n\
                    <script type=\"module\" src=\"app-1/rill.js\"></script><script type=\"module\" src=\"app-1/register.js\"></script></head>";
        let made = made_for(page, &Base::read("/rill").unwrap()).unwrap();
        for part in [
            "<html data-base=\"/rill/\" ",
            "href=\"/rill/rill.svg\"",
            "href=\"#a\"",
            "href=\"https://a.example/\"",
            "src=\"/rill/app-1/rill.js\"",
            "src=\"/rill/app-1/register.js\"></script><script type=\"module\" src=\"app-1/register.js\"></script></head>",
        ] {
            assert!(made.contains(part), "{part}: {made}");
        }
        assert!(made_for("<html lang=\"en\">", &Base::read("/").unwrap()).is_err());
    }

    #[test]
    fn what_hosts_read_is_what_the_document_says() {
        let folder = std::env::temp_dir().join(format!("rill-base-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let written = |base| {
            headers(&folder, base).unwrap();
            fs::read_to_string(folder.join("_headers")).unwrap()
        };
        let document = fs::read_to_string(root().join("docs/hosting.md")).unwrap();
        let plain = written(None);
        assert!(document.contains(&format!("```\n{plain}```")), "{plain}");
        let base = Base::read("/rill/").unwrap();
        assert!(written(Some(&base)).starts_with("/rill/app-*\n"));
        fs::remove_dir_all(folder).unwrap();
    }
}
