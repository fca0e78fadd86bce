//! A person's word, and rows that are given back.

use serde_json::json;

use super::office::{Clerk, MUCH_LATER, NOW_MS, OPENED, Office, assert_granted, key};
use super::scenes;
use crate::doubt::Doubt;
use crate::ledger::{Entry, EntryId, Error, Intent, Kept, LeftOut, Opening, Resolution, State};
use crate::outcome::Tally;
use crate::row::Place;
use crate::uptime::Uptime;

scenes![
    a_persons_word_closes_what_is_unknown_and_nothing_else,
    what_a_person_says_is_kept,
    an_answer_after_a_persons_word,
    a_word_is_about_the_attempt_that_was_looked_at,
    a_word_is_not_about_the_attempt_after_it,
    of_a_dead_runs_row_nobody_says_too_early_that_it_was_not_done,
    refused_rows_are_given_back_as_asked,
    rows_that_were_left_out_come_back_with_the_one_that_they_repeat,
    rows_in_question_are_looked_at_anew,
    what_is_settled_is_not_left_out,
];

fn word(id: EntryId, state: State) -> Resolution {
    Resolution::new(id, state, None, "{}")
}

fn entry(clerk: &Clerk, ordinal: u32) -> Entry {
    clerk.ledger.entry(clerk.id(ordinal)).unwrap().unwrap()
}

fn is_finished(clerk: &Clerk) -> bool {
    clerk.ledger.run_numbered(clerk.run).unwrap().unwrap().finished
}

fn close(clerk: &Clerk) {
    clerk.ledger.close(clerk.run, true, &Tally::of_rows(10), None, NOW_MS).unwrap();
}

fn a_persons_word_closes_what_is_unknown_and_nothing_else(office: &Office) {
    let mut one = office.run("one");
    one.send_all(&[State::Unknown, State::Done, State::Unknown, State::Rejected, State::DoneWithoutId]);
    let person = office.open();
    let say = |ordinal, state| person.resolve(&[word(one.id(ordinal), state)], MUCH_LATER);
    for ordinal in [1, 3, 9] {
        assert!(matches!(say(ordinal, State::Done), Err(Error::Unfit(_))), "row {ordinal}");
    }
    let both = [word(one.id(0), State::Done), word(one.id(1), State::Pending)];
    assert!(person.resolve(&both, MUCH_LATER).is_err());
    assert_eq!(one.state(0), Some(State::Unknown), "all or none");
    assert!(say(4, State::Pending).is_err(), "the server called it done");
    person.resolve(&[word(one.id(0), State::Done), word(one.id(2), State::Pending)], MUCH_LATER).unwrap();
    assert_eq!((one.state(0), one.state(2)), (Some(State::Done), Some(State::Pending)));
    assert!(say(0, State::Pending).is_err(), "the second person finds no unknown row");
    assert!(person.unknown(one.run).unwrap().is_empty());
}

fn what_a_person_says_is_kept(office: &Office) {
    let mut one = office.run("one");
    one.send_all(&[State::Unknown, State::DoneWithoutId, State::Unknown]);
    close(&one);
    let said = |ordinal, id| Resolution::new(one.id(ordinal), State::Done, Some(id), "because");
    let person = office.open();
    person.resolve(&[said(0, json!("A-1")), said(1, json!(7))], MUCH_LATER).unwrap();
    let Entry { state, settlement, resolved, .. } = entry(&one, 0);
    assert_eq!((state, settlement.id, settlement.error), (State::Done, Some(json!("A-1")), None));
    assert_eq!((resolved.as_deref(), entry(&one, 1).settlement.id), (Some("because"), Some(json!(7))));
    assert!(is_finished(&one));
    person.resolve(&[word(one.id(2), State::Pending)], MUCH_LATER).unwrap();
    assert!(!is_finished(&one), "there is something to send again");
    assert!(one.ledger.settled(one.run, 3).unwrap().is_doubtful(2));
}

fn an_answer_after_a_persons_word(office: &Office) {
    let mut one = office.run("one");
    let rows = [one.row(0), one.row(1)];
    for row in rows {
        one.send(row, State::Unknown);
    }
    let words = [word(one.id(0), State::Pending), word(one.id(1), State::Done)];
    office.open().resolve(&words, MUCH_LATER).unwrap();
    // The row that was given back was done after all: it does not go again.
    assert_eq!(one.settle(rows[0], State::Done), Kept::Durable);
    let again = one.row(0);
    assert_eq!(one.open(again), Opening::Stale(State::Done));
    // What contradicts a person is kept beside the word.
    assert_eq!(one.settle(rows[1], State::Rejected), Kept::Contradicts(Some(State::Done)));
    assert_eq!(one.ledger.contradictions(one.id(1)).unwrap().len(), 1);
}

fn a_word_is_about_the_attempt_that_was_looked_at(office: &Office) {
    let mut one = office.run("one");
    one.send_all(&[State::Unknown]);
    let seen = entry(&one, 0);
    let person = office.open();
    let others = [Entry { nonce: Some(77), ..seen.clone() }, Entry { attempts: 2, ..seen.clone() }];
    for other in &others {
        for state in [State::Done, State::Pending] {
            let said = Resolution::of(other, state, None, "{}");
            assert!(matches!(person.resolve(&[said], MUCH_LATER), Err(Error::Changed)), "{state:?}");
        }
    }
    assert_eq!(one.state(0), Some(State::Unknown));
    person.resolve(&[Resolution::of(&seen, State::Done, None, "{}")], MUCH_LATER).unwrap();
}

