//! The server, whose own log is the truth about what was done. It lives on when the process is cut off.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::fate::Fate;
use super::world::{Given, World};
use crate::contract::Reconcile;
use crate::outcome::{Answer, Attempt};

/// Longer than anybody waits.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// Takes a request in, does what its fate says, and answers if it says so.
pub async fn serve(
    world: Rc<World>,
    (ordinal, call): (u32, usize),
    token: Option<usize>,
    fate: Fate,
    answer: oneshot::Sender<Attempt>,
) {
    travel(&world, fate).await;
    world.rows.borrow_mut()[ordinal as usize].calls[call].seen = true;
    world.requests.set(world.requests.get() + 1);
    world.note(format_args!("comes: {ordinal}, call {call}"));
    let welcome = token.is_none_or(|number| accepts(&world, number));
    let answered = if welcome { act(&world, ordinal, call, fate) } else { Some(status(401)) };
    sleep(latency(&world)).await;
    match answered {
        Some(attempt) => {
            let _ = answer.send(attempt);
        }
        None if matches!(fate, Fate::Silent { .. } | Fate::Late) => {
            sleep(FOR_EVER).await;
            drop(answer);
        }
        None => {}
    }
}

/// Gives a token out.
pub async fn give_token(world: Rc<World>, life: usize, fate: Fate, answer: oneshot::Sender<Attempt>) {
    travel(&world, fate).await;
    let attempt = match fate {
        Fate::Works => granted(&world, life),
        Fate::Busy(code, after) => busy(code, after),
        Fate::Fails { status: code, .. } | Fate::Refuses(code) => status(code),
        Fate::Silent { .. } | Fate::Late => {
            sleep(FOR_EVER).await;
            return;
        }
        _ => return,
    };
    sleep(latency(&world)).await;
    let _ = answer.send(attempt);
}

fn granted(world: &World, life: usize) -> Attempt {
    let seconds =
        if world.scene.is_calm() { 3600 } else { world.draw(|random| random.one_of(&[0, 1, 5, 30, 100, 3600])) };
    let now = Instant::now();
    let mut tokens = world.tokens.borrow_mut();
    let number = tokens.len();
    let until = (seconds > 0).then(|| now + Duration::from_secs(seconds));
    tokens.push(Given { life, at: now, until, refused: None });
    let mut body = json!({"access_token": format!("token-{number:06}"), "token_type": "bearer"});
    if seconds > 0 {
        body["expires_in"] = seconds.into();
    }
    world.note(format_args!("gives token {number} for {seconds} s"));
    json_answer(200, &body)
}

/// Whether a token is in force here.
fn accepts(world: &World, number: usize) -> bool {
    let Given { at: given, until, .. } = world.tokens.borrow()[number];
    let now = Instant::now();
    let start = now - world.elapsed();
    let revoked = world.scene.revoked.iter().map(|at| start + *at).any(|at| given <= at && at <= now);
    !revoked && until.is_none_or(|until| now < until)
}

async fn travel(world: &World, fate: Fate) {
    let way = if fate == Fate::Late {
        world.scene.timeout + world.draw(|random| random.ms(1, 90_000))
    } else {
        latency(world)
    };
    sleep(way).await;
}

fn latency(world: &World) -> Duration {
    world.draw(|random| {
        let longest = random.weighed(&[(20, 5), (60, 100), (3, 2_000)]);
        random.ms(0, longest)
    })
}

/// What the server answers; none if nothing comes of it.
fn act(world: &World, ordinal: u32, call: usize, fate: Fate) -> Option<Attempt> {
    let carried_out = |done: bool| done && carry_out(world, ordinal, call).is_ok();
    match fate {
        Fate::Works => Some(match carry_out(world, ordinal, call) {
            Ok(id) => json_answer(201, &json!({ "id": id })),
            Err(refused) => refused,
        }),
        Fate::WorksWithoutId => Some(match carry_out(world, ordinal, call) {
            Ok(_) => json_answer(200, &json!({})),
            Err(refused) => refused,
        }),
        Fate::WorksCut { located } => Some(match carry_out(world, ordinal, call) {
            Ok(id) => cut(located.then_some(id)),
            Err(refused) => refused,
        }),
        Fate::SaysError => Some(json_answer(200, &json!({"error": {"code": "E7"}}))),
        Fate::Refuses(code) => Some(refusal(world, ordinal, code)),
        Fate::Busy(code, after) => Some(busy(code, after)),
        Fate::Unauthorised => Some(status(401)),
        Fate::Fails { status: code, done } | Fate::Redirects { status: code, done } => {
            carried_out(done);
            Some(status(code))
        }
        Fate::Page(code) => Some(page(code)),
        Fate::Lost { done } | Fate::Silent { done } => {
            carried_out(done);
            None
        }
        Fate::Late => {
            carried_out(true);
            None
        }
        Fate::Unreachable(_) => None,
    }
}

/// Does what a request asks for, or says why not.
fn carry_out(world: &World, ordinal: u32, call: usize) -> Result<u64, Attempt> {
    let row = &world.scene.rows[ordinal as usize];
    if let Some(code) = row.bad {
        return Err(status(code));
    }
    let calls = &mut world.rows.borrow_mut()[ordinal as usize].calls;
    let first = calls.iter().find_map(|call| call.done);
    if let (Some(Reconcile::Conflict(code)), Some(id)) = (&world.operation_of(ordinal).reconcile, first) {
        return Err(json_answer(*code, &json!({ "id": id })));
    }
    let id = 1_000 + world.requests.get();
    calls[call].done = Some(id);
    world.note(format_args!("done: {ordinal}, call {call}, id {id}"));
    Ok(id)
}

/// Where a row may be repeated, a refusal of what is in it meets each of its requests, or none. A conflict may be
/// somebody else's.
fn refusal(world: &World, ordinal: u32, code: u16) -> Attempt {
    match code {
        400 | 422 if world.operation_of(ordinal).may_repeat() => status(403),
        _ => status(code),
    }
}

fn status(code: u16) -> Attempt {
    json_answer(code, &json!({"error": {"code": code.to_string()}}))
}

fn busy(code: u16, after: Option<u64>) -> Attempt {
    match status(code) {
        Attempt::Answered(answer) => Attempt::Answered(Answer { retry_after_s: after, ..answer }),
        other => other,
    }
}

fn cut(id: Option<u64>) -> Attempt {
    let location = id.map(|id| format!("/things/{id}"));
    let content_type = Some("application/json".to_owned());
    Attempt::Answered(Answer {
        status: 201,
        location,
        content_type,
        body: b"{\"id".to_vec(),
        cut: true,
        ..Answer::default()
    })
}

fn page(code: u16) -> Attempt {
    let content_type = Some("text/html".to_owned());
    Attempt::Answered(Answer { status: code, content_type, body: b"<html>".to_vec(), ..Answer::default() })
}

fn json_answer(code: u16, body: &Value) -> Attempt {
    let content_type = Some("application/json".to_owned());
    let body = body.to_string().into_bytes();
    Attempt::Answered(Answer { status: code, content_type, body, ..Answer::default() })
}
