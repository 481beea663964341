//! The examples, each as somebody's own site: the page on one origin, Rill on another, a model's server on a third.
//!
//! In: the name of a folder in `examples/`, or the place where a tool has built it. Out: a page in which one can write. The examples name
//! one host that nobody has; what stands for it here is put in its place while a file is served, and nothing else of them is changed.

use crate::chat::Chat;
use crate::stage::Stage;
use lab::StaticSite;
use std::path::{Path, PathBuf};
use support::{files, root};

/// The folder of the built page, as the examples and the documents write it.
pub const RILL: &str = "https://your.host/rill/";

/// An example that is about to be put up.
pub struct Example {
    folder: PathBuf,
    prefix: String,
    swaps: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    beside: Vec<(String, PathBuf)>,
    pages: Vec<(String, String)>,
}

/// An example that is up. Both hosts are gone when it is dropped.
pub struct Site {
    /// The host of the page.
    pub page: StaticSite,
    /// The host of Rill, which other sites may load from.
    pub rill: StaticSite,
}

impl Example {
    /// The folder `examples/NAME`.
    ///
    /// # Panics
    /// If there is none.
    pub fn named(name: &str) -> Example {
        let folder = root().join("examples").join(name);
        assert!(folder.is_dir(), "there is no {}", folder.display());
        Example::in_folder(folder)
    }

    /// An example that has no folder: its pages are added.
    pub fn bare() -> Example {
        Example::in_folder(root().join("examples").join("none"))
    }

    fn in_folder(folder: PathBuf) -> Example {
        Example {
            folder,
            prefix: "/".to_owned(),
            swaps: Vec::new(),
            headers: Vec::new(),
            beside: Vec::new(),
            pages: Vec::new(),
        }
    }

    /// Takes what a tool has made of it, in place of what it was made from: `RILL_EXAMPLES` names the folder of all that was made.
    ///
    /// # Panics
    /// If it was not made.
    pub fn built(mut self) -> Example {
        let all = std::env::var_os("RILL_EXAMPLES").map(PathBuf::from);
        let all =
            all.expect("RILL_EXAMPLES must name a folder: `cargo xtask test --examples` does");
        self.folder = all.join(self.folder.file_name().unwrap_or_default());
        assert!(self.folder.is_dir(), "{} is missing", self.folder.display());
        self
    }

    /// The example is a folder of its site (`/rill/`).
    pub fn under(mut self, prefix: &str) -> Example {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// What stands in its files in place of these words.
    pub fn swap(mut self, words: &str, for_these: &str) -> Example {
        self.swaps.push((words.to_owned(), for_these.to_owned()));
        self
    }

    /// A header on every answer of its site.
    pub fn header(mut self, name: &str, value: &str) -> Example {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Files that lie in a folder of its site (`chat/`).
    pub fn beside(mut self, name: &str, folder: impl Into<PathBuf>) -> Example {
        self.beside.push((name.to_owned(), folder.into()));
        self
    }

    /// A page that is not in its folder.
    pub fn page(mut self, name: &str, text: impl Into<String>) -> Example {
        self.pages.push((name.to_owned(), text.into()));
        self
    }

    /// Puts it up.
    ///
    /// # Panics
    /// If no port can be had, or a file cannot be read.
    pub async fn start(self) -> Site {
        let dist = Stage::dist().expect("a built page");
        let rill = StaticSite::of(dist)
            .under("/rill/")
            .header("Access-Control-Allow-Origin", "*");
        let rill = rill.start().await.expect("a port");
        let address = rill.url("");
        let swapped = |text: &str| {
            let swaps = self.swaps.iter();
            let text = text.replace(RILL, &address);
            swaps.fold(text, |text, (words, these)| text.replace(words, these))
        };
        let mut site = StaticSite::of(&self.folder).under(&self.prefix);
        for (name, value) in &self.headers {
            site = site.header(name, value);
        }
        if self.folder.is_dir() {
            for file in files(&self.folder).expect("its files") {
                let name = inside(&self.folder, &file);
                if is_text(&file) {
                    let text = std::fs::read_to_string(&file).expect("a text");
                    site = site.page(&name, swapped(&text));
                }
            }
        }
        for (name, folder) in self.beside {
            site = site.folder(&name, folder);
        }
        for (name, text) in &self.pages {
            site = site.page(name, swapped(text));
        }
        let page = site.start().await.expect("a port");
        Site { page, rill }
    }
}

impl Site {
    /// Goes there with a new page, and waits until one can write to the first chat on it.
    pub async fn open(&self, stage: &Stage) -> Chat {
        let chat = self.look(stage, "").await;
        chat.ready().await;
        chat
    }

    /// Goes to one of its pages.
    pub async fn look(&self, stage: &Stage, path: &str) -> Chat {
        let page = stage.blank().await;
        page.goto(&self.page.url(path)).await;
        Chat { page, at: 0 }
    }
}

/// Files in which the host may be named.
fn is_text(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("html" | "js" | "css"))
}

/// The path of a file below a folder, as a request writes it.
fn inside(folder: &Path, file: &Path) -> String {
    let path = file.strip_prefix(folder).unwrap_or(file);
    path.to_string_lossy().replace('\\', "/")
}
