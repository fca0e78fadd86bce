//! Time that nobody sets: milliseconds since the machine was started, by which several processes wait together.
//!
//! The wall clock jumps when somebody sets it, so no wait that safety rests on is read from it. This clock runs
//! through sleep, and every process of the machine reads the same. It begins anew with each start of the machine,
//! which has a number of its own.

/// A moment of one start of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uptime {
    /// Which start of the machine: another one has another number. Zero where the system does not tell.
    pub boot: i64,
    /// Milliseconds since then.
    pub ms: i64,
}

impl Uptime {
    /// This moment.
    pub fn now() -> Self {
        Self { boot: boot(), ms: now_ms() }
    }

    /// How long ago a moment was, in milliseconds; none where the machine was started since.
    pub fn since(&self, moment: &Self) -> Option<i64> {
        (self.boot == moment.boot && self.ms >= moment.ms).then(|| self.ms - moment.ms)
    }
}

/// Milliseconds since the machine was started.
#[cfg(target_os = "linux")]
pub fn now_ms() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// The clock of these systems that nobody sets stands still while the machine sleeps: waits become longer by that.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn now_ms() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// No clock since the start of the machine is to be had here without unsafe code: the wall clock has to do.
#[cfg(not(unix))]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

/// The first half of the name that Linux draws at each start.
#[cfg(target_os = "linux")]
fn boot() -> i64 {
    let name = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let digits: String = name.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    u64::from_str_radix(&digits, 16).unwrap_or_default().cast_signed()
}

#[cfg(not(target_os = "linux"))]
fn boot() -> i64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_so_long_ago_or_of_another_start_of_the_machine() {
        let at = |boot, ms| Uptime { boot, ms };
        assert_eq!(at(1, 5_000).since(&at(1, 2_000)), Some(3_000));
        assert_eq!(at(2, 5_000).since(&at(1, 2_000)), None);
        // Without a number, a clock that has gone back tells it.
        assert_eq!(at(0, 1_000).since(&at(0, 2_000)), None);
        let before = Uptime::now();
        std::thread::sleep(std::time::Duration::from_millis(3));
        assert!(Uptime::now().since(&before).is_some_and(|ms| (2..60_000).contains(&ms)));
    }
}
