//! A run under a server that refuses, from its first row to its last, and what its judge saw.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::pattern::Refusing;
use super::{LEAST_USED, MOST_TIME, Scene};
use crate::error::Error;
use crate::keyed::Key;
use crate::ledger::{Kept, Opening, Reach, Receipt, Step};
use crate::outcome::{Answer, Attempt, Status};
use crate::submit::breaker::Breaker;
use crate::submit::control::Command;
use crate::submit::dispatch::{Dispatch, Plan};
use crate::submit::event::Event;
use crate::submit::mask::Mask;
use crate::submit::order::Order;
use crate::submit::pace::{Host, Paces, Rate};
use crate::submit::queued::Queued;
use crate::submit::renewal::Tokens;
use crate::submit::simulation::random::{self, Random};
use crate::submit::simulation::{life, scene};
use crate::submit::token::Source;
use crate::submit::wire::Wire;
use crate::validate::Request;

/// What came of a seed.
pub struct Played {
    took: f64,
    /// What the rate and the pauses account for, or what the limit allows in that time.
    against: f64,
    refused: u32,
    /// Above one, the goal is missed.
    pub worth: f64,
    limited: Option<f64>,
    pub faults: Vec<String>,
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { took, against, refused, .. } = self;
        match self.limited {
            Some(used) => write!(f, "{used:.3} of the limit in {took:.0} s, {refused} refused"),
            None => write!(f, "{:.3} of {against:.0} s, {refused} refused", took / against),
        }
    }
}

/// The server, and what its judge remembers.
struct World {
    start: Instant,
    rate: f64,
    server: Refusing,
    random: Random,
    /// The longest way of a request, there and back.
    way_ms: u64,
    left: VecDeque<Instant>,
    /// The last pause that was told: when, and until when.
    told: Vec<(Instant, Instant)>,
    paused: f64,
    refused: u32,
    faults: Vec<String>,
}

impl World {
    fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    fn way(&mut self) -> Duration {
        let longest = self.way_ms;
        self.random.ms(1, longest)
    }

    fn leaves(&mut self) {
        let now = Instant::now();
        if self.told.iter().any(|(since, until)| *since < now && now < *until) {
            self.faults.push(format!("a request leaves inside a pause, at {:.3} s", self.seconds()));
        }
        self.left.push_back(now);
        while self.left.front().is_some_and(|first| now - *first >= Duration::from_secs(1)) {
            self.left.pop_front();
        }
        if self.left.len() > self.rate.ceil() as usize {
            self.faults.push(format!("{} requests in a second, at {:.3} s", self.left.len(), self.seconds()));
        }
    }

    fn told(&mut self, seconds: u64) {
        let now = Instant::now();
        let until = now + Duration::from_secs(seconds);
        let already = self.told.iter().map(|(_, until)| *until).max().unwrap_or(now).max(now);
        self.paused += until.saturating_duration_since(already).as_secs_f64();
        self.told.retain(|(_, until)| *until > now);
        self.told.push((now, until));
        self.refused += 1;
    }
}

struct Way(RefCell<World>);

impl Wire for Way {
    fn tokens(&self) -> Tokens {
        Tokens::new(0, Mask::default())
    }

    fn source_of(&self, _operation: usize) -> Option<usize> {
        None
    }

    fn source(&self, _source: usize) -> &Source {
        scene::source()
    }

    async fn send(&self, request: &Request, _reference: &str, _token: Option<HeaderValue>) -> Attempt {
        let there = {
            let mut world = self.0.borrow_mut();
            world.leaves();
            world.way()
        };
        sleep(there).await;
        let (refusal, back) = {
            let world = &mut *self.0.borrow_mut();
            let now = world.seconds();
            (world.server.refuses(now, &mut world.random), world.way())
        };
        sleep(back).await;
        let Some((status, after)) = refusal else {
            let body = json!({ "id": request.body() }).to_string().into_bytes();
            return Attempt::Answered(Answer { status: 201, body, ..Answer::default() });
        };
        self.0.borrow_mut().told(after);
        Attempt::Answered(Answer { status, retry_after_s: Some(after), ..Answer::default() })
    }

