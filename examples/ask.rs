//! A conversation in the terminal, through the same rooms as the page:
//! `cargo run --example ask -- http://127.0.0.1:11434 ollama` (without a kind: any OpenAI-compatible server).
//!
//! What a program brings is a [`Wire`] (how requests go out) and a [`Clock`]; [`drive`] does the rest and reports it.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use futures_channel::mpsc;
use reqwest::{Client, Response};
use rill::address::Address;
use rill::chat::request::ChatRequest;
use rill::chat::{tree::Tree, turn::Turn};
use rill::dialect::{Call, Kind, Method, Via};
use rill::event::{ChatEvent, End, Millis};
use rill::session::{
    Answer, Body, Chunk, Clock, Deadlines, Failure, Media, Opened, Plan, Refusals, Report, Wire,
    drive,
};

/// A server over HTTP, and the time since the program began.
struct Host {
    address: Address,
    client: Client,
    began: Instant,
}

impl Host {
    fn new(address: Address) -> Host {
        let (client, began) = (Client::new(), Instant::now());
        Host {
            address,
            client,
            began,
        }
    }

    async fn send(&self, call: &Call, media: Media) -> Result<Response, Failure> {
        if !matches!(call.via, Via::Http | Via::Whole) {
            // Sockets and polling are left out here; the session then tries the server's next transport.
            return Err(Failure {
                unsupported: true,
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
            let name = if media == Media::Json {
                "application/json"
            } else {
                "text/plain"
            };
            request = request.header("Content-Type", name).body(body.clone());
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        request.send().await.map_err(failure)
    }
}

fn failure(error: reqwest::Error) -> Failure {
    Failure::new(error.to_string())
}

fn content_type(answer: &Response) -> String {
    let header = answer
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    header.unwrap_or_default().to_lowercase()
}

impl Wire for Host {
    type Body = Stream;

    async fn open(&self, call: &Call, media: Media) -> Result<Opened<Stream>, Failure> {
        let answer = self.send(call, media).await?;
        let (status, content_type) = (answer.status().as_u16(), content_type(&answer));
        Ok(Opened {
            status,
            content_type,
            told: Vec::new(),
            body: Stream(answer),
        })
    }

    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        let answer = self.send(call, media).await?;
        let (status, content_type) = (answer.status().as_u16(), content_type(&answer));
        let body = answer.text().await.map_err(failure)?;
        Ok(Answer {
            status,
            content_type,
            body,
        })
    }

    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        self.small(call, media).await
    }
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
        let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
        tokio::time::sleep(left).await;
    }
}

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
        let host = Host::new(address);
        let dialect = kind.dialect();
        let models = rill::session::ask(&host, &dialect.models(), &|_| false).await;
        let first = models.and_then(|models| models.ok()?.into_iter().next());
        let model = first.map(|model| model.id);
        let tree = Tree::default();
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
        let dialect = self.kind.dialect();
        let plan = Plan {
            dialect,
            request: &request,
            deadlines: Deadlines::default(),
            transport: dialect.transport(None),
            fixed: false,
            json: &|_| false,
            refusals: Refusals::default(),
        };
        // Whoever keeps the other end of this channel can stop the reply, or wait past a deadline.
        let (_controls, heard) = mpsc::unbounded();
        let mut turn = Turn::reply();
        let mut report = |report: Report| match report {
            Report::Events(events) => {
                for event in &events {
                    turn.apply(event);
                    if let ChatEvent::Text(text) = event {
                        show(text);
                    }
                }
            }
            Report::End(end) => turn.end = Some(end),
            _ => {}
        };
        drive(plan, &self.host, &self.host, heard, &mut report).await;
        let end = turn.end.clone();
        self.tree.add(Some(asked), turn);
        end
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
            Some(End::Complete { .. }) => println!(),
            Some(end) => {
                let why = end.error().map_or("", |error| &error.message);
                println!("\n[{}] {why}", end.word());
            }
            None => {}
        }
    }
}
