//! Runs that are being sent by this process: how far they are, and what becomes of them at their end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caseload_engine::ending::Ending;
use caseload_engine::error::{Error as Stop, ErrorKind};
use caseload_engine::outcome::Status;
use caseload_engine::run::{Event, Heard, RunHandle, Summary};
use caseload_engine::submit::control::{Control, Signal};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{Desk, locked, now};
use crate::office::List;
use crate::state::RunState;

/// A run says so often that it lives, whatever happens.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rows that were to go.
    pub to_send: u64,
    /// Done, with an id.
    pub done: u64,
    /// Done, and the answer had no id.
    pub done_without_id: u64,
    /// Refused by the server.
    pub rejected: u64,
    /// Done or not: nobody knows.
    pub unknown: u64,
    /// The time until which the server asked for silence, in milliseconds since 1970-01-01 UTC.
    pub holds_until_ms: Option<i64>,
    /// How often the server asked for a pause.
    pub pauses: u64,
    /// How long it asked for in all.
    pub paused_for: Duration,
}

impl Figures {
    /// Rows that have come to an outcome.
    pub fn answered(&self) -> u64 {
        self.done + self.done_without_id + self.rejected + self.unknown
    }

    fn take(&mut self, event: &Event, now_ms: i64) -> bool {
        match event {
            Event::Settled { status, rows } => {
                let count = match status {
                    Status::Done => &mut self.done,
                    Status::DoneWithoutId => &mut self.done_without_id,
                    Status::Rejected => &mut self.rejected,
                    Status::Unknown => &mut self.unknown,
                    _ => return false,
                };
                *count += rows;
                self.holds_until_ms = None;
            }
            Event::Holding(time) => {
                self.holds_until_ms = Some(now_ms + time.as_millis() as i64);
                self.pauses += 1;
                self.paused_for += *time;
            }
            _ => return false,
        }
        true
    }
}

/// A run that is being sent.
pub struct UnderWay {
    control: Control,
    figures: Mutex<Figures>,
    changes: watch::Sender<u64>,
    /// When it was started, in milliseconds since 1970-01-01 UTC.
    pub began_ms: i64,
    /// A person ended it.
    is_cancelled: AtomicBool,
}

/// Hears that a run has come further, and when it has ended.
pub struct Watch(watch::Receiver<u64>);

impl Watch {
    /// Waits until something has changed. Whether the run still goes on.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

impl UnderWay {
    pub(super) fn new(control: Control, to_send: u64, began_ms: i64) -> Self {
        let figures = Mutex::new(Figures { to_send, ..Figures::default() });
        Self { control, figures, changes: watch::Sender::new(0), began_ms, is_cancelled: AtomicBool::new(false) }
    }

    /// How far it is.
    pub fn figures(&self) -> Figures {
        *locked(&self.figures)
    }

    /// Hears each change from now on.
    pub fn watch(&self) -> Watch {
        Watch(self.changes.subscribe())
    }

    /// Whether a person ended it, and rows in flight are waited for.
    pub fn is_ending(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn pause(&self) {
        self.control.pause();
        self.tell();
    }

    pub(super) fn resume(&self) {
        self.control.resume();
        self.tell();
    }

    pub(super) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
        self.control.cancel(Signal::Interrupt);
        self.tell();
    }

    /// The server ends: rows in flight are settled, and the run goes on at the next start.
    pub(super) fn leave(&self) {
        self.control.cancel(Signal::Terminate);
    }

    fn take(&self, event: &Event, now_ms: i64) {
        if locked(&self.figures).take(event, now_ms) {
            self.tell();
        }
    }

    fn tell(&self) {
        self.changes.send_modify(|nth| *nth += 1);
    }
}

/// A run that was started, and whom it belongs to.
pub(super) struct Begun {
    pub list: List,
    pub handle: RunHandle,
    pub under_way: std::sync::Arc<UnderWay>,
}

impl Desk {
    /// Watches a run to its end, on a thread of its own.
    pub(super) fn watch(&self, begun: Begun) {
        let desk = self.clone();
        let name = "watch".to_owned();
        // Without a thread the handle is dropped, which ends the run and settles its rows.
        let _ = std::thread::Builder::new().name(name).spawn(move || desk.follow(begun));
    }

    fn follow(&self, begun: Begun) {
        let Begun { list, handle, under_way } = begun;
        let mut events = handle.events();
        loop {
            match events.next_within(SIGN_OF_LIFE) {
                Heard::Event(event) => under_way.take(&event, now()),
                Heard::Nothing => drop(self.office().note_alive(list.id, now())),
                Heard::End => break,
            }
        }
        self.end(&list, &under_way, handle.join());
        locked(&self.0.under_way).remove(&list.id);
        self.forget_rows(list.id);
    }

    /// Writes down how a run ended. What cannot be written is in the ledger all the same.
    fn end(&self, list: &List, under_way: &UnderWay, end: Result<Summary, Stop>) {
        const GOING: [RunState; 2] = [RunState::Sending, RunState::Paused];
        let state = match &end {
            Ok(summary) => state_after(summary, under_way.is_ending()),
            Err(_) => RunState::Stopped,
        };
        let counts = match &end {
            Ok(summary) => counts(summary),
            Err(stop) => json!({"error": said(stop)}),
        };
        let _ = self.office().note_counts(list.id, &counts, now());
        let _ = self.office().move_list(list.id, &GOING, state, None, now());
    }
}

fn state_after(summary: &Summary, is_cancelled: bool) -> RunState {
    match summary.ending {
        Ending::AllDone | Ending::SomeNot => RunState::Finished,
        Ending::Stopped(ErrorKind::Interrupted | ErrorKind::Terminated) if is_cancelled => RunState::Cancelled,
        Ending::Stopped(ErrorKind::Interrupted | ErrorKind::Terminated) => RunState::Paused,
        Ending::Stopped(_) => RunState::Stopped,
    }
}

fn counts(summary: &Summary) -> Value {
    let of = |status: Status| (status.as_str().replace('-', "_"), json!(summary.tally.count(status)));
    let mut counts: Map<String, Value> = Status::ALL.into_iter().map(of).collect();
    counts.insert("rows".to_owned(), json!(summary.tally.rows));
    counts.insert("sent".to_owned(), json!(summary.sent));
    counts.insert("done_before".to_owned(), json!(summary.done_before));
    counts.insert("elapsed_s".to_owned(), json!(summary.elapsed.as_secs_f64()));
    if let Some(stop) = &summary.stop {
        counts.insert("error".to_owned(), said(stop));
    }
    Value::Object(counts)
}

/// What stopped a run, in both languages: who reads it later may read another.
fn said(stop: &Stop) -> Value {
    json!({"code": stop.code.as_str(), "tr": stop.message.tr, "en": stop.message.en})
}
