//! Plays a seed from its first life to its last.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::LocalSet;

use super::life::live;
use super::random::uptime;
use super::verdict::{self, Sums};
use super::world::{Told, World};
use crate::ledger::store::{Decisions as _, Leases as _, Rows as _};
use crate::ledger::{EntryId, Resolution, State};

/// By then everything that was on its way has come.
const AFTERWARDS: Duration = Duration::from_secs(3 * 3600);

/// What came of a seed, or of many.
#[derive(Debug, Default)]
pub struct Played {
    pub seeds: u64,
    pub rows: u64,
    pub requests: u64,
    pub sums: Sums,
    pub lives: u64,
    pub cut: u64,
    pub virtual_time: Duration,
    pub course: u64,
    pub faults: String,
    pub log: Vec<String>,
}

impl Played {
    pub fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.rows += other.rows;
        self.requests += other.requests;
        self.sums.add(&other.sums);
        self.lives += other.lives;
        self.cut += other.cut;
        self.virtual_time += other.virtual_time;
    }
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seeds, rows, requests, sums, lives, cut, virtual_time, .. } = self;
        let Sums { done, without_id, rejected, unknown, not_sent } = sums;
        let hours = virtual_time.as_secs() / 3600;
        write!(
            f,
            "{seeds} seeds, {rows} rows, {requests} requests; {done} done, {without_id} without an id, {rejected} rejected, \
             {unknown} unknown, {not_sent} not sent; {lives} lives of the process, {cut} of them cut off; {hours} h of virtual time"
        )
    }
}

/// Plays a seed; `logged` keeps its course in words.
pub fn play(seed: u64, logged: bool) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let local = LocalSet::new();
    runtime.block_on(local.run_until(course(seed, logged)))
}

async fn course(seed: u64, logged: bool) -> Played {
    let world = Rc::new(World::new(seed, logged));
    world.note(format_args!("{:?}", world.scene));
    let mut played = Played { seeds: 1, rows: world.scene.rows.len() as u64, ..Played::default() };
    for (number, plot) in world.scene.lives.clone().into_iter().enumerate() {
        played.lives += 1;
        match live(&world, number, plot).await {
            Some(ended) if !world.has_fault() => {
                verdict::ended(&world, &ended);
                if !ended.reopen.is_empty() {
                    give_back(&world, &ended.reopen);
                }
            }
            _ => played.cut += 1,
        }
        if world.has_fault() {
            break;
        }
        tokio::time::sleep(plot.pause).await;
        recover(&world);
        if !world.scene.is_calm() && world.draw(|random| random.happens(1, 3)) {
            ask_a_person(&world);
        }
    }
    if !world.has_fault() {
        played.virtual_time = world.elapsed();
        tokio::time::sleep(AFTERWARDS).await;
        played.sums = verdict::last(&world);
    }
    Played {
        requests: world.requests.get(),
        course: world.course(),
        faults: world.faults(),
        log: world.log(),
        ..played
    }
}

/// What the run does with rows that were refused for what was wrong with the run.
fn give_back(world: &World, ordinals: &[u32]) {
    world.note(format_args!("given back: {ordinals:?}"));
    world.ledger.reopen_rejected(world.run, Some(ordinals)).unwrap();
    for ordinal in ordinals {
        let row = &mut world.rows.borrow_mut()[*ordinal as usize];
        row.reopened = true;
        if row.durable == Some(State::Rejected) {
            row.durable = Some(State::Pending);
        }
    }
}

/// A person looks up what became of unknown rows, and says so.
fn ask_a_person(world: &World) {
    let mut resolutions = Vec::new();
    for (row, ordinal) in world.rows.borrow_mut().iter_mut().zip(0..) {
        // Of what may still be on its way nobody can tell.
        let on_its_way = row.calls.iter().any(|call| !call.seen && call.told != Some(Told::NothingDone));
        if row.durable != Some(State::Unknown) || on_its_way || !is_ripe(world, ordinal) {
            continue;
        }
        let done = row.calls.iter().find_map(|call| call.done);
        let state = if done.is_some() { State::Done } else { State::Pending };
        resolutions.push(Resolution::new(EntryId { run: world.run, ordinal }, state, done.map(Value::from), "{}"));
        row.durable = Some(state);
        row.resolved = true;
        if done.is_none() {
            row.calls.iter_mut().for_each(|call| call.told = Some(Told::NothingDone));
        }
    }
    world.note(format_args!("a person closes {} rows", resolutions.len()));
    world.ledger.resolve(&resolutions, uptime()).unwrap();
}

/// Whether the ledger lets a person say of a row that it was not done; it refuses the word where it does not.
fn is_ripe(world: &World, ordinal: u32) -> bool {
    let id = EntryId { run: world.run, ordinal };
    let entry = world.ledger.entry(id).unwrap().unwrap();
    let is_ripe = world.ledger.unripe_for(&entry, uptime()).unwrap().is_none();
    if !is_ripe {
        let word = Resolution::of(&entry, State::Pending, None, "{}");
        world.expect(world.ledger.resolve(&[word], uptime()).is_err(), || format!("{ordinal} is closed unripe"));
    }
    is_ripe
}

/// The next process opens the ledger: what is open is unknown.
fn recover(world: &World) {
    drop(world.held.take());
    let recovered = world.ledger.recover(world.run).unwrap();
    world.held.replace(Some(world.ledger.hold(world.run).unwrap()));
    let mut found = 0;
    for row in world.rows.borrow_mut().iter_mut().filter(|row| row.durable == Some(State::Sending)) {
        row.durable = Some(State::Unknown);
        row.interrupted = true;
        found += 1;
    }
    world.note(format_args!("recovered: {recovered}"));
    world.expect(found == recovered, || format!("{found} rows were open, and {recovered} were recovered"));
}
