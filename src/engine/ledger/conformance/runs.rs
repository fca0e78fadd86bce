//! Runs, those who hold them, and those who die.

use std::collections::BTreeMap;

use super::office::{Clerk, NOW_MS, Office, assert_granted, ended, key, spec};
use super::scenes;
use crate::identity::Server;
use crate::ledger::{
    Begun, Destination, EntryId, Error, Held, Intent, Journal, Kept, Opening, Receipt, RunSpec, State, Step,
};
use crate::outcome::Tally;

scenes![
    a_run_is_begun_once,
    a_run_is_held_by_one,
    what_a_dead_run_left_open_is_unknown_and_what_a_living_one_has_open_is_left_alone,
    who_takes_a_run_over_finds_what_the_one_before_left_open,
    a_run_that_waits_behind_a_dead_one_finds_out,
    runs_of_one_process_share_its_journal,
    what_is_noted_of_a_run_is_known_of_it,
    a_run_with_a_pending_row_is_not_finished,
    runs_are_found_by_name_number_and_file,
    a_ledger_has_one_secret,
    servers_have_numbers_and_a_persons_word_makes_two_one,
];

fn a_run_is_begun_once(office: &Office) {
    let one = office.run("one");
    let other = office.open();
    let same = RunSpec { name: "two".to_owned(), ..spec("one") };
    assert!(matches!(other.begin(same.clone()).unwrap(), Begun::Joined(run) if run == one.run));
    let again = RunSpec { name: "three".to_owned(), again: 1, ..spec("one") };
    let Begun::New(again) = other.begin(again).unwrap() else { panic!("--again begins another run") };
    let elsewhere =
        Destination { address: "https://elsewhere.example".to_owned(), ..spec("one").destinations[0].clone() };
    let elsewhere = RunSpec { destinations: vec![elsewhere], name: "four".to_owned(), ..same };
    let Begun::New(elsewhere) = other.begin(elsewhere).unwrap() else { panic!("another server is another run") };
    assert!(one.run < again.number && again.number < elsewhere.number);
}

fn a_run_is_held_by_one(office: &Office) {
    let one = office.run("one");
    let other = office.open();
    assert!(matches!(other.hold(one.run), Err(Error::UnderWay)));
    // The same process is kept out as well.
    assert!(matches!(one.ledger.hold(one.run), Err(Error::UnderWay)));
    assert!(other.is_under_way(one.run) && one.held.is_kept());
    let beside = office.run("beside");
    assert!(beside.held.is_kept() && beside.held.run() == beside.run);
    let Clerk { run, held, ledger, .. } = one;
    drop(held);
    assert!(!other.is_under_way(run) && other.is_under_way(beside.run));
    let held = other.hold(run).unwrap();
    assert!(matches!(ledger.hold(run), Err(Error::UnderWay)));
    drop(held);
}

fn what_a_dead_run_left_open_is_unknown_and_what_a_living_one_has_open_is_left_alone(office: &Office) {
    let (mut dead, mut alive) = (office.run("dead"), office.run("alive"));
    let device = Some(key("device"));
    let (lost, done) = (Intent { order: device, ..dead.row(0) }, dead.row(1));
    assert_granted(&dead.open(lost));
    dead.send(done, State::Done);
    let living = alive.row(0);
    assert_granted(&alive.open(living));
    let run = dead.run;
    drop(dead);
    let later = office.open();
    assert_eq!(later.recovered(), 1);
    let states = |run| later.page(run, 0).unwrap().iter().map(|entry| entry.state).collect::<Vec<_>>();
    assert_eq!((states(run), alive.states()), (vec![State::Unknown, State::Done], vec![State::Sending]));
    let unknown = later.unknown(run).unwrap();
    let code = unknown[0].settlement.error.as_ref().and_then(crate::outcome::Cause::code);
    assert_eq!((unknown.len(), code.as_deref()), (1, Some("interrupted")));
    assert_eq!(later.recover(alive.run).unwrap(), 0);
    let behind = Intent { order: device, ..alive.row(1) };
    assert!(matches!(alive.open(behind), Opening::Held { state: State::Unknown, .. }));
    assert_eq!(alive.settle(living, State::Done), Kept::Durable);
    assert_eq!(office.open().recovered(), 0);
}

