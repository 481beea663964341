//! Firefox without a window, over WebDriver BiDi, without a driver between.
//!
//! A window of Firefox that is not the active one hears no focus and presses no button by a key: so each tab that is open has a
//! process of its own, which is used again once the tab is closed. What BiDi has no command for (a dark system, less motion) is
//! set in the browser's own scope, which it opens to its driver alone.

mod process;

use self::process::{Pool, Process};
use super::bidi::{Client, Event};
use super::{Answer, Complaints, Engine, Tab as _, WINDOW, keys};
use crate::browser::Error;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where Tab goes that has left the page.
const ROUND: &str = "(() => {
    Services.focus.clearFocus(window);
    Services.focus.moveFocus(window, null, Services.focus.MOVEFOCUS_FORWARD, Services.focus.FLAG_BYKEY);
})()";

/// What becomes of a question whose page is left.
const LOST: &str = "destroyed before query";

/// As many processes as tabs were open at once.
pub(crate) struct Firefox {
    pool: Arc<Pool>,
}

impl Firefox {
    /// Starts the first: `FIREFOX` names it, else it is `firefox-esr` or `firefox`.
    pub(crate) async fn start() -> Result<Firefox, Error> {
        let pool = Arc::new(Pool::default());
        let first = pool.take().await?;
        pool.put(first);
        Ok(Firefox { pool })
    }
}

impl Engine for Firefox {
    fn tab(&self, complaints: Complaints) -> Answer<'_, Arc<dyn super::Tab>> {
        Box::pin(async move {
            let process = self.pool.take().await?;
            let client = &process.client;
            let user = client.call("browser.createUserContext", json!({})).await?;
            let user = text(&user["userContext"])?;
            let tab = json!({ "type": "tab", "userContext": user });
            let tab = client.call("browsingContext.create", tab).await?;
            let context = text(&tab["context"])?;
            let network = Arc::default();
            listen(client, &context, complaints, Arc::clone(&network));
            let tab = Tab {
                process,
                pool: Arc::clone(&self.pool),
                context,
                user,
                network,
            };
            tab.size(WINDOW.0, WINDOW.1, 1.0).await?;
            Ok(Arc::new(tab) as Arc<dyn super::Tab>)
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.pool.close())
    }
}

/// Notes what a tab complains of, and decides on its requests, where they are held. It ends with the tab, which then is listened
/// to no more.
fn listen(
    client: &Arc<Client>,
    context: &str,
    complaints: Complaints,
    network: Arc<Mutex<Network>>,
) {
    let mut events = client.listen(context);
    let client = Arc::clone(client);
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            match event.method.as_str() {
                "log.entryAdded" => {
                    if let Some(complaint) = complaint_in(&event) {
                        complaints.add(complaint);
                    }
                }
                "network.beforeRequestSent" => {
                    let fate = lock(&network).fate(&event);
                    if let Some(fate) = fate {
                        tokio::spawn(fate.befall(Arc::clone(&client)));
                    }
                }
                _ => {}
            }
        }
    });
}

/// What of an entry of the log is a complaint: what was said to the console. What is thrown or forbidden the page's own listeners
/// note, at once and not some time later.
fn complaint_in(event: &Event) -> Option<String> {
    let entry = &event.params;
    let loud = ["error", "warn"]
        .iter()
        .any(|level| entry["level"] == *level);
    let words = entry["text"].as_str().unwrap_or_default();
    (loud && entry["type"] == "console").then(|| format!("console: {words}"))
}

/// What becomes of requests, where they are held.
#[derive(Default)]
struct Network {
    held: bool,
    blocked: Vec<String>,
    delay: Duration,
}

/// What becomes of one.
struct Fate {
    request: String,
    fails: bool,
    delay: Duration,
}

impl Network {
    fn fate(&self, event: &Event) -> Option<Fate> {
        let address = event.params["request"]["url"].as_str()?;
        let held = event.params["isBlocked"] == true;
        held.then(|| {
            Some(Fate {
                request: text(&event.params["request"]["request"]).ok()?,
                fails: self.blocked.iter().any(|ending| address.ends_with(ending)),
                delay: self.delay,
            })
        })?
    }
}

impl Fate {
    async fn befall(self, client: Arc<Client>) {
        tokio::time::sleep(self.delay).await;
        let command = if self.fails {
            "network.failRequest"
        } else {
            "network.continueRequest"
        };
        // The page may be gone meanwhile, and its requests with it.
        let _ = client
            .call(command, json!({ "request": self.request }))
            .await;
    }
}

/// A tab in front of everything, in a process that has no other.
struct Tab {
    process: Arc<Process>,
    // Gets the process back.
    pool: Arc<Pool>,
    context: String,
    user: String,
    network: Arc<Mutex<Network>>,
}

impl Tab {
    async fn tell(&self, method: &str, mut params: Value) -> Result<(), Error> {
        params["context"] = json!(self.context);
        self.process.client.call(method, params).await?;
        Ok(())
    }

