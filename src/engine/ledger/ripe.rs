//! When it may be said of an unknown row that it was not done.
//!
//! A row that was called not done is sent again, so nothing of its earlier request may arrive after that. The wait is
//! counted from the intent by the clock that nobody sets ([`Uptime`]), and its length hangs on how the attempt ended:
//!
//! - Its process died and saw no end. The request may have left up to [`LEAVE`] after the intent, and been under way for
//!   the run's own timeout; what the process had written the kernel goes on sending for [`NETWORK`]; [`RESERVE`] is for
//!   what nobody knows. Until the sum of these is over the row is not ripe.
//! - Its sender waited in vain, and closed the connection. Only what the kernel still holds can be under way: the row is
//!   ripe [`LEAVE`] and [`NETWORK`] after the intent, which is before the default timeout of a minute is over. At a
//!   server of this machine nothing is between the two, and the row is ripe at once.
//! - An answer came, or the other side broke the connection: nothing is under way, and the row is ripe at once.
//!
//! A machine that was started since has forgotten what it had to send: the row is ripe at once. A row that was done is
//! never sent again, so to say "done" nobody waits. What a proxy or the server itself carries out later than that is
//! beyond what can be known here.

use std::time::Duration;

use super::entry::{Entry, State};
use crate::identity::Server;
use crate::outcome::{Failure, Reason};
use crate::uptime::Uptime;

/// A request leaves so long after its intent at the latest, or not at all.
pub const LEAVE: Duration = Duration::from_secs(5);
/// What was written and not received the kernel drops after so long (`TCP_USER_TIMEOUT`, as the HTTP client sets it).
const NETWORK: Duration = Duration::from_secs(30);
const RESERVE: Duration = Duration::from_secs(25);
/// The timeout of a run that does not say its own.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How the sender saw an attempt end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// It did not: its process is gone.
    Nothing,
    /// It waited in vain.
    Timeout,
    /// An answer, or the end of the connection.
    End,
}

impl Seen {
    fn of(entry: &Entry) -> Self {
        match entry.settlement.error.as_ref().and_then(|cause| cause.reason.as_ref()) {
            Some(Reason::Failed(Failure::Interrupted)) => Self::Nothing,
            Some(Reason::Failed(Failure::Timeout)) => Self::Timeout,
            _ => Self::End,
        }
    }

    /// How long after its intent something of the attempt may arrive.
    fn wait(self, timeout: Duration, is_here: bool) -> Duration {
        match self {
            Self::Nothing => LEAVE + timeout + NETWORK + RESERVE,
            Self::Timeout if !is_here => LEAVE + NETWORK,
            Self::Timeout | Self::End => Duration::ZERO,
        }
    }
}

/// How long a person has to wait before closing a row as not done. `None` means that the row is ripe. The timeout is that
/// of the row's run, where it is known; `is_here` where the row went to a server of this machine.
pub(super) fn wait_for(entry: &Entry, timeout: Option<Duration>, is_here: bool, now: Uptime) -> Option<Duration> {
    let age = entry.opened.and_then(|opened| now.since(&opened)).filter(|_| entry.state == State::Unknown)?;
    let wait = Seen::of(entry).wait(timeout.unwrap_or(TIMEOUT), is_here);
    wait.checked_sub(Duration::from_millis(age.unsigned_abs())).filter(|left| !left.is_zero())
}

/// Whether a server is one of this machine.
pub(super) fn is_here(server: &Server) -> bool {
    server.is_sandbox() || server.authority().split(':').next() == Some("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_hangs_on_how_the_attempt_ended() {
        let seconds = |seen: Seen, timeout, is_here| seen.wait(Duration::from_secs(timeout), is_here).as_secs();
        assert_eq!((seconds(Seen::Nothing, 60, false), seconds(Seen::Nothing, 60, true)), (120, 120));
        assert_eq!(seconds(Seen::Nothing, 5, false), 65);
        assert_eq!((seconds(Seen::Timeout, 60, false), seconds(Seen::Timeout, 5, true)), (35, 0));
        assert_eq!(seconds(Seen::End, 60, false), 0);
    }
}
