//! The pace of several runs at one server.

use std::sync::{Arc, Mutex};

use super::tests::worst_second;
use super::*;
use crate::identity::Server;
use crate::outcome::{Answer, Failure};

fn host(server: &str, secret: &str) -> Host {
    Host::new(&Server::of(server), vec![secret.to_owned().into()])
}

fn here() -> Host {
    host("https://a.example/v1", "key")
}

/// Takes turns and departures for so many seconds, each time after `idle`; gives their times in seconds.
async fn departures(mut pace: Pace, start: Instant, seconds: f64, idle: Duration) -> Vec<f64> {
    let mut times = Vec::new();
    while start.elapsed().as_secs_f64() < seconds {
        if let Err(at) = pace.turn(0) {
            tokio::time::sleep_until(at).await;
            continue;
        }
        loop {
            match pace.leave(0) {
                Leave::Now => break times.push(start.elapsed().as_secs_f64()),
                Leave::At(at) => tokio::time::sleep_until(at).await,
                Leave::AfterHold => tokio::time::sleep_until(pace.held_until(0).unwrap()).await,
            }
        }
        tokio::time::sleep(idle).await;
    }
    times
}

fn together(lists: &[&[f64]]) -> Vec<f64> {
    let mut all: Vec<f64> = lists.iter().flat_map(|list| list.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    all
}

#[tokio::test(start_paused = true)]
async fn runs_at_one_server_use_one_rate_and_each_gets_its_part() {
    for rate in [1.0, 2.5, 10.0, 50.0, 500.0, 2000.0] {
        let paces = Paces::new(|| 0.5);
        let start = Instant::now();
        let run = || departures(paces.join(&[here()], Some(Rate(rate)), None), start, 20.0, Duration::ZERO);
        let (one, two, three) = tokio::join!(run(), run(), run());
        let all = together(&[&one, &two, &three]);
        let reached = all.len() as f64 / 20.0 / rate;
        assert!(reached >= 0.95, "{rate}/s: reached {reached}");
        assert!(worst_second(&all) as f64 <= rate.ceil(), "{rate}/s: {} in a second", worst_second(&all));
        for list in [&one, &two, &three] {
            let part = list.len() as f64 / all.len() as f64;
            assert!((0.25..0.42).contains(&part), "{rate}/s: {part} of the turns");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_one_run_leaves_of_the_rate_is_the_others() {
    let paces = Paces::new(|| 0.5);
    let start = Instant::now();
    let run =
        |idle| departures(paces.join(&[here()], Some(Rate(50.0)), None), start, 20.0, Duration::from_millis(idle));
    let (slow, fast) = tokio::join!(run(450), run(0));
    assert!(slow.len() >= 38, "a run that asks twice a second gets {} turns in 20 s", slow.len());
    let all = together(&[&slow, &fast]);
    assert!(all.len() >= 930 && worst_second(&all) <= 50, "{} together, {}", all.len(), worst_second(&all));
}

#[tokio::test(start_paused = true)]
async fn the_lowest_rate_of_the_runs_under_way_holds_for_all_and_no_longer() {
    let paces = Paces::new(|| 0.5);
    let start = Instant::now();
    let fast = departures(paces.join(&[here()], Some(Rate(50.0)), None), start, 15.0, Duration::ZERO);
    let slow = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        departures(paces.join(&[here()], Some(Rate(10.0)), None), start, 10.0, Duration::ZERO).await
    };
    let (fast, slow) = tokio::join!(fast, slow);
    let all = together(&[&fast, &slow]);
    let between = |from: f64, to: f64| all.iter().copied().filter(|at| (from..to).contains(at)).collect::<Vec<_>>();
    assert!(between(0.0, 5.0).len() >= 240);
    let both = between(5.0, 11.0);
    assert!(worst_second(&both) <= 10 && both.len() >= 45, "{} in 6 s, worst {}", both.len(), worst_second(&both));
    assert!(between(12.0, 15.0).len() >= 140, "{}", between(12.0, 15.0).len());
    // The run that came later has as many turns as the one that was there, and no more.
    let late = slow.len() as f64 / between(5.0, 10.0).len() as f64;
    assert!((0.4..0.6).contains(&late), "{late} of the turns");
}

#[tokio::test(start_paused = true)]
async fn a_run_does_not_wait_for_the_rate_of_one_that_has_ended() {
    let paces = Paces::new(|| 0.5);
    let rate = |text| Rate::parse(text);
    let (mut fast, mut slow) = (paces.join(&[here()], rate("50/s"), None), paces.join(&[here()], rate("1/h"), None));
    assert!(slow.turn(0).is_ok() && slow.leave(0) == Leave::Now);
    let start = Instant::now();
    assert!(fast.turn(0).is_err());
    drop(slow);
    while let Err(at) = fast.turn(0) {
        tokio::time::sleep_until(at).await;
    }
    assert!(start.elapsed() <= Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_pause_told_to_one_run_holds_for_all_of_its_server_and_credential() {
    let paces = Paces::new(|| 0.0);
    let mut told = paces.join(&[here()], None, None);
    let mut other = paces.join(&[host("https://A.example:443/v2/", "key")], None, None);
    let mut elsewhere = paces.join(&[host("https://b.example", "key")], None, None);
    let mut another = paces.join(&[host("https://a.example/v1", "another key")], None, None);
    assert!(other.turn(0).is_ok());
    told.refused(0, Some(Duration::from_secs(30)));
    assert_eq!(other.leave(0), Leave::AfterHold, "its turn was taken before the pause");
    assert!(other.turn(0).unwrap_err() >= Instant::now() + Duration::from_secs(30));
    assert!(elsewhere.turn(0).is_ok() && another.turn(0).is_ok());
    // A run that begins meanwhile waits too, even where the others have ended.
    drop((told, other));
    assert!(paces.join(&[here()], None, None).turn(0).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_run_with_two_servers_waits_at_the_one_that_asked() {
    let paces = Paces::new(|| 0.0);
    let mut pace = paces.join(&[here(), host("https://b.example", "key"), here()], None, None);
    pace.refused(0, Some(Duration::from_secs(9)));
    assert!(pace.turn(0).is_err() && pace.turn(1).is_ok() && pace.turn(2).is_err());
}

#[tokio::test(start_paused = true)]
async fn runs_know_together_that_a_server_cannot_be_reached() {
    let paces = Paces::new(|| 0.0);
    let (mut one, mut other) = (paces.join(&[here()], None, None), paces.join(&[here()], None, None));
    let gone = Attempt::NotSent(Failure::Connect);
    for nth in 1..=4 {
        let (run, rest) = if nth % 2 == 0 { (&mut one, &other) } else { (&mut other, &one) };
        assert_eq!(run.look(0, &gone, State::Pending, false).not_sent(), nth);
        assert!(!rest.is_reachable());
    }
    let answer = Attempt::Answered(Answer { status: 200, ..Answer::default() });
    one.look(0, &answer, State::Done, false);
    assert!(other.is_reachable());
}

#[test]
fn threads_share_a_pace() {
    let paces = Paces::new(|| 0.5);
    let times = Arc::new(Mutex::new(Vec::new()));
    let start = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (paces, times) = (paces.clone(), Arc::clone(&times));
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                runtime.block_on(async {
                    let mut pace = paces.join(&[here()], Rate::parse("100/s"), None);
                    for _ in 0..40 {
                        while let Err(at) = pace.turn(0) {
                            tokio::time::sleep_until(at).await;
                        }
                        while let Leave::At(at) = pace.leave(0) {
                            tokio::time::sleep_until(at).await;
                        }
                        // What the gate counts is this moment at the latest.
                        times.lock().unwrap().push(start.elapsed().as_secs_f64());
                    }
                });
            });
        }
    });
    let took = start.elapsed().as_secs_f64();
    assert_eq!(times.lock().unwrap().len(), 160);
    assert!(took >= 1.0, "160 turns at 100/s took {took} s");
}

#[test]
fn a_pace_is_known_by_a_hash_that_does_not_tell_the_secret() {
    let (one, other) = (here(), host("https://a.example/v1", "another key"));
    assert_eq!(one.key(&[1; 32]), here().key(&[1; 32]));
    assert_ne!(one.key(&[1; 32]), other.key(&[1; 32]));
    assert_ne!(one.key(&[1; 32]), one.key(&[2; 32]));
    assert!(!format!("{one:?}").contains("key\""), "{one:?}");
}

/// A ledger, and runs of several processes on it.
struct Ledgered {
    dir: tempfile::TempDir,
    ledger: crate::ledger::Ledger,
}

impl Ledgered {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger = crate::ledger::Ledger::open(&dir.path().join("l.db")).unwrap();
        Self { dir, ledger }
    }

    /// The lock by which a run is known to live.
    fn lock(&self, run: u32) -> std::fs::File {
        let file = std::fs::File::create(self.dir.path().join(format!("l.db.run-{run}.lock"))).unwrap();
        file.lock().unwrap();
        file
    }

    /// A run of a process of its own.
    fn join(&self, run: u32, rate: Option<&str>) -> Pace {
        joined(&self.ledger.sharer(run), rate)
    }
}

fn joined(sharer: &crate::ledger::Sharer, rate: Option<&str>) -> Pace {
    Paces::new(|| 0.5).join(&[here()], rate.and_then(Rate::parse), Some(sharer))
}

/// Takes turns on a thread and in real time, until so long after the start; gives their times in seconds.
fn process(pace: Pace, start: Instant, seconds: f64) -> Vec<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(departures(pace, start, seconds, Duration::ZERO))
}

