//! One Chromium without a window: started with a fresh profile, ended when it is closed or dropped.

use chromiumoxide::browser::{Browser as Driver, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::target::{
    CreateBrowserContextParams, CreateTargetParams,
};
use futures_util::StreamExt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// What goes wrong in the driver is a failure of the test: it is shown as it is.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A host that is not this machine by its name, and is this machine all the same.
pub const FOREIGN_HOST: &str = "models.example";

/// Without them a page that is not in front stops its timers and frames, and is shown text all at once.
const ARGUMENTS: [&str; 16] = [
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
    // The certificates of tests are nobody's.
    "ignore-certificate-errors",
];

/// A running Chromium.
pub struct Browser {
    driver: Mutex<Driver>,
    handler: JoinHandle<()>,
    // The profile's folder goes away with the browser.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one: `CHROME` names it, else it is looked for.
    pub async fn start() -> Result<Browser, Error> {
        let profile = tempfile::tempdir()?;
        let mut config = BrowserConfig::builder()
            .new_headless_mode()
            .no_sandbox()
            .disable_default_args()
            .enable_cache()
            .viewport(None)
            .window_size(1000, 800)
            .user_data_dir(profile.path())
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
        Ok(Browser {
            driver: Mutex::new(driver),
            handler,
            _profile: profile,
        })
    }

    /// A blank tab in a context of its own: nothing is stored in common with other tabs but those of the same context.
    pub async fn tab(&self) -> Result<chromiumoxide::Page, Error> {
        let driver = self.driver.lock().await;
        let context = driver
            .create_browser_context(CreateBrowserContextParams::default())
            .await?;
        let mut target = CreateTargetParams::new("about:blank");
        target.browser_context_id = Some(context);
        target.new_window = Some(true);
        Ok(driver.new_page(target).await?)
    }

    /// Ends it, and waits until it has ended.
    pub async fn close(&self) {
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
    }
}
