//! Rates that runs share.

use super::office::{Clerk, Office, key};
use super::scenes;
use crate::ledger::{Share, Shares};
use crate::uptime::now_ms;

scenes![
    what_one_run_takes_of_a_rate_the_others_see,
    a_pause_holds_for_all_and_is_not_made_shorter,
    the_share_of_a_dead_run_is_told_from_those_of_the_living,
];

fn shares(clerk: &Clerk) -> Box<dyn Shares> {
    clerk.ledger.sharer(clerk.run).open(key("server and credential")).unwrap()
}

fn share(clerk: &Clerk, part: u32) -> Share {
    Share { run: clerk.run, per_s: Some(50.0), part }
}

fn what_one_run_takes_of_a_rate_the_others_see(office: &Office) {
    let (one, other) = (office.run("one"), office.run("other"));
    let (mut first, mut second) = (shares(&one), shares(&other));
    assert_eq!((first.run(), first.look().unwrap().shares.len()), (one.run, 0));
    let known = first.settle(&mut |_| (share(&one, 50), 7)).unwrap();
    assert_eq!((known.shares, known.free_ms), (vec![share(&one, 50)], 7));
    let mut seen = Vec::new();
    let known = second.settle(&mut |known| {
        seen.clone_from(&known.shares);
        (share(&other, 20), known.free_ms.max(9))
    });
    assert_eq!(seen, [share(&one, 50)], "decided by what stands there");
    assert_eq!(known.unwrap().shares.len(), 2);
    let mut known = first.look().unwrap();
    known.shares.sort_by_key(|share| share.run);
    assert_eq!((known.shares, known.free_ms), (vec![share(&one, 50), share(&other, 20)], 9));
    let elsewhere = one.ledger.sharer(one.run).open(key("another server")).unwrap();
    assert!(elsewhere.look().unwrap().shares.is_empty());
    second.leave(now_ms() + 60_000).unwrap();
    let known = first.look().unwrap();
    assert_eq!(known.shares, [share(&one, 50)]);
    assert!(known.free_ms > now_ms(), "what was given back may be taken later");
}

fn a_pause_holds_for_all_and_is_not_made_shorter(office: &Office) {
    let (one, other) = (office.run("one"), office.run("other"));
    let (mut first, mut second) = (shares(&one), shares(&other));
    let until = now_ms() + 60_000;
    first.hold(until).unwrap();
    second.hold(until - 10_000).unwrap();
    second.settle(&mut |_| (share(&other, 1), 0)).unwrap();
    assert_eq!([first.look().unwrap().hold_ms, second.look().unwrap().hold_ms], [until; 2]);
}

fn the_share_of_a_dead_run_is_told_from_those_of_the_living(office: &Office) {
    let (one, dead) = (office.run("one"), office.run("dead"));
    let mut first = shares(&one);
    shares(&dead).settle(&mut |_| (share(&dead, 30), 0)).unwrap();
    assert_eq!(first.look().unwrap().shares, [share(&dead, 30)]);
    let run = dead.run;
    drop(dead);
    let known = first.look().unwrap();
    assert_eq!((known.shares.len(), known.dead), (0, vec![run]));
    let known = first.settle(&mut |_| (share(&one, 50), 0)).unwrap();
    assert_eq!((known.shares, known.dead), (vec![share(&one, 50)], vec![]));
    assert!(first.look().unwrap().dead.is_empty());
}
