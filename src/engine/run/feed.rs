//! Events on their way from a run to whoever watches it: the run never waits for a watcher.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::event::{Event, Observer};

/// A watcher that has more than this to read gets outcomes of one kind as one event with their number.
const MOST_WAITING: usize = 1_024;

/// The run's end.
#[derive(Clone, Default)]
pub(super) struct Feed(Arc<Mutex<Watchers>>);

#[derive(Default)]
struct Watchers {
    queues: Vec<Arc<Queue>>,
    over: bool,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    ended: bool,
    /// The watcher went away.
    unread: bool,
}

/// A watcher's end. As an iterator it gives events as they come, and ends with the run. A watcher that is slow, or
/// goes away, neither slows the run down nor ends it.
pub struct Events(Arc<Queue>);

/// What a watcher hears within a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Something happened.
    Event(Event),
    /// The time is over.
    Nothing,
    /// The run is over, and every event was read.
    End,
}

impl Feed {
    /// A watcher of everything that comes from now on.
    pub fn watch(&self) -> Events {
        let queue = Arc::<Queue>::default();
        let mut watchers = locked(&self.0);
        locked(&queue.waiting).ended = watchers.over;
        watchers.queues.push(Arc::clone(&queue));
        Events(queue)
    }

    /// No event follows.
    pub fn end(&self) {
        let mut watchers = locked(&self.0);
        watchers.over = true;
        for queue in watchers.queues.drain(..) {
            locked(&queue.waiting).ended = true;
            queue.more.notify_all();
        }
    }
}

impl Observer for Feed {
    fn tell(&self, event: Event) {
        locked(&self.0).queues.retain(|queue| {
            let mut waiting = locked(&queue.waiting);
            waiting.take(event.clone());
            queue.more.notify_all();
            !waiting.unread
        });
    }
}

impl Waiting {
    fn take(&mut self, event: Event) {
        if self.unread {
            return;
        }
        if self.events.len() >= MOST_WAITING
            && let Event::Settled { status, rows } = event
        {
            let same = self.events.iter_mut().rev().find_map(|known| match known {
                Event::Settled { status: known, rows } if *known == status => Some(rows),
                _ => None,
            });
            if let Some(known) = same {
                *known += rows;
                return;
            }
        }
        self.events.push_back(event);
    }
}

impl Events {
    /// The next event, if it comes within a time.
    pub fn next_within(&mut self, time: Duration) -> Heard {
        let until = Instant::now() + time;
        let mut waiting = locked(&self.0.waiting);
        loop {
            if let Some(event) = waiting.events.pop_front() {
                return Heard::Event(event);
            }
            if waiting.ended {
                return Heard::End;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Heard::Nothing;
            }
            waiting = self.0.more.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let mut waiting = locked(&self.0.waiting);
        loop {
            if let Some(event) = waiting.events.pop_front() {
                return Some(event);
            }
            if waiting.ended {
                return None;
            }
            waiting = self.0.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut waiting = locked(&self.0.waiting);
        waiting.unread = true;
        waiting.events.clear();
    }
}

/// A watcher that panics holds no lock: what it left behind is whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    const DONE: Event = Event::Settled { status: Status::Done, rows: 1 };

    #[test]
    fn a_watcher_that_reads_nothing_fills_no_memory_and_misses_no_row() {
        let feed = Feed::default();
        let events = feed.watch();
        for _ in 0..100_000 {
            feed.tell(DONE);
        }
        feed.tell(Event::Settled { status: Status::Rejected, rows: 1 });
        feed.tell(Event::Ended);
        feed.end();
        let all: Vec<Event> = events.collect();
        assert!(all.len() <= MOST_WAITING + 2, "{}", all.len());
        let rows = |wanted: Status| {
            let of = |event: &Event| match event {
                Event::Settled { status, rows } if *status == wanted => *rows,
                _ => 0,
            };
            all.iter().map(of).sum::<u64>()
        };
        assert_eq!((rows(Status::Done), rows(Status::Rejected)), (100_000, 1));
        assert_eq!(all.last(), Some(&Event::Ended));
    }

    #[test]
    fn a_watcher_that_goes_away_is_forgotten_and_one_that_waits_is_woken() {
        let feed = Feed::default();
        drop(feed.watch());
        feed.tell(DONE);
        assert!(locked(&feed.0).queues.is_empty());
        let mut events = feed.watch();
        assert_eq!(events.next_within(Duration::from_millis(1)), Heard::Nothing);
        let waits = std::thread::spawn(move || (events.next(), events.next(), events.next_within(Duration::ZERO)));
        feed.tell(DONE);
        feed.end();
        assert_eq!(waits.join().unwrap(), (Some(DONE), None, Heard::End));
        assert_eq!(feed.watch().next(), None);
    }
}
