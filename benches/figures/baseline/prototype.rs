//! The whole job in its barest form: rows → body → intent on disk → request → outcome on disk → result workbook.
//! It checks nothing, maps nothing and goes on after nothing: the bar for what those may cost.

use std::io::{Seek, Write};
use std::path::Path;

use csv::StringRecord;
use futures_util::{StreamExt, TryStreamExt, stream};
use rust_xlsxwriter::Workbook;

use super::journal::Journal;
use super::post::Post;
use super::{IN_FLIGHT, rows};
use crate::Fallible;
use crate::install_list::COLUMNS;

/// Sends each row of a list and writes the result; how many were answered.
pub fn prototype(path: &Path, base_url: &str, ledger: &Path, result: &Path) -> Fallible<usize> {
    // The rows wait on disk for the result: reading a workbook twice would cost more.
    let mut spool = csv::Writer::from_writer(tempfile::tempfile()?);
    let rows = rows::open(path)?.map(|row| {
        let row = row?;
        spool.write_record(&row)?;
        Ok(row)
    });
    let ids = send(rows, base_url, ledger)?;
    let mut spool = spool.into_inner().map_err(csv::IntoInnerError::into_error)?;
    spool.flush()?;
    spool.rewind()?;
    let rows = csv::ReaderBuilder::new().has_headers(false).from_reader(spool);
    write_result(rows.into_records(), &ids, result)?;
    Ok(ids.len())
}

/// The id of each row, in the order of the file.
fn send(rows: impl Iterator<Item = Fallible<StringRecord>>, base_url: &str, ledger: &Path) -> Fallible<Vec<u64>> {
    let (journal, writer) = Journal::open(ledger)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ids = runtime.block_on(async {
        let post = Post::new(base_url)?;
        let sent = stream::iter((0..).zip(rows)).map(|(number, row)| {
            let (post, journal) = (post.clone(), journal.clone());
            async move {
                let row = row?;
                journal.intend(number).await?;
                let id = post.send(&row).await?;
                journal.settle(number, id)?;
                Fallible::Ok((number, id))
            }
        });
        let place = async |mut ids: Vec<u64>, (number, id): (u64, u64)| {
            let index = number as usize;
            ids.resize(ids.len().max(index + 1), 0);
            ids[index] = id;
            Ok(ids)
        };
        sent.buffer_unordered(IN_FLIGHT).try_fold(Vec::new(), place).await
    });
    drop(journal);
    writer.join().map_err(|_| "the journal's writer panicked")??;
    ids
}

/// The columns of the list and four of the outcome.
fn write_result(rows: impl Iterator<Item = csv::Result<StringRecord>>, ids: &[u64], result: &Path) -> Fallible<()> {
    const OUTCOME: [&str; 4] = ["result", "caseId", "http status", "row"];
    let width = COLUMNS.len() as u16;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.write_row(0, 0, COLUMNS)?.write_row(0, width, OUTCOME)?;
    for (at, (row, id)) in (1..).zip(rows.zip(ids)) {
        for (column, text) in (0..).zip(&row?) {
            sheet.write_string(at, column, text)?;
        }
        sheet.write_string(at, width, "done")?;
        sheet.write_number(at, width + 1, *id as f64)?;
        sheet.write_number(at, width + 2, 200)?.write_number(at, width + 3, at)?;
    }
    Ok(workbook.save(result)?)
}
