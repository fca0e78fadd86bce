//! What is remembered of earlier runs, and what is forgotten.

use std::time::Duration;

use serde_json::json;

use super::office::{Clerk, NOW_MS, Office, assert_granted, ended, key};
use super::scenes;
use crate::keyed::Key;
use crate::ledger::{EntryId, Intent, Kept, Opening, Settlement, State, Step};
use crate::outcome::Tally;
use crate::row::Place;

scenes![
    rows_are_found_by_their_keys_before_and_after_their_run_ends,
    rows_that_may_have_been_done_are_listed,
    a_long_run_is_read_to_its_end,
    a_row_is_found_by_its_id_or_its_device,
    a_run_is_forgotten_but_not_that_its_rows_were_done,
    a_run_with_something_left_is_not_forgotten,
];

/// The rows of other runs with one of some keys.
fn past(clerk: &Clerk, keys: &[Key], but: Option<u32>) -> Vec<u32> {
    let mut keys = keys.to_vec();
    keys.sort();
    let mut found = Vec::new();
    clerk.ledger.past_rows(&keys, but, &mut |past| found.push(past.id.ordinal)).unwrap();
    found
}

fn rows_are_found_by_their_keys_before_and_after_their_run_ends(office: &Office) {
    let mut one = office.run("one");
    let ends = [State::Done, State::DoneWithoutId, State::Unknown, State::Rejected, State::Pending, State::Done];
    let mut rows: Vec<Intent> = (0..6).map(|ordinal| one.row(ordinal)).collect();
    rows[1].first = Some(rows[0].key);
    rows[5].body = Some(key("body"));
    for (row, end) in rows.iter().zip(ends) {
        one.send(*row, end);
    }
    let keys: Vec<Key> = rows.iter().map(|row| row.key).collect();
    let close = |finished| one.ledger.close(one.run, finished, &Tally::of_rows(6), None, NOW_MS).unwrap();
    for finished in [false, true] {
        close(finished);
        assert_eq!(past(&one, &keys, None), [0, 1, 2, 5], "{finished}");
        // The second of equal rows has the key of the first beside its own.
        assert_eq!(past(&one, &keys[..1], None), [0, 1]);
        assert_eq!(past(&one, &[key("body")], None), [5]);
        assert!(past(&one, &keys, Some(one.run)).is_empty() && past(&one, &[key("none")], None).is_empty());
        assert!(past(&one, &[], None).is_empty());
    }
    let mut all = Vec::new();
    one.ledger.past_rows(&[keys[2]], None, &mut |past| all.push(past)).unwrap();
    let found = &all[0];
    assert_eq!((found.key, found.body, found.first, found.state), (keys[2], None, None, State::Unknown));
    assert_eq!((found.sent_at_ms, found.server), (NOW_MS, Some(one.server)));
    // A row that a person gave back does not count, whatever was kept when its run ended.
    let word = crate::ledger::Resolution::new(one.id(2), State::Pending, None, "{}");
    office.open().resolve(&[word], super::office::MUCH_LATER).unwrap();
    assert!(past(&one, &[keys[2]], None).is_empty());
}

fn rows_that_may_have_been_done_are_listed(office: &Office) {
    let mut one = office.run("one");
    one.send_all(&[State::Rejected, State::Done, State::Unknown, State::Pending, State::DoneWithoutId]);
    let open = one.row(5);
    assert_granted(&one.open(open));
    let ordinals: Vec<u32> = one.ledger.may_be_done(one.run).unwrap().iter().map(|entry| entry.id.ordinal).collect();
    assert_eq!(ordinals, [1, 2, 4, 5]);
    assert_eq!(one.ledger.count_may_be_done(one.run).unwrap(), 4);
    let at = |row| one.ledger.entry_at(one.run, Place { sheet: 0, row }).unwrap().map(|entry| entry.id);
    assert_eq!((at(3), at(99)), (Some(one.id(1)), None));
    assert!(one.ledger.entry_at(one.run + 1, Place { sheet: 0, row: 3 }).unwrap().is_none());
}

