//! When a run should stop by itself: before a wrong address, a wrong user or a dying server has cost
//! more than a few rows.

use super::halt::Halt;
use super::status::{Blame, meaning};
use crate::ledger::State;
use crate::outcome::Attempt;

/// Unknown rows in a row, with no answer between them.
const MOST_UNKNOWN: u32 = 10;
/// Tries in a row to reach a server that had answered before: enough to outlast its restart.
const MOST_NOT_SENT: u32 = 10;
/// The same for a server that never answered: the address is wrong, most likely.
const MOST_NEVER_SENT: u32 = 5;
/// The first answers of a run that all say "not for you" or "not here".
const FIRST_REFUSALS: usize = 3;

/// A bound on rows that fail, as `--max-errors` gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxErrors {
    /// So many rows.
    Rows(u64),
    /// Of the rows to be sent.
    Percent(f64),
}

impl MaxErrors {
    /// `20` or `5%`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.strip_suffix('%').or_else(|| text.strip_prefix('%')) {
            Some(number) => {
                let percent: f64 = number.trim().replace(',', ".").parse().ok()?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percent(percent))
            }
            None => text.parse().ok().map(Self::Rows),
        }
    }

    fn exceeded(self, errors: u64, rows: u64) -> bool {
        match self {
            Self::Rows(most) => errors > most,
            Self::Percent(most) => errors as f64 > rows as f64 * most / 100.0,
        }
    }
}

/// What is known of a server from how attempts ended, by all runs that go there together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Rows in succession that ended unknown.
    unknown: u32,
    /// Tries in succession that did not reach it.
    not_sent: u32,
    /// It has answered a row properly.
    answered: bool,
}

impl Look {
    /// Takes note of how an attempt ended. `stale`: it was under way when the server was found gone, and so
    /// is no further try to reach it.
    pub fn note(&mut self, attempt: &Attempt, state: State, stale: bool) {
        self.unknown = if state == State::Unknown { self.unknown + 1 } else { 0 };
        match attempt {
            Attempt::NotSent(_) => self.not_sent += u32::from(!stale),
            Attempt::Answered(_) | Attempt::Lost(_) => self.not_sent = 0,
        }
        self.answered |= is_proper(attempt, state);
    }

    /// Tries in succession that did not reach the server.
    pub fn not_sent(&self) -> u32 {
        self.not_sent
    }

    /// Whether the last try came through.
    pub fn is_reachable(&self) -> bool {
        self.not_sent == 0
    }
}

/// Watches how the rows of a run end.
pub struct Breaker {
    max_errors: Option<MaxErrors>,
    rows: u64,
    errors: u64,
    refused_first: Vec<u32>,
    answered: bool,
}

/// What the breaker has to say after a row.
#[derive(Debug, Default, PartialEq)]
pub struct Call {
    /// Why the run halts, where it does.
    pub stop: Option<Halt>,
    /// Rows that were refused for what is wrong with the run, not with them: pending again.
    pub reopen: Vec<u32>,
}

impl Breaker {
    /// `rows`: how many are to be sent.
    pub fn new(max_errors: Option<MaxErrors>, rows: u64) -> Self {
        Self { max_errors, rows, errors: 0, refused_first: Vec::new(), answered: false }
    }

    /// Whether the server has answered a row of this run properly. Until then its rows go one at a time.
    pub fn has_answer(&self) -> bool {
        self.answered
    }

    /// Takes note of how an attempt of this run ended; `look` is what all runs know of its server since.
    pub fn note(&mut self, ordinal: u32, attempt: &Attempt, state: State, look: Look) -> Call {
        self.errors += u64::from(matches!(state, State::Unknown | State::Rejected));
        let mut call = Call::default();
        if is_proper(attempt, state) || (self.answered && state == State::Rejected) {
            self.answered = true;
        } else if let (Attempt::Answered(answer), State::Rejected) = (attempt, state) {
            self.refused_first.push(ordinal);
            if self.refused_first.len() >= FIRST_REFUSALS {
                call.reopen = std::mem::take(&mut self.refused_first);
                call.stop = Some(Halt::AllRefused { status: answer.status });
            }
        }
        if call.stop.is_none() {
            call.stop = self.tripped(look);
        }
        call
    }

