//! What must hold when a life of the process has ended, and when the last one has.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::scene::SceneRow;
use super::world::{RowTruth, Told, World};
use crate::ledger::store::Rows as _;
use crate::ledger::{Entry, State};
use crate::outcome::{Status, id_text};
use crate::submit::event::Finished;

/// Requests for a row in one life after which it may be given up.
const ENOUGH: usize = 5;

/// A life ended by itself: nothing is left open, what was told is so, and no row was forgotten.
pub fn ended(world: &World, ended: &Finished) {
    let entries = entries(world);
    let sending = entries.values().find(|entry| entry.state == State::Sending);
    let life = world.life.borrow();
    let (number, troubled, signalled) = (life.number, life.troubled, life.signalled);
    let opened = life.opened.clone();
    let mut told: BTreeMap<Status, usize> = BTreeMap::new();
    life.told.iter().for_each(|word| *told.entry(*word).or_default() += 1);
    drop(life);
    world.expect(troubled || sending.is_none(), || format!("the loop ended with {sending:?}"));
    // The longest that anything in flight takes: an answer, and some commits.
    let patience = world.scene.timeout.as_millis() + 8 * u128::from(world.scene.commit_ms.1) + 2_000;
    let late = signalled.is_some_and(|at| (Instant::now() - at).as_millis() > patience);
    world.expect(!late, || "the loop went on long after the signal".to_owned());
    for word in [Status::Done, Status::DoneWithoutId, Status::Rejected, Status::Unknown] {
        let is = entries.values().filter(|entry| opened.contains(&entry.id.ordinal) && entry.state.status() == word);
        let (is, said) = (is.count(), told.get(&word).copied().unwrap_or(0));
        // An unknown row that would have gone again was not told of when the run stopped first.
        let fits = said == is || (said < is && (troubled || word == Status::Unknown));
        world.expect(fits, || format!("{is} rows are {word}, and {said} were told"));
    }
    let blames_the_ledger = ended.stop.as_ref().is_some_and(|stop| stop.message.en.starts_with("The ledger"));
    world.expect(troubled || !blames_the_ledger, || format!("the disk was well, and yet: {:?}", ended.stop));
    if ended.stop.is_none() {
        for (row, ordinal) in world.scene.rows.iter().zip(0..) {
            let excused = is_settled(world, &entries, ordinal) || is_excused(world, &entries, number, row, ordinal);
            world.expect(excused, || format!("{ordinal} was left behind: {:?}", entries.get(&ordinal)));
        }
    }
    if world.scene.is_calm() {
        let bad = world.scene.rows.iter().any(|row| row.bad.is_some());
        world.expect(bad || ended.stop.is_none(), || format!("a calm run stopped: {:?}", ended.stop));
    }
}

fn is_settled(world: &World, entries: &BTreeMap<u32, Entry>, ordinal: u32) -> bool {
    match entries.get(&ordinal).map(|entry| entry.state) {
        Some(State::Unknown) => !world.operation_of(ordinal).may_repeat(),
        Some(State::Pending | State::Sending) | None => false,
        Some(_) => true,
    }
}

/// It was tried often enough or refused after doubt, or stands behind a row that is open.
fn is_excused(world: &World, entries: &BTreeMap<u32, Entry>, life: usize, row: &SceneRow, ordinal: u32) -> bool {
    let tried = |ordinal: u32| {
        let rows = world.rows.borrow();
        let mut calls = rows[ordinal as usize].calls.iter().rev().filter(|call| call.life == life);
        let refused = calls.clone().next().is_some_and(|call| call.told == Some(Told::Refused));
        refused || calls.nth(ENOUGH - 1).is_some()
    };
    let open = |other: u32| match entries.get(&other).map(|entry| entry.state) {
        Some(State::Unknown) => true,
        Some(State::Pending) => tried(other),
        _ => false,
    };
    // Where not every operation may be repeated, an unknown row of an earlier life holds its own key too.
    let all_repeat = world.scene.operations.iter().all(|operation| operation.may_repeat());
    let behind = |order| {
        let mut of_key = (0..).zip(&world.scene.rows).filter(|(_, row)| row.order == Some(order));
        of_key.any(|(other, _)| open(other) && !(all_repeat && other == ordinal))
    };
    tried(ordinal) || row.order.is_some_and(behind)
}

