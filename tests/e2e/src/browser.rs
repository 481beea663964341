//! One browser without a window, of the engine that `RILL_ENGINE` names: started with a fresh profile or with a lasting one, ended when it is closed or dropped.

use crate::engine::{Complaints, Engine, Kind, Tab, chromium, firefox, webkit};
use std::path::Path;
use std::sync::Arc;

/// What goes wrong in the driver is a failure of the test: it is shown as it is.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A host that is not this machine by its name, and is this machine all the same.
pub const FOREIGN_HOST: &str = "models.example";

/// A running browser.
pub struct Browser {
    kind: Kind,
    engine: Box<dyn Engine>,
}

impl Browser {
    /// Starts the one that is wanted.
    pub async fn start() -> Result<Browser, Error> {
        let kind = Kind::wanted()?;
        let engine: Box<dyn Engine> = match kind {
            Kind::Chromium => Box::new(chromium::Chromium::start().await?),
            Kind::Firefox => Box::new(firefox::Firefox::start().await?),
            Kind::WebKit => Box::new(webkit::WebKit::start().await?),
        };
        Ok(Browser { kind, engine })
    }

    /// Starts Chromium with a profile that outlives it: what pages keep is there for the next browser of that profile.
    pub async fn lasting(profile: &Path) -> Result<Browser, Error> {
        Ok(Browser {
            kind: Kind::Chromium,
            engine: Box::new(chromium::Chromium::start_in(profile).await?),
        })
    }

    /// Which it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A blank tab with a store of its own.
    pub async fn tab(&self, complaints: Complaints) -> Result<Arc<dyn Tab>, Error> {
        self.engine.tab(complaints).await
    }

    /// A blank tab as a phone has it, with a store of its own.
    pub async fn phone(&self, complaints: Complaints) -> Result<Arc<dyn Tab>, Error> {
        self.engine.phone(complaints).await
    }

    /// A blank tab beside another one, with the same store.
    pub async fn beside(
        &self,
        tab: &dyn Tab,
        complaints: Complaints,
    ) -> Result<Arc<dyn Tab>, Error> {
        self.engine.beside(tab, complaints).await
    }

    /// Ends it, and waits until it has ended.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// Kills its process, which hears nothing of it before: as where a machine loses its power, or its memory is full.
    pub async fn kill(&self) {
        self.engine.kill().await;
    }
}
