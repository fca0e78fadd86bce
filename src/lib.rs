//! caseload

pub mod account;
pub mod cli;
pub mod coerce;
pub mod commands;
pub mod contract;
pub mod exit;
pub mod fold;
pub mod job;
pub mod keyed;
pub mod ledger;
pub mod map;
pub mod message;
pub mod outcome;
pub mod pipeline;
pub mod profile;
pub mod progress;
pub mod read;
pub mod report;
pub mod row;
pub mod sandbox;
pub mod signals;
pub mod spool;
pub mod submit;
pub mod template;
pub mod validate;
