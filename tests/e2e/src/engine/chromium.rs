//! Chromium without a window, over the DevTools protocol.

use super::{Answer, Complaints, Engine, Tab as _, WINDOW};
use crate::access::heard::Part;
use crate::browser::{Error, FOREIGN_HOST};
use chromiumoxide::browser::{Browser as Driver, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::accessibility::{
    self, AxPropertyName, AxValue, GetFullAxTreeParams,
};
use chromiumoxide::cdp::browser_protocol::browser::BrowserContextId;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetCpuThrottlingRateParams, SetDeviceMetricsOverrideParams,
    SetEmulatedMediaParams, SetFocusEmulationEnabledParams, SetTouchEmulationEnabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchKeyEventParams, DispatchKeyEventType, DispatchMouseEventParams, DispatchMouseEventType,
    DispatchTouchEventReturns, InsertTextParams, MouseButton, TouchPoint,
};
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel, LogEntrySource};
use chromiumoxide::cdp::browser_protocol::network::{
    self, BlockPattern, EmulateNetworkConditionsByRuleParams, NetworkConditions,
    SetBlockedUrLsParams,
};
use chromiumoxide::cdp::browser_protocol::page::{CaptureScreenshotFormat, CrashParams};
use chromiumoxide::cdp::browser_protocol::performance;
use chromiumoxide::cdp::browser_protocol::target::{
    CreateBrowserContextParams, CreateTargetParams, SetAutoAttachParams,
};
use chromiumoxide::cdp::js_protocol::heap_profiler;
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EvaluateParams, EventConsoleApiCalled, EventExceptionThrown,
};
use chromiumoxide::error::CdpError;
use chromiumoxide::page::ScreenshotParams;
use chromiumoxide::types::{Command, Method, MethodId};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// What the fingers on the page do. The driver's own form of it leaves out a list without fingers, which is how a touch ends.
#[derive(serde::Serialize)]
struct Touch {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "touchPoints")]
    fingers: Vec<TouchPoint>,
}

impl Method for Touch {
    fn identifier(&self) -> MethodId {
        "Input.dispatchTouchEvent".into()
    }
}

impl Command for Touch {
    type Response = DispatchTouchEventReturns;
}

/// How often a page at work is asked the same: as often the driver waits for half a minute.
const TRIES: usize = 10;

/// Without them a page that is not in front stops its timers and frames, and is shown text all at once.
const ARGUMENTS: [&str; 17] = [
    "disable-gpu",
    "disable-dev-shm-usage",
    "disable-background-networking",
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-renderer-backgrounding",
    "disable-component-update",
    "disable-default-apps",
    "disable-sync",
    "disable-breakpad",
    "disable-search-engine-choice-screen",
    "no-first-run",
    "no-default-browser-check",
    "metrics-recording-only",
    "use-mock-keychain",
    // With each window it starts two pages of its own, for suggestions to an address that nobody types.
    "disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    // The certificates of tests are nobody's.
    "ignore-certificate-errors",
];

/// A running Chromium; it ends when it is closed or dropped.
pub(crate) struct Chromium {
    driver: Mutex<Driver>,
    handler: JoinHandle<()>,
    // A fresh profile's folder goes away with the browser; `None` where the profile is somebody's, whose store all tabs share.
    profile: Option<tempfile::TempDir>,
}

impl Chromium {
    /// Starts one with a fresh profile: `CHROME` names it, else it is looked for.
    pub(crate) async fn start() -> Result<Chromium, Error> {
        let profile = tempfile::tempdir()?;
        let mut chromium = Chromium::start_in(profile.path()).await?;
        chromium.profile = Some(profile);
        Ok(chromium)
    }

    /// Starts one with the profile in this folder.
    pub(crate) async fn start_in(profile: &Path) -> Result<Chromium, Error> {
        let mut config = BrowserConfig::builder()
            .new_headless_mode()
            .no_sandbox()
            .disable_default_args()
            .enable_cache()
            .viewport(None)
            .window_size(1000, 800)
            .user_data_dir(profile)
            .launch_timeout(Duration::from_secs(60))
            .arg(("password-store", "basic"))
            .arg((
                "host-resolver-rules",
                format!("MAP {FOREIGN_HOST} 127.0.0.1").as_str(),
            ))
            .arg(("force-color-profile", "srgb"));
        for argument in ARGUMENTS {
            config = config.arg(argument);
        }
        if let Some(chrome) = std::env::var_os("CHROME").map(PathBuf::from) {
            config = config.chrome_executable(chrome);
        }
        let (driver, mut events) = Driver::launch(config.build()?).await?;
        // The driver does nothing unless its events are taken.
        let handler = tokio::spawn(async move { while events.next().await.is_some() {} });
        Ok(Chromium {
            driver: Mutex::new(driver),
            handler,
            profile: None,
        })
    }

