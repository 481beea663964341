//! What a case gets: the browser and the site that all share, and a lab of its own.

use crate::browser::{Browser, Error};
use crate::chat::Chat;
use crate::page::Page;
use lab::{Dialect, Lab, StaticSite, percent_encode};
use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use support::root;
use tokio::sync::Mutex;

/// A page for elements that a test makes itself.
const EMPTY: &str = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Somebody's page</title><script type=\"module\" src=\"rill.js\"></script><body></body></html>";

/// The stage of one case; cheap to clone.
#[derive(Clone)]
pub struct Stage {
    /// The browser of all cases.
    pub browser: Arc<Browser>,
    /// The host of the built page.
    pub site: Arc<StaticSite>,
    /// The servers of this case.
    pub lab: Arc<Lab>,
    pages: Arc<Mutex<Vec<Page>>>,
    kept: Arc<Mutex<Vec<Arc<dyn Any + Send + Sync>>>>,
}

impl Stage {
    /// A new stage.
    pub async fn new(browser: Arc<Browser>, site: Arc<StaticSite>) -> Result<Stage, Error> {
        let lab = Arc::new(Lab::start().await?);
        Ok(Stage {
            browser,
            site,
            lab,
            pages: Arc::default(),
            kept: Arc::default(),
        })
    }

    /// The folder of the built page: `RILL_DIST` names it, else it is where `cargo xtask dist` puts it.
    pub fn dist() -> Result<PathBuf, Error> {
        let dist = std::env::var_os("RILL_DIST").map_or_else(|| root().join("dist"), PathBuf::from);
        if !dist.join("index.html").is_file() {
            return Err(format!(
                "there is no built page in {}: run `cargo xtask dist`, or `cargo xtask test --e2e`",
                dist.display()
            )
            .into());
        }
        Ok(dist)
    }

    /// The built page on an origin of its own, with a page for elements that a test makes itself. Its worker keeps nothing: each case
    /// would fetch all of the page for it, and what is withheld from a page would come from there.
    pub async fn site() -> Result<StaticSite, Error> {
        Ok(StaticSite::of(Stage::dist()?)
            .page("sw.js", "")
            .page("empty.html", EMPTY)
            .start()
            .await?)
    }

    /// A blank page, looked after by this stage.
    pub async fn blank(&self) -> Page {
        match Page::blank(&self.browser).await {
            Ok(page) => {
                self.pages.lock().await.push(page.clone());
                page
            }
            Err(error) => panic!("no tab could be opened: {error}"),
        }
    }

    /// Opens Rill on a phone, with these parts of a query, and waits until one can write.
    pub async fn phone(&self, query: &str) -> Chat {
        match Page::phone(&self.browser).await {
            Ok(page) => {
                self.pages.lock().await.push(page.clone());
                self.open_in(page, query).await
            }
            Err(error) => panic!("no phone could be opened: {error}"),
        }
    }

    /// Opens Rill in another tab of the same person, with these parts of a query, and waits until one can write.
    pub async fn beside(&self, chat: &Chat, query: &str) -> Chat {
        match chat.page.beside(&self.browser).await {
            Ok(page) => {
                self.pages.lock().await.push(page.clone());
                self.open_in(page, query).await
            }
            Err(error) => panic!("no tab could be opened: {error}"),
        }
    }

    /// Opens Rill with these parts of a query (`server=...&pace=instant`), and waits until one can write.
    pub async fn open(&self, query: &str) -> Chat {
        self.open_in(self.blank().await, query).await
    }

    async fn open_in(&self, page: Page, query: &str) -> Chat {
        page.goto(&self.site.url(&format!("?{query}"))).await;
        let chat = Chat { page, at: 0 };
        chat.page
            .until::<bool>("e2e.every(0, 'textarea, [role=textbox]').some(e2e.visible)")
            .await;
        chat
    }

    /// Opens Rill for one of the lab's servers, its kind named, text shown at once; `more` goes into the query.
    pub async fn chat(&self, dialect: Dialect, options: &str, more: &str) -> Chat {
        self.open(&self.query(dialect, options, more)).await
    }

    /// The same for OpenAI's server, in a page in which a script runs before all others.
    pub async fn chat_with(&self, script: &str, options: &str, more: &str) -> Chat {
        let page = self.blank().await;
        page.at_start(script).await;
        let query = self.query(Dialect::OpenAi, options, more);
        page.goto(&self.site.url(&format!("?{query}"))).await;
        let chat = Chat { page, at: 0 };
        chat.ready().await;
        chat
    }

    /// The query for one of the lab's servers.
    pub fn query(&self, dialect: Dialect, options: &str, more: &str) -> String {
        let server = percent_encode(&self.lab.url(dialect, options));
        let pace = if more.contains("pace=") || more.contains("profile=") {
            ""
        } else {
            "&pace=instant"
        };
        format!("server={server}&kind={}{pace}&{more}", dialect.word())
    }

    /// Keeps a server until the pages are closed: what a page is still loading when its case is through does not fail then.
    pub async fn keep<Server: Send + Sync + 'static>(&self, server: Server) -> Arc<Server> {
        let server = Arc::new(server);
        self.kept.lock().await.push(server.clone());
        server
    }

    /// Pictures of all pages, for a failure.
    pub async fn evidence(&self, name: &str) -> Vec<PathBuf> {
        let mut pictures = Vec::new();
        for (number, page) in self
            .pages
            .lock()
            .await
            .iter()
            .enumerate()
            .filter(|(_, page)| !page.is_closed())
        {
            let picture = pictures_folder().join(format!("failed-{name}-{number}.png"));
            page.screenshot(&picture).await;
            pictures.push(picture);
        }
        pictures
    }

    /// What all pages complained about.
    pub async fn complaints(&self) -> Vec<String> {
        let mut all = Vec::new();
        for page in self.pages.lock().await.iter() {
            all.extend(page.complaints().await);
        }
        all
    }

    /// Closes all pages, then ends the servers that were kept for them.
    pub async fn close(&self) {
        for page in self.pages.lock().await.drain(..) {
            page.close().await;
        }
        self.kept.lock().await.clear();
    }
}

/// Where screenshots go.
pub fn pictures_folder() -> PathBuf {
    root().join("target").join("e2e")
}
