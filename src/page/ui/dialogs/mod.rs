//! What the dialogs show, a file for each. That of the Doctor's check stands with the Doctor.

pub(super) mod conversations;
pub(crate) mod export;
mod pace;
mod reading;
mod search;
mod server;
mod settings;
mod shortcuts;

use leptos::prelude::*;

use self::conversations::Conversations;
use self::pace::PacePanel;
use self::reading::ReadingPanel;
use self::search::Search;
use self::server::ServerPanel;
use self::settings::Settings;
use self::shortcuts::Shortcuts;
use super::doctor::check::CheckPanel;
use crate::page::app::Chat;
use crate::page::panel::Panel;

/// Makes what a dialog shows.
pub fn dialog(chat: Chat, panel: Panel) -> AnyView {
    match panel {
        Panel::Server => view! { <ServerPanel chat /> }.into_any(),
        Panel::Check => view! { <CheckPanel chat /> }.into_any(),
        Panel::Conversations => view! { <Conversations chat /> }.into_any(),
        Panel::Replies => view! { <Settings chat /> }.into_any(),
        Panel::Search => view! { <Search chat /> }.into_any(),
        Panel::Pace => view! { <PacePanel chat /> }.into_any(),
        Panel::Shortcuts => view! { <Shortcuts chat /> }.into_any(),
        Panel::Reading => view! { <ReadingPanel chat /> }.into_any(),
    }
}
