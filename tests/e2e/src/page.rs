//! One tab: JavaScript to look, real keys and a real mouse to act, and what the page complained about.

use crate::browser::{Browser, Error};
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
    SetFocusEmulationEnabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams, DispatchMouseEventType,
    InsertTextParams, MouseButton,
};
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel, LogEntrySource};
use chromiumoxide::cdp::browser_protocol::network::{
    self, BlockPattern, EmulateNetworkConditionsByRuleParams, NetworkConditions,
    SetBlockedUrLsParams,
};
use chromiumoxide::cdp::browser_protocol::page::CaptureScreenshotFormat;
use chromiumoxide::cdp::browser_protocol::performance;
use chromiumoxide::cdp::js_protocol::heap_profiler;
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EvaluateParams, EvaluateReturns, EventConsoleApiCalled,
    EventExceptionThrown,
};
use chromiumoxide::error::CdpError;
use chromiumoxide::page::ScreenshotParams;
use chromiumoxide::types::Command;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a test waits for the page before it gives up: long, since machines that are busy with other things are slow.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// One question to the page takes no longer: the driver has a limit of its own.
const SLICE: Duration = Duration::from_secs(5);

/// How often a page at work is asked the same: as often the driver waits for half a minute.
const TRIES: usize = 10;

/// The modifier keys of the DevTools protocol.
pub const SHIFT: i64 = 8;

/// A tab. Failures of the driver panic: they are failures of the test.
#[derive(Clone)]
pub struct Page {
    tab: chromiumoxide::Page,
    complaints: Arc<Mutex<Vec<String>>>,
    closed: Arc<AtomicBool>,
}

impl Page {
    /// A blank tab that is in front, has the focus, and is 1000 by 800.
    pub async fn blank(browser: &Browser) -> Result<Page, Error> {
        let tab = browser.tab().await?;
        let page = Page {
            tab,
            complaints: Arc::default(),
            closed: Arc::default(),
        };
        page.listen().await?;
        page.tab
            .evaluate_on_new_document(include_str!("page.js"))
            .await?;
        page.tab
            .execute(SetFocusEmulationEnabledParams::new(true))
            .await?;
        page.look(1000, 800, false, 1.0).await;
        Ok(page)
    }

