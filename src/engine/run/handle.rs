//! Work that goes on in a thread of its own, and the caller's hold on it.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::event::Caller;
use super::feed::{Events, Feed};
use super::summary::Summary;
use crate::error::{Code, Error};
use crate::ledger::Run;
use crate::submit::control::{Control, Signal};
use crate::text;

/// A run that was started.
pub type RunHandle = Handle<Summary>;

/// Work that was started, and ends as `T`.
///
/// A handle that is dropped cancels its work and waits until the rows in flight are settled and written down: a caller
/// that loses its handle by an error neither loses an answer nor goes on sending unseen. Keep the handle, or
/// [`join`](Self::join) it, to let the work come to its end.
#[must_use = "a handle that is dropped cancels its work"]
pub struct Handle<T> {
    /// The run in the ledger: its number and its name.
    run: Option<(u32, String)>,
    control: Control,
    feed: Feed,
    /// Hears the work from its first event on.
    first: Mutex<Option<Events>>,
    thread: Option<JoinHandle<Result<T, Error>>>,
}

impl<T: Send + 'static> Handle<T> {
    /// Starts the work.
    pub(super) fn start(
        control: Control,
        work: impl FnOnce(Caller) -> Result<T, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let feed = Feed::default();
        let first = Mutex::new(Some(feed.watch()));
        let (ending, told) = (EndsWith(feed.clone()), control.clone());
        let body = move || {
            let ending = ending;
            work(Caller { observer: &ending.0, control: &told })
        };
        let thread = thread::Builder::new().name("run".to_owned()).spawn(body).map_err(|error| no_thread(&error))?;
        Ok(Self { run: None, control, feed, first, thread: Some(thread) })
    }
}

impl<T> Handle<T> {
    /// The work is this run's.
    pub(super) fn of_run(mut self, run: &Run) -> Self {
        self.run = Some((run.number, run.spec.name.clone()));
        self
    }

    /// The run in the ledger: its number and its name.
    pub fn run(&self) -> Option<(u32, &str)> {
        self.run.as_ref().map(|(number, name)| (*number, name.as_str()))
    }

    /// What happens. The first to ask hears the work from its beginning, each other from this moment on.
    pub fn events(&self) -> Events {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        first.unwrap_or_else(|| self.feed.watch())
    }

    /// Begins no further request. What is in flight ends, and its outcomes are kept.
    pub fn pause(&self) {
        self.control.pause();
    }

    /// Goes on after a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.control.resume();
    }

    /// Ends the work early: rows in flight are waited for and settled, no other row is sent.
    pub fn cancel(&self) {
        self.control.cancel(Signal::Interrupt);
    }

    /// Whether the work has come to its end.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The ledger or the rows could not be read. What stopped a run on its way is in its summary.
    ///
    /// # Panics
    /// Where the work did: that is a bug of this program.
    pub fn join(mut self) -> Result<T, Error> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(end)) => end,
            Some(Err(panic)) => resume_unwind(panic),
            None => unreachable!("only `join` and `drop` take the thread, and both end the handle"),
        }
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.cancel();
            // Its own words are for `join`; here nobody is left to read them.
            let _ = thread.join();
        }
    }
}

/// Ends the events when the thread does, by whatever way it leaves.
struct EndsWith(Feed);

impl Drop for EndsWith {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn no_thread(error: &std::io::Error) -> Error {
    Code::System.early(text!(
        "Çalışma için bir iş parçacığı açılamadı: {error}. Aynı komutu yeniden çalıştırın.",
        "No thread could be started for the run: {error}. Run the same command again."
    ))
}
