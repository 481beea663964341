//! Ways from the page to a server: [`fetch`], [`socket`] and [`steps`] over the network, [`demo`] inside the page,
//! [`host`] over code of the site around, and a recorded reply once more.
//! All of them together are one [`Wire`]; the call says which of them carries it.

mod away;
pub mod demo;
pub mod fetch;
pub mod host;
pub mod leaving;
pub mod socket;
pub mod steps;

use self::leaving::{Leaving, Spared};
use crate::dialect::{Call, Via};
use crate::page::clock::PageClock;
use crate::session::{Answer, Body, Chunk, Failure, Media, Opened, Wire};
use crate::trace::{Replay, ReplayBody};

/// Any of the ways from the page to a server.
pub enum PageWire {
    /// Over the network.
    Net(fetch::Fetch),
    /// The demo.
    Demo(demo::Demo),
    /// The site's own.
    Host(host::Host),
    /// A recorded reply.
    Replay(Replay<PageClock>),
}

/// The body of any of the ways.
pub enum PageBody {
    /// A stream that is fetched.
    Net(fetch::FetchBody),
    /// A socket.
    Socket(socket::SocketBody),
    /// A whole answer that is asked after while it is made.
    Poll(steps::PollBody),
    /// An answer that comes at once, and then the frames of the socket that it points to.
    Watch(steps::WatchBody),
    /// A text that is all here; `None` once it was handed on.
    Text(Option<String>),
    /// The demo.
    Demo(demo::DemoBody),
    /// What the site hands over.
    Host(host::HostBody),
    /// A recorded reply.
    Replay(ReplayBody<PageClock>),
}

async fn open_over(
    net: &fetch::Fetch,
    call: &Call,
    media: Media,
) -> Result<Opened<PageBody>, Failure> {
    let opened = |body| Opened {
        status: 200,
        content_type: String::new(),
        told: Vec::new(),
        body,
    };
    match &call.via {
        Via::Http | Via::Whole => {
            let answer = net.open(call, media).await?;
            Ok(Opened {
                status: answer.status,
                content_type: answer.content_type,
                told: answer.told,
                body: PageBody::Net(answer.body),
            })
        }
        Via::Socket => {
            let body = socket::SocketBody::open(&net.address, &call.path, call.body.as_deref());
            Ok(opened(PageBody::Socket(body.await?)))
        }
        Via::Poll { check, every } => {
            let body = steps::PollBody::open(net, call, check, *every, media);
            Ok(opened(PageBody::Poll(body)))
        }
        Via::Watch(watch) => {
            let answer = net.small(call, media).await?;
            if answer.status >= 300 {
                // Handed on whole: the session reads the refusal as it reads any.
                let body = PageBody::Text(Some(answer.body));
                return Ok(Opened {
                    status: answer.status,
                    content_type: answer.content_type,
                    told: Vec::new(),
                    body,
                });
            }
            let body = steps::WatchBody::open(net, answer.body, *watch).await?;
            Ok(opened(PageBody::Watch(body)))
        }
    }
}

impl Wire for PageWire {
    type Body = Spared<PageBody>;

    async fn open(&self, call: &Call, media: Media) -> Result<Opened<Self::Body>, Failure> {
        fn wrap<B, C>(opened: Opened<B>, body: impl FnOnce(B) -> C) -> Opened<C> {
            Opened {
                status: opened.status,
                content_type: opened.content_type,
                told: opened.told,
                body: body(opened.body),
            }
        }
        match self {
            PageWire::Net(net) => {
                let leaving = Leaving::watch();
                let opened = open_over(net, call, media).await;
                let opened = leaving.spare(opened, false).await?;
                Ok(wrap(opened, |body| Spared::new(body, Some(leaving))))
            }
            PageWire::Demo(demo) => demo
                .open(call, media)
                .await
                .map(|opened| wrap(opened, |body| Spared::new(PageBody::Demo(body), None))),
            PageWire::Host(host) => host
                .open(call, media)
                .await
                .map(|opened| wrap(opened, |body| Spared::new(PageBody::Host(body), None))),
            PageWire::Replay(replay) => replay
                .open(call, media)
                .await
                .map(|opened| wrap(opened, |body| Spared::new(PageBody::Replay(body), None))),
        }
    }

    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        match self {
            PageWire::Net(net) => net.small(call, media).await,
            PageWire::Demo(demo) => demo.small(call, media).await,
            PageWire::Host(host) => host.small(call, media).await,
            PageWire::Replay(replay) => replay.small(call, media).await,
        }
    }

    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        match self {
            PageWire::Net(net) => net.urgent(call, media).await,
            PageWire::Demo(demo) => demo.urgent(call, media).await,
            PageWire::Host(host) => host.urgent(call, media).await,
            PageWire::Replay(replay) => replay.urgent(call, media).await,
        }
    }

    fn is_away(&self) -> bool {
        matches!(self, PageWire::Net(_)) && away::is_away()
    }

    async fn back(&self) {
        match self {
            PageWire::Net(_) => away::back().await,
            PageWire::Demo(_) | PageWire::Host(_) | PageWire::Replay(_) => {
                std::future::pending().await
            }
        }
    }
}

impl Body for PageBody {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        match self {
            PageBody::Net(body) => body.next().await,
            PageBody::Socket(body) => body.next().await,
            PageBody::Poll(body) => body.next().await,
            PageBody::Watch(body) => body.next().await,
            PageBody::Text(text) => Ok(text.take().map(Chunk::Text)),
            PageBody::Demo(body) => body.next().await,
            PageBody::Host(body) => body.next().await,
            PageBody::Replay(body) => body.next().await,
        }
    }
}