    /// A blank tab in front, with the store of this context.
    async fn tab_in(
        &self,
        context: Option<BrowserContextId>,
        complaints: Complaints,
    ) -> Result<Arc<dyn super::Tab>, Error> {
        let mut target = CreateTargetParams::new("about:blank");
        target.browser_context_id = context.clone();
        target.new_window = Some(true);
        let page = self.driver.lock().await.new_page(target).await?;
        listen(&page, complaints).await?;
        page.execute(SetFocusEmulationEnabledParams::new(true))
            .await?;
        page.execute(workers_run()).await?;
        let tab = Tab { page, context };
        tab.size(WINDOW.0, WINDOW.1, 1.0).await?;
        tab.media(false, false).await?;
        Ok(Arc::new(tab) as Arc<dyn super::Tab>)
    }
}

impl Engine for Chromium {
    fn tab(&self, complaints: Complaints) -> Answer<'_, Arc<dyn super::Tab>> {
        Box::pin(async move {
            let context = if self.profile.is_some() {
                let driver = self.driver.lock().await;
                let fresh = CreateBrowserContextParams::default();
                Some(driver.create_browser_context(fresh).await?)
            } else {
                None
            };
            self.tab_in(context, complaints).await
        })
    }

    fn beside<'a>(
        &'a self,
        tab: &'a dyn super::Tab,
        complaints: Complaints,
    ) -> Answer<'a, Arc<dyn super::Tab>> {
        Box::pin(async move {
            let tab = tab.chromium().ok_or("a tab of another engine")?;
            self.tab_in(tab.context.clone(), complaints).await
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut driver = self.driver.lock().await;
            let closing = async {
                // It may have ended already, or be too ill to answer: then it is killed.
                let _ = driver.close().await;
                let _ = driver.wait().await;
            };
            if tokio::time::timeout(Duration::from_secs(5), closing)
                .await
                .is_err()
            {
                let _ = driver.kill().await;
            }
            self.handler.abort();
        })
    }

    fn kill(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let _ = self.driver.lock().await.kill().await;
            self.handler.abort();
        })
    }
}

/// Notes errors of the console. A failing request is none: servers fail on purpose here.
async fn listen(page: &chromiumoxide::Page, complaints: Complaints) -> Result<(), Error> {
    let mut console = page.event_listener::<EventConsoleApiCalled>().await?;
    let mut thrown = page.event_listener::<EventExceptionThrown>().await?;
    let mut entries = page.event_listener::<EventEntryAdded>().await?;
    page.enable_log().await?;
    page.enable_runtime().await?;
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
            if let Some(complaint) = complaint {
                complaints.add(complaint);
            }
        }
    });
    Ok(())
}

/// A tab of it.
pub struct Tab {
    page: chromiumoxide::Page,
    context: Option<BrowserContextId>,
}

impl Tab {
    /// The driver's own.
    pub fn page(&self) -> &chromiumoxide::Page {
        &self.page
    }

    /// Counts what the main thread does from now on, in its own time: what else the machine does is not in it.
    pub async fn count_costs(&self) -> Result<(), Error> {
        // The driver counts already, by the clock on the wall.
        let stop = performance::DisableParams::default();
        self.page.execute(stop).await?;
        let count = performance::EnableParams {
            time_domain: Some(performance::EnableTimeDomain::ThreadTicks),
        };
        self.page.execute(count).await?;
        Ok(())
    }

    /// What was counted so far: the DevTools protocol's names, in seconds, bytes, pieces.
    pub async fn costs(&self) -> Result<HashMap<String, f64>, Error> {
        let answer = self.insist(performance::GetMetricsParams::default()).await;
        let metrics = answer?.metrics.into_iter();
        Ok(metrics.map(|metric| (metric.name, metric.value)).collect())
    }

    /// Takes away what the page no longer uses.
    pub async fn tidy(&self) -> Result<(), Error> {
        let tidy = heap_profiler::CollectGarbageParams::default();
        self.insist(tidy).await?;
        Ok(())
    }

