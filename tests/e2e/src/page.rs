//! One tab: JavaScript to look, real keys and a real mouse to act, and what the page complained about.

use crate::access::heard::Part;
use crate::browser::{Browser, Error};
use crate::engine::{Complaints, Tab, chromium};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a test waits for the page before it gives up: long, since machines that are busy with other things are slow.
pub const PATIENCE: Duration = Duration::from_secs(240);
/// One question to the page takes no longer: the driver has a limit of its own.
const SLICE: Duration = Duration::from_secs(5);

/// All words on screen, of each element.
const WORDS: &str = "[...document.querySelectorAll('rill-chat')].map((host) => [...(host.shadowRoot ?? host).children].map((child) => child.innerText ?? '').join('\\n')).join('\\n---\\n') || document.body.innerText";

/// The modifier keys, as bits.
pub const SHIFT: i64 = 8;

/// A tab. Failures of the driver panic: they are failures of the test.
#[derive(Clone)]
pub struct Page {
    tab: Arc<dyn Tab>,
    complaints: Complaints,
    closed: Arc<AtomicBool>,
    /// Whether the person points with a finger.
    is_phone: bool,
}

impl Page {
    /// A blank tab that is in front, has the focus, and is 1000 by 800, light, with motion.
    pub async fn blank(browser: &Browser) -> Result<Page, Error> {
        let complaints = Complaints::default();
        Page::of(browser.tab(complaints.clone()).await?, complaints).await
    }

    /// A blank tab as a phone has it; what is clicked there, a finger taps.
    pub async fn phone(browser: &Browser) -> Result<Page, Error> {
        let complaints = Complaints::default();
        let page = Page::of(browser.phone(complaints.clone()).await?, complaints).await?;
        Ok(Page {
            is_phone: true,
            ..page
        })
    }

    /// The same beside this one, as another tab of the same person.
    pub async fn beside(&self, browser: &Browser) -> Result<Page, Error> {
        let complaints = Complaints::default();
        let tab = browser.beside(&*self.tab, complaints.clone()).await?;
        Page::of(tab, complaints).await
    }

    async fn of(tab: Arc<dyn Tab>, complaints: Complaints) -> Result<Page, Error> {
        tab.at_start(include_str!("page.js")).await?;
        Ok(Page {
            tab,
            complaints,
            closed: Arc::default(),
            is_phone: false,
        })
    }

    /// Ends the tab's process: nothing in it hears of that.
    pub async fn crash(&self) {
        self.complaints.set(self.complaints().await);
        self.closed.store(true, Ordering::Relaxed);
        must("crash the tab", self.tab.crash().await);
    }

    /// Goes to an address, and waits until it is loaded.
    pub async fn goto(&self, url: &str) {
        must("go to", self.tab.goto(url).await);
    }

    /// Keeps the page from loading files whose addresses end so; of none, once more from nothing.
    pub async fn block(&self, endings: &[&str]) {
        must("block files", self.tab.block(endings).await);
    }

    /// From now on every answer of the network comes so much later.
    pub async fn delay(&self, by: Duration) {
        must("slow the network down", self.tab.delay(by).await);
    }

    /// Reloads.
    pub async fn reload(&self) {
        must("reload", self.tab.reload().await);
    }

    /// The tab of Chromium, for what no other engine has.
    pub(crate) fn chromium(&self) -> &chromium::Tab {
        match self.tab.chromium() {
            Some(tab) => tab,
            None => panic!("only Chromium has this: the case must say that it needs it"),
        }
    }

    /// Runs a script in every document of this tab, before all others.
    pub async fn at_start(&self, script: &str) {
        must("add a script", self.tab.at_start(script).await);
    }

    /// Counts what the main thread does from now on, in its own time: what else the machine does is not in it.
    pub async fn count_costs(&self) {
        must("count costs", self.chromium().count_costs().await);
    }

