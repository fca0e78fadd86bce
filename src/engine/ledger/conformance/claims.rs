//! Two rows that exclude each other, of one run or of two.

use super::office::{Clerk, MUCH_LATER, NOW_MS, Office, SERVER, assert_granted, key};
use super::scenes;
use crate::identity::Server;
use crate::ledger::{Intent, Kept, Opening, Reach, Resolution, State, Step};

scenes![
    one_device_goes_one_row_at_a_time,
    behind_an_unknown_row_its_device_is_held,
    one_row_in_two_runs_goes_once,
    a_row_goes_when_the_one_that_it_repeats_was_refused,
    a_row_that_was_given_back_counts_no_more,
    a_body_is_known_whatever_rule_told_the_row,
    of_several_rows_the_one_that_was_done_is_told,
    of_one_group_one_row_of_a_device_and_one_of_a_key_is_granted,
    of_two_groups_at_once_one_row_of_a_key_is_granted,
    another_server_is_nobodys_business_unless_it_is_the_same,
    what_was_done_before_the_window_does_not_count,
    who_sends_equal_rows_on_purpose_is_kept_from_those_that_are_open,
    what_a_run_repeats_stands_in_its_own_way_no_more,
];

const KEY: &str = "the same row";
const DEVICE: &str = "the same device";

fn same_row(clerk: &mut Clerk, ordinal: u32) -> Intent {
    Intent { key: key(KEY), ..clerk.row(ordinal) }
}

fn same_device(clerk: &mut Clerk, ordinal: u32) -> Intent {
    Intent { order: Some(key(DEVICE)), ..clerk.row(ordinal) }
}

fn give_back(office: &Office, row: Intent) {
    let word = Resolution::new(row.grant.id, State::Pending, None, "{}");
    office.open().resolve(&[word], MUCH_LATER).unwrap();
}

fn one_device_goes_one_row_at_a_time(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let (first, second) = (same_device(&mut one, 0), same_device(&mut other, 0));
    assert_granted(&one.open(first));
    assert_eq!(other.open(second), Opening::Held { by: one.id(0), state: State::Sending });
    assert_eq!(other.state(0), None, "nothing is left of an intent that was not granted");
    let third = same_device(&mut one, 1);
    assert_eq!(one.open(third), Opening::Held { by: one.id(0), state: State::Sending });
    one.settle(first, State::Rejected);
    assert_granted(&other.open(second));
    other.settle(second, State::Done);
    assert_granted(&one.open(third));
}

fn behind_an_unknown_row_its_device_is_held(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let (first, second) = (same_device(&mut one, 0), same_device(&mut other, 0));
    one.send(first, State::Unknown);
    assert_eq!(other.open(second), Opening::Held { by: one.id(0), state: State::Unknown });
    let held: Vec<_> =
        other.ledger.held_orders().unwrap().iter().map(|held| (held.key, held.id, held.server)).collect();
    assert_eq!(held, [(key(DEVICE), one.id(0), Some(one.server))]);
    give_back(office, first);
    assert_granted(&other.open(second));
    let again = same_device(&mut one, 0);
    assert_eq!(one.open(again), Opening::Held { by: other.id(0), state: State::Sending });
}

fn one_row_in_two_runs_goes_once(office: &Office) {
    for (at, state) in [State::Done, State::DoneWithoutId, State::Unknown].into_iter().enumerate() {
        let (mut one, mut other) = (office.run(&format!("one {at}")), office.run(&format!("other {at}")));
        let same = key(&format!("{KEY} {at}"));
        let (first, second) = (Intent { key: same, ..one.row(0) }, Intent { key: same, ..other.row(0) });
        assert_granted(&one.open(first));
        assert_eq!(other.open(second), Opening::Waits { behind: one.id(0) });
        assert_eq!(other.state(0), None);
        one.settle(first, state);
        assert_eq!(other.open(second), Opening::Repeats { of: one.id(0), state });
        let told = other.ledger.entry(other.id(0)).unwrap().unwrap();
        assert_eq!((told.state, told.duplicate_of, told.attempts), (State::Duplicate, Some(one.id(0)), 0));
        // It stays so, whoever tries.
        assert_eq!(other.open(second), Opening::Stale(State::Duplicate));
        assert_eq!(other.settle(second, State::Done), Kept::Contradicts(Some(State::Duplicate)));
    }
}

