//! The usual ports of this computer: which of them answer at all.
//!
//! In: nothing. Out: addresses. It must not know who answers there: that takes all that is known of servers, which comes later
//! ([`servers`](super::servers)), and where no port answers nobody needs it.

use futures_util::future::join_all;

use super::net::fetch::reach;
use crate::address::Address;
use crate::dialect;
use crate::doctor::check::Reach;

/// Returns the addresses that answer, in the order of the families. Each is asked one opaque question, all at once: it tells an
/// empty port from a server, and costs one line in the console.
pub async fn answering() -> Vec<Address> {
    let asked = dialect::ports().into_iter().map(|port| async move {
        let address = Address::parse(&format!("http://127.0.0.1:{port}"), None).ok()?;
        let reached = reach(&address.url("/v1/models")).await;
        (reached == Reach::Came).then_some(address)
    });
    join_all(asked).await.into_iter().flatten().collect()
}