    /// Slows the processor down, so many times.
    pub async fn slow(&self, times: f64) -> Result<(), Error> {
        self.tell(SetCpuThrottlingRateParams::new(times)).await
    }

    /// Takes the styles for paper.
    pub async fn as_printed(&self) -> Result<(), Error> {
        let media = SetEmulatedMediaParams::builder().media("print").build();
        self.tell(media).await
    }

    /// Has the person point with a finger.
    pub async fn touch(&self) -> Result<(), Error> {
        self.tell(SetTouchEmulationEnabledParams::new(true)).await
    }

    /// What stands in the accessibility tree, in its order, without what is ignored there.
    pub async fn parts(&self) -> Result<Vec<Part>, Error> {
        self.tell(accessibility::EnableParams::default()).await?;
        let tree = self.page.execute(GetFullAxTreeParams::default()).await?;
        let text = |value: &Option<AxValue>| {
            let value = value.as_ref().and_then(|value| value.value.clone());
            let value = value.unwrap_or_default();
            value.as_str().unwrap_or_default().to_owned()
        };
        let nodes = tree.result.nodes.into_iter().filter(|node| !node.ignored);
        let parts = nodes.map(|node| {
            let mut properties = node.properties.iter().flatten();
            let level = properties.find(|property| property.name == AxPropertyName::Level);
            Part {
                role: text(&node.role),
                name: text(&node.name),
                level: level.and_then(|level| level.value.value.as_ref()?.as_i64()),
            }
        });
        Ok(parts.collect())
    }

    /// Sends what may be sent twice: a page at work for longer than the driver waits has not failed.
    async fn insist<C: Command + Clone>(&self, command: C) -> Result<C::Response, CdpError> {
        for _ in 1..TRIES {
            match self.page.execute(command.clone()).await {
                Err(CdpError::Timeout) => {}
                answer => return Ok(answer?.result),
            }
        }
        Ok(self.page.execute(command).await?.result)
    }

    async fn tell<C: Command>(&self, command: C) -> Result<(), Error> {
        self.page.execute(command).await?;
        Ok(())
    }
}

impl super::Tab for Tab {
    fn goto<'a>(&'a self, url: &'a str) -> Answer<'a> {
        Box::pin(async move {
            self.page.goto(url).await?;
            Ok(())
        })
    }

