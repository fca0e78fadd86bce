//! Every reason has its sentence in both languages, and they are not the same.

use super::*;
use crate::doubt::Doubt;
use crate::outcome::{Failure, ListDoubt, ListEnd, Unread, Unsent};
use crate::submit::halt::{Halt, NoToken, TokenFault};

/// Sees that a sentence stands in both languages, ends as one, and differs.
#[track_caller]
fn differs(tr: &str, en: &str) {
    assert!(!tr.is_empty() && !en.is_empty() && tr != en, "{tr:?} {en:?}");
    for words in [tr, en] {
        assert!(words.ends_with(['.', '?']) && !words.contains(['{', '}']), "{words}");
    }
}

/// Gives the next example of an enum until all variants had their turn. A variant that is added does not compile
/// until it stands here: `match` has no `_`.
macro_rules! each {
    ($first:expr, $next:expr) => {
        std::iter::successors(Some($first), $next)
    };
}

fn failures() -> impl Iterator<Item = Failure> {
    Failure::ALL.into_iter()
}

fn unsents() -> impl Iterator<Item = Unsent> {
    each!(Unsent::Unsaid, |one| Some(match one {
        Unsent::Unsaid => Unsent::Stopped { why: Text { tr: "Durdu.".into(), en: "Stopped.".into() } },
        Unsent::Stopped { .. } => Unsent::Left,
        Unsent::Left => Unsent::RequireValid,
        Unsent::RequireValid => Unsent::NotYet,
        Unsent::NotYet => return None,
    }))
}

fn list_ends() -> impl Iterator<Item = ListEnd> {
    each!(ListEnd::Empty { page: 2, last: 3 }, |one| Some(match one {
        ListEnd::Empty { .. } => ListEnd::Repeated { page: 2 },
        ListEnd::Repeated { .. } => ListEnd::TooMany { pages: 9 },
        ListEnd::TooMany { .. } => return None,
    }))
}

fn unreads() -> Vec<Unread> {
    let timeout = Failure::Timeout;
    let each = each!(Unread::Stopped, |one| Some(match one {
        Unread::Stopped => Unread::Hidden,
        Unread::Hidden => Unread::NoReply { failure: timeout, tries: 5 },
        Unread::NoReply { .. } => Unread::TooLong { mib: 64 },
        Unread::TooLong { .. } => Unread::NotJson { why: "expected value".into() },
        Unread::NotJson { .. } => Unread::NoList { pointer: "/items".into() },
        Unread::NoList { .. } =>
            Unread::ListChanged(ListDoubt { end: None, read: 2, first_total: Some(2), total: Some(3) }),
        Unread::ListChanged(_) => Unread::Partly { pages: 2, why: None },
        Unread::Partly { .. } => return None,
    }));
    let mut all: Vec<Unread> = each.collect();
    all.extend(failures().map(|failure| Unread::NoReply { failure, tries: 2 }));
    all.extend(list_ends().map(|end| Unread::ListChanged(ListDoubt { end: Some(end), ..ListDoubt::default() })));
    let inner = Reason::Unread(Unread::NoReply { failure: timeout, tries: 5 });
    all.push(Unread::Partly { pages: 2, why: Some(Box::new(inner)) });
    all
}

/// One of each variant; those that hold other reasons are gone through below.
fn reasons() -> Vec<Reason> {
    let each = each!(Reason::Failed(Failure::Timeout), |one| Some(match one {
        Reason::Failed(_) => Reason::Answered { status: 500 },
        Reason::Answered { .. } => Reason::MayBeDone { status: 502 },
        Reason::MayBeDone { .. } => Reason::ConflictAfterUnknown { status: 409 },
        Reason::ConflictAfterUnknown { .. } => Reason::NoId,
        Reason::NoId => Reason::InFlight,
        Reason::InFlight => Reason::NotSent(Unsent::Unsaid),
        Reason::NotSent(_) => Reason::HeldBehind {
            run: "r1".into(),
            row: 7,
            order_name: Text { tr: "aynı cihaz".into(), en: "the same device".into() },
        },
        Reason::HeldBehind { .. } => Reason::HeldByRefused { row: 7 },
        Reason::HeldByRefused { .. } => Reason::Hidden,
        Reason::Hidden => Reason::InQuestion(Doubt::Changed),
        Reason::InQuestion(_) => Reason::Unread(Unread::Stopped),
        Reason::Unread(_) => return None,
    }));
    let mut all: Vec<Reason> = each.collect();
    all.extend(failures().map(Reason::Failed));
    all.extend(unsents().map(Reason::NotSent));
    all.extend(Doubt::ALL.map(Reason::InQuestion));
    all.extend(unreads().into_iter().map(Reason::Unread));
    all
}