fn a_word_is_not_about_the_attempt_after_it(office: &Office) {
    let mut one = office.run("one");
    let mut again = || Intent { may_repeat: true, ..one.row(0) };
    let [first, second, third, fourth] = [again(), again(), again(), again()];
    one.send(first, State::Unknown);
    office.open().resolve(&[word(one.id(0), State::Pending)], MUCH_LATER).unwrap();
    assert_granted(&one.open(second));
    assert_eq!(one.settle(first, State::Done), Kept::Contradicts(Some(State::Sending)));
    assert_eq!(one.withdraw(second), Kept::Durable);
    assert_eq!(one.state(0), Some(State::Pending), "the word holds while nothing left");
    one.send(third, State::Unknown);
    assert_granted(&one.open(fourth));
    assert_eq!(one.withdraw(fourth), Kept::Durable);
    assert_eq!((one.state(0), entry(&one, 0).resolved), (Some(State::Unknown), None));
}

fn of_a_dead_runs_row_nobody_says_too_early_that_it_was_not_done(office: &Office) {
    let mut one = office.run("one");
    one.ledger.note_timeout(one.run, std::time::Duration::from_secs(20)).unwrap();
    let row = one.row(0);
    assert_granted(&one.open(row));
    drop(one);
    let person = office.open();
    let entry = person.entry(row.grant.id).unwrap().unwrap();
    assert_eq!((entry.state, entry.opened), (State::Unknown, Some(OPENED)));
    let after = |seconds: i64| Uptime { ms: OPENED.ms + seconds * 1_000, ..OPENED };
    // It may leave for 5 s, take 20 s, lie in the network for 30 s, and 25 s are for what nobody knows.
    let left = |now| person.unripe_for(&entry, now).unwrap().map(|left| left.as_secs());
    let rebooted = Uptime { boot: 2, ms: 0 };
    assert_eq!([left(after(0)), left(after(79)), left(after(80)), left(rebooted)], [Some(80), Some(1), None, None]);
    let not_done = Resolution::of(&entry, State::Pending, None, "{}");
    assert!(matches!(person.resolve(std::slice::from_ref(&not_done), after(79)), Err(Error::Unripe(_))));
    person.resolve(&[not_done], after(80)).unwrap();
}

fn refused_rows_are_given_back_as_asked(office: &Office) {
    let mut one = office.run("one");
    let refused = State::Rejected;
    one.send_all(&[refused, refused, State::Done, refused]);
    close(&one);
    assert_eq!(one.ledger.reopen_rejected(one.run, Some(&[1, 2])).unwrap(), 1);
    assert_eq!(one.states(), [refused, State::Pending, State::Done, refused]);
    assert!(!is_finished(&one));
    assert_eq!(one.ledger.reopen_rejected(one.run, None).unwrap(), 2);
    assert_eq!(one.states(), [State::Pending, State::Pending, State::Done, State::Pending]);
    let again = one.row(0);
    assert_eq!(one.open(again), Opening::Granted { attempt: 2 });
}

fn left_out(ordinal: u32, of: EntryId, doubt: Option<Doubt>) -> LeftOut {
    LeftOut { ordinal, place: Place { sheet: 0, row: ordinal + 2 }, key: key("the same row"), of, doubt }
}

fn rows_that_were_left_out_come_back_with_the_one_that_they_repeat(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let same = key("the same row");
    let first = Intent { key: same, ..one.row(0) };
    one.send(first, State::Unknown);
    // By the look before the run, and by the opening itself.
    other.ledger.note_left_out(other.run, &[left_out(0, one.id(0), None)]).unwrap();
    let late = Intent { key: same, ..other.row(1) };
    assert!(matches!(other.open(late), Opening::Repeats { .. }));
    close(&other);
    assert_eq!((other.ledger.reopen_duplicates(other.run).unwrap(), is_finished(&other)), (0, true));
    office.open().resolve(&[word(one.id(0), State::Pending)], MUCH_LATER).unwrap();
    assert_eq!((other.ledger.reopen_duplicates(other.run).unwrap(), is_finished(&other)), (2, false));
    assert!(other.states().is_empty(), "nothing is left of rows that had no attempt");
    assert_granted(&other.open(late));
    let again = Intent { key: same, ..other.row(0) };
    assert_eq!(other.open(again), Opening::Waits { behind: other.id(1) });
}

fn rows_in_question_are_looked_at_anew(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    one.send_all(&[State::Done]);
    let tried = other.row(2);
    other.send(tried, State::Pending);
    let of = one.id(0);
    let rows = [left_out(0, of, Some(Doubt::Changed)), left_out(1, of, None), left_out(2, of, Some(Doubt::PastWindow))];
    other.ledger.note_left_out(other.run, &rows).unwrap();
    assert_eq!(other.states(), [State::Duplicate; 3]);
    assert_eq!(other.ledger.reopen_doubtful(other.run).unwrap(), 2);
    let left: Vec<_> = (0..3).map(|ordinal| other.state(ordinal)).collect();
    assert_eq!(left, [None, Some(State::Duplicate), Some(State::Pending)]);
    assert_eq!((entry(&other, 2).attempts, entry(&other, 2).duplicate_of), (1, None));
}

fn what_is_settled_is_not_left_out(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    one.send_all(&[State::Done]);
    let ends = [State::Done, State::Rejected, State::Unknown, State::Pending];
    other.send_all(&ends);
    let rows: Vec<LeftOut> = (0..4).map(|ordinal| left_out(ordinal, one.id(0), None)).collect();
    other.ledger.note_left_out(other.run, &rows).unwrap();
    assert_eq!(other.states(), [State::Done, State::Rejected, State::Unknown, State::Duplicate]);
    assert_eq!(entry(&other, 3).duplicate_of, Some(one.id(0)));
}
