//! The end of a server and its next start: runs are left where they can be gone on with, and gone on with.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::{Desk, Fault, locked, now};
use crate::office::List;
use crate::rest::Rest;
use crate::state::RunState;

/// A run that was left longer ago than this is not gone on with by itself.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
const BLINK: Duration = Duration::from_millis(50);

impl Desk {
    /// Goes on with the runs that the end of a server cut short. Gives those that it could not start, with the reason;
    /// they wait for a person.
    ///
    /// # Errors
    /// The office cannot be read.
    pub fn go_on(&self) -> Result<Vec<(List, Fault)>, Fault> {
        const LEFT: [RunState; 2] = [RunState::Sending, RunState::Paused];
        let mut waiting = Vec::new();
        for list in self.office().to_go_on()? {
            if list.run.is_none() {
                // It ended before anything left: a person looks once more.
                self.office().move_list(list.id, &LEFT, RunState::Checked, None, now())?;
                continue;
            }
            let is_recent = now() - list.touched_ms <= LONGEST.as_millis() as i64;
            let started = if is_recent {
                let list = self.office().move_list(list.id, &LEFT, RunState::Sending, None, now())?;
                self.start(&list, None)
            } else {
                Err(Fault::NotNow(list.state))
            };
            if let Err(fault) = started {
                let list = self.office().move_list(list.id, &LEFT, RunState::Stopped, None, now())?;
                waiting.push((list, fault));
            }
        }
        Ok(waiting)
    }

    /// Leaves every run: nothing more is sent, and rows in flight are settled.
    async fn leave(&self) {
        let all: Vec<_> = locked(&self.0.under_way).values().map(Arc::clone).collect();
        for under_way in all {
            under_way.leave();
        }
        while !locked(&self.0.under_way).is_empty() {
            tokio::time::sleep(BLINK).await;
        }
    }
}

impl Rest for Desk {
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.leave())
    }
}
