//! The loop's part that heeds what the ledger answers to its steps.

use super::{Dispatch, Error, Event, Queued, State, Step};
use crate::fail;
use crate::ledger::{Failure, Grant, Kept, Opening, Receipt, Settlement};
use crate::submit::event::{ledger_failed, not_kept};
use crate::submit::wire::Wire;

impl<W: Wire, H: Fn(Step), R: Iterator<Item = Result<Queued, Error>>> Dispatch<'_, W, H, R> {
    /// The ledger has dealt with a group of steps.
    pub(super) fn acknowledged(&mut self, receipts: Option<Vec<Receipt>>, tell: &mut impl FnMut(Event)) {
        let Some(receipts) = receipts else {
            self.in_flight -= self.opening.len();
            self.opening.clear();
            self.awaited = 0;
            return self.stop(ledger_failed(&Failure::Writer));
        };
        for receipt in receipts {
            self.awaited -= 1;
            match receipt {
                Receipt::Opened(intent, opening) => self.opened(intent.grant.id.ordinal, opening, tell),
                Receipt::Settled(grant, settlement, kept) => self.settled(grant, &settlement, &kept, tell),
                Receipt::Withdrawn(_, Kept::Failed(why)) => self.stop(ledger_failed(&why)),
                Receipt::Withdrawn(_, Kept::Durable | Kept::Contradicts(_)) => {}
            }
        }
    }

    /// An intent is durable, or the ledger says why not. Only a failure ends the run.
    fn opened(&mut self, ordinal: u32, opening: Opening, tell: &mut impl FnMut(Event)) {
        let Some(mut row) = self.opening.remove(&ordinal) else { return };
        if let Opening::Granted { .. } = opening {
            fail::point("intents-acknowledged");
            return self.depart(row);
        }
        self.in_flight -= 1;
        row.attempts -= 1;
        self.without_turn.remove(&ordinal);
        let key = row.request.order();
        match opening {
            Opening::Failed(why) => self.stop(ledger_failed(&why)),
            Opening::Waits { .. } | Opening::Held { state: State::Sending, .. } => self.wait(row),
            Opening::Repeats { .. } => {
                self.order.release(key);
                tell(Event::Settled(State::Duplicate.status()));
            }
            Opening::Stale(State::Done | State::DoneWithoutId | State::Rejected | State::Duplicate) => {
                self.order.release(key);
            }
            // What is not settled must not be overtaken.
            Opening::Granted { .. } | Opening::Held { .. } | Opening::Stale(_) => self.order.hold(key),
        }
    }

    fn settled(&mut self, grant: Grant, settlement: &Settlement, kept: &Kept, tell: &mut impl FnMut(Event)) {
        let ordinal = grant.id.ordinal;
        match kept {
            Kept::Durable if settlement.state == State::Pending => {}
            Kept::Durable if self.going_again.remove(&ordinal) => {}
            Kept::Durable => {
                fail::point("outcomes-acknowledged");
                tell(Event::Settled(settlement.state.status()));
            }
            // The ledger keeps it apart; a person has to see both.
            Kept::Contradicts(_) => tell(Event::NotKept(not_kept(ordinal, settlement))),
            Kept::Failed(why) => {
                tell(Event::NotKept(not_kept(ordinal, settlement)));
                self.stop(ledger_failed(why));
            }
        }
    }
}
