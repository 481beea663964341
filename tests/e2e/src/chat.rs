//! One `<rill-chat>` in a page, as a person uses it: by the names of the public surface.

use crate::page::{Page, quote};
use serde::Deserialize;

/// What an assistant's turn shows.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct Turn {
    /// `data-end`.
    pub end: Option<String>,
    /// `data-reason`.
    pub reason: Option<String>,
    /// The text of the answer.
    pub text: String,
    /// The text of the thinking.
    pub reasoning: String,
    /// All words in the turn, the status among them.
    pub all: String,
}

/// One chat of a page.
#[derive(Clone)]
pub struct Chat {
    /// The page.
    pub page: Page,
    /// Which element of it, from 0.
    pub at: usize,
}

impl Chat {
    /// An expression for an element of this chat, by role and name.
    pub fn find(&self, role: &str, name: &str) -> String {
        format!("e2e.find({}, {}, {})", self.at, quote(role), quote(name))
    }

    /// Clicks a button by its name.
    pub async fn button(&self, name: &str) {
        self.page.click(&self.find("button", name)).await;
    }

    /// Puts a text into a field, in place of what is there.
    pub async fn put(&self, role: &str, name: &str, text: &str) {
        let field = self.find(role, name);
        self.page.click(&field).await;
        self.page
            .js::<serde_json::Value>(&format!("({field}.select(), null)"))
            .await;
        self.page.insert(text).await;
    }

    /// Loads the page once more, and waits until one can write.
    pub async fn reload(&self) {
        self.page.reload().await;
        self.ready().await;
    }

    /// Waits until one can write.
    pub async fn ready(&self) {
        let field = format!("!!{}", self.find("textbox", "Message"));
        self.page.until::<bool>(&field).await;
    }

    /// Opens the list of conversations, and waits until it is there.
    pub async fn list(&self) {
        self.button("Conversations").await;
        self.page
            .until::<bool>("e2e.every(0, '.kept').some(e2e.visible) || e2e.every(0, 'dialog[open] .hint').length > 0")
            .await;
    }

    /// Closes the dialog that is open.
    pub async fn close_dialog(&self) {
        self.page.press("Escape", 0).await;
        self.page
            .until::<bool>("!e2e.every(0, 'dialog[open]').length")
            .await;
    }

    /// Waits until a conversation that comes back is there.
    async fn settled(&self) {
        self.page
            .until::<bool>(&format!(
                "e2e.every({}, '.rill').every((one) => one.ariaBusy !== 'true')",
                self.at
            ))
            .await;
    }

    /// Puts the focus into the composer with the mouse.
    pub async fn focus(&self) {
        self.page.click(&self.find("textbox", "Message")).await;
    }

    /// Types a message and sends it with Enter.
    pub async fn send(&self, text: &str) {
        self.settled().await;
        let before: usize = self
            .page
            .js(&format!("e2e.turns({}, 'user').length", self.at))
            .await;
        self.focus().await;
        self.page.insert(text).await;
        self.page.press("Enter", 0).await;
        self.page
            .until::<bool>(&format!("e2e.turns({}, 'user').length > {before}", self.at))
            .await;
    }

    /// Sends, and waits for the end.
    pub async fn ask(&self, text: &str) -> Turn {
        self.settled().await;
        let before: usize = self
            .page
            .js(&format!("e2e.turns({}, 'assistant').length", self.at))
            .await;
        self.send(text).await;
        self.page
            .until::<bool>(&format!(
                "e2e.turns({}, 'assistant').length > {before}",
                self.at
            ))
            .await;
        self.ended().await
    }

    /// Waits until the newest reply has ended, to its last letter.
    pub async fn ended(&self) -> Turn {
        let at = self.at;
        self.page.until(&format!("(() => {{ const turn = e2e.turn({at}, -1); return turn?.end && turn.end !== 'running' && turn; }})()")).await
    }

    /// Waits until the newest reply shows at least so many characters.
    pub async fn shows(&self, characters: usize) -> Turn {
        let at = self.at;
        self.page.until(&format!("(() => {{ const turn = e2e.turn({at}, -1); return turn?.text.length >= {characters} && turn; }})()")).await
    }

    /// A reply as it is now; -1 is the newest.
    pub async fn turn(&self, which: i64) -> Option<Turn> {
        self.page
            .js(&format!("e2e.turn({}, {which}) ?? null", self.at))
            .await
    }

    /// All replies as they are now.
    pub async fn turns(&self) -> Vec<Turn> {
        let at = self.at;
        self.page
            .js(&format!(
                "e2e.turns({at}, 'assistant').map((_, which) => e2e.turn({at}, which))"
            ))
            .await
    }
}

impl Turn {
    /// End and reason, as the table of ends has them.
    pub fn fate(&self) -> (&str, Option<&str>) {
        (
            self.end.as_deref().unwrap_or(""),
            self.reason.as_deref().filter(|reason| !reason.is_empty()),
        )
    }
}
