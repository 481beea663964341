//! Processes of Firefox: started with a fresh profile, lent to one tab at a time, ended when the suite is over.

use super::text;
use crate::browser::{Error, FOREIGN_HOST};
use crate::engine::bidi::Client;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The most that a start may take, on a machine that has other things to do.
const START: Duration = Duration::from_secs(180);
/// What a process says first.
const LISTENS: &str = "WebDriver BiDi listening on ";

/// What a fresh profile holds: nobody is called.
fn preferences() -> Value {
    json!({
        "network.dns.localDomains": FOREIGN_HOST,
        "network.dns.disableIPv6": true,
        // A page hears that it is left, as it does in a person's browser.
        "dom.disable_beforeunload": false,
        // A page that is left is gone, and says so to whoever has asked it something.
        "browser.sessionhistory.max_total_viewers": 0,
        "dom.ipc.processPrelaunch.enabled": false,
        "app.normandy.enabled": false,
        "app.update.disabledForTesting": true,
        "browser.aboutwelcome.enabled": false,
        "browser.newtabpage.enabled": false,
        "browser.newtabpage.activity-stream.feeds.system.topstories": false,
        "browser.safebrowsing.malware.enabled": false,
        "browser.safebrowsing.phishing.enabled": false,
        "browser.sessionstore.resume_from_crash": false,
        "browser.shell.checkDefaultBrowser": false,
        "browser.startup.page": 0,
        "browser.translations.enable": false,
        "datareporting.policy.dataSubmissionEnabled": false,
        "extensions.getAddons.cache.enabled": false,
        "extensions.systemAddon.update.enabled": false,
        "messaging-system.rsexperimentloader.enabled": false,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        "services.settings.server": "data:,#remote-settings-dummy/v1",
        "termsofuse.bypassNotification": true,
        "toolkit.telemetry.enabled": false,
        "ui.prefersReducedMotion": 0,
        "ui.systemUsesDarkTheme": 0,
    })
}

/// The browser's own bars are no part of the way that Tab goes. Where it has only just been installed, its window comes some seconds after
/// its wire.
const BARE: &str = "(async () => {
    // An older Firefox knows no scope of its own here, and takes that of a page.
    if (typeof Services === 'undefined') {
        throw new Error('this Firefox opens its own scope to nobody; a newer one is needed (Debian: its security updates)');
    }
    const bars = () => Services.wm.getMostRecentWindow('navigator:browser')?.document.getElementById('navigator-toolbox');
    if (!bars()) {
        await new Promise((there) => {
            const topic = 'browser-delayed-startup-finished';
            const seen = () => { Services.obs.removeObserver(seen, topic); there(); };
            Services.obs.addObserver(seen, topic);
        });
    }
    bars().hidden = true;
})()";
/// A window that is just being filled takes along what was asked of it.
const TRIES: usize = 5;

/// All processes.
#[derive(Default)]
pub(super) struct Pool {
    all: Mutex<Vec<Arc<Process>>>,
    idle: Mutex<Vec<Arc<Process>>>,
}

impl Pool {
    /// One that nobody uses; a new one, if there is none.
    pub(super) async fn take(&self) -> Result<Arc<Process>, Error> {
        let idle = lock(&self.idle).pop();
        if let Some(process) = idle {
            return Ok(process);
        }
        let process = Arc::new(Process::start().await?);
        lock(&self.all).push(Arc::clone(&process));
        Ok(process)
    }

    /// Gives it back. One that is not well is not given back: it ends with the others.
    pub(super) fn put(&self, process: Arc<Process>) {
        lock(&self.idle).push(process);
    }

    /// Ends all, and waits until they have ended.
    pub(super) async fn close(&self) {
        let all = std::mem::take(&mut *lock(&self.all));
        futures_util::future::join_all(all.iter().map(|process| process.close())).await;
    }
}

/// A running Firefox.
pub(super) struct Process {
    /// Its wire.
    pub client: Arc<Client>,
    /// Its own window, in whose scope its settings are reached.
    pub chrome: String,
    child: tokio::sync::Mutex<Child>,
    // The profile's folder goes away with the process.
    _profile: tempfile::TempDir,
}

impl Process {
    async fn start() -> Result<Process, Error> {
        let profile = tempfile::tempdir()?;
        let preferences: String = preferences()
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("user_pref({}, {value});\n", json!(name)))
            .collect();
        std::fs::write(profile.path().join("user.js"), preferences)?;
        let mut child = launch(profile.path())?;
        let stderr = child.stderr.take().ok_or("Firefox has no stderr")?;
        let mut lines = BufReader::new(stderr).lines();
        let listens = async {
            let mut said = String::new();
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix(LISTENS) {
                    return Ok::<String, Error>(address.trim().to_owned());
                }
                said.push_str(&line);
                said.push('\n');
            }
            Err(format!("Firefox ended:\n{said}").into())
        };
        let address = tokio::time::timeout(START, listens).await??;
        // What nobody reads would stop it in the end.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let client = Client::connect(&format!("{address}/session")).await?;
        let wanted = json!({ "capabilities": { "alwaysMatch": { "acceptInsecureCerts": true } } });
        client.call("session.new", wanted).await?;
        let events = json!({ "events": ["log.entryAdded"] });
        client.call("session.subscribe", events).await?;
        let mut process = Process {
            chrome: String::new(),
            client: Arc::new(client),
            child: tokio::sync::Mutex::new(child),
            _profile: profile,
        };
        let mut why = "its window has no bars".into();
        for _ in 0..TRIES {
            let scope = json!({ "moz:scope": "chrome", "maxDepth": 0 });
            let tree = process.client.call("browsingContext.getTree", scope);
            process.chrome = text(&tree.await?["contexts"][0]["context"])?;
            match tokio::time::timeout(START, process.run(&process.chrome, BARE)).await {
                Ok(Ok(_)) => return Ok(process),
                Ok(Err(error)) => why = error,
                Err(_) => break,
            }
        }
        Err(why)
    }

    /// Evaluates an expression in a context; gives what it says of itself.
    pub(super) async fn run(&self, context: &str, expression: &str) -> Result<Value, Error> {
        let script = json!({
            "expression": expression,
            "target": { "context": context },
            "awaitPromise": true,
            "userActivation": true,
        });
        let mut answer = self.client.call("script.evaluate", script).await?;
        match answer["type"].as_str() {
            Some("success") => Ok(answer["result"]["value"].take()),
            _ => Err(text(&answer["exceptionDetails"]["text"])?.into()),
        }
    }

    async fn close(&self) {
        let mut child = self.child.lock().await;
        let closing = async {
            // It may have ended already, or be too ill to answer: then it is killed.
            let _ = self.client.call("browser.close", json!({})).await;
            let _ = child.wait().await;
        };
        if tokio::time::timeout(Duration::from_secs(10), closing)
            .await
            .is_err()
        {
            let _ = child.kill().await;
        }
    }
}

fn launch(profile: &Path) -> Result<Child, Error> {
    let named = std::env::var("FIREFOX").ok();
    let names = match &named {
        Some(name) => vec![name.as_str()],
        None => vec!["firefox-esr", "firefox"],
    };
    let mut why = "no name".to_owned();
    for name in names {
        let started = Command::new(name)
            .args(["--headless", "--no-remote", "--remote-debugging-port", "0"])
            .arg("--remote-allow-system-access")
            .arg("--profile")
            .arg(profile)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        match started {
            Ok(child) => return Ok(child),
            Err(error) => why = format!("{name}: {error}"),
        }
    }
    Err(format!("no Firefox can be started: {why}").into())
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
