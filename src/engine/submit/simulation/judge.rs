//! What must hold while rows are sent: asked at each departure, each answer and each commit.
//!
//! The judge states the promises again in its own words; it shares no rule with the code that it judges.

use std::time::Duration;

use tokio::time::Instant;

use super::life::{order_key, place};
use super::world::{Call, RUN, RowTruth, Told, World};
use crate::contract::Operation;
use crate::ledger::store::Rows as _;
use crate::ledger::{EntryId, Kept, Opening, Receipt, State};
use crate::outcome::{Answer, Attempt};
use crate::submit::event::reference;

/// A request that is about to leave.
pub struct Leaving<'a> {
    pub ordinal: u32,
    pub reference: &'a str,
    pub token: Option<usize>,
}

/// Judges a departure, and gives the call its number within its row.
pub fn leaves(world: &World, leaving: &Leaving) -> usize {
    let ordinal = leaving.ordinal;
    may_leave(world);
    has_an_intent(world, ordinal);
    is_the_first_or_harmless(world, ordinal);
    is_in_order(world, ordinal);
    world.expect(leaving.reference == reference(RUN, place(ordinal)), || format!("{ordinal} goes as another row"));
    let number = world.life.borrow().number;
    let token = leaving.token.map(|token| world.tokens.borrow()[token]);
    let of_this_life = token.map(|token| token.life == number);
    world.expect(of_this_life == world.scene.tokens.then_some(true), || format!("{ordinal} goes without its token"));
    let refused = token.and_then(|token| token.refused).is_some_and(|at| at < Instant::now());
    world.expect(!refused, || format!("{ordinal} goes with a token that was refused"));
    let under_way = {
        let mut life = world.life.borrow_mut();
        life.under_way += 1;
        life.under_way
    };
    world.expect(under_way <= world.scene.concurrency, || format!("{under_way} are under way"));
    let calls = &mut world.rows.borrow_mut()[ordinal as usize].calls;
    calls.push(Call { life: number, token: leaving.token, ..Call::default() });
    calls.len() - 1
}

/// Judges a request for a token.
pub fn asks(world: &World) {
    may_leave(world);
    let early = world.life.borrow().token_hold.is_some_and(|until| Instant::now() < until);
    world.expect(!early, || "a token is asked for inside the pause that its server asked for".to_owned());
}

/// No signal, no pause that the server asked for, no second that is full. What leaves at the very moment of the signal
/// or the answer was on its way.
fn may_leave(world: &World) {
    let now = Instant::now();
    let mut life = world.life.borrow_mut();
    let signalled = life.signalled.is_some_and(|at| at < now);
    let held = life.holds.iter().any(|(given, until)| *given < now && now < *until);
    life.left.push_back(now);
    let mut crowd = None;
    if let Some(rate) = world.scene.rate {
        let most = rate.per_second().ceil();
        let span = Duration::from_secs_f64((most / rate.per_second()).max(1.0));
        while life.left.front().is_some_and(|first| now - *first >= span) {
            life.left.pop_front();
        }
        crowd = Some(life.left.len()).filter(|seen| *seen > most as usize);
    }
    drop(life);
    world.expect(!signalled, || "a request leaves after the signal".to_owned());
    world.expect(!held, || "a request leaves inside a pause that the server asked for".to_owned());
    world.expect(crowd.is_none(), || format!("{} requests in a second", crowd.unwrap_or_default()));
}

/// I3: an attempt is open, durably, and there are as many of them as requests.
fn has_an_intent(world: &World, ordinal: u32) {
    let entry = world.ledger.entry(EntryId { run: world.run, ordinal }).unwrap();
    let calls = world.rows.borrow()[ordinal as usize].calls.len() as u32;
    let covered = entry.as_ref().is_some_and(|entry| entry.state == State::Sending && entry.attempts > calls);
    world.expect(covered, || format!("{ordinal} leaves for the {}. time, and the ledger has {entry:?}", calls + 1));
}

/// I1: no earlier request of the row is alive or may have done something, unless a second does no harm.
fn is_the_first_or_harmless(world: &World, ordinal: u32) {
    let now = world.life.borrow().number;
    let may_repeat = world.operation_of(ordinal).may_repeat();
    let against = {
        let row = &world.rows.borrow()[ordinal as usize];
        let stands_against = |call: &&Call| match call.told {
            Some(Told::NothingDone) => false,
            Some(Told::Doubt) => !may_repeat,
            Some(Told::Refused) if row.reopened => false,
            Some(Told::Refused | Told::Done) | None => !may_repeat || call.life == now,
        };
        row.calls.iter().find(stands_against).map(|call| format!("{call:?}"))
    };
    world.expect(against.is_none(), || format!("{ordinal} leaves again after {}", against.unwrap_or_default()));
}

