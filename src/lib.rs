//! caseload

pub mod coerce;
pub mod contract;
pub mod exit;
pub mod fold;
pub mod keyed;
pub mod ledger;
pub mod map;
pub mod message;
pub mod outcome;
pub mod row;
pub mod sandbox;
pub mod spool;
pub mod submit;
pub mod validate;
