//! One file for each format: from the entries of a file to conversations.
//!
//! In: entries of a file as JSON ([`Entries::entry`]). Out: conversations, given to an [`Output`]. A format knows its own words; whatever
//! holds for all of them is in [`super::rules`]. It must not know bytes, files or containers.

mod big_agi;
mod card;
mod chatbox;
mod chatgpt;
mod claude;
mod hollama;
mod jan;
mod kobold;
mod librechat;
mod llama_cpp;
mod llama_ui;
mod lm_studio;
mod marks;
mod nextchat;
mod open_webui;
mod openai;
mod page_assist;
mod parts;
mod rill;
mod sharegpt;
mod sillytavern;

use super::document::Json;
use super::outcome::Format;
use super::reader::Output;

pub use big_agi::FLASH_BACKUP;

/// A reader of one format.
pub trait Entries {
    /// Takes an entry of the file: an item, a line, or the whole.
    fn entry(&mut self, entry: Json<'_>, out: &mut Output<'_>);

    /// Tells whether each item of the file is a conversation of its own; in a list of messages none is.
    fn items_are_conversations(&self) -> bool {
        true
    }

    /// Ends the file.
    fn finish(&mut self, _out: &mut Output<'_>) {}
}

/// A format of which each entry stands for itself.
struct Each(fn(Json<'_>, &mut Output<'_>));

impl Entries for Each {
    fn entry(&mut self, entry: Json<'_>, out: &mut Output<'_>) {
        (self.0)(entry, out);
    }
}

/// A reader of a format.
pub fn reader(format: Format) -> Box<dyn Entries> {
    match format {
        Format::Rill => Box::new(Each(rill::entry)),
        Format::ChatGpt => Box::new(Each(chatgpt::entry)),
        Format::Claude => Box::new(Each(claude::entry)),
        Format::OpenWebui => Box::new(Each(open_webui::entry)),
        Format::LibreChat => Box::new(Each(librechat::entry)),
        Format::SillyTavern => Box::<sillytavern::Chat>::default(),
        Format::Card => Box::new(Each(card::entry)),
        Format::KoboldLite => Box::new(Each(kobold::entry)),
        Format::ShareGpt => Box::<sharegpt::Lists>::default(),
        Format::LlamaCpp => Box::<llama_cpp::Sessions>::default(),
        Format::LlamaUi => Box::<llama_ui::Tables>::default(),
        Format::PageAssist => Box::new(Each(page_assist::entry)),
        Format::NextChat => Box::new(Each(nextchat::entry)),
        Format::Hollama => Box::new(Each(hollama::entry)),
        Format::Jan => Box::<jan::Threads>::default(),
        Format::LmStudio => Box::new(Each(lm_studio::entry)),
        Format::BigAgi => Box::new(Each(big_agi::entry)),
        Format::Chatbox => Box::new(Each(chatbox::entry)),
        Format::OpenAi => Box::<openai::Lists>::default(),
    }
}
