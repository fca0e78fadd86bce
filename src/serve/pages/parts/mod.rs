//! Parts that several screens are built from.

pub mod balance;
pub(super) mod bar;
pub(super) mod drop;
pub(super) mod editor;
pub(super) mod facets;
pub mod notice;
pub(super) mod outcome;
pub(super) mod plate;
pub(super) mod sheet;
pub(super) mod ticket;
