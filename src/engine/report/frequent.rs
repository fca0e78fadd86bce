//! The most frequent errors of a run, counted in bounded memory.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::explain::{Context, explanation};
use crate::outcome::{Cause, Outcome, Status};

/// How many different errors are told apart.
const MOST_KINDS: usize = 1_000;
/// The longest sentence that is kept, in characters.
const LONGEST: usize = 500;

/// One kind of error: the server's code, or a rule of the contract on one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequent {
    pub code: String,
    /// As the first row with this error says it.
    pub sentence: String,
    pub count: u64,
}

#[derive(Debug, Default)]
pub struct Errors {
    kinds: HashMap<String, Frequent>,
    /// Errors of further kinds, which are counted together.
    pub others: u64,
    key: String,
}

impl Errors {
    pub fn add(&mut self, outcome: &Outcome, context: Context) {
        if !matches!(outcome.status, Status::Rejected | Status::Invalid | Status::Unknown | Status::DoneWithoutId) {
            return;
        }
        if outcome.problems.is_empty() {
            let error = outcome.error.as_ref();
            let code = error.and_then(Cause::code).unwrap_or_default();
            let title = error.and_then(|error| error.said.title.as_deref()).unwrap_or_default();
            self.start_key(outcome.status, &code, title);
            if let Some(reason) = error.and_then(|error| error.reason.as_ref()) {
                let _ = write!(self.key, "\n{reason:?}");
            }
            if code.is_empty() {
                let _ = write!(self.key, "\n{:?}", outcome.http_status);
            }
            let status = || outcome.http_status.map(|status| format!("HTTP {status}")).unwrap_or_default();
            let code = || if code.is_empty() { status() } else { code.clone().into_owned() };
            self.count(code, || explanation(outcome, context));
            return;
        }
        for problem in &outcome.problems {
            self.start_key(outcome.status, &problem.rule, &problem.field);
            let alone = || Outcome { problems: vec![problem.clone()], ..Outcome::of(outcome.status) };
            self.count(|| problem.rule.clone(), || explanation(&alone(), context));
        }
    }

    fn start_key(&mut self, status: Status, code: &str, what: &str) {
        self.key.clear();
        for part in [status.as_str(), "\n", code, "\n", what] {
            self.key.push_str(part);
        }
    }

    fn count(&mut self, code: impl FnOnce() -> String, sentence: impl FnOnce() -> String) {
        if let Some(kind) = self.kinds.get_mut(self.key.as_str()) {
            kind.count += 1;
        } else if self.kinds.len() < MOST_KINDS {
            let sentence = sentence().chars().take(LONGEST).collect();
            self.kinds.insert(self.key.clone(), Frequent { code: code(), sentence, count: 1 });
        } else {
            self.others += 1;
        }
    }

    /// The most frequent first; equal ones by their code.
    pub fn top(&self, most: usize) -> Vec<&Frequent> {
        let mut all: Vec<_> = self.kinds.values().collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.code, &a.sentence).cmp(&(&b.code, &b.sentence))));
        all.truncate(most);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Lang;
    use crate::outcome::ApiError;

    const CONTEXT: Context = Context { lang: Lang::En, headers: &[], operation: None, run: None, flags: "" };

    fn rejected(code: &str) -> Outcome {
        let error = Some(ApiError { code: Some(code.into()), title: Some("No".into()), description: None }.into());
        Outcome { error, ..Outcome::of(Status::Rejected) }
    }

    #[test]
    fn the_most_frequent_error_comes_first_and_rows_without_one_do_not_count() {
        let mut errors = Errors::default();
        for outcome in
            [rejected("E2"), rejected("E1"), rejected("E2"), Outcome::of(Status::Done), Outcome::of(Status::NotSent)]
        {
            errors.add(&outcome, CONTEXT);
        }
        let top: Vec<_> = errors.top(10).iter().map(|error| (error.code.as_str(), error.count)).collect();
        assert_eq!(top, [("E2", 2), ("E1", 1)]);
        assert_eq!(errors.top(1)[0].sentence, "No");
    }

    #[test]
    fn a_million_different_errors_take_bounded_memory_and_none_is_lost() {
        let mut errors = Errors::default();
        for n in 0..MOST_KINDS + 5 {
            errors.add(&rejected(&n.to_string()), CONTEXT);
        }
        assert_eq!(errors.others, 5);
        assert_eq!(errors.top(usize::MAX).len(), MOST_KINDS);
    }
}