#[test]
fn processes_on_one_ledger_use_one_rate_together() {
    let on = Ledgered::new();
    let (_one, _two) = (on.lock(1), on.lock(2));
    let (sharers, start) = ([on.ledger.sharer(1), on.ledger.sharer(2)], Instant::now());
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| process(joined(&sharers[0], Some("40/s")), start, 7.0));
        std::thread::sleep(Duration::from_millis(1_500));
        let second = scope.spawn(|| process(joined(&sharers[1], Some("60/s")), start, 7.0));
        (first.join().unwrap(), second.join().unwrap())
    });
    let all = together(&[&first, &second]);
    assert!(worst_second(&all) <= 40, "{} in a second", worst_second(&all));
    let both = all.iter().filter(|at| (4.0..7.0).contains(*at)).count();
    assert!(both >= 100, "{both} in three seconds");
    let part = second.iter().filter(|at| (4.0..7.0).contains(*at)).count() as f64 / both as f64;
    assert!((0.4..0.6).contains(&part), "{part} of the turns");
    assert!(first.iter().filter(|at| **at < 1.4).count() >= 45, "a run alone has the whole rate, and at once");
}

#[test]
fn what_a_killed_process_had_falls_to_the_others() {
    let on = Ledgered::new();
    let _one = on.lock(1);
    let key = here().key(on.ledger.secret());
    let mut gone = on.ledger.sharer(2).open(key).unwrap();
    let share = crate::ledger::Share { run: 2, per_s: Some(50.0), part: 50 };
    gone.settle(&mut |_| (share, 0)).unwrap();
    let start = Instant::now();
    let times = process(on.join(1, Some("50/s")), start, 3.0);
    assert!(times[0] >= 0.9, "what the other sent in the last second still counts, and {} s later it goes", times[0]);
    assert!(times.len() >= 70, "{} in three seconds", times.len());
}

