//! # The engine of caseload
//!
//! A spreadsheet goes in, each row becomes one request of one API operation, and a workbook comes out with the id
//! or the error beside each row. No row is sent twice, and no answer is lost.
//!
//! # The tour
//!
//! Verbs are stages, nouns are things; verbs use nouns, and only [`run`] and [`job`] name several
//! verbs. Read [`run`] first, then [`outcome`]: they tell what happens to a row.
//!
//! | stage | takes | gives |
//! |---|---|---|
//! | [`read`] | a file | [`row`]s, as the file has them |
//! | [`map`] | a row, by the headers; [`coerce`] takes each cell for what the contract says | a draft of a request |
//! | [`validate`] | a draft | a [`Request`](validate::Request), or every [`Problem`](outcome::Problem) of the row |
//! | [`submit`] | requests | [`Attempt`](outcome::Attempt)s, and what they prove |
//! | [`ledger`] | intents before, outcomes after each request | what is known, after any crash |
//! | [`account`] | what was checked, and the ledger | one [`Outcome`](outcome::Outcome) a row |
//! | [`report`] | rows and outcomes | the result |
//!
//! # What holds at every moment
//!
//! - The whole file is checked before the first request ([`run`]), and spooled ([`spool`]): what was
//!   checked is what is sent and reported.
//! - An intent is durable before its request leaves ([`ledger::Journal`]). A process that dies leaves at most as
//!   many unknown rows as it had in flight.
//! - A row is sent again only if the first attempt proves to have done nothing, or if the contract proves that a
//!   second does no harm ([`decide`](submit::retry::decide)). A timeout proves nothing: the row is *unknown*, rows of
//!   the same order key behind it are held ([`submit::order`]), and a look-up or a person closes it.
//! - Every wait for the server's sake is in [`submit::pace`].
//! - Every row read ends in exactly one outcome; the [`Tally`](outcome::Tally) is checked at every end.
//!
//! # The things
//!
//! - What an API wants: [`contract`], with [`example`] rows and a [`template`] to fill in.
//! - Who a row is: [`identity`]; [`keyed`] hashes stand for its cells in the ledger.
//! - What a run needs: [`job`]. What its caller is asked: [`doubt`]. What it tells: [`notice`], [`outcome`], [`error`],
//!   [`ending`]; [`words`] makes sentences of these, in the reader's language, with a [`hint`] of what to type.
//! - What only reads: [`fetch`]. It needs no ledger.
//! - Small things with a home: the [`spool`], the [`zone`] of local times, [`uptime`] as the clock that nobody sets, the
//!   [`owner`] of a file, and [`fail`], where a test may cut the program off.
//!
//! # The crates
//!
//! [`caseload_sheet`] stands below: rows out of files, tables into files, no API. Its rooms are [`read`], [`row`],
//! [`fold`], [`number_format`], [`message`] and [`files`]. `caseload-sandbox`, a server to rehearse with, and `caseload`,
//! the program, stand above. The engine prints nothing, reads no environment and no settings, and keeps nothing beyond a
//! call.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![deny(missing_docs)]

pub mod account;
pub mod coerce;
pub mod contract;
pub mod doubt;
pub mod ending;
pub mod error;
pub mod example;
#[allow(clippy::disallowed_methods, reason = "a test names its fail points by the environment")]
pub mod fail;
pub mod fetch;
pub mod hint;
pub mod history;
pub mod identity;
pub mod job;
pub mod keyed;
pub mod ledger;
pub mod map;
pub mod notice;
pub mod outcome;
pub mod owner;

pub mod report;
pub mod run;
pub mod spool;
pub mod submit;
pub mod template;
pub mod uptime;
pub mod validate;
pub mod words;
pub mod zone;

pub use caseload_sheet::{files, fold, message, number_format, read, row, say, text};
