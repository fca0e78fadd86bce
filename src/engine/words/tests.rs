//! Every reason has its sentence in both languages, and they are not the same.

use super::*;
use crate::doubt::Doubt;
use crate::outcome::{
    Bound, CellFault, Complaint, Failure, ListDoubt, ListEnd, NoSingleTime, NotListed, Problem, RuleFault, Unread,
    Unsent, Wanted,
};
use crate::run::{Found, Unasked};
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
        Reason::Hidden => Reason::LeftOut,
        Reason::LeftOut => Reason::InQuestion(Doubt::Changed),
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

fn cell_faults() -> Vec<CellFault> {
    let (seen, sent, format) = ("12,35".to_owned(), "12.345".to_owned(), "0.00".to_owned());
    let list = Text { tr: "Kurulum (install)".into(), en: "Install".into() };
    let listed = |near| CellFault::NotListed(Box::new(NotListed { found: "x".into(), list: list.clone(), near }));
    let no_time = |missing| {
        let (time, iso, zone) = ("29.03.2026 02:30".into(), "2026-03-29T02:30:00".into(), "Europe/Berlin".into());
        CellFault::NoSingleTime(Box::new(NoSingleTime { time, iso, zone, missing }))
    };
    let each = each!(CellFault::DateForText, |one| Some(match one {
        CellFault::DateForText => CellFault::HiddenCharacter { place: 3, character: '\u{202a}' },
        CellFault::HiddenCharacter { .. } => listed(None),
        CellFault::NotListed(_) => CellFault::NotA { wanted: Wanted::Date, found: "x".into() },
        CellFault::NotA { .. } => CellFault::ShownOtherwise { seen: seen.clone(), sent: sent.clone() },
        CellFault::ShownOtherwise { .. } => CellFault::PartlyShown { format: format.clone(), sent: sent.clone() },
        CellFault::PartlyShown { .. } => CellFault::Format { format: format.clone() },
        CellFault::Format { .. } => CellFault::Error { error: "#DIV/0!".into() },
        CellFault::Error { .. } => CellFault::NoResult,
        CellFault::NoResult => CellFault::Undecodable,
        CellFault::Undecodable => CellFault::DigitsLost,
        CellFault::DigitsLost => CellFault::TooManyDigits { found: "1".repeat(17), digits: 17 },
        CellFault::TooManyDigits { .. } => no_time(true),
        CellFault::NoSingleTime(_) => return None,
    }));
    let mut all: Vec<CellFault> = each.collect();
    let wanted = each!(Wanted::YesOrNo, |one| Some(match one {
        Wanted::YesOrNo => Wanted::Integer,
        Wanted::Integer => Wanted::Decimal,
        Wanted::Decimal => Wanted::Date,
        Wanted::Date => Wanted::Json { why: "expected value".into() },
        Wanted::Json { .. } => return None,
    }));
    all.extend(wanted.map(|wanted| CellFault::NotA { wanted, found: "x".into() }));
    all.extend([listed(Some(list.clone())), no_time(false), CellFault::Format { format: String::new() }]);
    all
}

fn rule_faults() -> impl Iterator<Item = RuleFault> {
    let limit = || "7".to_owned();
    each!(RuleFault::Required, move |one| Some(match one {
        RuleFault::Required => RuleFault::MaxLength { limit: 12, length: 14 },
        RuleFault::MaxLength { .. } => RuleFault::MinLength { limit: 1 },
        RuleFault::MinLength { .. } => RuleFault::Enum { list: "a, b".into() },
        RuleFault::Enum { .. } => RuleFault::Pattern { pattern: "^FU".into() },
        RuleFault::Pattern { .. } => RuleFault::Format { format: "date".into() },
        RuleFault::Format { .. } => RuleFault::Beyond { bound: Bound::Minimum, limit: limit() },
        RuleFault::Beyond { bound: Bound::Minimum, .. } => RuleFault::Beyond { bound: Bound::Maximum, limit: limit() },
        RuleFault::Beyond { bound: Bound::Maximum, .. } => RuleFault::Beyond { bound: Bound::Above, limit: limit() },
        RuleFault::Beyond { bound: Bound::Above, .. } => RuleFault::Beyond { bound: Bound::Below, limit: limit() },
        RuleFault::Beyond { bound: Bound::Below, .. } => RuleFault::Type,
        RuleFault::Type => RuleFault::Other { keyword: "dependentRequired".into() },
        RuleFault::Other { .. } => RuleFault::PathPart,
        RuleFault::PathPart => RuleFault::Header,
        RuleFault::Header => RuleFault::CheckDigits { digits: 11 },
        RuleFault::CheckDigits { .. } => RuleFault::NotExpected,
        RuleFault::NotExpected => return None,
    }))
}

