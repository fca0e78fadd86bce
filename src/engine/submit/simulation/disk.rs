//! The ledger's thread in virtual time: the real rules, commits that take their time, a disk that fails.

use std::rc::Rc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use super::scene::Trouble;
use super::world::World;
use crate::ledger::store::Attempts as _;
use crate::ledger::{Receipt, Receipts, Step};

/// More steps than this for each row and life, and the loop goes round in circles.
const MOST_STEPS: u64 = 400;

/// A group is no larger in the real one.
const GROUP: usize = 512;

pub struct Disk {
    world: Rc<World>,
    life: usize,
    steps: UnboundedSender<Step>,
    writer: JoinHandle<()>,
}

impl Disk {
    pub fn start(world: &Rc<World>, life: usize) -> (Self, Receipts) {
        let (sender, steps) = unbounded_channel();
        let (acknowledge, receipts) = unbounded_channel();
        let writer = spawn_local(write(Rc::clone(world), life, steps, acknowledge));
        (Self { world: Rc::clone(world), life, steps: sender, writer }, receipts)
    }

    pub fn hand(&self, step: Step) {
        if !self.world.goes_on(self.life) {
            return;
        }
        let rows = self.world.scene.rows.len() as u64;
        let handed = {
            let mut life = self.world.life.borrow_mut();
            life.handed += 1;
            life.handed
        };
        self.world.expect(handed < MOST_STEPS * rows, || "the loop goes round in circles".to_owned());
        self.world.note(format_args!("handed over: {}", named(&step)));
        let _ = self.steps.send(step);
    }

    /// The process is gone, and its threads with it.
    pub fn end(&self) {
        self.writer.abort();
    }
}

async fn write(
    world: Rc<World>,
    life: usize,
    mut steps: UnboundedReceiver<Step>,
    acknowledge: UnboundedSender<Vec<Receipt>>,
) {
    while let Some(first) = steps.recv().await {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = steps.try_recv()
        {
            group.push(next);
        }
        let (usual, long) = world.scene.commit_ms;
        let longest = world.draw(|random| if random.happens(1, 10) { long } else { usual });
        let [before, after] = world.draw(|random| [random.ms(0, longest), random.ms(0, longest)]);
        sleep(before).await;
        if !world.goes_on(life) {
            return;
        }
        let Some(receipts) = commit(&world, group) else { return };
        sleep(after).await;
        if !world.goes_on(life) {
            return;
        }
        let _ = acknowledge.send(receipts);
    }
}

/// Commits a group with the trouble that is due; none if the thread dies of it.
fn commit(world: &World, group: Vec<Step>) -> Option<Vec<Receipt>> {
    let trouble = {
        let mut life = world.life.borrow_mut();
        life.commits += 1;
        let nth = life.commits - 1;
        let trouble = life.plot.trouble.filter(|(from, count, _)| (*from..from + count).contains(&nth));
        life.troubled |= trouble.is_some();
        trouble.map(|(_, _, trouble)| trouble)
    };
    match trouble {
        Some(Trouble::Death) => return None,
        Some(Trouble::Full) => world.ledger.fill_disk().unwrap(),
        Some(Trouble::Broken) => world.ledger.break_disk().unwrap(),
        None => {}
    }
    let receipts = world.ledger.commit(group, world.held.borrow().as_slice());
    world.ledger.mend_disk().unwrap();
    for receipt in &receipts {
        world.note(format_args!("{trouble:?} committed: {}", told(receipt)));
        super::judge::committed(world, receipt);
    }
    Some(receipts)
}

fn named(step: &Step) -> String {
    match step {
        Step::Open(intent) => format!("open {}", intent.grant.id.ordinal),
        Step::Settle(grant, settlement) => format!("settle {} {:?}", grant.id.ordinal, settlement.state),
        Step::Withdraw(grant) => format!("withdraw {}", grant.id.ordinal),
    }
}

fn told(receipt: &Receipt) -> String {
    match receipt {
        Receipt::Opened(intent, opening) => format!("open {} {opening:?}", intent.grant.id.ordinal),
        Receipt::Settled(grant, settlement, kept) => {
            format!("settle {} {:?} {kept:?}", grant.id.ordinal, settlement.state)
        }
        Receipt::Withdrawn(grant, kept) => format!("withdraw {} {kept:?}", grant.id.ordinal),
    }
}