fn a_row_goes_when_the_one_that_it_repeats_was_refused(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let (first, second) = (same_row(&mut one, 0), same_row(&mut other, 0));
    one.send(first, State::Rejected);
    assert_granted(&other.open(second));
    // The refused one, given back, repeats the other now.
    one.ledger.reopen_rejected(one.run, None).unwrap();
    let again = same_row(&mut one, 0);
    assert_eq!(one.open(again), Opening::Waits { behind: other.id(0) });
    other.settle(second, State::Done);
    assert_eq!(one.open(again), Opening::Repeats { of: other.id(0), state: State::Done });
}

fn a_row_that_was_given_back_counts_no_more(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let (first, second) = (same_row(&mut one, 0), same_row(&mut other, 0));
    one.send(first, State::Unknown);
    give_back(office, first);
    assert_granted(&other.open(second));
}

fn a_body_is_known_whatever_rule_told_the_row(office: &Office) {
    let (mut one, mut other, mut third) = (office.run("one"), office.run("other"), office.run("third"));
    let body = Some(key("body"));
    let ruled = Intent { body, ..one.row(0) };
    one.send(ruled, State::Done);
    let repeats = Opening::Repeats { of: one.id(0), state: State::Done };
    let plain = Intent { key: key("body"), ..other.row(0) };
    assert_eq!(other.open(plain), repeats);
    let of_another_rule = Intent { body, ..other.row(1) };
    assert_eq!(other.open(of_another_rule), repeats);
    let plain = Intent { key: key("plain body"), ..third.row(0) };
    third.send(plain, State::Done);
    let ruled = Intent { body: Some(key("plain body")), ..other.row(2) };
    assert_eq!(other.open(ruled), Opening::Repeats { of: third.id(0), state: State::Done });
}

fn of_several_rows_the_one_that_was_done_is_told(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let apart = Reach { done_since_ms: None, ..Reach::ALL };
    for (ordinal, state) in (0..).zip([State::Unknown, State::Done, State::DoneWithoutId]) {
        let row = Intent { reach: apart, ..same_row(&mut one, ordinal) };
        one.send(row, state);
    }
    let row = same_row(&mut other, 0);
    assert_eq!(other.open(row), Opening::Repeats { of: one.id(1), state: State::Done });
}

fn of_one_group_one_row_of_a_device_and_one_of_a_key_is_granted(office: &Office) {
    let mut one = office.run("one");
    let group = [same_device(&mut one, 0), same_device(&mut one, 1), same_row(&mut one, 2), same_row(&mut one, 3)];
    let receipts = one.commit(group.map(Step::Open).to_vec());
    assert_eq!(receipts.len(), group.len());
    assert_eq!(one.states(), [State::Sending, State::Sending]);
    let later = |row: Intent| one.open(row);
    assert_eq!(later(group[1]), Opening::Held { by: one.id(0), state: State::Sending });
    assert_eq!(later(group[3]), Opening::Waits { behind: one.id(2) });
}

/// Two processes, each with a thread of its own.
fn of_two_groups_at_once_one_row_of_a_key_is_granted(office: &Office) {
    const ROWS: u32 = 60;
    let processes = ["one", "other"].map(|name| {
        let mut clerk = office.run(name);
        let row = |row| Intent { key: key(&format!("{KEY} {row}")), ..clerk.row(row) };
        let rows: Vec<Intent> = (0..ROWS).map(row).collect();
        (clerk, rows)
    });
    let open = |(clerk, rows): (Clerk, Vec<Intent>)| {
        for group in rows.chunks(4) {
            clerk.commit(group.iter().copied().map(Step::Open).collect());
        }
        clerk.states().len()
    };
    let granted = std::thread::scope(|scope| {
        let both = processes.map(|process| scope.spawn(move || open(process)));
        both.map(|one| one.join().unwrap())
    });
    assert_eq!(granted.iter().sum::<usize>(), ROWS as usize, "{granted:?}");
}