    /// Notes errors of the console. A failing request is none: servers fail on purpose here.
    async fn listen(&self) -> Result<(), Error> {
        let mut console = self.tab.event_listener::<EventConsoleApiCalled>().await?;
        let mut thrown = self.tab.event_listener::<EventExceptionThrown>().await?;
        let mut entries = self.tab.event_listener::<EventEntryAdded>().await?;
        self.tab.enable_log().await?;
        self.tab.enable_runtime().await?;
        let complaints = Arc::clone(&self.complaints);
        // It ends with the tab, whose streams then end.
        tokio::spawn(async move {
            loop {
                let complaint = tokio::select! {
                    Some(event) = console.next() => match event.r#type {
                        // A development build warns of what it should not do.
                        ConsoleApiCalledType::Error | ConsoleApiCalledType::Warning | ConsoleApiCalledType::Assert => {
                            let words: Vec<String> = event.args.iter().map(|arg| {
                                arg.value.as_ref().map(Value::to_string).or_else(|| arg.description.clone()).unwrap_or_default()
                            }).collect();
                            Some(format!("console: {}", words.join(" ")))
                        }
                        _ => None,
                    },
                    Some(event) = thrown.next() => {
                        let details = &event.exception_details;
                        let more = details.exception.as_ref().and_then(|exception| exception.description.clone()).unwrap_or_default();
                        Some(format!("exception: {} {more}", details.text))
                    }
                    Some(event) = entries.next() => {
                        let entry = &event.entry;
                        let serious = entry.level == LogEntryLevel::Error
                            && entry.source != LogEntrySource::Network
                            && !entry.text.contains("blocked by CORS policy");
                        serious.then(|| format!("{:?}: {}", entry.source, entry.text))
                    }
                    else => break,
                };
                complaints
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend(complaint);
            }
        });
        Ok(())
    }

    /// Goes to an address, and waits until it is loaded.
    pub async fn goto(&self, url: &str) {
        must("go to", self.tab.goto(url).await);
    }

    /// Keeps the page from loading files of these names; of none, once more from nothing.
    pub async fn block(&self, names: &[&str]) {
        must(
            "watch the network",
            self.tab.execute(network::EnableParams::default()).await,
        );
        let patterns = names
            .iter()
            .map(|name| BlockPattern::new(format!("*://*:*/{name}"), true));
        let block = SetBlockedUrLsParams {
            url_patterns: Some(patterns.collect()),
        };
        must("block files", self.tab.execute(block).await);
    }

    /// From now on every answer of the network comes so much later.
    pub async fn delay(&self, by: Duration) {
        must(
            "watch the network",
            self.tab.execute(network::EnableParams::default()).await,
        );
        let all = NetworkConditions::new("", by.as_secs_f64() * 1e3, -1.0, -1.0);
        let slow = EmulateNetworkConditionsByRuleParams::new(false, vec![all]);
        must("slow the network down", self.tab.execute(slow).await);
    }

    /// Reloads.
    pub async fn reload(&self) {
        must("reload", self.tab.reload().await);
        must("reload", self.tab.wait_for_navigation().await);
    }

    /// The tab, for what is asked of it nowhere else.
    pub(crate) fn tab(&self) -> &chromiumoxide::Page {
        &self.tab
    }

    /// Runs a script in every document of this tab, before all others.
    pub async fn at_start(&self, script: &str) {
        must(
            "add a script",
            self.tab.evaluate_on_new_document(script).await,
        );
    }

    /// Counts what the main thread does from now on, in its own time: what else the machine does is not in it.
    pub async fn count_costs(&self) {
        // The driver counts already, by the clock on the wall.
        let stop = performance::DisableParams::default();
        must("count costs", self.tab.execute(stop).await);
        let count = performance::EnableParams {
            time_domain: Some(performance::EnableTimeDomain::ThreadTicks),
        };
        must("count costs", self.tab.execute(count).await);
    }

    /// What was counted so far: the DevTools protocol's names, in seconds, bytes, pieces.
    pub async fn costs(&self) -> HashMap<String, f64> {
        let ask = performance::GetMetricsParams::default();
        let answer = self.insist("ask for costs", ask).await;
        let metrics = answer.metrics.into_iter();
        metrics.map(|metric| (metric.name, metric.value)).collect()
    }

    /// Takes away what the page no longer uses.
    pub async fn tidy(&self) {
        let tidy = heap_profiler::CollectGarbageParams::default();
        self.insist("collect garbage", tidy).await;
    }

    /// Sends what may be sent twice: a page at work for longer than the driver waits has not failed.
    async fn insist<C: Command + Clone>(&self, what: &str, command: C) -> C::Response {
        for _ in 1..TRIES {
            match self.tab.execute(command.clone()).await {
                Err(CdpError::Timeout) => {}
                answer => return must(what, answer).result,
            }
        }
        must(what, self.tab.execute(command).await).result
    }

    /// The value of a JavaScript expression, a promise's too. Helpers are in `e2e` (page.js).
    pub async fn js<T: DeserializeOwned>(&self, expression: &str) -> T {
        let answer = self.tab.execute(evaluation(expression)).await;
        value(expression, must(expression, answer).result)
    }

    /// The same of an expression that changes nothing, in a page that may be at work for minutes.
    pub async fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let answer = self.insist(expression, evaluation(expression)).await;
        value(expression, answer)
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
        self.js("[...document.querySelectorAll('rill-chat')].map((host) => [...(host.shadowRoot ?? host).children].map((child) => child.innerText ?? '').join('\\n')).join('\\n---\\n') || document.body.innerText").await
    }

    /// Clicks in the middle of an element, given by a JavaScript expression, with the mouse.
    pub async fn click(&self, element: &str) {
        let middle: Value = self
            .until(&format!(
                "(() => {{ const found = {element}; return found && e2e.middle(found); }})()"
            ))
            .await;
        let (x, y) = (
            middle["x"].as_f64().unwrap_or_default(),
            middle["y"].as_f64().unwrap_or_default(),
        );
        self.click_at(x, y).await;
    }

    /// Clicks at a place, in CSS pixels.
    pub async fn click_at(&self, x: f64, y: f64) {
        for kind in [
            DispatchMouseEventType::MouseMoved,
            DispatchMouseEventType::MousePressed,
            DispatchMouseEventType::MouseReleased,
        ] {
            let mut event = DispatchMouseEventParams::new(kind, x, y);
            event.button = Some(MouseButton::Left);
            event.click_count = Some(1);
            must("click", self.tab.execute(event).await);
        }
    }

    /// Types text where the focus is, as an input method does.
    pub async fn insert(&self, text: &str) {
        must("type", self.tab.execute(InsertTextParams::new(text)).await);
    }

    /// Presses and lets go of a key: `Enter`, `Tab`, `Escape`, `End`, `Home`, an arrow, ` ` or a letter.
    pub async fn press(&self, key: &str, modifiers: i64) {
        let (code, number, text) = match key {
            "Enter" => ("Enter", 13, Some("\r")),
            "Tab" => ("Tab", 9, None),
            "Escape" => ("Escape", 27, None),
            " " => ("Space", 32, Some(" ")),
            "End" => ("End", 35, None),
            "Home" => ("Home", 36, None),
            "ArrowLeft" => ("ArrowLeft", 37, None),
            "ArrowRight" => ("ArrowRight", 39, None),
            other => (
                other,
                i64::from(
                    other
                        .bytes()
                        .next()
                        .unwrap_or_default()
                        .to_ascii_uppercase(),
                ),
                Some(other),
            ),
        };
        for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
            let mut event = DispatchKeyEventParams::new(kind.clone());
            event.key = Some(key.to_owned());
            event.code = Some(code.to_owned());
            event.windows_virtual_key_code = Some(number);
            event.modifiers = Some(modifiers);
            if kind == DispatchKeyEventType::KeyDown {
                event.text = text.map(str::to_owned);
            }
            must("press a key", self.tab.execute(event).await);
        }
    }

    /// The size of the window, in CSS pixels, light or dark, and device pixels per CSS pixel. Motion is not reduced.
    pub async fn look(&self, width: i64, height: i64, dark: bool, scale: f64) {
        let metrics = SetDeviceMetricsOverrideParams::new(width, height, scale, width < 600);
        must("set the size", self.tab.execute(metrics).await);
        self.media(dark, false).await;
    }

    /// Light or dark, with or without motion.
    pub async fn media(&self, dark: bool, still: bool) {
        let features = vec![
            MediaFeature::new("prefers-color-scheme", if dark { "dark" } else { "light" }),
            MediaFeature::new(
                "prefers-reduced-motion",
                if still { "reduce" } else { "no-preference" },
            ),
        ];
        let media = SetEmulatedMediaParams::builder().features(features).build();
        must("set the media", self.tab.execute(media).await);
    }

    /// Writes a picture of what is on screen.
    pub async fn screenshot(&self, to: &Path) {
        if let Some(folder) = to.parent() {
            must("make a folder", std::fs::create_dir_all(folder));
        }
        let picture = ScreenshotParams::builder()
            .format(CaptureScreenshotFormat::Png)
            .build();
        let bytes = must("take a screenshot", self.tab.screenshot(picture).await);
        must("write a screenshot", std::fs::write(to, bytes));
    }

    /// What the page complained about: errors of the console, exceptions, violations of the policy.
    pub async fn complaints(&self) -> Vec<String> {
        let mut all = self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
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
        self.complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        let _: Value = self
            .js("(e2e.violations.length = e2e.errors.length = 0)")
            .await;
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
        let all = self.complaints().await;
        *self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = all;
        self.closed.store(true, Ordering::Relaxed);
        // It may be gone already.
        let _ = self.tab.clone().close().await;
    }
}

/// What page.js has noted.
const COMPLAINTS: &str =
    "globalThis.e2e ? [...e2e.violations.map((one) => 'policy: ' + one), ...e2e.errors] : []";

/// A text as a JavaScript string.
pub fn quote(text: &str) -> String {
    json!(text).to_string()
}

fn evaluation(expression: &str) -> EvaluateParams {
    let mut ask = EvaluateParams::new(expression);
    ask.await_promise = Some(true);
    ask.return_by_value = Some(true);
    ask.user_gesture = Some(true);
    ask
}

fn value<T: DeserializeOwned>(expression: &str, answer: EvaluateReturns) -> T {
    if let Some(failure) = answer.exception_details {
        let more = failure
            .exception
            .and_then(|exception| exception.description)
            .unwrap_or_default();
        panic!("{expression}\n{} {more}", failure.text);
    }
    let value = answer.result.value.unwrap_or_default();
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
