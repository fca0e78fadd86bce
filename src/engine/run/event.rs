//! What a stage tells its caller on the way.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::message::Text;
use crate::notice::Notice;
use crate::outcome::Status;
use crate::submit::control::{Control, Signal};
use crate::text;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A stage began.
    Began(Stage),
    /// Rows of the file, or records of a list, that were read so far.
    Read {
        /// How many.
        rows: u64,
    },
    /// Rows came to an outcome, and the ledger has it on disk.
    Settled {
        /// The outcome.
        status: Status,
        /// How many came to it.
        rows: u64,
    },
    /// The server asked for a pause. No request leaves before it is over.
    Holding(Duration),
    /// The ledger could not keep an answer. This JSON line is its only record.
    NotKept(String),
    /// Something to know about the file or the run.
    Notice(Notice),
    /// The stage that began last is over.
    Ended,
}

/// What takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are read and checked, or a list is read.
    Reading,
    /// Rows are sent, or read for one by one.
    Sending {
        /// How many rows there are to send.
        rows: u64,
    },
}

/// Hears what a stage tells, on the thread that called the stage.
pub trait Observer {
    /// Takes an event.
    fn tell(&self, event: Event);

    /// Whether a file may be read in the encoding that its bytes suggest. Without a word of the caller it may not.
    fn agrees(&self, question: &Text) -> bool {
        let _ = question;
        false
    }
}

/// The caller of a stage: it hears what happens, and may stop it.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// Hears what happens.
    pub observer: &'a dyn Observer,
    /// Says whether to go on.
    pub control: &'a Control,
}

impl Caller<'_> {
    /// Tells the caller an event.
    pub fn tell(&self, event: Event) {
        self.observer.tell(event);
    }

    /// Tells the caller a notice.
    pub fn note(&self, notice: Notice) {
        self.tell(Event::Notice(notice));
    }

    /// Sees that the caller still wants the work done.
    ///
    /// # Errors
    /// It was cancelled before anything was sent.
    pub fn still_wants(&self) -> Result<(), Error> {
        let Some(signal) = self.control.cancelled() else { return Ok(()) };
        let kind = match signal {
            Signal::Interrupt => ErrorKind::Interrupted,
            Signal::Terminate => ErrorKind::Terminated,
        };
        let message = text!(
            "Durduruldu; hiçbir şey gönderilmedi. Aynı komut baştan denetler.",
            "Interrupted; nothing was sent. The same command checks from the start."
        );
        Err(Error::new(kind, message))
    }
}

impl<F: Fn(Event)> Observer for F {
    fn tell(&self, event: Event) {
        self(event);
    }
}
