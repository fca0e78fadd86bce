//! Runs, and what is found of them.

use super::{Desk, begin, close, destination, send, states};
use crate::identity::Server;
use crate::keyed::Key;
use crate::ledger::{EntryId, Resolution, State};
use crate::uptime::Uptime;

#[test]
fn a_look_changes_nothing() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    drop(send(ledger, run, &[State::Unknown, State::Sending]));
    let look = desk.look();
    assert_eq!(states(&look, run), [State::Unknown, State::Sending]);
    assert!(
        look.resolve(&[Resolution::new(EntryId { run, ordinal: 0 }, State::Done, None, "")], Uptime::now()).is_err()
    );
    assert!(look.begin(look.run_numbered(run).unwrap().unwrap().spec).is_err());
    assert_eq!(states(&desk.look(), run), [State::Unknown, State::Sending]);
}

#[test]
fn the_runs_of_a_files_bytes_are_found_the_latest_first() {
    let desk = Desk::new();
    let ledger = desk.open();
    let first = begin(&ledger, "one");
    close(&ledger, first, true, 9_000);
    let second = begin(&ledger, "two");
    let found = ledger.runs_of("00").unwrap();
    assert_eq!(
        found.iter().map(|run| (run.number, run.finished)).collect::<Vec<_>>(),
        [(second, false), (first, true)]
    );
    assert_eq!(found[1].ended_ms, Some(9_000));
    assert_eq!(found[0].spec.destinations, [destination()]);
    assert!(ledger.runs_of("01").unwrap().is_empty());
    assert_eq!(ledger.runs().unwrap().iter().map(|run| run.number).collect::<Vec<_>>(), [second, first]);
}

#[test]
fn a_run_keeps_the_name_that_its_file_has_now() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    ledger.note_file(run, "renamed.csv").unwrap();
    assert_eq!(ledger.run_numbered(run).unwrap().unwrap().spec.file, "renamed.csv");
}

#[test]
fn rows_that_may_have_been_done_are_found_by_any_of_their_keys_before_and_after_their_run_ends() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ends = [State::Done, State::DoneWithoutId, State::Unknown, State::Sending, State::Rejected, State::Pending];
    let ledger = send(ledger, run, &ends);
    let past = |keys: &[u8], but| {
        let keys: Vec<Key> = keys.iter().map(|n| Key([*n; 16])).collect();
        let mut found = Vec::new();
        ledger.past_rows(&keys, but, &mut |past| found.push((past.id.ordinal, past.server))).unwrap();
        found
    };
    let all: Vec<u8> = (0..6).collect();
    let found = [(0, Some(1)), (1, Some(1)), (2, Some(1)), (3, Some(1))];
    for finished in [false, true] {
        close(&ledger, run, finished, 6_000);
        assert_eq!(past(&all, None), found, "{finished}");
        assert_eq!(past(&[2], None), [(2, Some(1))]);
        // The second of equal rows has the key of the first beside its own.
        assert_eq!(past(&[0], None), [(0, Some(1)), (1, Some(1))]);
        assert!(past(&all, Some(run)).is_empty() && past(&[9], None).is_empty() && past(&[], None).is_empty());
    }
    // A row that a person gave back does not count, whatever the list of its run says.
    ledger.resolve(&[Resolution::new(EntryId { run, ordinal: 2 }, State::Pending, None, "{}")], Uptime::now()).unwrap();
    assert!(past(&[2], None).is_empty());
}

#[test]
fn two_names_of_a_server_are_one_by_a_persons_word() {
    let desk = Desk::new();
    let ledger = desk.open();
    let [old, new, third] =
        ["https://old.example/api", "https://new.example/v2", "https://third.example"].map(Server::of);
    assert_eq!(ledger.note_server(&old, false).unwrap(), ledger.note_server(&old, true).unwrap());
    assert!(!ledger.servers().unwrap().are_same(&old, &new));
    assert!(ledger.say_same(&old, &new, 1).unwrap() && !ledger.say_same(&new, &old, 2).unwrap());
    assert!(ledger.say_same(&new, &third, 3).unwrap());
    let servers = ledger.servers().unwrap();
    assert!(servers.are_same(&old, &third) && servers.are_same(&third, &old));
    assert!(!servers.are_same(&old, &Server::of("https://fourth.example")));
    assert_eq!(servers.class(&old).len(), 3);
    assert!(servers.is_rehearsal(&old) && !servers.is_rehearsal(&new) && servers.is_rehearsal(&Server::sandbox()));
}
