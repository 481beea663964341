//! A conversation in the terminal, through the same rooms as the page:
//! `cargo run --example ask -- http://127.0.0.1:11434 ollama` (without a kind: any OpenAI-compatible server).
//!
//! What a program brings is a [`Wire`] (how requests go out) and a [`Clock`]; [`drive`] does the rest and reports it.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use futures_channel::mpsc;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use rill::address::Address;
use rill::chat::request::ChatRequest;
use rill::chat::{tree::Tree, turn::Turn};
use rill::dialect::{Call, Kind, Method, Via};
use rill::event::{ChatEvent, End, Millis};
use rill::session::{Body, Chunk, Clock, Failure, Media, Opened, Plan, Report, Wire, ask, drive};

/// A conversation with one server.
pub struct Talk {
    host: Host,
    kind: Kind,
    model: Option<String>,
    /// All that was said so far.
    pub tree: Tree,
}

impl Talk {
    /// A conversation with the server at this address, and with the first of its models.
    pub async fn with(address: Address, kind: Kind) -> Talk {
        let (client, began, tree) = (Client::new(), Instant::now(), Tree::default());
        let host = Host {
            address,
            client,
            began,
        };
        let models = ask(&host, &kind.dialect().models(), &|_| false).await;
        let first = models.and_then(|models| models.ok()?.into_iter().next());
        let model = first.map(|model| model.id);
        Talk {
            host,
            kind,
            model,
            tree,
        }
    }

    /// Asks, hands each piece of the reply to `show` as it comes, and keeps both in the conversation. How the reply ended.
    pub async fn ask(&mut self, text: &str, mut show: impl FnMut(&str)) -> Option<End> {
        let asked = self.tree.add(self.tree.last(), Turn::user(text));
        let request = ChatRequest {
            messages: self.tree.messages(asked),
            model: self.model.clone(),
            ..ChatRequest::default()
        };
        let mut turn = Turn::reply();
        let mut report = |report: Report| match report {
            Report::Events(events) => events.iter().for_each(|event| {
                turn.apply(event);
                if let ChatEvent::Text(text) = event {
                    show(text);
                }
            }),
            Report::End(end) => turn.end = Some(end),
            _ => {}
        };
        // Whoever keeps the other end of this channel can stop the reply, or wait past a deadline.
        let (_controls, heard) = mpsc::unbounded();
        let plan = Plan::new(self.kind.dialect(), &request);
        drive(plan, &self.host, &self.host, heard, &mut report).await;
        let end = turn.end.clone();
        self.tree.add(Some(asked), turn);
        end
    }
}

/// A server over HTTP, and the time since the program began.
struct Host {
    address: Address,
    client: Client,
    began: Instant,
}

impl Wire for Host {
    type Body = Stream;

    async fn open(&self, call: &Call, media: Media) -> Result<Opened<Stream>, Failure> {
        if !matches!(call.via, Via::Http | Via::Whole) {
            // Sockets and polling are left out here; the session then tries the server's next transport.
            let unsupported = true;
            return Err(Failure {
                unsupported,
                ..Failure::new("only HTTP")
            });
        }
        let url = self.address.url(&call.path);
        let mut request = match call.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Delete => self.client.delete(url),
        };
        if let Some(body) = &call.body {
            let plain = media == Media::Plain;
            let name = if plain {
                "text/plain"
            } else {
                "application/json"
            };
            request = request.header(CONTENT_TYPE, name).body(body.clone());
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.map_err(failure)?;
        let media = answer
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|name| name.to_str().ok());
        Ok(Opened {
            status: answer.status().as_u16(),
            content_type: media.unwrap_or_default().to_lowercase(),
            told: Vec::new(),
            body: Stream(answer),
        })
    }
}

fn failure(error: reqwest::Error) -> Failure {
    Failure::new(error.to_string())
}

/// The body of an answer. Dropping it closes the connection, which is how most servers are stopped.
struct Stream(Response);

impl Body for Stream {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        let bytes = self.0.chunk().await.map_err(failure)?;
        Ok(bytes.map(|bytes| Chunk::Bytes(bytes.to_vec())))
    }
}

impl Clock for Host {
    fn now(&self) -> Millis {
        self.began.elapsed().as_secs_f64() * 1000.0
    }

    async fn until(&self, due: Millis) {
        let left = (due - self.now()).max(0.0) / 1000.0;
        // A deadline too far away for a `Duration` is none.
        tokio::time::sleep(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX)).await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    let address = words
        .next()
        .unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let kind = words.next().map_or(Ok(Kind::OpenAi), |word| word.parse());
    let (Ok(address), Ok(kind)) = (Address::parse(&address, None), kind) else {
        return eprintln!("usage: ask ADDRESS [KIND]");
    };
    let mut talk = Talk::with(address, kind).await;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let show = |text: &str| {
            print!("{text}");
            let _ = std::io::stdout().flush();
        };
        match talk.ask(&line, show).await {
            Some(End::Complete { .. }) | None => println!(),
            Some(end) => {
                let why = end.error().map_or("", |error| &error.message);
                println!("\n[{}] {why}", end.word());
            }
        }
    }
}
