//! T3: the power fails while rows are sent. Images of the ledger as a disk might hold it then: what was synced, and of
//! the rest any sectors or none; each must open, and know of every request that had left.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use caseload_engine::ledger::Ledger;
use rusqlite::Connection;

use crate::oracle::{Random, entries, entries_of, for_seeds, nothing_forgotten};
use crate::recorder::{Disk, Event, can_trace, record};
use crate::scene::Scene;

/// What one image looks like once it was opened as the next session would open it.
#[track_caller]
fn survives(disk: &Disk, tenths: u64, random: &mut Random, sent: &HashMap<String, u32>, concurrency: u64) {
    let folder = tempfile::tempdir().unwrap();
    disk.image(folder.path(), tenths, random);
    let sure = tempfile::tempdir().unwrap();
    disk.image(sure.path(), 0, random);
    // Before recovery: a row that was open there may be settled in what the disk kept beyond.
    let sure = entries(&sure.path().join("ledger.db")).unwrap_or_default();
    let (image, recovered) = open(folder.path());
    assert!(recovered <= concurrency, "{recovered} rows were open, {concurrency} may be");
    nothing_forgotten(&sure, &image);
    for (reference, times) in sent {
        let row: u32 = reference.rsplit_once('.').unwrap().1.parse().unwrap();
        let attempts = image.get(&(row - 2)).map_or(0, |entry| entry.attempts);
        assert!(attempts >= *times, "{reference} left {times} times, the ledger knows of {attempts}");
    }
}

/// Opens an image. Its reserve is there already: making it anew would cost more than all the rest.
#[track_caller]
fn open(folder: &Path) -> (std::collections::BTreeMap<u32, caseload_engine::ledger::Entry>, u64) {
    let path = folder.join("ledger.db");
    fs::File::create(folder.join("ledger.db.ballast")).unwrap().set_len(8 * 1024 * 1024).unwrap();
    let ledger = Ledger::open(&path).unwrap();
    let (entries, recovered) = (entries_of(&ledger, 1), ledger.recovered());
    drop(ledger);
    let check: String =
        Connection::open(&path).unwrap().pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    (entries, recovered)
}

/// Records a session, and makes images at some of its moments.
fn survives_power_cuts(seed: u64, rows: u32, concurrency: usize, images: usize) -> usize {
    let mut random = Random::new(seed);
    let scene = Scene::new(rows, concurrency, "1ms", "[{on: {chance: 0.03}, times: 3, do: 429, retry-after: 0}]");
    let (code, events) = record(&scene, &[]);
    assert_eq!(code, Some(0));
    let left = events.iter().filter(|event| matches!(event, Event::Left(_))).count();
    assert_eq!(left, scene.server.requests().len(), "the recording shows every request");
    let (mut disk, mut sent) = (Disk::default(), HashMap::new());
    let (mut made, total) = (0, events.len() as u64);
    for event in &events {
        disk.apply(event);
        if let Event::Left(reference) = event {
            *sent.entry(reference.clone()).or_default() += 1;
        }
        if disk.has_pending() && random.below(total) < images as u64 * 2 {
            let tenths = [1, 3, 5, 7, 9, 10][random.below(6) as usize];
            survives(&disk, tenths, &mut random, &sent, concurrency as u64);
            made += 1;
        }
    }
    // What the result tells is on disk, whatever is lost now.
    let folder = tempfile::tempdir().unwrap();
    disk.image(folder.path(), 0, &mut random);
    let (entries, recovered) = open(folder.path());
    assert_eq!((entries.len(), recovered), (rows as usize, 0));
    for (entry, row) in entries.values().zip(scene.result()) {
        assert_eq!((entry.settlement.id.as_ref(), "done"), (Some(&row["id"]), row["result"].as_str().unwrap()));
    }
    made
}

#[test]
fn when_the_power_fails_the_ledger_knows_of_every_request_that_had_left() {
    if can_trace() {
        for_seeds(2, |seed| {
            let made = survives_power_cuts(seed, 80, [4, 1][seed as usize % 2], 100);
            assert!(made >= 50, "{made} images");
        });
    }
}

/// The proof is worth something only if it notices a program that does not wait for its syncs.
#[test]
fn a_disk_that_does_not_sync_is_noticed() {
    if !can_trace() {
        return;
    }
    let scene = Scene::new(20, 1, "1ms", "");
    let (_, events) = record(&scene, &[]);
    let (mut disk, mut sent) = (Disk::default(), HashMap::new());
    let noticed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut random = Random::new(0);
        for event in &events {
            // From the first request on, nothing reaches the disk for sure.
            if sent.is_empty() || !matches!(event, Event::Synced(_)) {
                disk.apply(event);
            }
            if let Event::Left(reference) = event {
                *sent.entry(reference.clone()).or_default() += 1;
                survives(&disk, 3, &mut random, &sent, 1);
            }
        }
    }));
    assert!(noticed.is_err());
}

#[test]
#[ignore = "long"]
fn when_the_power_fails_at_five_thousand_moments() {
    if can_trace() {
        let made = std::cell::Cell::new(0);
        for_seeds(10, |seed| {
            // Enough commits that the log is brought into the database in the middle of a run, too.
            let images = survives_power_cuts(seed, 700, [1, 4, 16][seed as usize % 3], 600);
            made.set(made.get() + images);
        });
        println!("{} images", made.get());
    }
}