/// The last life has ended, and whatever was on its way has come: the ledger beside the server's log.
pub fn last(world: &World) -> Sums {
    let entries = entries(world);
    let mut sums = Sums::default();
    let known = entries.keys().all(|ordinal| (*ordinal as usize) < world.scene.rows.len());
    world.expect(known, || "the ledger has rows that the file has not".to_owned());
    for (truth, ordinal) in world.rows.borrow().iter().zip(0..) {
        let entry = entries.get(&ordinal);
        match entry.map(|entry| entry.state) {
            Some(State::Done) => sums.done += 1,
            Some(State::DoneWithoutId) => sums.without_id += 1,
            Some(State::Rejected) => sums.rejected += 1,
            Some(State::Unknown) => sums.unknown += 1,
            Some(State::Pending) | None => sums.not_sent += 1,
            Some(State::Sending | State::Duplicate) => {}
        }
        if let Some(why) = against(world, ordinal, truth, entry) {
            world.fault(format!("{ordinal}: {why}: {entry:?}, and in truth {truth:?}"));
        }
    }
    // I5: every row is counted once.
    world.expect(sums.all() == world.scene.rows.len() as u64, || format!("the sums do not add up: {sums:?}"));
    sums
}

/// Rows by their end.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sums {
    pub done: u64,
    pub without_id: u64,
    pub rejected: u64,
    pub unknown: u64,
    pub not_sent: u64,
}

impl Sums {
    pub fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.without_id += other.without_id;
        self.rejected += other.rejected;
        self.unknown += other.unknown;
        self.not_sent += other.not_sent;
    }

    fn all(&self) -> u64 {
        self.done + self.without_id + self.rejected + self.unknown + self.not_sent
    }
}

/// What the ledger says of a row that is not so.
fn against(world: &World, ordinal: u32, truth: &RowTruth, entry: Option<&Entry>) -> Option<&'static str> {
    let may_repeat = world.operation_of(ordinal).may_repeat();
    let seen = truth.calls.iter().filter(|call| call.seen).count() as u32;
    let done: Vec<u64> = truth.calls.iter().filter_map(|call| call.done).collect();
    let state = entry.map(|entry| entry.state);
    if seen > entry.map_or(0, |entry| entry.attempts) {
        return Some("more requests came than attempts were written down");
    }
    if done.len() > 1 && !may_repeat {
        return Some("it was done more than once");
    }
    if state != truth.durable {
        return Some("the ledger does not hold what it has acknowledged");
    }
    match state {
        Some(State::Done) => {
            let id = entry.and_then(|entry| entry.settlement.id.as_ref()).map(id_text);
            let is_so = match &id {
                Some(id) => done.iter().any(|done| done.to_string() == *id),
                None => false,
            };
            (!is_so).then_some("done, and the server knows nothing of it")
        }
        Some(State::DoneWithoutId) => done.is_empty().then_some("done, and the server knows nothing of it"),
        Some(State::Rejected) => (!done.is_empty()).then_some("rejected, and the server has done it"),
        Some(State::Pending) | None => (!done.is_empty()).then_some("not sent, and the server has done it"),
        Some(State::Unknown) => {
            let doubtful = |told| matches!(told, None | Some(Told::Doubt));
            let in_doubt = truth.interrupted || truth.resolved || truth.calls.iter().any(|call| doubtful(call.told));
            (!in_doubt).then_some("unknown, and nothing was in doubt")
        }
        Some(State::Sending | State::Duplicate) => Some("it is still open"),
    }
}

fn entries(world: &World) -> BTreeMap<u32, Entry> {
    let page = world.ledger.page(world.run, 0).unwrap();
    page.into_iter().map(|entry| (entry.id.ordinal, entry)).collect()
}
