//! T9: eight processes start at once on one ledger: one runs, seven leave at once.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::oracle::{ABORTED, Scene, for_seeds};

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

/// Others look into the ledger all the while; sessions are killed, go on and end as if nobody did.
fn nobody_who_looks_disturbs(seed: u64) {
    let scene = Scene::new(60, 4, "2ms", "");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let mut look = scene.dir.command(&["runs", "--json"]);
                    look.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
                }
            });
        }
        let cut = |point: &str| scene.command(&[]).env("CASELOAD_FAIL", point).status().unwrap();
        let codes: Vec<_> = (1..6).map(|n| cut(&format!("outcomes-committed:{}", n + seed))).collect();
        let ended = scene.run(&[]);
        over.store(true, Ordering::Relaxed);
        assert!(codes.iter().all(|status| status.signal() == Some(ABORTED)), "{codes:?}");
        assert!(matches!(ended.code, 0 | 1), "{ended:?}");
    });
    scene.every_request_has_its_intent();
    scene.finish(&[], 5 * 4);
}

#[test]
fn nobody_who_looks_into_the_ledger_disturbs_a_run() {
    for_seeds(2, nobody_who_looks_disturbs);
}
