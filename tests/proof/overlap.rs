//! T9: eight processes start at once on one ledger: one runs, seven leave at once.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::oracle::{Scene, for_seeds};

/// One round. The one that runs meets a request that is never answered, so it is there until it is killed.
fn one_of_eight_runs(_seed: u64) {
    let scene = Scene::new(24, 4, "5ms", "[{on: {request: 12}, do: hang-after}]");
    let start = Instant::now();
    let mut running: Vec<Child> = (0..8).map(|_| scene.command(&[]).spawn().unwrap()).collect();
    while running.len() > 1 {
        assert!(start.elapsed() < Duration::from_secs(20), "{} are running", running.len());
        std::thread::sleep(Duration::from_millis(2));
        running.retain_mut(|child| match child.try_wait().unwrap() {
            None => true,
            Some(status) => {
                assert_eq!(status.code(), Some(75));
                false
            }
        });
    }
    // Eight starts share two processors; a process alone takes a few milliseconds to find the lock.
    assert!(start.elapsed() < Duration::from_secs(5), "the seven took {:?}", start.elapsed());
    // The one that runs sends what it may; the row in flight waits, and with it the lock.
    while scene.server.requests().len() < 24 {
        assert!(start.elapsed() < Duration::from_secs(20), "{} requests came", scene.server.requests().len());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(scene.run(&[]).code, 75);
    let mut winner = running.pop().unwrap();
    assert!(winner.try_wait().unwrap().is_none());
    winner.kill().unwrap();
    winner.wait().unwrap();
    // The lock is gone with the process. Its last answers may have been on their way to the ledger.
    scene.every_request_has_its_intent();
    scene.finish(&[], 4);
    assert_eq!(scene.server.requests().len(), 24);
}

#[test]
fn of_eight_processes_one_runs_and_seven_leave() {
    for_seeds(3, one_of_eight_runs);
}

#[test]
#[ignore = "long"]
fn of_eight_processes_one_runs_and_seven_leave_a_hundred_times() {
    for_seeds(100, one_of_eight_runs);
}
