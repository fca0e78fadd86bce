//! The loop that sends: takes rows as they may go, keeps a bounded number in flight, and has every
//! step in the ledger before the next.
//!
//! For each row: a turn of [`Pace`], then the intent, durable; then the request; then the decision;
//! then the outcome, durable; then it is reported. An intent whose request may not leave after all, for
//! the run was stopped or told to wait meanwhile or the intent has grown old, is withdrawn. A token that is missing or about to end is
//! got before any intent (`asking`). What the ledger answers is in `acknowledged`.

mod acknowledged;
mod asking;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::Instant;

use super::breaker::Breaker;
use super::control::Command;
use super::event::{Event, Finished, interrupted, now_ms, reference};
use super::order::{Admission, Order};
use super::pace::{Leave, Pace};
use super::queued::{Later, Queued};
use super::renewal::{Tokens, Used};
use super::retry::{self, Again, Before, Decision};
use super::wire::Wire;
use crate::contract::Operation;
use crate::error::Error;
use crate::fail;
use crate::ledger::{EntryId, Grant, Intent, LEAVE, Receipts, State, Step};
use crate::outcome::Attempt;
use crate::uptime::Uptime;

/// Rows that may wait behind others of their key before no more are taken.
const MOST_PARKED: usize = 10_000;

/// How long a row that waits for another run's row is left alone before it is tried again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What the loop needs to know of the run.
pub struct Plan<'a> {
    /// The operations of the run, as requests number them.
    pub operations: &'a [&'a Operation],
    /// The ledger's number of each operation's server.
    pub servers: &'a [u32],
    /// The run's name: references begin with it.
    pub run: &'a str,
    /// The run's number in the ledger.
    pub number: u32,
    /// Requests in flight at most.
    pub concurrency: usize,
    /// Draws the nonce of each attempt.
    pub nonce: fn() -> u64,
    /// The clock that nobody sets.
    pub uptime: fn() -> Uptime,
}

type Flight<'a> = LocalBoxFuture<'a, Landed>;

enum Landed {
    /// An attempt ended, made with a token that the program had got.
    Attempted(Queued, Attempt, Option<Used>),
    /// The time has come to ask for a token.
    Ask(usize),
    /// A request for a token ended, and when it was made.
    Asked(usize, Instant, Attempt),
}

/// The loop and all it holds.
pub struct Dispatch<'a, W, H, R> {
    plan: Plan<'a>,
    wire: &'a W,
    tokens: Tokens,
    /// Hands a step to the ledger.
    hand: H,
    receipts: Receipts,
    /// Rows whose intents are on their way to the disk.
    opening: HashMap<u32, Queued>,
    /// Steps that the ledger has not acknowledged yet.
    awaited: usize,
    rows: R,
    /// A row that may go as soon as its server's pace gives it a turn.
    front: Option<Queued>,
    order: Order,
    pace: Pace,
    breaker: Breaker,
    later: BinaryHeap<Reverse<Later>>,
    /// Rows that wait until another run has settled a row of the same keys or order key.
    waiting: BinaryHeap<Reverse<Later>>,
    /// Rows that were tried again after such a wait, before they had a turn: it is taken when they are granted.
    without_turn: HashSet<u32>,
    /// Rows whose intents were durable at another time than that of their turn, and when they may leave.
    due: BinaryHeap<Reverse<Later>>,
    /// Rows that were settled as unknown and go again: their outcome is still to come.
    going_again: HashSet<u32>,
    in_flight: usize,
    futures: FuturesUnordered<Flight<'a>>,
    ended: Finished,
    exhausted: bool,
    /// The caller wants no new request for now.
    paused: bool,
}

impl<'a, W: Wire, H: Fn(Step), R: Iterator<Item = Result<Queued, Error>>> Dispatch<'a, W, H, R> {
    /// A loop over `rows`, which gives its steps to `hand` and hears of them by `receipts`.
    pub fn new(
        plan: Plan<'a>,
        wire: &'a W,
        (hand, receipts): (H, Receipts),
        rows: R,
        order: Order,
        pace: Pace,
        breaker: Breaker,
    ) -> Self {
        Self {
            plan,
            wire,
            tokens: wire.tokens(),
            hand,
            receipts,
            opening: HashMap::new(),
            awaited: 0,
            rows,
            front: None,
            order,
            pace,
            breaker,
            later: BinaryHeap::new(),
            waiting: BinaryHeap::new(),
            without_turn: HashSet::new(),
            due: BinaryHeap::new(),
            going_again: HashSet::new(),
            in_flight: 0,
            futures: FuturesUnordered::new(),
            ended: Finished::default(),
            exhausted: false,
            paused: false,
        }
    }

