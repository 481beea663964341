//! TLS before a site of ours: the page as an `https` page, which a browser holds to stricter rules.
//!
//! In: the site's origin. Out: an origin with `https`, by a certificate that only a browser that was told so takes.

use crate::browser::Error;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// It ends when it is dropped.
pub struct Tls {
    origin: String,
    accepting: JoinHandle<()>,
}

impl Tls {
    /// Leads to the site at `origin`.
    pub async fn before(origin: &str) -> Result<Tls, Error> {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let to = origin.trim_start_matches("http://").to_owned();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((stream, _)) = listener.accept() => {
                        let (acceptor, to) = (acceptor.clone(), to.clone());
                        connections.spawn(async move {
                            // Either side may go away at any time.
                            if let Ok(mut near) = acceptor.accept(stream).await
                                && let Ok(mut far) = TcpStream::connect(&to).await
                            {
                                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                            }
                        });
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Tls {
            origin: format!("https://{address}"),
            accepting,
        })
    }

    /// `https://127.0.0.1:PORT`.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
