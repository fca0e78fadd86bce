//! The loop that reads: rows side by side, their ends in the order of the file.

use std::path::Path;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesOrdered;

use super::gathered::Gathered;
use super::pile::Pile;
use crate::contract::Pages;
use crate::error::{Error, ErrorKind};
use crate::fetch::End;
use crate::fetch::pages::Reading;
use crate::outcome::{Cause, ListDoubt, Reason, Status, Unread};
use crate::row::Place;
use crate::run::event::{Caller, Event};
use crate::submit::control::{Command, Signal};
use crate::submit::event::reference;
use crate::submit::reading::{ReadSession, Reply};
use crate::text;
use crate::validate::Request;

/// A row, as the loop takes it.
pub enum Task {
    Read(Place, Request),
    /// Nothing is to be read for it.
    Ended(End),
}

/// What became of a row.
pub struct ReadRow<'a> {
    pub end: End,
    pub pile: Pile<'a>,
    pub pages: u64,
    pub total: Option<u64>,
    /// What is doubtful of its list.
    pub doubt: Option<ListDoubt>,
}

/// What the loop needs to know of the run.
pub struct Plan<'a> {
    pub line: &'a ReadSession<'a>,
    /// The run's name, as it stands in references.
    pub name: &'a str,
    pub pages: Option<&'a Pages>,
    pub concurrency: usize,
    pub caller: Caller<'a>,
    /// The folder for temporary files.
    pub scratch: &'a Path,
    /// One list is read, and its records are counted as they come.
    pub single: bool,
}

impl Plan<'_> {
    /// Reads for every row. What stops the run leaves the rest as not sent.
    ///
    /// # Errors
    /// A spool that cannot be written; the rows themselves never fail.
    pub async fn run(
        &self,
        mut tasks: impl Iterator<Item = Result<Task, Error>>,
        gathered: &mut Gathered,
    ) -> Result<(), Error> {
        let mut flights: FuturesOrdered<LocalBoxFuture<Result<ReadRow, Error>>> = FuturesOrdered::new();
        let mut commands = self.caller.control.listen();
        let mut paused = false;
        let mut ordinal = 0;
        loop {
            // Rows go alone until the server has answered one properly.
            let most = if self.line.is_open_for_all() { self.concurrency } else { 1 };
            let waits = paused && self.line.reason().is_none();
            while !waits
                && flights.len() < most
                && let Some(task) = tasks.next()
            {
                flights.push_back(self.begin(task?, ordinal));
                ordinal += 1;
            }
            if flights.is_empty() && !waits {
                return Ok(());
            }
            tokio::select! {
                biased;
                Ok(()) = commands.changed(), if self.line.reason().is_none() => {
                    let command = *commands.borrow_and_update();
                    paused = command == Command::Pause;
                    if let Command::Cancel(signal) = command {
                        self.line.stop(interrupted(signal));
                    }
                }
                Some(fetched) = flights.next() => {
                    let fetched = fetched?;
                    if !self.single && !matches!(fetched.end.status, Status::NotSent | Status::Invalid) {
                        self.caller.tell(Event::Settled { status: fetched.end.status, rows: 1 });
                    }
                    gathered.take(fetched)?;
                }
            }
        }
    }

    fn begin(&self, task: Task, ordinal: u32) -> LocalBoxFuture<'_, Result<ReadRow<'_>, Error>> {
        match task {
            Task::Read(place, request) => Box::pin(self.row(place, request, ordinal)),
            Task::Ended(end) => Box::pin(async move {
                Ok(ReadRow { end, pile: Pile::new(self.scratch), pages: 0, total: None, doubt: None })
            }),
        }
    }

    /// Reads for one row, page after page.
    async fn row(&self, place: Place, request: Request, ordinal: u32) -> Result<ReadRow<'_>, Error> {
        let alone = self.pages.is_some_and(|pages| request.has_query(&pages.parameter));
        let mut reading = Reading::new(self.pages, alone);
        let mut pile = Pile::new(self.scratch);
        let reference = reference(self.name, place);
        let mut pages = 0;
        let mut end = loop {
            let reply = match reading.wanted() {
                Some((parameter, page)) => {
                    let request = request.at_page(parameter, page);
                    self.line.read(&request, ordinal, &format!("{reference}.{page}")).await
                }
                None => self.line.read(&request, ordinal, &reference).await,
            };
            let (status, body) = match reply {
                Reply::Answer { status, body } => (status, body),
                Reply::Failed { status, http_status, error } => {
                    break failed(status, http_status, error, pages);
                }
                Reply::Stopped => break stopped(pages),
            };
            match reading.take(body) {
                Ok(page) => {
                    pages += 1;
                    page.items.iter().try_for_each(|item| pile.push(page.number, item))?;
                    if self.single {
                        self.caller.tell(Event::Read { rows: reading.read() });
                    }
                    if !page.more {
                        break End { http_status: Some(status), ..End::of(Status::Done) };
                    }
                }
                Err(why) => break failed(Status::Unknown, Some(status), why.into(), pages),
            }
        };
        end.items = pile.count();
        let doubt = reading.doubt().filter(|_| end.status == Status::Done);
        if let Some(doubt) = doubt {
            end.status = Status::Unknown;
            end.error = Some(Unread::ListChanged(doubt).into());
        }
        Ok(ReadRow { end, pile, pages, total: reading.total(), doubt })
    }
}

/// A row whose reading failed; some of its pages may have been read.
fn failed(otherwise: Status, status: Option<u16>, cause: Cause, pages: u64) -> End {
    if pages == 0 {
        return End { http_status: status, error: Some(cause), ..End::of(otherwise) };
    }
    // What was read in part is neither done nor refused.
    let reason = Reason::Unread(Unread::Partly { pages, why: cause.reason.map(Box::new) });
    End { http_status: status, error: Some(Cause::beside(reason, cause.said)), ..End::of(Status::Unknown) }
}

/// A row that the end of the run kept from being read, or from being read whole.
fn stopped(pages: u64) -> End {
    if pages > 0 {
        return End { error: Some(Unread::Partly { pages, why: None }.into()), ..End::of(Status::Unknown) };
    }
    End { error: Some(Unread::Stopped.into()), ..End::of(Status::NotSent) }
}

pub fn interrupted(signal: Signal) -> Error {
    let kind = match signal {
        Signal::Interrupt => ErrorKind::Interrupted,
        Signal::Terminate => ErrorKind::Terminated,
    };
    let message = text!(
        "Durduruldu; o ana kadar okunanlar yazıldı. Aynı komut baştan okur.",
        "Interrupted; what had been read is written. The same command reads from the start."
    );
    Error::new(kind, message)
}
