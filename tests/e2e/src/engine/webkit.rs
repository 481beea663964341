//! WebKitGTK's MiniBrowser in a window that nobody sees, over WebDriver.
//!
//! One driver has one session, so each tab has a driver and a browser of its own, whose store is forgotten with it. Pictures
//! are left out: without a graphics card, WebKit never answers those. For sizes of the window there is a manager of windows, a small one.

use super::{Answer, Complaints, Engine, WINDOW, http, keys, lacks};
use crate::browser::Error;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// The folder of libraries, where Debian keeps the browser too, by machine and by version.
const LIBRARIES: &str = "/usr/lib";
/// The most that a start may take.
const START: Duration = Duration::from_secs(180);
/// The most that one question may take, in milliseconds.
const PATIENCE: u64 = 60_000;
/// What its window has above the page, about.
const BARS: i64 = 100;

/// A screen for browsers.
pub(crate) struct WebKit {
    display: String,
    // They end with this.
    screen: Mutex<Child>,
    windows: Mutex<Child>,
}

impl WebKit {
    /// Starts the screen.
    pub(crate) async fn start() -> Result<WebKit, Error> {
        let mut screen = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24"])
            .args(["-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("Xvfb cannot be started: {error}"))?;
        let said = screen.stdout.take().ok_or("Xvfb has no stdout")?;
        let mut lines = BufReader::new(said).lines();
        let number = tokio::time::timeout(START, lines.next_line()).await??;
        let display = format!(":{}", number.ok_or("Xvfb ended")?.trim());
        // Without one, a window that is to be of another size never is.
        let windows = Command::new("evilwm")
            .args(["-display", &display])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("evilwm cannot be started: {error}"))?;
        Ok(WebKit {
            display,
            screen: Mutex::new(screen),
            windows: Mutex::new(windows),
        })
    }

    async fn open(&self) -> Result<Tab, Error> {
        // The port was just free, and the kernel does not hand it out again soon.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let driver = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .env("DISPLAY", &self.display)
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("WebKitWebDriver cannot be started: {error}"))?;
        let listens = async {
            while http::ask(port, "GET", "/status", None).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(START, listens).await?;
        let (width, height) = WINDOW;
        let geometry = format!("--geometry={width}x{}", height + BARS);
        let binary = mini_browser().ok_or("there is no MiniBrowser of WebKitGTK")?;
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "timeouts": { "script": PATIENCE, "pageLoad": PATIENCE },
            "webkitgtk:browserOptions": { "binary": binary, "args": ["--automation", geometry] },
        } } });
        let session = http::ask(port, "POST", "/session", Some(wanted));
        let session = tokio::time::timeout(START, session).await??;
        let session = session["sessionId"].as_str();
        Ok(Tab {
            path: format!("/session/{}", session.ok_or("the session has no name")?),
            port,
            driver: Mutex::new(driver),
            scripts: Mutex::default(),
        })
    }
}

/// The newest MiniBrowser.
fn mini_browser() -> Option<PathBuf> {
    let inside = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    };
    let folders = inside(PathBuf::from(LIBRARIES)).chain([PathBuf::from("/usr/libexec")]);
    let versions = folders.flat_map(inside).filter(|folder| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("webkit2gtk") || name.starts_with("webkitgtk"))
    });
    let programs = versions.map(|folder| folder.join("MiniBrowser"));
    programs.filter(|program| program.is_file()).max()
}

impl Engine for WebKit {
    fn tab(&self, _complaints: Complaints) -> Answer<'_, Arc<dyn super::Tab>> {
        Box::pin(async move { Ok(Arc::new(self.open().await?) as Arc<dyn super::Tab>) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let _ = self.windows.lock().await.kill().await;
            let _ = self.screen.lock().await.kill().await;
        })
    }
}

/// A browser with one tab. Its console cannot be read; what the page's own listeners note is all that it complains about.
struct Tab {
    port: u16,
    path: String,
    driver: Mutex<Child>,
    // WebDriver runs none of itself: they run as soon as a document is loaded.
    scripts: Mutex<Vec<String>>,
}

impl Tab {
    async fn post(&self, what: &str, body: Value) -> Result<Value, Error> {
        http::ask(
            self.port,
            "POST",
            &format!("{}/{what}", self.path),
            Some(body),
        )
        .await
    }

    async fn act(&self, actions: Value) -> Result<(), Error> {
        self.post("actions", json!({ "actions": [actions] }))
            .await?;
        Ok(())
    }

    async fn begin(&self) -> Result<(), Error> {
        for script in &*self.scripts.lock().await {
            let script = json!({ "script": script, "args": [] });
            self.post("execute/sync", script).await?;
        }
        Ok(())
    }
}

impl super::Tab for Tab {
    fn goto<'a>(&'a self, url: &'a str) -> Answer<'a> {
        Box::pin(async move {
            self.post("url", json!({ "url": url })).await?;
            self.begin().await
        })
    }

    fn reload(&self) -> Answer<'_> {
        Box::pin(async move {
            self.post("refresh", json!({})).await?;
            self.begin().await
        })
    }

    fn at_start<'a>(&'a self, script: &'a str) -> Answer<'a> {
        Box::pin(async move {
            self.scripts.lock().await.push(script.to_owned());
            Ok(())
        })
    }

    fn evaluate<'a>(&'a self, expression: &'a str, _again: bool) -> Answer<'a, Value> {
        let script = format!(
            "const done = arguments[0];
            (async () => JSON.stringify((await ({expression}\n)) ?? null))()
                .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        Box::pin(async move {
            let script = json!({ "script": script, "args": [] });
            let answer = self.post("execute/async", script).await?;
            match answer["value"].as_str() {
                Some(value) => Ok(serde_json::from_str(value)?),
                None => Err(answer["error"].to_string().into()),
            }
        })
    }

    fn click(&self, x: f64, y: f64) -> Answer<'_> {
        Box::pin(self.act(keys::click(x, y)))
    }

    fn tap(&self, x: f64, y: f64) -> Answer<'_> {
        Box::pin(self.act(keys::tap(x, y)))
    }

    fn insert<'a>(&'a self, text: &'a str) -> Answer<'a> {
        Box::pin(async move {
            // A key of this driver is one character.
            if !keys::are_few(text) || !text.is_ascii() {
                return keys::enter(self, text).await;
            }
            self.act(keys::text(text)).await
        })
    }

    fn press<'a>(&'a self, key: &'a str, modifiers: i64) -> Answer<'a> {
        Box::pin(self.act(keys::press(key, modifiers)))
    }

    fn size(&self, width: i64, height: i64, _scale: f64) -> Answer<'_> {
        Box::pin(async move {
            let window = json!({ "width": width, "height": height + BARS });
            self.post("window/rect", window).await?;
            Ok(())
        })
    }

    fn media(&self, _dark: bool, _still: bool) -> Answer<'_> {
        lacks("dark systems and less motion")
    }

    fn screenshot(&self) -> Answer<'_, Vec<u8>> {
        lacks("pictures")
    }

    fn close(&self) -> Answer<'_> {
        Box::pin(async move {
            // The browser ends with its session.
            let ended = http::ask(self.port, "DELETE", &self.path, None).await;
            self.driver.lock().await.kill().await?;
            ended?;
            Ok(())
        })
    }
}
