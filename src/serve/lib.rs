//! # The page of caseload
//!
//! A list is dropped on a page, checked, mended, sent and watched there, by people who never open a terminal; programs
//! do the same over JSON. The engine does the work: nothing here decides what happens to a row.
//!
//! # The tour
//!
//! A request comes in through the gate, which says who asks; a route of `pages` or of `api` hands it to the desk, and
//! shows what the desk gives back.
//!
//! | room | what it does |
//! |---|---|
//! | [`person`] | who asks, and what they may do |
//! | [`target`] | where a list may go: the caller of this crate says |
//! | [`state`] | how far a run has come, as the page and JSON name it |
//! | [`office`] | what the page keeps beside the ledger: lists, mends, people, and who did what |
//! | [`pages`] | what each screen shows, as HTML |
//! | [`path`] | the addresses of the pages, in one place |

#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod office;
pub mod pages;
pub mod path;
pub mod person;
pub mod state;
pub mod target;
