//! Ways from the page to a server: [`fetch`] over the network, [`demo`] inside the page. Each is a [`Wire`].

pub mod budget;
pub mod demo;
pub mod fetch;

use crate::dialect::Call;
use crate::session::{Answer, Body, Failure, Media, Opened, Wire};

/// Any of the ways.
pub enum Line {
    /// Over the network.
    Net(fetch::Fetch),
    /// The demo.
    Demo(demo::Demo),
}

/// The body of any of the ways.
pub enum LineBody {
    /// Over the network.
    Net(fetch::FetchBody),
    /// The demo.
    Demo(demo::DemoBody),
}

impl Wire for Line {
    type Body = LineBody;

    async fn open(&self, call: &Call, media: Media) -> Result<Opened<LineBody>, Failure> {
        fn wrap<B>(opened: Opened<B>, body: fn(B) -> LineBody) -> Opened<LineBody> {
            Opened {
                status: opened.status,
                content_type: opened.content_type,
                body: body(opened.body),
            }
        }
        match self {
            Line::Net(net) => net
                .open(call, media)
                .await
                .map(|opened| wrap(opened, LineBody::Net)),
            Line::Demo(demo) => demo
                .open(call, media)
                .await
                .map(|opened| wrap(opened, LineBody::Demo)),
        }
    }

    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        match self {
            Line::Net(net) => net.small(call, media).await,
            Line::Demo(demo) => demo.small(call, media).await,
        }
    }

    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        match self {
            Line::Net(net) => net.urgent(call, media).await,
            Line::Demo(demo) => demo.urgent(call, media).await,
        }
    }
}

impl Body for LineBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            LineBody::Net(body) => body.next().await,
            LineBody::Demo(body) => body.next().await,
        }
    }
}
