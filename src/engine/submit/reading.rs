//! Reading: requests that change nothing, each sent until it is answered or has proved hopeless.
//!
//! Many reads share one [`ReadSession`]: its pace, its tokens, and the first reason to stop. A read needs no
//! ledger; what is under way when the run stops is let go.

mod reply;

use std::cell::RefCell;
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep_until};

use super::breaker::Breaker;
use super::client::Sender;
use super::halt::Halt;
use super::pace::{Leave, Pace};
use super::renewal::{Landing, Tokens, Used};
use super::retry::{self, Again, Before, Decision};
use super::status::{Sought, meaning};
use super::wire::Wire;
use crate::contract::Operation;
use crate::error::Error;
use crate::ledger::State;
use crate::outcome::{Attempt, Cause, Status};
use crate::validate::Request;

use reply::{reply, unbroken};

/// How a read ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The answer's JSON; null where it has no body.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The JSON.
        body: Value,
    },
    /// No answer that can be used.
    Failed {
        /// What the row is then.
        status: Status,
        /// The status of the last answer; `None` without one.
        http_status: Option<u16>,
        /// Why.
        error: Cause,
    },
    /// The run was stopped first.
    Stopped,
}

/// What all reads of a run share.
pub struct ReadSession<'a> {
    operations: &'a [&'a Operation],
    sender: &'a Sender,
    shared: RefCell<Shared>,
    /// One asks for a token, the others wait.
    asking: Mutex<()>,
    stopping: Notify,
    holding: Box<dyn Fn(Duration) + 'a>,
}

struct Shared {
    pace: Pace,
    tokens: Tokens,
    breaker: Breaker,
    stop: Option<Error>,
}

/// What follows an attempt.
enum Next {
    Reply(Reply),
    /// Once more, at this time.
    Again(Instant),
}