#[test]
fn what_is_over_is_taken_out_of_the_ledger() {
    let on = Ledgered::new();
    let lock = on.lock(1);
    let elsewhere = host("https://b.example", "key");
    let mut gone = on.ledger.sharer(2).open(elsewhere.key(on.ledger.secret())).unwrap();
    gone.settle(&mut |_| (crate::ledger::Share { run: 2, per_s: None, part: 1 }, 0)).unwrap();
    drop(on.join(1, Some("10/s")));
    let shares = || gone.look().unwrap();
    assert_eq!((shares().shares.len(), shares().dead.len()), (0, 0), "run 2 is gone, and was alone there");
    drop(lock);
}

#[test]
fn a_run_that_was_killed_and_goes_on_has_its_part_again() {
    let on = Ledgered::new();
    let _one = on.lock(1);
    let key = here().key(on.ledger.secret());
    for (rate, part) in [(None, super::allot::UNBOUNDED), (Some("50/s"), 50), (Some("50/s"), 0)] {
        let mut before = on.ledger.sharer(1).open(key).unwrap();
        before.settle(&mut |_| (crate::ledger::Share { run: 1, per_s: rate.map(|_| 50.0), part }, 0)).unwrap();
        let mut pace = on.join(1, rate);
        let start = Instant::now();
        while pace.turn(0).is_err() {
            assert!(start.elapsed() < Duration::from_secs(3), "{rate:?} {part}");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(rate.is_some() || start.elapsed() < Duration::from_millis(500));
    }
}

#[test]
fn a_run_without_a_rate_gives_way_to_one_with_a_rate_before_that_one_sends() {
    let on = Ledgered::new();
    let (_one, _two) = (on.lock(1), on.lock(2));
    let mut free = on.join(1, None);
    assert!((0..500).all(|_| free.turn(0).is_ok() && free.leave(0) == Leave::Now));
    let mut bounded = on.join(2, Some("10/s"));
    assert!(bounded.turn(0).is_err(), "nothing is left of the rate yet");
    std::thread::sleep(Duration::from_millis(1_000));
    assert!(free.turn(0).is_err() || free.turn(0).is_err(), "the first goes slower by then");
    let start = Instant::now();
    while bounded.turn(0).is_err() {
        assert!(start.elapsed() < Duration::from_secs(4));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_pause_told_to_one_process_holds_in_the_others_within_a_second() {
    let on = Ledgered::new();
    let (_one, _two) = (on.lock(1), on.lock(2));
    let (mut told, mut other) = (on.join(1, None), on.join(2, None));
    told.refused(0, Some(Duration::from_secs(30)));
    std::thread::sleep(Duration::from_millis(1_000));
    let until = other.turn(0).unwrap_err();
    assert!(until >= Instant::now() + Duration::from_secs(28), "{:?}", until - Instant::now());
    drop((told, other));
    // A process that begins now waits too.
    assert!(on.join(2, None).turn(0).is_err());
}
