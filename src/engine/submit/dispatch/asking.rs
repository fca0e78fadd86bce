//! The loop's part that gets tokens: one request at a time, before the intents of the rows that wait
//! for it, so that a process that is killed meanwhile leaves no row unknown.

use tokio::time::Instant;

use super::{Attempt, Dispatch, Error, Event, Landed, Leave, Queued, Step};
use crate::fail;
use crate::submit::halt::Halt;
use crate::submit::mask::Mask;
use crate::submit::queued::Later;
use crate::submit::renewal::Landing;
use crate::submit::retry::Decision;
use crate::submit::wire::Wire;

impl<W: Wire, H: Fn(Step), R: Iterator<Item = Result<Queued, Error>>> Dispatch<'_, W, H, R> {
    /// The source that has to be asked before a row may be begun.
    pub(super) fn missing_token(&self, row: &Queued) -> Option<usize> {
        let source = self.wire.source_of(row.request.operation())?;
        self.tokens.is_due(source, Instant::now()).then_some(source)
    }

    /// Gives the turn that a row has taken to the token that it needs first. The row comes up again.
    pub(super) fn ask_first(&mut self, source: usize, row: Queued) {
        self.later.push(std::cmp::Reverse(Later { at: Instant::now(), row }));
        self.tokens.begin(source);
        self.ask(source);
    }

    /// Asks for a token as soon as a request may leave.
    pub(super) fn ask(&mut self, source: usize) {
        let now = Instant::now();
        let operation = self.operation_of(source);
        match self.pace.leave(operation) {
            Leave::Now => {
                let wire = self.wire;
                self.futures.push(Box::pin(async move {
                    fail::point("token-asking");
                    let attempt = wire.ask(source).await;
                    Landed::Asked(source, now, attempt)
                }));
            }
            Leave::At(at) => self.ask_at(source, at),
            Leave::AfterHold => self.ask_at(source, self.pace.held_until(operation).unwrap_or(now)),
        }
    }

    /// The first operation whose requests go with the token of a source: its server's pace holds for the token too.
    fn operation_of(&self, source: usize) -> usize {
        let goes_with = |operation: &usize| self.wire.source_of(*operation) == Some(source);
        (0..self.plan.operations.len()).find(goes_with).unwrap_or_default()
    }

    fn ask_at(&mut self, source: usize, at: Instant) {
        self.futures.push(Box::pin(async move {
            tokio::time::sleep_until(at).await;
            Landed::Ask(source)
        }));
    }

    /// A request for a token has ended.
    pub(super) fn asked(&mut self, source: usize, asked: Instant, attempt: &Attempt, tell: &mut impl FnMut(Event)) {
        fail::point("token-answered");
        let result = self.wire.source(source).read(attempt, self.tokens.mask());
        match self.tokens.land(source, asked, result) {
            Landing::Renewed => {}
            Landing::Again { pause, nth } => {
                if let Some(pause) = pause {
                    tell(Event::Holding(pause));
                }
                let at = pause.map_or_else(|| self.pace.backoff(nth), |pause| Instant::now() + pause);
                self.ask_at(source, at);
            }
            Landing::GiveUp(why) => self.stop(Halt::NoToken(why).into()),
        }
    }

    /// Takes secrets and tokens out of what a server said.
    pub(super) fn masked(&self, mut decision: Decision) -> Decision {
        let mask = self.tokens.mask();
        if let Some(id) = &mut decision.settlement.id {
            mask.cover(id);
        }
        if let Some(error) = &mut decision.settlement.error {
            error.said.texts_mut().for_each(|words| cover(mask, words));
        }
        if let Some(words) = decision.stop.as_mut().and_then(Halt::said_mut) {
            cover(mask, words);
        }
        decision
    }
}

fn cover(mask: &Mask, words: &mut String) {
    if let Some(masked) = mask.over(words) {
        *words = masked;
    }
}
