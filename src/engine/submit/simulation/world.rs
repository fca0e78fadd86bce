//! The world of one seed: what outlives the process that sends. Server, network, disk and judge meet here.

use std::cell::{Cell, RefCell};
use std::fmt::Arguments;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::life::Life;
use super::random::Random;
use super::scene::Scene;
use crate::contract::Operation;
use crate::ledger::store::{Leases as _, Runs as _};
use crate::ledger::{Begun, Held, RunSpec, Sqlite, State};

/// The run's name.
pub const RUN: &str = "simulated";

/// What the answer that the process was given proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    NothingDone,
    Refused,
    Done,
    Doubt,
}

/// One request, as it was.
#[derive(Debug, Default)]
pub struct Call {
    pub life: usize,
    pub token: Option<usize>,
    /// It came to the server.
    pub seen: bool,
    /// The server carried it out, under this id.
    pub done: Option<u64>,
    /// What the process learnt of it; none if it was cut off first.
    pub told: Option<Told>,
}

/// A token that was given to a life.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    pub life: usize,
    pub at: Instant,
    pub until: Option<Instant>,
    /// When the process learnt that it is not accepted any more.
    pub refused: Option<Instant>,
}

/// The truth about a row.
#[derive(Debug, Default)]
pub struct RowTruth {
    pub calls: Vec<Call>,
    /// What the ledger has made durable of it.
    pub durable: Option<State>,
    /// The same before its latest intent.
    pub before_intent: Option<State>,
    /// Refused for what was wrong with the run, and given back.
    pub reopened: bool,
    /// A person has closed it once. What a person said may be wrong: the row stays in doubt.
    pub resolved: bool,
    /// The process ended while its attempt was open.
    pub interrupted: bool,
}

pub struct World {
    pub scene: Scene,
    pub ledger: Sqlite,
    pub run: u32,
    /// The lease of the process.
    pub held: RefCell<Option<Held>>,
    pub rows: RefCell<Vec<RowTruth>>,
    pub life: RefCell<Life>,
    /// Wakes who waits for the process to be cut off.
    pub cut: Notify,
    /// Every token that was given, by its number.
    pub tokens: RefCell<Vec<Given>>,
    pub requests: Cell<u64>,
    start: Instant,
    random: RefCell<Random>,
    course: RefCell<DefaultHasher>,
    log: RefCell<Option<Vec<String>>>,
    faults: RefCell<Vec<String>>,
}

impl World {
    /// `logged`: the course is kept in words.
    pub fn new(seed: u64, logged: bool) -> Self {
        let mut random = Random::new(seed);
        let scene = Scene::draw(&mut random);
        super::random::seed_chance(seed);
        let ledger = Sqlite::simulated().unwrap();
        let Begun::New(run) = ledger.begin(spec(scene.rows.len() as u32)).unwrap() else { panic!("it is the first") };
        let run = run.number;
        let rows = scene.rows.iter().map(|_| RowTruth::default()).collect();
        Self {
            scene,
            held: RefCell::new(Some(ledger.hold(run).unwrap())),
            ledger,
            run,
            rows: RefCell::new(rows),
            life: RefCell::new(Life::default()),
            cut: Notify::new(),
            tokens: RefCell::default(),
            requests: Cell::new(0),
            start: Instant::now(),
            random: RefCell::new(random),
            course: RefCell::default(),
            log: RefCell::new(logged.then(Vec::new)),
            faults: RefCell::default(),
        }
    }

    pub fn draw<T>(&self, what: impl FnOnce(&mut Random) -> T) -> T {
        what(&mut self.random.borrow_mut())
    }

    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub fn operation_of(&self, ordinal: u32) -> &'static Operation {
        self.scene.operations[self.scene.rows[ordinal as usize].operation]
    }

    /// Writes down that something happened.
    pub fn note(&self, what: Arguments) {
        let line = format!("{:>9} ms  {what}", self.elapsed().as_millis());
        line.hash(&mut *self.course.borrow_mut());
        if let Some(log) = &mut *self.log.borrow_mut() {
            log.push(line);
        }
    }

    /// A promise was broken. The process ends, for nothing that follows proves more.
    pub fn fault(&self, what: String) {
        self.note(format_args!("FAULT: {what}"));
        self.faults.borrow_mut().push(what);
        self.life.borrow_mut().alive = false;
        self.cut.notify_one();
    }

    pub fn expect(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fault(what());
        }
    }

    pub fn has_fault(&self) -> bool {
        !self.faults.borrow().is_empty()
    }

    pub fn faults(&self) -> String {
        self.faults.borrow().join("; ")
    }

    pub fn log(&self) -> Vec<String> {
        self.log.borrow().clone().unwrap_or_default()
    }

    /// By which two courses are compared.
    pub fn course(&self) -> u64 {
        self.course.borrow().finish()
    }

    /// Something is about to happen in a life of the process: whether it still does. This is where a process is cut
    /// off that has only so many steps.
    pub fn goes_on(&self, life: usize) -> bool {
        let mut now = self.life.borrow_mut();
        if now.number != life || !now.alive {
            return false;
        }
        now.steps += 1;
        if now.plot.cut_after == Some(now.steps) {
            now.alive = false;
            self.cut.notify_one();
        }
        now.alive
    }
}

fn spec(rows: u32) -> RunSpec {
    RunSpec {
        name: RUN.to_owned(),
        signature: [1; 32],
        again: 0,
        file: "list.csv".to_owned(),
        sha256: "00".to_owned(),
        destinations: Vec::new(),
        recipe: "{}".to_owned(),
        rows,
        started_ms: 1_000,
        sheets: vec!["Sheet".to_owned()],
    }
}