    fn tripped(&self, look: Look) -> Option<Halt> {
        let reason = if look.unknown >= MOST_UNKNOWN {
            Halt::AllUnknown { rows: look.unknown }
        } else if look.not_sent >= if look.answered { MOST_NOT_SENT } else { MOST_NEVER_SENT } {
            Halt::Unreachable { tries: look.not_sent }
        } else if self.max_errors.is_some_and(|most| most.exceeded(self.errors, self.rows)) {
            Halt::TooManyErrors { errors: self.errors }
        } else {
            return None;
        };
        Some(reason)
    }
}

/// Whether an attempt's end shows that address and user are right: the row was done, or refused for what is in it.
fn is_proper(attempt: &Attempt, state: State) -> bool {
    match state {
        State::Done | State::DoneWithoutId => true,
        State::Rejected => !matches!(attempt, Attempt::Answered(answer) if meaning(answer.status).blame == Blame::Run),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Answer, Failure};

    /// A run alone at its server.
    struct Alone(Breaker, Look);

    impl Alone {
        fn new(max_errors: Option<MaxErrors>, rows: u64) -> Self {
            Self(Breaker::new(max_errors, rows), Look::default())
        }

        fn note(&mut self, ordinal: u32, attempt: &Attempt, state: State, stale: bool) -> Call {
            self.1.note(attempt, state, stale);
            self.0.note(ordinal, attempt, state, self.1)
        }
    }

    fn answer(status: u16) -> Attempt {
        Attempt::Answered(Answer { status, ..Answer::default() })
    }

    #[test]
    fn three_first_refusals_of_the_user_stop_the_run_and_give_the_rows_back() {
        let mut breaker = Alone::new(None, 100);
        assert_eq!(breaker.note(0, &answer(403), State::Rejected, false), Call::default());
        assert!(!breaker.0.has_answer());
        breaker.note(1, &answer(403), State::Rejected, false);
        let call = breaker.note(2, &answer(403), State::Rejected, false);
        assert_eq!(call.reopen, [0, 1, 2]);
        assert!(call.stop.is_some());
    }

    #[test]
    fn a_403_after_a_good_answer_is_the_rows_own() {
        let mut breaker = Alone::new(None, 100);
        breaker.note(0, &answer(200), State::Done, false);
        for row in 1..20 {
            assert_eq!(breaker.note(row, &answer(403), State::Rejected, false), Call::default());
        }
    }

    #[test]
    fn a_server_that_loses_row_after_row_is_left_alone() {
        let mut breaker = Alone::new(None, 100);
        let lost = Attempt::Lost(Failure::Timeout);
        for row in 0..9 {
            assert!(breaker.note(row, &lost, State::Unknown, false).stop.is_none());
        }
        breaker.note(9, &answer(200), State::Done, false);
        for row in 10..19 {
            assert!(breaker.note(row, &lost, State::Unknown, false).stop.is_none());
        }
        assert!(breaker.note(19, &lost, State::Unknown, false).stop.is_some());
    }

    #[test]
    fn a_server_that_is_gone_is_tried_some_times_and_rows_under_way_do_not_count() {
        let mut breaker = Alone::new(None, 100);
        breaker.note(0, &answer(200), State::Done, false);
        let gone = Attempt::NotSent(Failure::Connect);
        for row in 1..60 {
            assert!(breaker.note(row, &gone, State::Pending, true).stop.is_none());
        }
        for row in 60..69 {
            assert!(breaker.note(row, &gone, State::Pending, false).stop.is_none());
            assert!(!breaker.1.is_reachable());
        }
        assert!(breaker.note(69, &gone, State::Pending, false).stop.is_some());
    }

    #[test]
    fn errors_are_bounded_in_rows_and_in_percent() {
        assert_eq!(MaxErrors::parse("5%"), Some(MaxErrors::Percent(5.0)));
        assert_eq!(MaxErrors::parse("20"), Some(MaxErrors::Rows(20)));
        assert_eq!(MaxErrors::parse("many"), None);
        let mut breaker = Alone::new(Some(MaxErrors::Percent(1.0)), 200);
        breaker.note(0, &answer(400), State::Rejected, false);
        assert!(breaker.note(1, &answer(400), State::Rejected, false).stop.is_none());
        assert!(breaker.note(2, &answer(400), State::Rejected, false).stop.is_some());
    }
}
