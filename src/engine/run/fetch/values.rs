//! The allowed values that a read operation tells, for a contract of one's own.

use serde_json::Value;

use super::single;
use crate::contract::Operation;
use crate::error::{Code, Error};
use crate::fetch::pages::Reading;
use crate::fetch::values::Values;
use crate::job::{Job, Sending};
use crate::message::{Text, shown};
use crate::run::target::Target;
use crate::submit::control::{Command, Control};
use crate::submit::reading::{ReadSession, Reply};
use crate::text;
use crate::validate::Request;
use crate::words;

/// The values of each field of the job's operation (`x-caseload.values`), read from the server. The caller agrees to the
/// addresses first: those that [`places`](crate::run::places) tells.
///
/// # Errors
/// The answer could not be had, or not whole.
pub fn values(job: &Job, sending: &Sending, control: &Control) -> Result<Vec<(String, Vec<Value>)>, Error> {
    let operation = &job.operations[0];
    let request = single::request(operation, job)?;
    let target = Target::of(&[operation], job, sending)?;
    let runtime = crate::run::runtime()?;
    let operations = [operation];
    let mut found: Vec<(String, Values)> =
        operation.values.iter().map(|(field, _)| (field.clone(), Values::default())).collect();
    runtime.block_on(async {
        let pace = target.pace(sending, None);
        let line = ReadSession::new(&operations, &target.sender, pace, |_| ());
        tokio::select! {
            read = every_page(&line, operation, &request, &mut found) => read,
            stop = cancelled(control) => Err(stop),
        }
    })?;
    Ok(found.into_iter().map(|(field, values)| (field, values.into_list())).collect())
}

async fn every_page(
    line: &ReadSession<'_>,
    operation: &Operation,
    request: &Request,
    found: &mut [(String, Values)],
) -> Result<(), Error> {
    let mut reading = Reading::new(operation.pages.as_ref(), false);
    let name = super::name();
    loop {
        let reply = match reading.wanted() {
            Some((parameter, page)) => line.read(&request.at_page(parameter, page), 0, &format!("{name}-{page}")).await,
            None => line.read(request, 0, &name).await,
        };
        let body = match reply {
            Reply::Answer { body, .. } => body,
            Reply::Failed { error, .. } => {
                return Err(unread(&operation.full_name(), &words::both(&error)));
            }
            Reply::Stopped => {
                return Err(line.reason().unwrap_or_else(|| unread(&operation.full_name(), &Text::same("-"))));
            }
        };
        for ((_, values), (_, pointer)) in found.iter_mut().zip(&operation.values) {
            values.take(&body, pointer);
        }
        let page = reading.take(body).map_err(|why| Code::NotRead.early(words::both(&why.into())))?;
        if !page.more {
            return reading.doubt().map_or(Ok(()), |doubt| Err(Code::NotRead.early(words::list_doubt(&doubt))));
        }
    }
}

fn unread(name: &str, why: &Text) -> Error {
    let (tr, en) = (shown(&why.tr), shown(&why.en));
    Code::NotRead.early(text!(
        "{name} okunamadı ({tr}). Sözleşme olduğu gibi bırakıldı.",
        "{name} could not be read ({en}). The contract was left as it is."
    ))
}

async fn cancelled(control: &Control) -> Error {
    let mut commands = control.listen();
    loop {
        if commands.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        let command = *commands.borrow_and_update();
        if let Command::Cancel(signal) = command {
            return super::rows::interrupted(signal);
        }
    }
}