fn a_long_run_is_read_to_its_end(office: &Office) {
    const ROWS: u32 = 2_500;
    let mut one = office.run("one");
    let other = {
        let mut other = office.run("other");
        other.send_all(&[State::Done]);
        other
    };
    let group = (0..ROWS).map(|ordinal| Step::Open(Intent { order: None, ..one.row(ordinal) })).collect();
    assert_eq!(one.commit(group).len(), ROWS as usize);
    let mut ordinals = Vec::new();
    loop {
        let from = ordinals.last().map_or(0, |last| last + 1);
        let page = one.ledger.page(one.run, from).unwrap();
        if page.is_empty() {
            break;
        }
        ordinals.extend(page.iter().map(|entry| entry.id.ordinal));
    }
    assert_eq!(ordinals, (0..ROWS).collect::<Vec<_>>());
    assert_eq!(other.states(), [State::Done]);
}

fn a_row_is_found_by_its_id_or_its_device(office: &Office) {
    let mut one = office.run("one");
    for (ordinal, id) in (0..).zip([json!(1001), json!("A-1"), json!(["A-2", "A-3"])]) {
        let row = one.row(ordinal);
        let done = Settlement { id: Some(id), ..ended(State::Done) };
        one.commit(vec![Step::Open(row), Step::Settle(row.grant, Box::new(done))]);
    }
    let devices = [0, 2].map(|ordinal| one.row(ordinal).order.unwrap());
    let find = |text: &str, orders: &[Key]| -> Vec<u32> {
        one.ledger.find(text, orders).unwrap().iter().map(|entry| entry.id.ordinal).collect()
    };
    assert_eq!((find("1001", &[]), find("A-1", &[]), find("A-3", &[])), (vec![0], vec![1], vec![2]));
    assert!(find("A", &[]).is_empty() && find("100", &[]).is_empty());
    let mut found = find("A-1", &devices);
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2], "each once");
}

fn a_run_is_forgotten_but_not_that_its_rows_were_done(office: &Office) {
    const WINDOW: Duration = Duration::from_secs(10);
    let same = key("the same row");
    let (mut one, before) = (office.run("one"), NOW_MS + 1);
    let (done, refused) = (Intent { key: same, ..one.row(0) }, one.row(1));
    one.send(done, State::Done);
    one.send(refused, State::Rejected);
    one.ledger.note_window(one.run, WINDOW).unwrap();
    let run = one.run;
    one.finish();
    let purged = office.open().purge(before, NOW_MS + 5_000).unwrap();
    assert_eq!((purged.runs, purged.rows, purged.hashes, purged.kept), (1, 2, 1, 0));
    let mut other = office.run("other");
    let known = other.ledger.run_numbered(run).unwrap().unwrap();
    assert_eq!((known.purged_ms, known.spec.name.as_str()), (Some(NOW_MS + 5_000), "one"));
    assert!(other.ledger.page(run, 0).unwrap().is_empty());
    let left = other.ledger.entry(EntryId { run, ordinal: 0 }).unwrap().unwrap();
    assert_eq!((left.state, left.settlement.id, left.order), (State::Done, None, None));
    assert!(other.ledger.entry(EntryId { run, ordinal: 1 }).unwrap().is_none());
    let again = Intent { key: same, ..other.row(0) };
    assert_eq!(other.open(again), Opening::Repeats { of: EntryId { run, ordinal: 0 }, state: State::Done });
    drop(other);
    // Once the window is over nothing is left.
    assert_eq!(office.open().purge(i64::MIN, NOW_MS + 10_000).unwrap().hashes, 0);
    let mut third = office.run("third");
    let again = Intent { key: same, ..third.row(0) };
    assert_eq!((third.open(again), third.settle(again, State::Done)), (Opening::Granted { attempt: 1 }, Kept::Durable));
}

fn a_run_with_something_left_is_not_forgotten(office: &Office) {
    for (name, end) in [("unknown", State::Unknown), ("pending", State::Pending)] {
        let mut run = office.run(name);
        run.send_all(&[State::Done, end]);
        run.finish();
    }
    let mut young = office.run("young");
    young.send_all(&[State::Done]);
    young.ledger.close(young.run, true, &Tally::of_rows(1), None, NOW_MS + 10).unwrap();
    drop(young);
    let purged = office.open().purge(NOW_MS + 1, NOW_MS + 5_000).unwrap();
    assert_eq!((purged.runs, purged.rows, purged.kept), (0, 0, 2));
    assert!(office.open().runs().unwrap().iter().all(|run| run.purged_ms.is_none()));
}