    async fn act(&self, source: Value) -> Result<(), Error> {
        let actions = json!({ "actions": [source] });
        self.tell("input.performActions", actions).await
    }

    /// Holds requests, once something is to become of them.
    async fn hold(&self) -> Result<(), Error> {
        if std::mem::replace(&mut lock(&self.network).held, true) {
            return Ok(());
        }
        let events = json!({ "events": ["network.beforeRequestSent"], "contexts": [self.context] });
        self.process
            .client
            .call("session.subscribe", events)
            .await?;
        let phase = json!({ "phases": ["beforeRequestSent"], "contexts": [self.context] });
        self.process
            .client
            .call("network.addIntercept", phase)
            .await?;
        Ok(())
    }
}

impl super::Tab for Tab {
    fn goto<'a>(&'a self, url: &'a str) -> Answer<'a> {
        Box::pin(self.tell(
            "browsingContext.navigate",
            json!({ "url": url, "wait": "complete" }),
        ))
    }

    fn reload(&self) -> Answer<'_> {
        Box::pin(self.tell("browsingContext.reload", json!({ "wait": "complete" })))
    }

    fn at_start<'a>(&'a self, script: &'a str) -> Answer<'a> {
        Box::pin(async move {
            let script = json!({
                "functionDeclaration": format!("() => {{ {script}\n}}"),
                "contexts": [self.context],
            });
            self.process
                .client
                .call("script.addPreloadScript", script)
                .await?;
            Ok(())
        })
    }

    fn evaluate<'a>(&'a self, expression: &'a str, _again: bool) -> Answer<'a, Value> {
        Box::pin(async move {
            // Its value is told as text: the protocol's own form of values says more than is asked for.
            let asked = format!("(async () => JSON.stringify((await ({expression}\n)) ?? null))()");
            let value = match self.process.run(&self.context, &asked).await {
                // The page is on its way to another document, and has lost the question.
                Err(why) if why.to_string().contains(LOST) => Value::Null,
                answer => answer?,
            };
            Ok(serde_json::from_str(value.as_str().unwrap_or("null"))?)
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
            if !keys::are_few(text) {
                return keys::enter(self, text).await;
            }
            self.act(keys::text(text)).await
        })
    }

    fn press<'a>(&'a self, key: &'a str, modifiers: i64) -> Answer<'a> {
        Box::pin(async move {
            self.act(keys::press(key, modifiers)).await?;
            // Behind the last element of a page come the browser's own: there is none here, so the next is the page's first.
            if key == "Tab" && self.evaluate("document.hasFocus()", false).await? == false {
                self.process.run(&self.process.chrome, ROUND).await?;
            }
            Ok(())
        })
    }

    fn size(&self, width: i64, height: i64, scale: f64) -> Answer<'_> {
        let size =
            json!({ "viewport": { "width": width, "height": height }, "devicePixelRatio": scale });
        Box::pin(self.tell("browsingContext.setViewport", size))
    }

    fn media(&self, dark: bool, still: bool) -> Answer<'_> {
        let scheme = if dark { "dark" } else { "light" };
        let motion = if still { "reduce" } else { "no-preference" };
        let set = format!(
            "(() => {{
                const {{ NavigableManager }} = ChromeUtils.importESModule('chrome://remote/content/shared/NavigableManager.sys.mjs');
                const context = NavigableManager.getBrowsingContextById({});
                context.prefersColorSchemeOverride = '{scheme}';
                context.prefersReducedMotionOverride = '{motion}';
            }})()",
            json!(self.context)
        );
        Box::pin(async move {
            self.process.run(&self.process.chrome, &set).await?;
            Ok(())
        })
    }

    fn screenshot(&self) -> Answer<'_, Vec<u8>> {
        Box::pin(async move {
            let context = json!({ "context": self.context });
            let picture = self
                .process
                .client
                .call("browsingContext.captureScreenshot", context)
                .await?;
            Ok(BASE64_STANDARD.decode(text(&picture["data"])?)?)
        })
    }

    fn block<'a>(&'a self, endings: &'a [&'a str]) -> Answer<'a> {
        Box::pin(async move {
            lock(&self.network).blocked = endings.iter().map(|&ending| ending.to_owned()).collect();
            self.hold().await
        })
    }

    fn delay(&self, by: Duration) -> Answer<'_> {
        Box::pin(async move {
            lock(&self.network).delay = by;
            self.hold().await
        })
    }

    fn close(&self) -> Answer<'_> {
        Box::pin(async move {
            let user = json!({ "userContext": self.user });
            let client = &self.process.client;
            let closed = client.call("browser.removeUserContext", user).await;
            client.deafen(&self.context);
            closed?;
            self.pool.put(Arc::clone(&self.process));
            Ok(())
        })
    }
}

fn text(value: &Value) -> Result<String, Error> {
    Ok(value.as_str().ok_or("Firefox left out a text")?.to_owned())
}

fn lock(network: &Mutex<Network>) -> std::sync::MutexGuard<'_, Network> {
    network.lock().unwrap_or_else(PoisonError::into_inner)
}
