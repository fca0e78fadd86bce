//! One life of the process: from its start to its end, or to where it is cut off.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::disk::Disk;
use super::network::Network;
use super::scene::Plot;
use super::world::{RUN, World};
use crate::error::Error;
use crate::keyed::Key;
use crate::ledger::store::Rows as _;
use crate::ledger::{Reach, Step};
use crate::outcome::Status;
use crate::row::Place;
use crate::submit::breaker::Breaker;
use crate::submit::control::{Command, Signal};
use crate::submit::dispatch::{Dispatch, Plan};
use crate::submit::event::{Event, Finished};
use crate::submit::order::Order;
use crate::submit::pace::Pace;
use crate::submit::queued::Queued;

/// No run takes longer, however often the server asks for patience.
const LONGEST_LIFE: Duration = Duration::from_secs(12 * 3600);

/// What the judge has to remember of a life.
#[derive(Default)]
pub struct Life {
    pub number: usize,
    pub alive: bool,
    pub plot: Plot,
    /// What happened in it so far.
    pub steps: u64,
    pub handed: u64,
    pub commits: u64,
    /// The disk failed it.
    pub troubled: bool,
    pub signalled: Option<Instant>,
    /// When the server asked for a pause, and until when it lasts.
    pub holds: Vec<(Instant, Instant)>,
    /// The same of the token's server.
    pub token_hold: Option<Instant>,
    /// When requests left, of the last while.
    pub left: VecDeque<Instant>,
    pub under_way: usize,
    /// Rows whose intent became durable.
    pub opened: std::collections::BTreeSet<u32>,
    /// What the loop said of rows that are settled.
    pub told: Vec<Status>,
}

/// How a life ended; none if it was cut off.
pub async fn live(world: &Rc<World>, number: usize, plot: Plot) -> Option<Finished> {
    *world.life.borrow_mut() = Life { number, alive: true, plot, ..Life::default() };
    // A word that came too late for the last life is none for this.
    let _ = tokio::time::timeout(Duration::ZERO, world.cut.notified()).await;
    world.note(format_args!("life {number} begins: {plot:?}"));
    let (signals, receiver) = watch::channel(Command::GoOn);
    let start = Instant::now();
    let network = Network::new(Rc::clone(world), number);
    let (disk, receipts) = Disk::start(world, number);
    let dispatch = {
        let settled = world.ledger.settled(world.run, world.scene.rows.len() as u32).unwrap();
        let plan = Plan {
            operations: &world.scene.operations,
            servers: &[],
            run: RUN,
            number: world.run,
            concurrency: world.scene.concurrency,
            nonce: super::random::nonce,
            uptime: super::random::uptime,
        };
        let breaker = Breaker::new(world.scene.max_errors, world.scene.rows.len() as u64);
        let pace = Pace::alone(world.scene.rate, super::random::chance);
        let hand = |step: Step| disk.hand(step);
        Dispatch::new(plan, &network, (hand, receipts), queue(world, settled).into_iter(), order(world), pace, breaker)
    };
    let run = dispatch.run(receiver, |event| heard(world, event));
    let signalling = async {
        let Some(at) = plot.signal_at else { return std::future::pending().await };
        sleep_until(start + at).await;
        world.life.borrow_mut().signalled = Some(Instant::now());
        world.note(format_args!("a signal"));
        signals.send_replace(Command::Cancel(Signal::Interrupt));
        std::future::pending::<()>().await;
    };
    let cut_at = async {
        match plot.cut_at {
            Some(at) => sleep_until(start + at).await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        biased;
        () = world.cut.notified() => None,
        () = cut_at => None,
        () = signalling => None,
        () = sleep_until(start + LONGEST_LIFE) => {
            world.fault("the loop does not end".to_owned());
            None
        }
        ended = run => Some(ended),
    };
    disk.end();
    world.note(format_args!(
        "life {number} ends: {:?}",
        ended.as_ref().map(|ended| ended.stop.as_ref().map(Error::to_string))
    ));
    world.life.borrow_mut().alive = false;
    ended
}

/// What the run gives the loop: the rows that may go.
fn queue(world: &World, settled: crate::ledger::Settled) -> Vec<Result<Queued, Error>> {
    let rows = world.scene.rows.iter().zip(0_u32..);
    let may_go = rows.filter(|(_, ordinal)| !settled.contains(*ordinal, world.operation_of(*ordinal).may_repeat()));
    may_go
        .map(|(row, ordinal)| {
            let key = Key([0x40 + ordinal as u8; 16]);
            let request = json!({
                "operation": row.operation, "path": null, "headers": [], "body": ordinal.to_string(),
                "key": key, "body_key": null, "order": row.order.map(order_key),
            });
            let request = serde_json::from_value(request).unwrap();
            let doubtful = settled.is_doubtful(ordinal);
            Ok(Queued {
                ordinal,
                place: place(ordinal),
                request,
                attempts: 0,
                doubtful,
                renewed: false,
                nonce: 0,
                opened: Instant::now(),
                reach: Box::new(Reach::ALL),
            })
        })
        .collect()
}

/// The same of the keys behind which nothing may go.
fn order(world: &World) -> Order {
    let may_repeat = world.scene.operations.iter().all(|operation| operation.may_repeat());
    let held = world.ledger.held_orders().unwrap().into_iter();
    Order::new(held.filter(|held| !(may_repeat && held.id.run == world.run)).map(|held| held.key))
}

pub fn place(ordinal: u32) -> Place {
    Place { sheet: 0, row: ordinal + 2 }
}

pub fn order_key(order: u8) -> Key {
    Key([order; 16])
}

fn heard(world: &World, event: Event) {
    match event {
        Event::Tick => {}
        Event::Settled(word) => {
            world.note(format_args!("told: {word}"));
            world.life.borrow_mut().told.push(word);
        }
        other => world.note(format_args!("told: {other:?}")),
    }
}
