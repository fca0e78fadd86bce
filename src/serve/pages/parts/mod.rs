//! Parts that several screens are built from.

pub mod balance;
pub mod notice;
