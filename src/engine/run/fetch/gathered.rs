//! All that was read, until the columns are known and it can be written.

use std::path::Path;

use crate::error::Error;
use crate::fetch::Record;
use crate::fetch::record::Columns;
use crate::outcome::{Cause, ListDoubt, Tally};
use crate::spool::Spool;

use super::rows::ReadRow;

/// Doubts that are told one by one.
const MOST_TOLD: usize = 5;

pub struct Gathered {
    pub records: Spool<Record>,
    pub columns: Columns,
    pub tally: Tally,
    pub pages: u64,
    pub items: u64,
    /// Of the only list that was read.
    pub total: Option<u64>,
    /// Lists that changed while they were read.
    pub changed: u64,
    pub doubts: Vec<ListDoubt>,
    /// Why the last row that failed did.
    pub failure: Option<Cause>,
}

impl Gathered {
    /// # Errors
    /// There is no room for temporary files.
    pub fn new(columns: Columns, scratch: &Path) -> Result<Self, Error> {
        Ok(Self {
            records: Spool::new(scratch)?,
            columns,
            tally: Tally::default(),
            pages: 0,
            items: 0,
            total: None,
            changed: 0,
            doubts: Vec::new(),
            failure: None,
        })
    }

    /// Takes what became of the next row.
    pub fn take(&mut self, fetched: ReadRow) -> Result<(), Error> {
        let ReadRow { end, pile, pages, total, doubt } = fetched;
        self.tally.rows += 1;
        self.tally.add(&end.outcome());
        self.pages += pages;
        self.items += end.items;
        self.total = total;
        self.changed += u64::from(doubt.is_some());
        if self.doubts.len() < MOST_TOLD {
            self.doubts.extend(doubt);
        }
        self.failure = end.error.clone().or(self.failure.take());
        self.records.push(&Record::Row(end))?;
        let Self { records, columns, .. } = self;
        pile.each(|(page, json)| {
            if let Ok(item) = serde_json::from_str(&json) {
                columns.note(&item);
            }
            records.push(&Record::Item { page, json })
        })
    }
}
