//! caseload

pub mod contract;
pub mod exit;
pub mod fold;
pub mod message;
pub mod outcome;
pub mod report;
pub mod row;