fn who_takes_a_run_over_finds_what_the_one_before_left_open(office: &Office) {
    let mut one = office.run("one");
    let rows = [one.row(0), one.row(1), one.row(2)];
    for row in rows {
        assert_granted(&one.open(row));
    }
    let other = office.open();
    assert_eq!(one.ledger.recover(one.run).unwrap(), 0, "it is held");
    let Clerk { run, held, ledger, .. } = one;
    drop(held);
    let held = other.hold(run).unwrap();
    assert_eq!(other.unknown(run).unwrap().len(), 3);
    // What the one before still learns, or did not send, is as good as before.
    let late = vec![Step::Settle(rows[0].grant, Box::new(ended(State::Done))), Step::Withdraw(rows[1].grant)];
    assert_eq!(ledger.commit(late, &[]).len(), 2);
    let states: Vec<_> = other.page(run, 0).unwrap().iter().map(|entry| (entry.id.ordinal, entry.state)).collect();
    assert_eq!(states, [(0, State::Done), (2, State::Unknown)]);
    drop(held);
}

/// One step through a journal.
fn through(journal: &Journal, held: &Held, step: Step) -> Receipt {
    let (hand, mut receipts) = journal.join(held);
    hand.hand(step);
    receipts.blocking_recv().unwrap().pop().unwrap()
}

fn a_run_that_waits_behind_a_dead_one_finds_out(office: &Office) {
    let (mut dead, mut alive) = (office.run("dead"), office.run("alive"));
    let same = key("the same row");
    let lost = Intent { key: same, ..dead.row(0) };
    assert_granted(&dead.open(lost));
    let row = Intent { key: same, ..alive.row(0) };
    let Clerk { held, ledger, .. } = alive;
    let journal = Journal::start(ledger).unwrap();
    let open = || match through(&journal, &held, Step::Open(row)) {
        Receipt::Opened(_, opening) => opening,
        other => panic!("{other:?}"),
    };
    assert_eq!(open(), Opening::Waits { behind: lost.grant.id });
    assert_eq!(open(), Opening::Waits { behind: lost.grant.id }, "it lives");
    drop(dead);
    assert_eq!(open(), Opening::Waits { behind: lost.grant.id });
    assert_eq!(open(), Opening::Repeats { of: lost.grant.id, state: State::Unknown });
    drop(journal.stop().unwrap());
}

fn runs_of_one_process_share_its_journal(office: &Office) {
    let mut clerks = [office.run("one"), office.run("other")];
    let rows = [0, 1].map(|at: usize| clerks[at].row(0));
    let [one, other] = clerks;
    let journal = Journal::start(one.ledger).unwrap();
    let desks = [journal.join(&one.held), journal.join(&other.held)];
    for ((hand, _), row) in desks.iter().zip(rows) {
        hand.hand(Step::Open(row));
        hand.hand(Step::Settle(row.grant, Box::new(ended(State::Done))));
    }
    // Who has given its run up opens nothing more.
    let never =
        Intent { grant: crate::ledger::Grant { id: EntryId { run: other.run, ordinal: 1 }, nonce: 99 }, ..rows[1] };
    drop(other.held);
    desks[1].0.hand(Step::Open(Intent { key: key("never"), order: None, ..never }));
    let ledger = journal.stop().unwrap();
    let [own, others] = desks.map(|(_, mut receipts)| {
        let mut all = Vec::new();
        while let Ok(group) = receipts.try_recv() {
            all.extend(group);
        }
        all
    });
    assert!(
        matches!(&own[..], [Receipt::Opened(opened, Opening::Granted { .. }), Receipt::Settled(settled, _, Kept::Durable)]
        if opened.grant == rows[0].grant && *settled == rows[0].grant),
        "{own:?}"
    );
    assert_eq!(others.len(), 3, "{others:?}");
    assert_eq!(ledger.entry(rows[0].grant.id).unwrap().unwrap().state, State::Done);
    assert_eq!(ledger.entry(never.grant.id).unwrap(), None);
}

