//! A run as it goes on, as server-sent events.
//!
//! Each event is an object of the run as [`brief`] has it, under the name `run`: one at once, one whenever the run has
//! come further, and never more than a few a second. The last has the name `end`, and the run as `GET` has it. Then
//! the stream ends.

use std::time::Duration;

use axum::extract::Path;
use axum::response::Response;
use caseload_sheet::message::Lang;
use futures_util::stream;
use serde_json::Value;
use tokio::time::sleep;

use super::call::{Call, found};
use super::object::{brief, go_on, whole};
use crate::desk::{Desk, Watch};
use crate::events::{self, Message};
use crate::office::List;
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;

/// The shortest time from one event to the next.
const BREATH: Duration = Duration::from_millis(250);
/// How often a run is looked at that nobody is sending yet.
const GLANCE: Duration = Duration::from_millis(500);

/// `GET …/events`
pub(super) async fn watch(call: Call, Path(run): Path<String>) -> Result<Response, Problem> {
    let name = call.list(Deed::Look, run, |_, _, list| Ok(list.name)).await?;
    let watcher =
        Watcher { desk: call.house.desk.clone(), name, lang: call.lang(), watch: None, last: None, has_ended: false };
    let messages = stream::unfold(watcher, |mut watcher| async {
        let message = watcher.next().await?;
        Some((message, watcher))
    });
    Ok(events::answer(&call.house, &call.asker, messages))
}

struct Watcher {
    desk: Desk,
    name: String,
    lang: Lang,
    watch: Option<Watch>,
    /// What was told last.
    last: Option<String>,
    has_ended: bool,
}

/// How a run stands at a moment.
struct Glance {
    object: Value,
    watch: Option<Watch>,
    has_ended: bool,
}

impl Watcher {
    /// The next event; nothing after the last.
    async fn next(&mut self) -> Option<Message> {
        if self.has_ended {
            return None;
        }
        loop {
            if self.last.is_some() {
                self.wait().await;
            }
            let (desk, name, lang) = (self.desk.clone(), self.name.clone(), self.lang);
            // A list that is gone, or cannot be read, has no more to tell.
            let glance = crate::blocking(move || glance(&desk, &name, lang)).await.ok()?;
            self.watch = glance.watch;
            self.has_ended = glance.has_ended;
            let data = glance.object.to_string();
            if self.has_ended || self.last.as_ref() != Some(&data) {
                self.last = Some(data.clone());
                let name = if self.has_ended { "end" } else { "run" };
                return Some(Message { id: None, name: Some(name), data });
            }
        }
    }

    /// Waits until the run may have come further.
    async fn wait(&mut self) {
        match &mut self.watch {
            Some(watch) => {
                // An end counts as a change: the next glance sees it.
                watch.changed().await;
                sleep(BREATH).await;
            }
            None => sleep(GLANCE).await,
        }
    }
}

fn glance(desk: &Desk, name: &str, lang: Lang) -> Result<Glance, Problem> {
    let list = found(desk, name)?;
    let under_way = desk.under_way(&list);
    if under_way.is_none() && is_over(&list) {
        return Ok(Glance { object: whole(desk, &list, lang)?, watch: None, has_ended: true });
    }
    // What comes between the look at the figures and the next wait is heard: the watch begins first.
    let watch = under_way.as_ref().map(|under_way| under_way.watch());
    let mut object = brief(desk, &list);
    if let Some(under_way) = &under_way {
        go_on(&mut object, &under_way.figures());
    }
    Ok(Glance { object: Value::Object(object), watch, has_ended: false })
}

fn is_over(list: &List) -> bool {
    matches!(list.state, RunState::Finished | RunState::Cancelled | RunState::Stopped) || list.destroyed_ms.is_some()
}