    async fn ask(&self, _source: usize) -> Attempt {
        unreachable!("no operation takes a token")
    }
}

/// Plays a seed of a scene.
pub fn play(scene: &Scene, seed: u64) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(course(scene, seed))
}

async fn course(scene: &Scene, seed: u64) -> Played {
    random::seed_chance(seed);
    let mut random = Random::new(seed);
    let way_ms = 2 + random.below(25);
    let way = Way(RefCell::new(World {
        start: Instant::now(),
        rate: scene.rate,
        server: Refusing::new(scene.pattern),
        random,
        way_ms,
        left: VecDeque::new(),
        told: Vec::new(),
        paused: 0.0,
        refused: 0,
        faults: Vec::new(),
    }));
    let paces = Paces::new(random::chance);
    let parts = (0..scene.runs).map(|part| run(scene, part, &paces, &way));
    let (mut done, mut stop) = (0, None);
    for ended in futures_util::future::join_all(parts).await {
        done += ended.0;
        stop = stop.or(ended.1);
    }
    let mut world = way.0.into_inner();
    if done != scene.rows || stop.is_some() {
        world.faults.push(format!("{done} of {} rows are done: {stop:?}", scene.rows));
    }
    let took = world.seconds();
    let allowed = scene.pattern.allowed(took);
    let limited = allowed.map(|allowed| f64::from(scene.rows) / allowed);
    let accounted = f64::from(scene.rows) / scene.rate + world.paused;
    let worth = limited.map_or(took / accounted / MOST_TIME, |used| LEAST_USED / used);
    Played { took, against: allowed.unwrap_or(accounted), refused: world.refused, worth, limited, faults: world.faults }
}

/// One of the runs, with its part of the rows: how many are done, and why it stopped before its end.
async fn run(scene: &Scene, part: u32, paces: &Paces, way: &Way) -> (u32, Option<Error>) {
    let (receipts, received) = mpsc::unbounded_channel();
    let hand = |step: Step| drop(receipts.send(vec![durable(step)]));
    let operations = [scene::plain()];
    let plan = Plan {
        operations: &operations,
        servers: &[],
        run: "refused",
        number: part,
        concurrency: 8,
        nonce: random::nonce,
        uptime: random::uptime,
    };
    let pace = paces.join(&[Host::default()], Rate::parse(&scene.rate.to_string()), None);
    let breaker = Breaker::new(None, u64::from(scene.rows));
    let rows = (0..scene.rows).filter(|ordinal| ordinal % scene.runs == part).map(|ordinal| Ok(row(ordinal)));
    let dispatch = Dispatch::new(plan, way, (hand, received), rows, Order::new([]), pace, breaker);
    let mut done = 0;
    let (_signals, receiver) = watch::channel(Command::GoOn);
    let ended = dispatch.run(receiver, |event| done += u32::from(matches!(event, Event::Settled(Status::Done)))).await;
    (done, ended.stop)
}

/// A ledger that keeps everything at once.
fn durable(step: Step) -> Receipt {
    match step {
        Step::Open(intent) => Receipt::Opened(intent, Opening::Granted { attempt: 1 }),
        Step::Settle(grant, settlement) => Receipt::Settled(grant, settlement, Kept::Durable),
        Step::Withdraw(grant) => Receipt::Withdrawn(grant, Kept::Durable),
    }
}

fn row(ordinal: u32) -> Queued {
    let mut key = [0; 16];
    key[..4].copy_from_slice(&ordinal.to_le_bytes());
    let request = json!({
        "operation": 0, "path": null, "headers": [], "body": ordinal.to_string(), "key": Key(key), "order": null,
    });
    let request = serde_json::from_value(request).unwrap();
    Queued {
        ordinal,
        place: life::place(ordinal),
        request,
        attempts: 0,
        doubtful: false,
        renewed: false,
        nonce: 0,
        opened: Instant::now(),
        reach: Box::new(Reach::ALL),
    }
}