fn what_is_noted_of_a_run_is_known_of_it(office: &Office) {
    let one = office.run("one");
    one.ledger.note_file(one.run, "renamed.csv").unwrap();
    let moved =
        vec![Destination { address: "https://moved.example".to_owned(), ..spec("one").destinations[0].clone() }];
    one.ledger.note_destinations(one.run, &moved).unwrap();
    let run = office.open().run_numbered(one.run).unwrap().unwrap();
    let RunSpec { name, signature, again, file, sha256, destinations, recipe, rows, started_ms, sheets } = run.spec;
    let wanted = spec("one");
    assert_eq!((name, signature, again, sha256), (wanted.name, wanted.signature, wanted.again, wanted.sha256));
    assert_eq!((recipe, rows, started_ms, sheets), (wanted.recipe, wanted.rows, wanted.started_ms, wanted.sheets));
    assert_eq!((file.as_str(), destinations), ("renamed.csv", moved));
    assert_eq!((run.finished, run.ended_ms, run.tally, run.result, run.purged_ms), (false, None, None, None, None));
}

fn a_run_with_a_pending_row_is_not_finished(office: &Office) {
    let mut one = office.run("one");
    one.send_all(&[State::Done, State::Pending, State::Rejected]);
    let (again, looker) = (one.row(1), office.open());
    let run = || looker.run_numbered(one.run).unwrap().unwrap();
    let tally = Tally::of_rows(3);
    one.ledger.close(one.run, true, &tally, Some("/out.xlsx"), NOW_MS).unwrap();
    assert_eq!((run().finished, run().ended_ms, run().result.as_deref()), (false, Some(NOW_MS), Some("/out.xlsx")));
    assert_eq!(run().tally, Some(tally.clone()));
    one.send(again, State::Done);
    one.ledger.close(one.run, false, &tally, None, NOW_MS + 1).unwrap();
    assert_eq!((run().finished, run().result), (false, None));
    one.ledger.close(one.run, true, &tally, None, NOW_MS + 2).unwrap();
    assert!(run().finished);
    let counts = BTreeMap::from([(State::Done, 2), (State::Rejected, 1)]);
    assert_eq!(one.ledger.counts(one.run).unwrap(), counts);
}

fn runs_are_found_by_name_number_and_file(office: &Office) {
    let [one, other] = [office.run("one"), office.run("other")];
    let again = RunSpec { name: "one again".to_owned(), again: 1, ..spec("one") };
    let Begun::New(again) = one.ledger.begin(again).unwrap() else { panic!("it is another run") };
    let ledger = office.open();
    let numbers = |runs: Vec<crate::ledger::Run>| runs.iter().map(|run| run.number).collect::<Vec<_>>();
    assert_eq!(numbers(ledger.runs().unwrap()), [again.number, other.run, one.run]);
    assert_eq!(numbers(ledger.runs_of("hash of one").unwrap()), [again.number, one.run]);
    assert_eq!(ledger.run_named("other").unwrap().map(|run| run.number), Some(other.run));
    assert_eq!(ledger.run_numbered(other.run).unwrap().map(|run| run.spec.name).as_deref(), Some("other"));
    assert!(ledger.run_named("third").unwrap().is_none() && ledger.run_numbered(99).unwrap().is_none());
    assert!(ledger.runs_of("no hash").unwrap().is_empty());
}

fn a_ledger_has_one_secret(office: &Office) {
    let secret = *office.open().secret();
    assert_eq!(*office.open().secret(), secret);
    assert_ne!(secret, [0; 32]);
}

fn servers_have_numbers_and_a_persons_word_makes_two_one(office: &Office) {
    let ledger = office.open();
    let [old, new, third] =
        ["https://old.example/api", "https://new.example/v2", "https://third.example"].map(Server::of);
    let number = ledger.note_server(&old, false).unwrap();
    assert_eq!(office.open().note_server(&old, true).unwrap(), number);
    assert_ne!(ledger.note_server(&new, false).unwrap(), number);
    assert!(!ledger.servers().unwrap().are_same(&old, &new));
    assert!(ledger.say_same(&old, &new, 1).unwrap() && !ledger.say_same(&new, &old, 2).unwrap());
    assert!(ledger.say_same(&new, &third, 3).unwrap());
    let servers = office.open().servers().unwrap();
    assert!(servers.are_same(&old, &third) && servers.are_same(&third, &old));
    assert_eq!(servers.numbered(number), Some(&old));
    assert!(servers.is_rehearsal(&old) && !servers.is_rehearsal(&new));
    assert!(ledger.landed_destinations().unwrap().is_empty(), "no run here is from before");
}
