//! After a failure that the browser did not explain: which few questions tell the causes apart.
//!
//! In: what the failed request was, and what came of each question. Out: the next question, or the [`Probe`]. Sans I/O.
//! Simple GETs first; the one question with a preflight comes last, and only where the failed request had one too.

use super::ask::{Ask, Browser, Reach, Response};
use crate::address::Address;
use crate::dialect::{Call, Kind};
use crate::session::Media;
use crate::trace::Probe;

/// The questions after one failure.
#[derive(Debug, Clone)]
pub struct Inquiry {
    address: Address,
    kind: Option<Kind>,
    has_key: bool,
    had_preflight: bool,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// Does anything answer?
    Reach,
    /// Does it answer under the other name of this computer, where other connections are counted?
    OtherName,
    /// May the list of models be read?
    Models,
    /// May a page be read that no server hides?
    Health,
    /// May it be read with a preflight?
    Preflight,
    Over(Probe),
}

impl Inquiry {
    /// Begins the questions after a request to this address has failed. `had_preflight`: the request carried a key or was called
    /// JSON.
    pub fn new(
        address: &Address,
        kind: Option<Kind>,
        has_key: bool,
        had_preflight: bool,
        browser: Browser,
    ) -> Inquiry {
        Inquiry {
            address: address.clone(),
            kind,
            has_key,
            had_preflight: had_preflight || has_key,
            step: match forbidden(address, browser) {
                Some(probe) => Step::Over(probe),
                None => Step::Reach,
            },
        }
    }

    /// Returns the next question; `None` once the cause is known.
    pub fn next(&self) -> Option<Ask> {
        let dialect = self.kind.unwrap_or_default().dialect();
        let path = dialect.alive().path;
        // A page that a server of this kind shows without a key.
        let open = dialect.family().alive.unwrap_or("/health");
        Some(match self.step {
            Step::Reach => Ask::Opaque(self.address.url(&path)),
            Step::OtherName => Ask::Opaque(other_name(&self.address)? + &self.path_of(&path)),
            Step::Models => small(path, false),
            Step::Health => small(open.to_owned(), false),
            Step::Preflight => match small(open.to_owned(), self.has_key) {
                Ask::Small {
                    mut call,
                    media,
                    key,
                } if !key => {
                    // What a JSON body does to a POST, this header does to a GET.
                    call.headers = vec![("Content-Type", "application/json".to_owned())];
                    Ask::Small { call, media, key }
                }
                ask => ask,
            },
            Step::Over(_) => return None,
        })
    }

    /// Takes the response to the question of [`Inquiry::next`], and goes on to the next step.
    pub fn answer(&mut self, told: &Response) {
        let came = match told {
            Response::Opaque(reach) => *reach == Reach::Came,
            Response::Small(answer) => answer.is_some(),
            Response::Reply(..) => false,
        };
        self.step = match (self.step, told) {
            (Step::Reach, Response::Opaque(Reach::Came)) => Step::Models,
            (Step::Reach, Response::Opaque(Reach::TimedOut))
                if other_name(&self.address).is_some() =>
            {
                Step::OtherName
            }
            (Step::Reach, _) => Step::Over(Probe::NothingThere),
            (Step::OtherName, _) if came => Step::Over(Probe::SocketsExhausted),
            (Step::OtherName, _) => Step::Over(Probe::Hangs),
            (Step::Models, _) if !came => Step::Health,
            (Step::Models, _) if self.had_preflight => Step::Preflight,
            (Step::Models, _) => Step::Over(Probe::DropsRequest),
            (Step::Health, Response::Small(Some(answer))) if answer.status < 400 => {
                Step::Over(Probe::HidesRefusal)
            }
            (Step::Health, _) => Step::Over(Probe::RefusesPage),
            (Step::Preflight, _) if !came => Step::Over(Probe::RefusesPreflight),
            (Step::Preflight, _) if self.has_key => Step::Over(Probe::HidesRefusal),
            (Step::Preflight, _) => Step::Over(Probe::DropsRequest),
            (over, _) => over,
        };
    }

    /// The cause, once it is known.
    pub fn probe(&self) -> Option<Probe> {
        match self.step {
            Step::Over(probe) => Some(probe),
            _ => None,
        }
    }

    /// The path with the base that the address may have, without the origin.
    fn path_of(&self, path: &str) -> String {
        let url = self.address.url(path);
        url.strip_prefix(&self.address.origin())
            .unwrap_or(&url)
            .to_owned()
    }
}

/// Returns the cause that the browser alone gives, before anything is sent: mixed content, or no permission for the local
/// network.
pub(super) fn forbidden(address: &Address, browser: Browser) -> Option<Probe> {
    let near = address.is_loopback() || address.is_private();
    if browser.page_is_secure && !address.is_secure() && !address.is_loopback() {
        Some(Probe::MixedContent)
    } else if browser.local_network_denied && near {
        Some(Probe::LocalNetworkDenied)
    } else {
        None
    }
}

/// The origin of the same server under the other name of this computer (`localhost` or `127.0.0.1`); `None` for a server
/// elsewhere.
pub(in crate::doctor) fn other_name(address: &Address) -> Option<String> {
    if !address.is_loopback() {
        return None;
    }
    let scheme = if address.is_secure() { "https" } else { "http" };
    let host = if address.host() == "localhost" {
        "127.0.0.1"
    } else {
        "localhost"
    };
    Some(format!("{scheme}://{host}:{}", address.port()))
}

fn small(path: String, key: bool) -> Ask {
    Ask::Small {
        call: Call::get(path),
        media: Media::Plain,
        key,
    }
}