    /// Sends every row that may be sent, and settles all that was in flight whatever happens.
    pub async fn run(mut self, mut caller: watch::Receiver<Command>, mut tell: impl FnMut(Event)) -> Finished {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        loop {
            self.depart_due();
            let wake = if self.ended.stop.is_none() && !self.paused { self.fill() } else { None };
            let wake = wake.into_iter().chain(self.due.peek().map(|Reverse(due)| due.at)).min();
            let idle = self.futures.is_empty() && wake.is_none();
            // Who stops does not wait for a token.
            let over = self.ended.stop.is_some() && self.in_flight == 0;
            if self.awaited == 0 && ((idle && !self.paused) || over) {
                return self.ended;
            }
            tokio::select! {
                biased;
                Ok(()) = caller.changed(), if self.ended.stop.is_none() => {
                    let command = *caller.borrow_and_update();
                    self.paused = command == Command::Pause;
                    if let Command::Cancel(signal) = command {
                        self.ended.stop = Some(interrupted(signal));
                    }
                }
                receipts = self.receipts.recv(), if self.awaited > 0 => self.acknowledged(receipts, &mut tell),
                Some(landed) = self.futures.next() => self.land(landed, &mut tell),
                () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
                _ = tick.tick() => tell(Event::Tick),
            }
        }
    }

    /// Launches what may go now, and says when to look again if something only waits for time.
    fn fill(&mut self) -> Option<Instant> {
        // Rows go alone until the server has answered one properly, and while it cannot be reached.
        let side_by_side = self.breaker.has_answer() && self.pace.is_reachable();
        let most = if side_by_side { self.plan.concurrency } else { 1 };
        while self.in_flight < most && !self.tokens.is_asking() {
            if let Some(row) = due(&mut self.waiting) {
                self.without_turn.insert(row.ordinal);
                self.launch(row);
                continue;
            }
            let looks = self.waiting.peek().map(|Reverse(waiting)| waiting.at);
            let Some(row) = self.front.take().or_else(|| self.next()) else {
                return self.later.peek().map(|Reverse(later)| later.at).into_iter().chain(looks).min();
            };
            if let Err(at) = self.pace.turn(row.request.operation()) {
                self.front = Some(row);
                return Some(looks.map_or(at, |looks| looks.min(at)));
            }
            match self.missing_token(&row) {
                Some(source) => self.ask_first(source, row),
                None => self.launch(row),
            }
        }
        None
    }

    fn next(&mut self) -> Option<Queued> {
        if let Some(row) = due(&mut self.later) {
            return Some(row);
        }
        if let Some(row) = self.order.ready() {
            return Some(row);
        }
        while !self.exhausted && self.order.parked() < MOST_PARKED {
            match self.rows.next() {
                Some(Ok(row)) => {
                    if let Admission::Go(row) = self.order.admit(row) {
                        return Some(row);
                    }
                }
                Some(Err(stop)) => {
                    self.ended.stop = Some(stop);
                    self.exhausted = true;
                }
                None => self.exhausted = true,
            }
        }
        None
    }

    /// Writes the intent down; the request leaves when that is durable.
    fn launch(&mut self, mut row: Queued) {
        row.attempts += 1;
        row.nonce = (self.plan.nonce)();
        row.opened = Instant::now();
        self.in_flight += 1;
        self.hand(Step::Open(Intent {
            grant: self.grant(&row),
            place: row.place,
            key: row.request.key(),
            body: row.request.body_key(),
            order: row.request.order(),
            first: row.request.first(),
            server: self.plan.servers.get(row.request.operation()).copied(),
            at_ms: now_ms(),
            opened: (self.plan.uptime)(),
            may_repeat: self.plan.operations[row.request.operation()].may_repeat(),
            reach: *row.reach,
        }));
        self.opening.insert(row.ordinal, row);
    }

    /// Another run has a row of the same keys or order key under way: the row is tried again a little later.
    fn wait(&mut self, row: Queued) {
        self.without_turn.remove(&row.ordinal);
        self.waiting.push(Reverse(Later { at: Instant::now() + LOOK_AGAIN, row }));
    }

    /// The attempt that a row is in.
    fn grant(&self, row: &Queued) -> Grant {
        Grant { id: EntryId { run: self.plan.number, ordinal: row.ordinal }, nonce: row.nonce }
    }

    fn hand(&mut self, step: Step) {
        self.awaited += 1;
        (self.hand)(step);
    }

    /// Lets a request leave, if it still may.
    fn depart(&mut self, row: Queued) {
        let (header, used) =
            match self.wire.source_of(row.request.operation()).map(|source| self.tokens.current(source)) {
                // The token was refused while the intent went to the disk.
                Some(None) => return self.withdraw(row),
                Some(Some((token, used))) => (Some(token.header.clone()), Some(used)),
                None => (None, None),
            };
        // An intent grows old: others count on it that its request has left by then.
        let is_old = Instant::now() > row.opened + LEAVE;
        if self.ended.stop.is_some() || is_old || self.pace.held_until(row.request.operation()).is_some() {
            return self.withdraw(row);
        }
        if self.without_turn.contains(&row.ordinal) {
            match self.pace.turn(row.request.operation()) {
                Ok(()) => self.without_turn.remove(&row.ordinal),
                Err(at) if at <= row.opened + LEAVE => return self.due.push(Reverse(Later { at, row })),
                Err(_) => return self.withdraw(row),
            };
        }
        match self.pace.leave(row.request.operation()) {
            Leave::Now => {}
            Leave::At(at) if at <= row.opened + LEAVE => return self.due.push(Reverse(Later { at, row })),
            Leave::At(_) | Leave::AfterHold => return self.withdraw(row),
        }
        self.ended.sent += u64::from(row.attempts == 1);
        let wire = self.wire;
        let reference = reference(self.plan.run, row.place);
        self.futures.push(Box::pin(async move {
            fail::point("request-leaving");
            let attempt = wire.send(&row.request, &reference, header).await;
            Landed::Attempted(row, attempt, used)
        }));
    }