    fn reload(&self) -> Answer<'_> {
        Box::pin(async move {
            self.page.reload().await?;
            self.page.wait_for_navigation().await?;
            Ok(())
        })
    }

    fn at_start<'a>(&'a self, script: &'a str) -> Answer<'a> {
        Box::pin(async move {
            self.page.evaluate_on_new_document(script).await?;
            Ok(())
        })
    }

    fn evaluate<'a>(&'a self, expression: &'a str, again: bool) -> Answer<'a, Value> {
        Box::pin(async move {
            let mut ask = EvaluateParams::new(expression);
            ask.await_promise = Some(true);
            ask.return_by_value = Some(true);
            ask.user_gesture = Some(true);
            let answer = if again {
                self.insist(ask).await?
            } else {
                self.page.execute(ask).await?.result
            };
            if let Some(failure) = answer.exception_details {
                let exception = failure
                    .exception
                    .and_then(|exception| exception.description);
                return Err(format!("{} {}", failure.text, exception.unwrap_or_default()).into());
            }
            Ok(answer.result.value.unwrap_or_default())
        })
    }

    fn click(&self, x: f64, y: f64) -> Answer<'_> {
        Box::pin(async move {
            for kind in [
                DispatchMouseEventType::MouseMoved,
                DispatchMouseEventType::MousePressed,
                DispatchMouseEventType::MouseReleased,
            ] {
                let mut event = DispatchMouseEventParams::new(kind, x, y);
                event.button = Some(MouseButton::Left);
                event.click_count = Some(1);
                self.tell(event).await?;
            }
            Ok(())
        })
    }

    fn tap(&self, x: f64, y: f64) -> Answer<'_> {
        Box::pin(async move {
            self.touch().await?;
            let finger = TouchPoint::new(x, y);
            let down = Touch {
                kind: "touchStart",
                fingers: vec![finger],
            };
            self.tell(down).await?;
            let up = Touch {
                kind: "touchEnd",
                fingers: Vec::new(),
            };
            self.tell(up).await
        })
    }

    fn insert<'a>(&'a self, text: &'a str) -> Answer<'a> {
        Box::pin(self.tell(InsertTextParams::new(text)))
    }

    fn press<'a>(&'a self, key: &'a str, modifiers: i64) -> Answer<'a> {
        let letter = |key: &str| key.bytes().next().unwrap_or_default().to_ascii_uppercase();
        let (code, number, text) = match key {
            "Enter" => ("Enter", 13, Some("\r")),
            "Tab" => ("Tab", 9, None),
            "Escape" => ("Escape", 27, None),
            " " => ("Space", 32, Some(" ")),
            "End" => ("End", 35, None),
            "Home" => ("Home", 36, None),
            "ArrowLeft" => ("ArrowLeft", 37, None),
            "ArrowUp" => ("ArrowUp", 38, None),
            "ArrowRight" => ("ArrowRight", 39, None),
            "ArrowDown" => ("ArrowDown", 40, None),
            "Delete" => ("Delete", 46, None),
            // With Ctrl or Meta it is a command, and no text.
            other => {
                let text = Some(other).filter(|_| modifiers & 6 == 0);
                (other, i64::from(letter(other)), text)
            }
        };
        Box::pin(async move {
            for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
                let mut event = DispatchKeyEventParams::new(kind.clone());
                event.key = Some(key.to_owned());
                event.code = Some(code.to_owned());
                event.windows_virtual_key_code = Some(number);
                event.modifiers = Some(modifiers);
                if kind == DispatchKeyEventType::KeyDown {
                    event.text = text.map(str::to_owned);
                }
                self.tell(event).await?;
            }
            Ok(())
        })
    }

    fn size(&self, width: i64, height: i64, scale: f64) -> Answer<'_> {
        let metrics = SetDeviceMetricsOverrideParams::new(width, height, scale, width < 600);
        Box::pin(self.tell(metrics))
    }

    fn media(&self, dark: bool, still: bool) -> Answer<'_> {
        let features = vec![
            MediaFeature::new("prefers-color-scheme", if dark { "dark" } else { "light" }),
            MediaFeature::new(
                "prefers-reduced-motion",
                if still { "reduce" } else { "no-preference" },
            ),
        ];
        let media = SetEmulatedMediaParams::builder().features(features).build();
        Box::pin(self.tell(media))
    }

    fn forced_colors(&self, dark: bool) -> Answer<'_> {
        let scheme = if dark { "dark" } else { "light" };
        let features = [
            ("prefers-color-scheme", scheme),
            ("prefers-reduced-motion", "reduce"),
            ("forced-colors", "active"),
        ];
        let features = features.map(|(name, value)| MediaFeature::new(name, value));
        let media = SetEmulatedMediaParams::builder().features(features).build();
        Box::pin(self.tell(media))
    }

    fn screenshot(&self) -> Answer<'_, Vec<u8>> {
        Box::pin(async move {
            let picture = ScreenshotParams::builder()
                .format(CaptureScreenshotFormat::Png)
                .build();
            Ok(self.page.screenshot(picture).await?)
        })
    }

    fn block<'a>(&'a self, endings: &'a [&'a str]) -> Answer<'a> {
        Box::pin(async move {
            self.tell(network::EnableParams::default()).await?;
            let patterns = endings
                .iter()
                .map(|ending| BlockPattern::new(format!("*://*:*/*{ending}"), true));
            let block = SetBlockedUrLsParams {
                url_patterns: Some(patterns.collect()),
            };
            self.tell(block).await
        })
    }

    fn delay(&self, by: Duration) -> Answer<'_> {
        Box::pin(async move {
            self.tell(network::EnableParams::default()).await?;
            let all = NetworkConditions::new("", by.as_secs_f64() * 1e3, -1.0, -1.0);
            let slow = EmulateNetworkConditionsByRuleParams::new(false, vec![all]);
            self.tell(slow).await
        })
    }

    fn crash(&self) -> Answer<'_> {
        Box::pin(async move {
            // What crashes does not answer.
            let crash = self.page.execute(CrashParams::default());
            let _ = tokio::time::timeout(Duration::from_secs(2), crash).await;
            Ok(())
        })
    }

    fn close(&self) -> Answer<'_> {
        Box::pin(async move {
            self.page.clone().close().await?;
            Ok(())
        })
    }

    fn chromium(&self) -> Option<&Tab> {
        Some(self)
    }
}

/// Has workers begin at once. As the driver attaches to a page, they wait for it, and it lets go of the one that keeps the page before
/// that goes on.
fn workers_run() -> SetAutoAttachParams {
    let mut attach = SetAutoAttachParams::new(true, false);
    attach.flatten = Some(true);
    attach
}