fn token_faults() -> impl Iterator<Item = TokenFault> {
    let secrets = vec!["client_id".to_owned(), "client_secret".to_owned()];
    each!(TokenFault::Refused { status: 401, said: "no".into(), secrets }, |one| Some(match one {
        TokenFault::Refused { .. } => TokenFault::WebPage { status: 200 },
        TokenFault::WebPage { .. } => TokenFault::NotJson,
        TokenFault::NotJson => TokenFault::Missing { pointer: "/token".into() },
        TokenFault::Missing { .. } => TokenFault::Moved { status: 302 },
        TokenFault::Moved { .. } => TokenFault::NotNow { status: 503 },
        TokenFault::NotNow { .. } => TokenFault::ComeBack { seconds: 3600 },
        TokenFault::ComeBack { .. } => TokenFault::Failed(Failure::Dns),
        TokenFault::Failed(_) => return None,
    }))
}

fn halts() -> Vec<Halt> {
    let no_token = |fault| Halt::NoToken(NoToken { place: "https://a.example/token".into(), fault });
    let each = each!(Halt::Failed(Failure::Certificate), |one| Some(match one {
        Halt::Failed(_) => Halt::Unauthorised,
        Halt::Unauthorised => Halt::Moved { status: 301, to: "/elsewhere".into() },
        Halt::Moved { .. } => Halt::WebPage { status: 200 },
        Halt::WebPage { .. } => Halt::NotAble { status: 501 },
        Halt::NotAble { .. } => Halt::ComeBack { seconds: 3600 },
        Halt::ComeBack { .. } => Halt::AllRefused { status: 403 },
        Halt::AllRefused { .. } => Halt::AllUnknown { rows: 10 },
        Halt::AllUnknown { .. } => Halt::Unreachable { tries: 5 },
        Halt::Unreachable { .. } => Halt::TooManyErrors { errors: 21 },
        Halt::TooManyErrors { .. } | Halt::NoToken(_) => return None,
    }));
    let mut all: Vec<Halt> = each.collect();
    all.extend(failures().map(Halt::Failed));
    all.extend(token_faults().chain(failures().map(TokenFault::Failed)).map(no_token));
    all
}

#[test]
fn every_reason_of_a_row_is_told_in_both_languages() {
    for reason in reasons() {
        let [tr, en] = [Lang::Tr, Lang::En].map(|lang| super::reason(&reason, Reader::of(lang)));
        differs(&tr, &en);
        let cause = Cause::from(reason);
        let [tr, en] = [Lang::Tr, Lang::En].map(|lang| told(&cause, Reader::of(lang)));
        assert_eq!(tr.code, en.code, "a code has no language");
        differs(&tr.sentence(), &en.sentence());
    }
}

#[test]
fn every_halt_of_a_run_is_told_in_both_languages() {
    for why in halts() {
        let Text { tr, en } = halt(&why);
        differs(&tr, &en);
        assert!(!why.code().is_empty() && why.code().bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()));
    }
}

#[test]
fn a_reason_comes_back_from_the_ledger_as_it_was() {
    for reason in reasons() {
        let kept = crate::message::json_line(&reason);
        assert_eq!(serde_json::from_str::<Reason>(&kept).unwrap(), reason, "{kept}");
    }
    // What was released keeps its name.
    let names = [
        (Reason::Failed(Failure::Broken), r#"{"failed":"connection-broken"}"#),
        (Reason::MayBeDone { status: 502 }, r#"{"may-be-done":{"status":502}}"#),
        (Reason::ConflictAfterUnknown { status: 409 }, r#"{"conflict-after-unknown":{"status":409}}"#),
        (Reason::Answered { status: 500 }, r#"{"answered":{"status":500}}"#),
        (Reason::NoId, r#""no-id""#),
    ];
    for (reason, name) in names {
        assert_eq!(crate::message::json_line(&reason), name);
    }
}

#[test]
fn a_servers_own_words_stand_beside_the_programs_in_any_language() {
    let said = ApiError { code: Some("E7".into()), title: Some("Boom".into()), description: Some("disk".into()) };
    let cause = Cause::beside(Reason::MayBeDone { status: 500 }, said.clone());
    for (lang, words) in
        [(Lang::Tr, "Satır işlenmiş olabilir (HTTP 500)"), (Lang::En, "The row may have been carried out")]
    {
        let told = told(&cause, Reader::of(lang));
        assert_eq!((told.code.as_deref(), told.description.as_deref()), (Some("E7"), Some("disk")));
        assert!(told.title.is_some_and(|title| title.starts_with(words) && title.ends_with("Boom")));
    }
    assert_eq!(told(&said.clone().into(), Reader::of(Lang::Tr)), said);
}