    /// Lets go whose time has come. Who stops does not wait for it: what has not left is withdrawn at once.
    fn depart_due(&mut self) {
        while let Some(Reverse(first)) = self.due.peek()
            && (self.ended.stop.is_some() || first.at <= Instant::now())
            && let Some(Reverse(Later { row, .. })) = self.due.pop()
        {
            self.depart(row);
        }
    }

    /// Takes an intent back: nothing was sent. The row comes up again if the run goes on.
    fn withdraw(&mut self, mut row: Queued) {
        self.without_turn.remove(&row.ordinal);
        self.in_flight -= 1;
        row.attempts -= 1;
        self.hand(Step::Withdraw(self.grant(&row)));
        self.later.push(Reverse(Later { at: Instant::now(), row }));
    }

    fn land(&mut self, landed: Landed, tell: &mut impl FnMut(Event)) {
        match landed {
            Landed::Attempted(row, attempt, used) => {
                self.in_flight -= 1;
                self.decide(row, &attempt, used, tell);
            }
            // Who stops needs no token any more.
            Landed::Ask(_) if self.ended.stop.is_some() => {}
            Landed::Ask(source) => self.ask(source),
            Landed::Asked(source, asked, attempt) => self.asked(source, asked, &attempt, tell),
        }
    }

    fn decide(&mut self, mut row: Queued, attempt: &Attempt, used: Option<Used>, tell: &mut impl FnMut(Event)) {
        let at = row.request.operation();
        let operation = self.plan.operations[at];
        let before = Before { nth: row.attempts, doubtful: row.doubtful, renewable: used.is_some() && !row.renewed };
        let decision = self.masked(retry::decide(attempt, operation, before));
        if let (Some(used), true) = (used, attempt.is_unauthorised()) {
            row.renewed = true;
            self.tokens.refuse(used);
        }
        let state = decision.settlement.state;
        let stale = self.pace.held_until(at).is_some();
        // A row that goes again has no outcome yet.
        let so_far = if decision.again.is_some() { State::Pending } else { state };
        let look = self.pace.look(at, attempt, so_far, stale);
        let call = self.breaker.note(row.ordinal, attempt, so_far, look);
        self.ended.reopen.extend(call.reopen);
        for halt in call.stop.into_iter().chain(decision.stop.clone()) {
            self.stop(halt.into());
        }
        self.heed(at, attempt, &decision, stale, tell);
        fail::point("outcome-decided");
        self.hand(Step::Settle(self.grant(&row), Box::new(decision.settlement)));
        let key = row.request.order();
        match decision.again {
            Some(again) => {
                // One that is pending is not told of in any case.
                if state == State::Unknown {
                    row.doubtful = true;
                    self.going_again.insert(row.ordinal);
                }
                let at = match again {
                    Again::Backoff => self.pace.backoff(row.attempts),
                    // With another token a row goes again at once.
                    Again::AfterHold if attempt.is_unauthorised() => Instant::now(),
                    Again::AfterHold => self.pace.back(row.attempts),
                };
                self.later.push(Reverse(Later { at, row }));
            }
            // What is unknown, or was not sent after all, must not be overtaken.
            None if matches!(state, State::Unknown | State::Pending) => self.order.hold(key),
            None => {
                if state == State::Rejected {
                    self.order.refuse(row.ordinal);
                }
                self.order.release(key);
            }
        }
    }

    /// Tells the pace what the server said about it.
    fn heed(&mut self, at: usize, attempt: &Attempt, decision: &Decision, stale: bool, tell: &mut impl FnMut(Event)) {
        match attempt {
            // A token that was refused says nothing of the pace.
            _ if attempt.is_unauthorised() => {}
            Attempt::Answered(answer) if decision.asks_for_patience() => {
                self.pace.refused(at, decision.hold);
                if let Some(hold) = decision.hold
                    && answer.retry_after_s.is_some()
                {
                    tell(Event::Holding(hold));
                }
            }
            Attempt::Answered(_) => self.pace.answered(at),
            Attempt::NotSent(_) if !stale => self.pace.unreachable(at),
            Attempt::NotSent(_) | Attempt::Lost(_) => {}
        }
    }

    /// The first reason to stop is the one that is told.
    fn stop(&mut self, stop: Error) {
        self.ended.stop.get_or_insert(stop);
    }
}

/// The first row whose time has come.
fn due(rows: &mut BinaryHeap<Reverse<Later>>) -> Option<Queued> {
    let is_due = rows.peek().is_some_and(|Reverse(first)| first.at <= Instant::now());
    if is_due { rows.pop().map(|Reverse(first)| first.row) } else { None }
}