impl<'a> ReadSession<'a> {
    /// `holding` is told when the server asks for a pause.
    pub fn new(
        operations: &'a [&'a Operation],
        sender: &'a Sender,
        pace: Pace,
        holding: impl Fn(Duration) + 'a,
    ) -> Self {
        let shared = Shared { pace, tokens: sender.tokens(), breaker: Breaker::new(None, 0), stop: None };
        Self {
            operations,
            sender,
            shared: RefCell::new(shared),
            asking: Mutex::new(()),
            stopping: Notify::new(),
            holding: Box::new(holding),
        }
    }

    /// Ends the run; the first reason is the one that is told.
    pub fn stop(&self, stop: Error) {
        self.shared.borrow_mut().stop.get_or_insert(stop);
        self.stopping.notify_waiters();
    }

    /// Why the run ended before its time.
    pub fn reason(&self) -> Option<Error> {
        self.shared.borrow().stop.clone()
    }

    /// Whether reads may go side by side: the server has answered one properly, and can be reached.
    pub fn is_open_for_all(&self) -> bool {
        let shared = self.shared.borrow();
        shared.breaker.has_answer() && shared.pace.is_reachable()
    }

    /// Makes a request, as often as it takes. `ordinal` tells reads apart.
    pub async fn read(&self, request: &Request, ordinal: u32, reference: &str) -> Reply {
        let (mut nth, mut renewed) = (0, false);
        loop {
            let Some((header, used)) = self.token(request.operation()).await else { return Reply::Stopped };
            if self.turn(request.operation()).await.is_none() {
                return Reply::Stopped;
            }
            nth += 1;
            let attempt = tokio::select! {
                attempt = self.sender.send(request, reference, header) => unbroken(attempt),
                () = self.stopped() => return Reply::Stopped,
            };
            match self.land(&attempt, request.operation(), ordinal, nth, used.filter(|_| !renewed)) {
                Next::Reply(reply) => return reply,
                Next::Again(at) => {
                    renewed |= attempt.is_unauthorised();
                    if self.wait(at).await.is_none() {
                        return Reply::Stopped;
                    }
                }
            }
        }
    }

    /// Decides what follows, and tells the pace and the breaker. `used`: the token that it was made with, where
    /// the program can get another.
    fn land(&self, attempt: &Attempt, at: usize, ordinal: u32, nth: u32, used: Option<Used>) -> Next {
        let operation = self.operations[at];
        // What was read in doubt did nothing either way.
        let before = Before { nth, doubtful: false, renewable: used.is_some() };
        let decision = retry::decide(attempt, operation, before);
        let state = if decision.again.is_some() { State::Pending } else { decision.settlement.state };
        let again = {
            let shared = &mut *self.shared.borrow_mut();
            if let (Some(used), true) = (used, attempt.is_unauthorised()) {
                shared.tokens.refuse(used);
            }
            let stale = shared.pace.held_until(at).is_some();
            let state = seen_by_breaker(state, attempt);
            let look = shared.pace.look(at, attempt, state, stale);
            let call = shared.breaker.note(ordinal, attempt, state, look);
            shared.heed(at, attempt, &decision, stale);
            for halt in [call.stop, decision.stop.clone()].into_iter().flatten() {
                shared.stop.get_or_insert(halt.into());
            }
            decision.again.map(|again| match again {
                Again::Backoff => shared.pace.backoff(nth),
                Again::AfterHold if attempt.is_unauthorised() => Instant::now(),
                Again::AfterHold => shared.pace.back(nth),
            })
        };
        if self.shared.borrow().stop.is_some() {
            self.stopping.notify_waiters();
        }
        if let Some(hold) = decision.hold {
            (self.holding)(hold);
        }
        match again {
            Some(at) => Next::Again(at),
            None => Next::Reply(self.masked(reply(attempt, operation, decision, nth))),
        }
    }

    /// Takes a turn of the pace. Gives nothing if the run stops first.
    async fn turn(&self, operation: usize) -> Option<()> {
        self.until(|pace| pace.turn(operation).err()).await?;
        self.until(|pace| match pace.leave(operation) {
            Leave::Now => None,
            Leave::At(at) => Some(at),
            Leave::AfterHold => pace.held_until(operation).or_else(|| Some(Instant::now())),
        })
        .await
    }

    async fn until(&self, ask: impl Fn(&mut Pace) -> Option<Instant>) -> Option<()> {
        loop {
            if self.shared.borrow().stop.is_some() {
                return None;
            }
            let asked = ask(&mut self.shared.borrow_mut().pace);
            let Some(at) = asked else { return Some(()) };
            self.wait(at).await?;
        }
    }

    async fn wait(&self, at: Instant) -> Option<()> {
        tokio::select! {
            () = sleep_until(at) => Some(()),
            () = self.stopped() => None,
        }
    }

    async fn stopped(&self) {
        let notified = self.stopping.notified();
        if self.shared.borrow().stop.is_none() {
            notified.await;
        }
    }

    /// The token that a request goes with. The session asks for one if none is in force; nothing comes if the run stops
    /// first.
    async fn token(&self, operation: usize) -> Option<(Option<HeaderValue>, Option<Used>)> {
        let Some(source) = self.sender.source_of(operation) else { return Some((None, None)) };
        let _one_at_a_time = self.asking.lock().await;
        while self.shared.borrow().tokens.is_due(source, Instant::now()) {
            self.turn(operation).await?;
            let asked = Instant::now();
            let attempt = tokio::select! {
                attempt = self.sender.ask(source) => attempt,
                () = self.stopped() => return None,
            };
            let landing = {
                let shared = &mut *self.shared.borrow_mut();
                let result = self.sender.source(source).read(&attempt, shared.tokens.mask());
                shared.tokens.land(source, asked, result)
            };
            match landing {
                Landing::Renewed => {}
                Landing::Again { pause, nth } => {
                    let backoff = self.shared.borrow().pace.backoff(nth);
                    self.wait(pause.map_or(backoff, |pause| Instant::now() + pause)).await?;
                }
                Landing::GiveUp(why) => {
                    self.stop(Halt::NoToken(why).into());
                    return None;
                }
            }
        }
        let shared = self.shared.borrow();
        let (token, used) = shared.tokens.current(source)?;
        Some((Some(token.header.clone()), Some(used)))
    }

    /// Takes secrets and tokens out of what a server said.
    fn masked(&self, mut reply: Reply) -> Reply {
        let shared = self.shared.borrow();
        let mask = shared.tokens.mask();
        match &mut reply {
            Reply::Answer { body, .. } => mask.cover(body),
            Reply::Failed { error, .. } => {
                for words in error.said.texts_mut() {
                    if let Some(masked) = mask.over(words) {
                        *words = masked;
                    }
                }
            }
            Reply::Stopped => {}
        }
        reply
    }
}

impl Shared {
    /// Tells the pace what the server said about it.
    fn heed(&mut self, at: usize, attempt: &Attempt, decision: &Decision, stale: bool) {
        match attempt {
            _ if attempt.is_unauthorised() => {}
            Attempt::Answered(_) if decision.settlement.state == State::Pending || decision.again.is_some() => {
                self.pace.refused(at, decision.hold);
            }
            Attempt::Answered(_) => self.pace.answered(at),
            Attempt::NotSent(_) if !stale => self.pace.unreachable(at),
            Attempt::NotSent(_) | Attempt::Lost(_) => {}
        }
    }
}

/// The state that the breaker counts. An absent thing, or one that this user may not see, does not blame the run.
fn seen_by_breaker(state: State, attempt: &Attempt) -> State {
    match attempt {
        Attempt::Answered(answer) if state == State::Rejected && meaning(answer.status).sought != Sought::Untold => {
            State::Done
        }
        _ => state,
    }
}
