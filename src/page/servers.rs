//! Getting to know servers: who is it, which models, how much context.
//!
//! Simple GETs only, so that no preflight is ever sent and no sticky server loses a socket.

use futures_util::future::join_all;

use super::doctor::ask::inquire;
use super::net::fetch::Fetch;
use crate::address::Address;
use crate::dialect::{self, Kind, Recogniser};
use crate::doctor::{Probe, Verdict};
use crate::link::{Found, Server};
use crate::session::{Media, Wire, ask};

/// Finds out at which of the addresses a server answers that Rill can talk to; returns those, in their order.
pub async fn recognise(addresses: Vec<Address>) -> Vec<Found> {
    let asked = addresses.into_iter().map(|address| async move {
        let fetch = Fetch {
            address: address.clone(),
            key: None,
        };
        match recognise_at(&fetch).await {
            dialect::Recognition::Recognised(found) => Some(Found { address, found }),
            _ => None,
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

async fn recognise_at(fetch: &Fetch) -> dialect::Recognition {
    let mut recogniser = Recogniser::at(&fetch.address.host());
    while let Some(call) = recogniser.next() {
        let answer = fetch.small(&call, Media::Plain).await;
        recogniser.answer(match answer {
            Ok(answer) => dialect::Answer::Got {
                status: answer.status,
                body: answer.body,
            },
            Err(_) => dialect::Answer::Failed,
        });
    }
    recogniser
        .recognition()
        .cloned()
        .unwrap_or(dialect::Recognition::Nothing)
}

/// Gets to know the server at an address: its kind, its models, its context. `kind` spares the guessing. Fails with the Doctor's
/// verdict.
pub async fn connect(fetch: &Fetch, kind: Option<Kind>) -> Result<Server, Verdict> {
    let address = fetch.address.clone();
    let (kind, mut context) = match kind {
        Some(kind) => (kind, None),
        // The questions go without the key: they stay simple requests, and a stranger is shown no key.
        None => match recognise_at(&Fetch {
            key: None,
            ..fetch.clone()
        })
        .await
        {
            dialect::Recognition::Recognised(found) => (found.kind, found.context),
            // What hides everything behind a key speaks OpenAI's language.
            dialect::Recognition::NeedsKey(_) if fetch.key.is_some() => (Kind::default(), None),
            dialect::Recognition::NeedsKey(_) => return Err(Verdict::Auth),
            dialect::Recognition::NotAModelServer(_) => return Err(Verdict::WrongServer),
            dialect::Recognition::Nothing => return Err(why_not(fetch, None).await),
        },
    };
    let dialect = kind.dialect();
    let asked = dialect.models();
    let models = match fetch.small(&asked.call, Media::Plain).await {
        Ok(answer) if answer.good().is_some() => {
            let models = answer.to(&asked).and_then(Result::ok);
            models.unwrap_or_default()
        }
        Ok(answer) => {
            let error =
                crate::dialect::read_error(answer.status, &answer.content_type, &answer.body);
            let verdict = crate::doctor::of_error(error.cause, Some(answer.status));
            // A server without a list may chat all the same.
            if verdict == Verdict::WrongServer {
                Vec::new()
            } else {
                return Err(verdict);
            }
        }
        Err(_) => return Err(why_not(fetch, Some(kind)).await),
    };
    let first = models.first().map(|model| model.id.clone());
    context = models.first().and_then(|model| model.context).or(context);
    if let Some(asked) = dialect.context(first.as_deref()) {
        context = ask(fetch, &asked, &|_| false).await.or(context);
    }
    Ok(Server {
        models,
        context,
        ..Server::unknown(address, kind)
    })
}

/// Finds out why a request could not even be answered: the browser says only "failed", so the server is asked in other ways.
async fn why_not(fetch: &Fetch, kind: Option<Kind>) -> Verdict {
    match inquire(fetch, kind, fetch.key.is_some()).await {
        // It answers plainly, and yet not where a model server would: it is another sort of server.
        Probe::DropsRequest if fetch.key.is_none() => Verdict::WrongServer,
        probe => crate::doctor::of_probe(probe),
    }
}