fn complaints() -> Vec<Complaint> {
    let words = Text { tr: "{value} olmaz.".into(), en: "{value} will not do.".into() };
    let name = Text { tr: "Mali No.".into(), en: "Fiscal number.".into() };
    let each = each!(Complaint::Contract(words.clone()), |one| Some(match one {
        Complaint::Contract(_) => Complaint::Cell(CellFault::NoResult),
        Complaint::Cell(_) => Complaint::Rule { name: name.clone(), fault: RuleFault::Type },
        Complaint::Rule { .. } => Complaint::Operation { known: vec!["demo/create-case".into()] },
        Complaint::Operation { .. } => Complaint::Contradicts { row: 3, why: Some(name.clone()) },
        Complaint::Contradicts { .. } => return None,
    }));
    let mut all: Vec<Complaint> = each.collect();
    all.extend(cell_faults().into_iter().map(Complaint::Cell));
    all.extend(rule_faults().map(|fault| Complaint::Rule { name: name.clone(), fault }));
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
fn every_problem_of_a_row_is_told_in_both_languages_and_the_spool_keeps_it() {
    for (complaint, warning) in
        complaints().into_iter().flat_map(|complaint| [(complaint.clone(), false), (complaint, true)])
    {
        let (column, field, value, rule) = ("B".into(), "deviceId".into(), "FT1".into(), "not".into());
        let problem = Problem { column, field, value, rule, complaint, warning };
        let [tr, en] = [Lang::Tr, Lang::En].map(|lang| super::problem(&problem, lang));
        differs(&tr, &en);
        assert_eq!((tr.starts_with("Uyarı: "), en.starts_with("Warning: ")), (warning, warning), "{tr} {en}");
        let bytes = postcard::to_allocvec(&problem).unwrap();
        assert_eq!(postcard::from_bytes::<Problem>(&bytes).unwrap(), problem);
    }
}

#[test]
fn whatever_a_look_up_finds_is_told_in_both_languages() {
    let stopped = Text { tr: "Durdu.".into(), en: "Stopped.".into() };
    let unasked = each!(Unasked::NoValue, move |one| Some(match one {
        Unasked::NoValue => Unasked::NoId,
        Unasked::NoId => Unasked::Failed(Reason::Failed(Failure::Dns).into()),
        Unasked::Failed(_) => Unasked::Stopped(stopped.clone()),
        Unasked::Stopped(_) => return None,
    }));
    let there = Found::There { id: 7.into(), record: "status open.".into() };
    let each = each!(there, |one| Some(match one {
        Found::There { .. } => Found::Absent,
        Found::Absent => Found::NoAnswer(Unasked::NoValue),
        Found::NoAnswer(_) => return None,
    }));
    for one in each.chain(unasked.map(Found::NoAnswer)) {
        let [tr, en] = [Lang::Tr, Lang::En].map(|lang| found(7, &one, lang));
        assert!(!tr.is_empty() && !en.is_empty() && tr != en, "{tr:?} {en:?}");
    }
}

#[test]
fn every_halt_of_a_run_is_told_in_both_languages() {
    for why in halts() {
        let Text { tr, en } = halt(&why);
        differs(&tr, &en);
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