fn another_server_is_nobodys_business_unless_it_is_the_same(office: &Office) {
    const MOVED: &str = "https://moved.example/api";
    let (mut one, mut other) = (office.run("one"), office.run_at("other", MOVED));
    let (first, second) = (same_row(&mut one, 0), same_row(&mut other, 0));
    let (third, fourth) = (same_device(&mut one, 1), same_device(&mut other, 1));
    one.send(first, State::Done);
    one.send(third, State::Unknown);
    other.send(second, State::Rejected);
    other.send(fourth, State::Rejected);
    let [old, new] = [SERVER, MOVED].map(Server::of);
    office.open().say_same(&old, &new, 1).unwrap();
    other.ledger.reopen_rejected(other.run, None).unwrap();
    let again = [same_row(&mut other, 0), same_device(&mut other, 1)];
    assert_eq!(other.open(again[0]), Opening::Repeats { of: one.id(0), state: State::Done });
    assert_eq!(other.open(again[1]), Opening::Held { by: one.id(1), state: State::Unknown });
}

fn what_was_done_before_the_window_does_not_count(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let first = same_row(&mut one, 0);
    one.send(first, State::Done);
    let since = |done_ms, open_ms| Reach { open_since_ms: open_ms, done_since_ms: Some(done_ms) };
    let within = Intent { reach: since(NOW_MS, NOW_MS + 1), ..same_row(&mut other, 0) };
    assert_eq!(other.open(within), Opening::Repeats { of: one.id(0), state: State::Done });
    let after = Intent { reach: since(NOW_MS + 1, NOW_MS), ..same_row(&mut other, 1) };
    other.send(after, State::Unknown);
    // Of rows that may have been done another time counts.
    let mut third = office.run("third");
    let open_counts = Intent { reach: since(NOW_MS + 1, NOW_MS), ..same_row(&mut third, 0) };
    assert_eq!(third.open(open_counts), Opening::Repeats { of: other.id(1), state: State::Unknown });
    let none_counts = Intent { reach: since(NOW_MS + 1, NOW_MS + 1), ..same_row(&mut third, 1) };
    assert_granted(&third.open(none_counts));
}

fn who_sends_equal_rows_on_purpose_is_kept_from_those_that_are_open(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let reach = Reach { done_since_ms: None, ..Reach::ALL };
    let on_purpose = |clerk: &mut Clerk, ordinal| Intent { reach, ..same_row(clerk, ordinal) };
    let (first, second) = (on_purpose(&mut one, 0), on_purpose(&mut one, 1));
    assert_granted(&one.open(first));
    assert_granted(&one.open(second));
    let elsewhere = on_purpose(&mut other, 0);
    assert!(matches!(other.open(elsewhere), Opening::Waits { .. }));
    one.settle(second, State::Done);
    one.settle(first, State::Unknown);
    assert_eq!(other.open(elsewhere), Opening::Repeats { of: one.id(0), state: State::Unknown });
    let done = Intent { key: key("done"), ..one.row(2) };
    one.send(done, State::Done);
    let again = Intent { key: key("done"), reach, ..other.row(1) };
    assert_granted(&other.open(again));
}

fn what_a_run_repeats_stands_in_its_own_way_no_more(office: &Office) {
    let (mut one, mut other) = (office.run("one"), office.run("other"));
    let first = same_device(&mut one, 0);
    one.send(first, State::Unknown);
    let own = Intent { may_repeat: true, ..same_device(&mut one, 1) };
    let elsewhere = Intent { may_repeat: true, ..same_device(&mut other, 0) };
    assert_eq!(other.open(elsewhere), Opening::Held { by: one.id(0), state: State::Unknown });
    assert_granted(&one.open(own));
}
