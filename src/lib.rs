//! # caseload
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
//! [`caseload_sheet`] is the library below: it takes rows out of files, puts tables into files, and knows no API. Its rooms are [`read`], [`row`], [`fold`], [`number_format`], [`message`] and [`files`].
//!
//! [`contract`] knows the API, [`fold`] how names are compared, and [`number_format`] what a sheet shows of a number; [`identity`] says who a row is, and [`keyed`] hashes stand for its cells in the ledger; [`doubt`] is what a person is asked;
//! [`words`] makes sentences of reasons, in the reader's language; [`message`] holds what people are told, in two languages, [`hint`] the commands that they are told to run; [`notice`] is what a stage has to say, [`error`] why a run ends, and [`ending`] how.
//! [`files`] are opened, never through a link where one is made, and have an [`owner`]; [`job`] is what is to be done with a file. [`zone`] is the zone of local times, and [`uptime`] the clock that nobody sets. [`fetch`] is the stage of what only reads; it needs no ledger. [`sandbox`] is the server to rehearse with, [`fail`] where a test may cut the program off, [`template`] the workbook to fill in, and [`example`] its first row.
//!
//! # The command line
//!
//! It is one caller of [`run`], and what only it knows stands in rooms of its own: [`cli`] is what was typed, [`profile`] what is in `caseload.toml` and in the environment, [`task`] what
//! both mean; [`commands`] has one thin file a command. [`progress`] is the one door to the terminal, [`screen`] shows events on it, [`signals`] are Ctrl-C and its kin, and [`exit`] is the code of an end.
//! Nothing else prints, reads the environment, keeps a static with state, or knows clap: `tests/it/walls.rs` holds that.

pub mod account;
pub mod cli;
pub mod coerce;
pub mod commands;
pub mod contract;
pub mod doubt;
pub mod ending;
pub mod error;
pub mod example;
pub mod exit;
pub mod fail;
pub mod fetch;
pub mod hint;
pub mod identity;
pub mod job;
pub mod keyed;
pub mod ledger;
pub mod map;
pub mod notice;
pub mod outcome;
pub mod owner;

pub mod profile;
pub mod progress;
pub mod report;
pub mod run;
pub mod sandbox;
pub mod screen;
pub mod signals;
pub mod spool;
pub mod submit;
pub mod task;
pub mod template;
pub mod uptime;
pub mod validate;
pub mod words;
pub mod zone;

pub use caseload_sheet::{files, fold, message, number_format, read, row, say, text};
