//! The records of one row until its turn comes to be written: in memory while they are few.

use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::spool::{Spool, Spooled};

/// More than this, in bytes, goes to a file without a name.
const FEW: usize = 2 << 20;

/// A page's number and an item of it as JSON.
pub type Piece = (u64, String);

pub struct Pile<'a> {
    scratch: &'a Path,
    few: Vec<Piece>,
    bytes: usize,
    many: Option<Spool<Piece>>,
    count: u64,
}

impl<'a> Pile<'a> {
    /// A pile that grows into the scratch folder.
    pub fn new(scratch: &'a Path) -> Self {
        Self { scratch, few: Vec::new(), bytes: 0, many: None, count: 0 }
    }

    /// # Errors
    /// The disk is full.
    pub fn push(&mut self, page: u64, item: &Value) -> Result<(), Error> {
        let json = item.to_string();
        self.count += 1;
        self.bytes += json.len();
        self.few.push((page, json));
        if self.bytes > FEW {
            let spool = match &mut self.many {
                Some(spool) => spool,
                none => none.insert(Spool::new(self.scratch)?),
            };
            self.few.drain(..).try_for_each(|piece| spool.push(&piece))?;
            self.bytes = 0;
        }
        Ok(())
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Hands over all pieces in their order.
    ///
    /// # Errors
    /// Those of `take`, and a spool that cannot be read.
    pub fn each(self, mut take: impl FnMut(Piece) -> Result<(), Error>) -> Result<(), Error> {
        if let Some(many) = self.many {
            let mut many: Spooled<Piece> = many.finish()?;
            many.records()?.try_for_each(|piece| take(piece?))?;
        }
        self.few.into_iter().try_for_each(take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_items_come_back_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut pile = Pile::new(folder.path());
        for n in 0..3000_u64 {
            pile.push(n / 10, &Value::from(format!("{n} {}", "x".repeat(1000)))).unwrap();
        }
        assert!(pile.many.is_some() && !pile.few.is_empty());
        assert_eq!(pile.count(), 3000);
        let mut next = 0;
        pile.each(|(page, json)| {
            assert!(page == next / 10 && json.starts_with(&format!("\"{next} ")));
            next += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(next, 3000);
    }
}
