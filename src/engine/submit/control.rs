//! What the caller of a check or a run says to it on the way: pause, go on, stop.

use tokio::sync::watch;

/// Why a caller ends a run before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C, or a person who cancels.
    Interrupt,
    /// The system ends the process.
    Terminate,
}

/// The word that counts now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Command {
    /// New requests may leave.
    #[default]
    GoOn,
    /// No new request leaves; those in flight are settled.
    Pause,
    /// The last word: no other follows.
    Cancel(Signal),
}

/// The caller's end. Its clones are one: what is said to one of them is said to all.
#[derive(Debug, Clone, Default)]
pub struct Control(watch::Sender<Command>);

impl Control {
    /// No new request is begun. Requests in flight end, and their outcomes are kept.
    pub fn pause(&self) {
        self.say(Command::Pause);
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.say(Command::GoOn);
    }

    /// Ends the work: rows in flight are waited for and settled, no other row is sent.
    pub fn cancel(&self, signal: Signal) {
        self.say(Command::Cancel(signal));
    }

    /// Why the work is to end, if it is.
    pub fn cancelled(&self) -> Option<Signal> {
        match *self.0.borrow() {
            Command::Cancel(signal) => Some(signal),
            Command::GoOn | Command::Pause => None,
        }
    }

    /// The loop's end. It hears first what was said before.
    pub fn listen(&self) -> watch::Receiver<Command> {
        let mut receiver = self.0.subscribe();
        receiver.mark_changed();
        receiver
    }

    fn say(&self, command: Command) {
        self.0.send_if_modified(|now| {
            let changes = !matches!(now, Command::Cancel(_)) && *now != command;
            if changes {
                *now = command;
            }
            changes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_cancelled_stays_cancelled_and_a_late_listener_hears_it() {
        let control = Control::default();
        control.clone().pause();
        assert_eq!(*control.listen().borrow_and_update(), Command::Pause);
        control.cancel(Signal::Terminate);
        control.resume();
        control.cancel(Signal::Interrupt);
        assert_eq!(control.cancelled(), Some(Signal::Terminate));
        let mut late = control.listen();
        assert!(late.has_changed().unwrap());
        assert_eq!(*late.borrow_and_update(), Command::Cancel(Signal::Terminate));
    }
}
