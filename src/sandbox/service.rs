//! Takes a request that has arrived: counts it, limits it, meets it with a fault or carries it out, and writes it down.
//! Nothing here knows of sockets.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use caseload_engine::contract::Contract;
use serde_json::Value;

use super::asked::Received;
use super::condition::Seen;
use super::desk::Desk;
use super::door::{self, Door};
use super::draft::Draft;
use super::fault::{Effect, Fault};
use super::limit::Limit;
use super::log::{Entry, Log};
use super::options::Options;
use super::route::Routes;
use super::script::Script;
use super::systems::Systems;

/// What is to leave, and how.
#[derive(Debug)]
pub struct Reply {
    pub draft: Draft,
    /// The answer waits so long, on top of the sandbox's own latency.
    pub slow: Duration,
    pub effect: Effect,
}

/// How many requests have come and how many of them were carried out.
#[derive(Debug, Default)]
pub struct Counts {
    pub requests: AtomicU64,
    pub committed: AtomicU64,
    /// Tokens that were asked for; these requests are not among the others, and not in the log.
    pub tokens: AtomicU64,
}

/// The whole sandbox above the sockets.
pub struct Service {
    routes: Routes,
    script: Script,
    systems: Systems,
    limit: Option<Limit>,
    door: Door,
    log: Option<Log>,
    counts: Arc<Counts>,
    started: Instant,
    /// Unix time at `started`.
    epoch: Duration,
}

impl Service {
    /// # Errors
    /// A contract whose schemas cannot be compiled, as `InvalidData`.
    pub fn new(contracts: &[Contract], options: Options) -> io::Result<Self> {
        Ok(Self {
            routes: Routes::new(contracts)?,
            script: options.script,
            systems: Systems::default(),
            limit: options.limit_per_s.map(Limit::new),
            door: Door::new(contracts, options.token, options.token_lifetime),
            log: options.log.map(Log::new),
            counts: Arc::default(),
            started: Instant::now(),
            epoch: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        })
    }

    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Decides on a request, carries it out where it is to be, and writes it down.
    ///
    /// # Errors
    /// The log cannot be written; no answer may leave then.
    pub fn answer(&mut self, request: &Received<'_>) -> io::Result<Reply> {
        let at = self.started.elapsed();
        if let Some(scheme) = self.door.gives_tokens_at(request) {
            self.counts.tokens.fetch_add(1, Ordering::Relaxed);
            let full = self.limit.as_mut().and_then(|limit| (!limit.take(at)).then(|| limit.retry_after_s()));
            let draft = full.map_or_else(|| self.door.give(&scheme, request, at), door::come_later);
            return Ok(Reply { draft, slow: Duration::ZERO, effect: Effect::Good });
        }
        let n = self.counts.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let body: Option<Value> = request.body.and_then(|body| serde_json::from_slice(body).ok());
        let found = self.routes.find(request.method, request.path);
        let operation = found.route().map(|route| &route.operation);
        let parameters = found.route().map(|route| route.parameters(request.path, request.query)).unwrap_or_default();
        let full = self.limit.as_mut().and_then(|limit| (!limit.take(at)).then(|| limit.retry_after_s()));
        let fault = match full {
            Some(_) => None,
            None => self.script.pick(Seen { n, operation, parameters: &parameters, body: body.as_ref() }),
        };
        let mut desk = Desk { found, parameters: &parameters, systems: &mut self.systems, door: &mut self.door, at };
        let draft = match full {
            Some(seconds) => desk.over_limit(seconds),
            None => desk.answer(request, body.as_ref(), fault.as_deref()),
        };
        let name = if full.is_some() { Some("limit") } else { fault.as_ref().map(|fault| fault.name.as_str()) };
        let effect = fault.as_ref().map_or(Effect::Good, |fault| fault.effect);
        if draft.done.is_some() {
            self.counts.committed.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(log) = &mut self.log {
            log.write(&Entry {
                n,
                at_ms: (self.epoch + at).as_millis() as u64,
                method: request.method,
                path: request.path,
                query: Some(request.query).filter(|query| !query.is_empty()),
                reference: request.headers.get("x-request-id").and_then(|value| value.to_str().ok()),
                body: body.as_ref(),
                status: effect.tells_status().then_some(draft.status),
                committed: draft.done.is_some(),
                fault: name,
                id: draft.done.as_ref(),
            })?;
        }
        Ok(Reply { draft, slow: fault.map_or(Duration::ZERO, |fault: Arc<Fault>| fault.slow), effect })
    }
}