/// What stands before a row of its key is settled, durably.
fn is_in_order(world: &World, ordinal: u32) {
    let Some(order) = world.scene.rows[ordinal as usize].order else { return };
    let rows = world.rows.borrow();
    let before = (0..ordinal).filter(|other| world.scene.rows[*other as usize].order == Some(order));
    let open = before
        .map(|other| (other, rows[other as usize].durable))
        .find(|(_, state)| !matches!(state, Some(State::Done | State::DoneWithoutId | State::Rejected)));
    drop(rows);
    world.expect(open.is_none(), || format!("{ordinal} leaves before {open:?} of its key {:?}", order_key(order)));
}

/// The process learns how a request ended.
pub fn answered(world: &World, ordinal: u32, call: usize, attempt: &Attempt) {
    let proof = told(attempt, world.operation_of(ordinal));
    world.note(format_args!("answered: {ordinal}, call {call}, {proof:?}: {}", in_short(attempt)));
    let (done, token) = {
        let call = &mut world.rows.borrow_mut()[ordinal as usize].calls[call];
        call.told = Some(proof);
        (call.done.is_some(), call.token)
    };
    if let (Some(token), true) = (token, attempt.is_unauthorised()) {
        world.tokens.borrow_mut()[token].refused.get_or_insert(Instant::now());
    }
    // The simulation's own honesty.
    assert!(!(done && matches!(proof, Told::NothingDone | Told::Refused)), "row {ordinal} was told a lie: {attempt:?}");
    let mut life = world.life.borrow_mut();
    life.under_way -= 1;
    if let (Attempt::Answered(Answer { retry_after_s: Some(seconds), .. }), Told::NothingDone) = (attempt, proof) {
        let now = Instant::now();
        life.holds.push((now, now + Duration::from_secs(*seconds)));
    }
}

/// The same of a request for a token.
pub fn asked(world: &World, attempt: &Attempt) {
    world.note(format_args!("token: {}", in_short(attempt)));
    if let Attempt::Answered(Answer { retry_after_s: Some(seconds), .. }) = attempt {
        world.life.borrow_mut().token_hold = Some(Instant::now() + Duration::from_secs(*seconds));
    }
}

/// What an answer proves.
fn told(attempt: &Attempt, operation: &Operation) -> Told {
    let answer = match attempt {
        Attempt::NotSent(_) => return Told::NothingDone,
        Attempt::Lost(_) => return Told::Doubt,
        Attempt::Answered(answer) => answer,
    };
    let page = answer.content_type.as_deref() == Some("text/html");
    let says_error = answer.body.starts_with(b"{\"error");
    match answer.status {
        200..=299 if page => Told::Doubt,
        200..=299 if says_error => Told::Refused,
        200..=299 => Told::Done,
        307 | 308 | 401 | 408 | 421 | 425 | 429 => Told::NothingDone,
        413 | 503 if answer.retry_after_s.is_some() => Told::NothingDone,
        status if operation.not_applied.contains(&status) => Told::NothingDone,
        400..=499 if page => Told::NothingDone,
        400..=499 | 501 | 505 => Told::Refused,
        _ => Told::Doubt,
    }
}

/// I2: an attempt opens where all earlier ones did nothing; what is settled for good stays so.
pub fn committed(world: &World, receipt: &Receipt) {
    let (ordinal, state) = match receipt {
        Receipt::Opened(intent, Opening::Granted { .. }) => (intent.grant.id.ordinal, Some(State::Sending)),
        Receipt::Settled(grant, settlement, Kept::Durable) => (grant.id.ordinal, Some(settlement.state)),
        Receipt::Withdrawn(grant, Kept::Durable) => (grant.id.ordinal, None),
        Receipt::Opened(_, Opening::Failed(_))
        | Receipt::Settled(_, _, Kept::Failed(_))
        | Receipt::Withdrawn(_, Kept::Failed(_)) => return,
        // One process, one run: nobody else is in the way of a row.
        other => return world.fault(format!("the ledger answers {other:?}")),
    };
    let may_repeat = world.operation_of(ordinal).may_repeat();
    let was = {
        let RowTruth { durable, before_intent, .. } = &mut world.rows.borrow_mut()[ordinal as usize];
        let was = *durable;
        if state == Some(State::Sending) {
            *before_intent = was;
        }
        *durable = if state.is_none() { *before_intent } else { state };
        was
    };
    let opens = matches!(receipt, Receipt::Opened(..));
    let lawful = if opens {
        matches!(was, None | Some(State::Pending)) || (may_repeat && was == Some(State::Unknown))
    } else {
        was == Some(State::Sending)
    };
    world.expect(lawful, || format!("{ordinal} becomes {state:?}, and was {was:?}"));
    if opens {
        world.life.borrow_mut().opened.insert(ordinal);
    }
}

fn in_short(attempt: &Attempt) -> String {
    match attempt {
        Attempt::Answered(answer) => format!("{} {:?}", answer.status, answer.retry_after_s),
        other => format!("{other:?}"),
    }
}
