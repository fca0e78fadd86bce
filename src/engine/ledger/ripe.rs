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

use rusqlite::{OptionalExtension as _, params};

use super::entry::{Entry, Error, State};
use super::sqlite::Ledger;
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

impl Ledger {
    /// Keeps the timeout of a run's requests; of several sessions the longest holds.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn note_timeout(&self, run: u32, timeout: Duration) -> Result<(), Error> {
        let sql = "UPDATE run SET timeout_ms = max(?2, coalesce(timeout_ms, 0)) WHERE number = ?1";
        self.connection.execute(sql, params![run, timeout.as_millis() as i64])?;
        Ok(())
    }

    /// How long a person has to wait before closing a row as not done. `None` means that the row is ripe.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn unripe_for(&self, entry: &Entry, now: Uptime) -> Result<Option<Duration>, Error> {
        let age = entry.opened.and_then(|opened| now.since(&opened));
        let Some(age) = age.filter(|_| entry.state == State::Unknown) else { return Ok(None) };
        let wait = Seen::of(entry).wait(self.timeout_of(entry.id.run)?, self.is_here(entry)?);
        Ok(wait.checked_sub(Duration::from_millis(age.unsigned_abs())).filter(|left| !left.is_zero()))
    }

    fn timeout_of(&self, run: u32) -> Result<Duration, Error> {
        let mut statement = self.connection.prepare_cached("SELECT timeout_ms FROM run WHERE number = ?1")?;
        let kept: Option<i64> = statement.query_row([run], |row| row.get(0)).optional()?.flatten();
        Ok(kept.map_or(TIMEOUT, |ms| Duration::from_millis(ms.unsigned_abs())))
    }

    /// Whether a row went to a server of this machine.
    fn is_here(&self, entry: &Entry) -> Result<bool, Error> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM server WHERE number = ?1")?;
        let name: Option<String> = statement.query_row([entry.server], |row| row.get(0)).optional()?;
        Ok(name.is_some_and(|name| {
            let server = Server::from_name(&name);
            server.is_sandbox() || server.authority().split(':').next() == Some("localhost")
        }))
    }
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
