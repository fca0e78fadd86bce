//! The end of a server: everybody is told, and what goes on behind the page comes to rest.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::watch;

/// What goes on behind the page.
pub trait Rest: Send + Sync {
    /// Comes to rest: nothing more begins, and what is under way is brought to where it can be left.
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Whether it can do its work, in a word for those who ask: `None` where it can.
    fn fault(&self) -> Option<String> {
        None
    }
}

/// Whether the server is to end. Clones are one.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Tells everybody that the server is to end.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was told.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is told.
    pub async fn wait(&self) {
        // An error means that the sender is gone; this holds one.
        let _ = self.0.subscribe().wait_for(|set| *set).await;
    }
}
