//! What a person sees in a cell, and where that is not what is sent.

use compact_str::CompactString;

use super::moment::{civil_of_serial, shows_another_moment, time_of_serial};
use super::{Coerce, yes_or_no};
use crate::contract::Kind;
use crate::message::shown;
use crate::number_format::exact;
use crate::outcome::CellFault;
use crate::row::{BadCell, Cell};

impl Coerce<'_> {
    /// The cell as a person sees it, for messages and templates.
    pub fn shown(&self, cell: &Cell) -> CompactString {
        match cell {
            Cell::Empty | Cell::Bad(BadCell::NoCachedValue) => CompactString::default(),
            Cell::Text(text) | Cell::Bad(BadCell::Error(text) | BadCell::Undecodable(text)) => text.clone(),
            Cell::Number { value, format } => {
                self.formats.shown(*value, *format).map_or_else(|| exact(*value), |shown| shown.text).into()
            }
            Cell::Bool(flag) => CompactString::new(if *flag { "true" } else { "false" }),
            Cell::Date { serial, format } if !self.formats.date(*format).is_date() => time_of_serial(*serial).into(),
            Cell::Date { serial, .. } => match civil_of_serial(*serial) {
                Some(civil) if civil.time() == jiff::civil::Time::midnight() => {
                    civil.strftime("%d.%m.%Y").to_string().into()
                }
                Some(civil) => civil.strftime("%d.%m.%Y %H:%M").to_string().into(),
                None => serial.to_string().into(),
            },
        }
    }

    /// What is sent although the sheet shows something else, and why that is likely wrong.
    pub fn doubt(&self, kind: &Kind, cell: &Cell) -> Option<CellFault> {
        // What is sent of a text is what the sheet shows.
        if !matches!(cell, Cell::Number { .. } | Cell::Date { .. }) {
            return None;
        }
        match (kind, cell) {
            (Kind::List(kind), Cell::Number { .. } | Cell::Date { .. }) => self.doubt(kind, cell),
            (Kind::Integer | Kind::Number, Cell::Number { value, format }) => {
                self.formats.number(*format).filter(|format| format.differs(*value))?;
                Some(self.shown_otherwise(cell, &value.to_string()))
            }
            (Kind::Boolean, Cell::Number { value, format }) => {
                let seen = self.formats.shown(*value, *format).and_then(|shown| yes_or_no(&shown.text))?;
                (Some(seen) != yes_or_no(&exact(*value))).then(|| self.shown_otherwise(cell, &exact(*value)))
            }
            (Kind::Date | Kind::DateTime, Cell::Date { serial, format }) => {
                let (moment, parts) = (civil_of_serial(*serial)?, self.formats.date(*format));
                let sent = if *kind == Kind::Date { moment.date().to_string() } else { moment.to_string() };
                shows_another_moment(kind, moment, parts).then(|| self.partly_shown(*format, &sent))
            }
            _ => None,
        }
    }

    fn shown_otherwise(&self, cell: &Cell, sent: &str) -> CellFault {
        CellFault::ShownOtherwise { seen: shown(&self.shown(cell)), sent: sent.to_owned() }
    }

    fn partly_shown(&self, format: u16, sent: &str) -> CellFault {
        CellFault::PartlyShown { format: shown(self.formats.code(format)), sent: sent.to_owned() }
    }
}