    /// What was counted so far: the DevTools protocol's names, in seconds, bytes, pieces.
    pub async fn costs(&self) -> HashMap<String, f64> {
        must("ask for costs", self.chromium().costs().await)
    }

    /// Takes away what the page no longer uses.
    pub async fn tidy(&self) {
        must("collect garbage", self.chromium().tidy().await);
    }

    /// The value of a JavaScript expression, a promise's too. Helpers are in `e2e` (page.js).
    pub async fn js<T: DeserializeOwned>(&self, expression: &str) -> T {
        value(expression, self.tab.evaluate(expression, false).await)
    }

    /// The same of an expression that changes nothing, in a page that may be at work for minutes.
    pub async fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        value(expression, self.tab.evaluate(expression, true).await)
    }

    /// Waits until an expression is truthy, looking once per frame in the page; gives its value.
    ///
    /// # Panics
    /// After [`PATIENCE`].
    pub async fn until<T: DeserializeOwned>(&self, expression: &str) -> T {
        match self.within(PATIENCE, expression).await {
            Some(value) => value,
            None => panic!(
                "waited in vain until {expression}\nthe page says:\n{}",
                self.words().await
            ),
        }
    }

    /// The same with another patience, and without a panic.
    pub async fn within<T: DeserializeOwned>(
        &self,
        patience: Duration,
        expression: &str,
    ) -> Option<T> {
        let began = Instant::now();
        loop {
            let left = patience.saturating_sub(began.elapsed());
            let ms = left.min(SLICE).as_millis();
            // The page may be on its way to another document, and lose the question.
            let found: Option<T> = self
                .js(&format!(
                    "globalThis.e2e ? e2e.until(() => ({expression}), {ms}) : null"
                ))
                .await;
            if found.is_some() || left < SLICE {
                return found;
            }
        }
    }

    /// All words on screen, for failures.
    pub async fn words(&self) -> String {
        self.js(WORDS).await
    }

    /// Waits until these words are on screen.
    pub async fn says(&self, words: &str) {
        self.until::<bool>(&format!("({WORDS}).includes({})", quote(words)))
            .await;
    }

    /// Waits until these words are not on screen, or no more.
    pub async fn hides(&self, words: &str) {
        self.until::<bool>(&format!("!({WORDS}).includes({})", quote(words)))
            .await;
    }

    /// Clicks in the middle of an element, given by a JavaScript expression, with the mouse.
    ///
    /// A page that moves just then would take the click beside it, where a person would see that and aim again: so does this.
    pub async fn click(&self, element: &str) {
        for is_last in [false, false, false, false, true] {
            let aim = if is_last { "" } else { "e2e.aim(found);" };
            let middle: Value = self
                .until(&format!(
                    "(() => {{ const found = {element}; if (!found) return null; return e2e.middle(found).then((middle) => {{ {aim} return middle; }}); }})()"
                ))
                .await;
            let (x, y) = (
                middle["x"].as_f64().unwrap_or_default(),
                middle["y"].as_f64().unwrap_or_default(),
            );
            self.click_at(x, y).await;
            if is_last {
                break;
            }
            // A page that has gone elsewhere was hit.
            let hit: Option<bool> = self.js("globalThis.e2e ? e2e.hit() : null").await;
            if hit != Some(false) {
                break;
            }
        }
    }

    /// Clicks at a place, in CSS pixels.
    pub async fn click_at(&self, x: f64, y: f64) {
        match self.is_phone {
            true => must("tap", self.tab.tap(x, y).await),
            false => must("click", self.tab.click(x, y).await),
        }
    }

    /// Types text where the focus is: key by key, as an input method does, or as pasting does where it is long.
    pub async fn insert(&self, text: &str) {
        must("type", self.tab.insert(text).await);
    }

    /// Presses and lets go of a key: `Enter`, `Tab`, `Escape`, `End`, `Home`, an arrow, ` ` or a letter; meanwhile modifiers are held.
    pub async fn press(&self, key: &str, modifiers: i64) {
        must("press a key", self.tab.press(key, modifiers).await);
    }

    /// The size of the window, in CSS pixels, light or dark, and device pixels per CSS pixel. Motion is not reduced.
    pub async fn look(&self, width: i64, height: i64, dark: bool, scale: f64) {
        must("set the size", self.tab.size(width, height, scale).await);
        self.media(dark, false).await;
        // The page hears of the size in a frame, measures after it, and gives way in the next. A hidden one draws no frames.
        let _: Value = self
            .js(&format!(
                "new Promise((resolve) => {{
                    const frames = (left, most) => document.hidden || !left || !most ? resolve(null)
                        : requestAnimationFrame(() => frames(innerWidth === {width} ? left - 1 : left, most - 1));
                    frames(4, 60);
                }})"
            ))
            .await;
    }

    /// Light or dark, with or without motion.
    pub async fn media(&self, dark: bool, still: bool) {
        must("set the media", self.tab.media(dark, still).await);
    }

    /// The person's own few colours, with less motion.
    pub async fn forced_colors(&self, dark: bool) {
        must("force colours", self.tab.forced_colors(dark).await);
    }

    /// Has the person point with a finger.
    pub async fn touch(&self) {
        must("point with a finger", self.chromium().touch().await);
    }

    /// What stands in the accessibility tree, in its order.
    pub(crate) async fn parts(&self) -> Vec<Part> {
        must("ask for the tree", self.chromium().parts().await)
    }

    /// Shows the page as it is printed, by its styles for paper; everything is made that paper shows.
    pub async fn as_printed(&self) {
        must("print", self.chromium().as_printed().await);
        let _: Value = self
            .js("(dispatchEvent(new Event('beforeprint')), null)")
            .await;
    }

    /// Writes a picture of what is on screen.
    pub async fn screenshot(&self, to: &Path) {
        if let Some(folder) = to.parent() {
            must("make a folder", std::fs::create_dir_all(folder));
        }
        let bytes = must("take a screenshot", self.tab.screenshot().await);
        must("write a screenshot", std::fs::write(to, bytes));
    }

    /// What the page complained about: errors of the console, exceptions, violations of the policy.
    pub async fn complaints(&self) -> Vec<String> {
        let mut all = self.complaints.all();
        if !self.is_closed() {
            all.extend(self.js::<Vec<String>>(COMPLAINTS).await);
        }
        all
    }

    /// Whether the test has closed it.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Forgets what the page complained about so far.
    pub async fn forgive(&self) {
        let _: Value = self
            .js("(e2e.violations.length = e2e.errors.length = 0)")
            .await;
        self.complaints.set(Vec::new());
    }

    /// The address that is shown.
    pub async fn address(&self) -> String {
        self.js("location.href").await
    }

    /// Closes the tab; what it complained about is kept.
    pub async fn close(&self) {
        if self.is_closed() {
            return;
        }
        self.complaints.set(self.complaints().await);
        self.closed.store(true, Ordering::Relaxed);
        // It may be gone already.
        let _ = self.tab.close().await;
    }
}

/// What page.js has noted.
const COMPLAINTS: &str =
    "globalThis.e2e ? [...e2e.violations.map((one) => 'policy: ' + one), ...e2e.errors] : []";

/// A text as a JavaScript string.
pub fn quote(text: &str) -> String {
    json!(text).to_string()
}

fn value<T: DeserializeOwned>(expression: &str, answer: Result<Value, Error>) -> T {
    let value = match answer {
        Ok(value) => value,
        Err(error) => panic!("{expression}\n{error}"),
    };
    match serde_json::from_value(value.clone()) {
        Ok(value) => value,
        Err(error) => panic!("{expression}\ngave {value}: {error}"),
    }
}

fn must<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("cannot {what}: {error}"),
    }
}
