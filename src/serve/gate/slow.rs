//! Wrong passwords make the next attempt wait: for the account, and for the address that guesses.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::secret::Hash;

/// Wrong attempts at one account that cost nothing, and those of one address: an office may share one.
const FREE: [(Kind, u32); 2] = [(Kind::Account, 5), (Kind::Address, 20)];
/// The longest wait. It is short, so that a stranger cannot keep the owner of an account out.
const LONGEST: Duration = Duration::from_secs(60);
/// What nobody tried for so long is forgotten.
const MEMORY: SignedDuration = SignedDuration::from_mins(15);
/// The most accounts and addresses that are remembered; those that were tried longest ago give way.
const MOST: usize = 4096;

/// The accounts and addresses with wrong attempts.
#[derive(Default)]
pub struct Slow(Mutex<HashMap<Name, Failures>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Account,
    Address,
}

type Name = (Kind, Hash);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Slow {
    /// How long this attempt has still to wait, if it has.
    pub fn wait(&self, email: &str, from: IpAddr, now: Timestamp) -> Option<Duration> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = names(email, from).into_iter().filter_map(|name| known.get(&name)?.left(name.0, now));
        waits.max()
    }

    /// Notes a wrong attempt.
    pub fn failed(&self, email: &str, from: IpAddr, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names(email, from) {
            if known.len() >= MOST && !known.contains_key(&name) {
                make_room(&mut known, now);
            }
            let failures = known.entry(name).or_insert(Failures { count: 0, last: now });
            if now.duration_since(failures.last) >= MEMORY {
                failures.count = 0;
            }
            *failures = Failures { count: failures.count.saturating_add(1), last: now };
        }
    }

    /// Forgets the wrong attempts at an account: its owner came in.
    pub fn came_in(&self, email: &str, from: IpAddr) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [account, _] = names(email, from);
        known.remove(&account);
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Failures {
    fn left(self, kind: Kind, now: Timestamp) -> Option<Duration> {
        let free = FREE.iter().find(|(known, _)| *known == kind).map_or(0, |(_, free)| *free);
        let over = self.count.checked_sub(free)?;
        let wait = Duration::from_secs(1 << over.min(6)).min(LONGEST);
        let passed = Duration::try_from(now.duration_since(self.last)).unwrap_or_default();
        wait.checked_sub(passed).filter(|left| !left.is_zero())
    }
}

/// Forgets what is old, and if nothing is, the half that was tried longest ago.
fn make_room(known: &mut HashMap<Name, Failures>, now: Timestamp) {
    known.retain(|_, failures| now.duration_since(failures.last) < MEMORY);
    if known.len() < MOST {
        return;
    }
    let mut times: Vec<Timestamp> = known.values().map(|failures| failures.last).collect();
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    let median = *median;
    known.retain(|_, failures| failures.last > median);
}

fn names(email: &str, from: IpAddr) -> [Name; 2] {
    let account = email.trim().to_lowercase();
    [(Kind::Account, Hash::of(&account)), (Kind::Address, Hash::of(&network_of(from).to_string()))]
}

/// Somebody who has one new address has the whole network around it.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_wrong_password_after_the_fifth_makes_the_next_wait_longer() {
        let slow = Slow::default();
        let (email, from) = ("elif@example.com", ip("192.0.2.1"));
        for _ in 0..4 {
            slow.failed(email, from, at(0));
        }
        assert_eq!(slow.wait(email, from, at(0)), None);
        slow.failed(email, from, at(0));
        assert_eq!(slow.wait(" ELIF@example.com", ip("192.0.2.2"), at(0)), Some(Duration::from_secs(1)));
        assert_eq!(slow.wait(email, from, at(1)), None);
        for _ in 0..20 {
            slow.failed(email, from, at(0));
        }
        assert_eq!(slow.wait(email, from, at(0)), Some(LONGEST));
        // Another account from the same address waits too, from elsewhere it does not.
        assert!(slow.wait("can@example.com", from, at(0)).is_some());
        assert_eq!(slow.wait("can@example.com", ip("192.0.2.2"), at(0)), None);
        slow.came_in(email, from);
        assert_eq!(slow.wait(email, ip("192.0.2.2"), at(0)), None);
        assert_eq!(slow.wait(email, from, at(16 * 60)), None);
    }

    #[test]
    fn a_network_of_new_addresses_is_one() {
        let slow = Slow::default();
        for n in 0..21 {
            slow.failed(&n.to_string(), ip(&format!("2001:db8::{n:x}")), at(0));
        }
        assert!(slow.wait("x", ip("2001:db8::ffff"), at(0)).is_some());
        assert_eq!(slow.wait("x", ip("2001:db8:0:1::1"), at(0)), None);
    }

    #[test]
    fn ten_thousand_names_take_no_more_memory_than_the_most() {
        let slow = Slow::default();
        for n in 0..10_000 {
            slow.failed(&n.to_string(), ip(&format!("10.0.{}.{}", n / 256, n % 256)), at(n / 100));
            assert!(slow.len() <= MOST);
        }
        for _ in 0..9 {
            slow.failed("9999", ip("10.0.0.1"), at(100));
        }
        assert!(slow.wait("9999", ip("10.9.9.9"), at(100)).is_some());
    }
}
