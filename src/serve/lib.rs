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
//! | [`server`] | connections, their limits and their end; [`options`] says where and for whom |
//! | [`gate`] | who asks; what another site makes a browser ask stays out |
//! | [`router`] | every address, and the layers before it; [`house`] is what all requests share |
//! | [`problem`] | what a request did not get, and why |
//! | [`show`] | a screen as an answer |
//! | [`upload`] | lists come in |
//! | [`events`] | what happens, as it happens |
//! | [`assets`] | style, icons and script, in the program itself |
//! | [`metrics`] | what is counted |
//! | [`person`] | who asks, and what they may do |
//! | [`target`] | where a list may go: the caller of this crate says |
//! | [`state`] | how far a run has come, as the page and JSON name it |
//! | [`desk`] | lists on their way from an upload to a result: the only room that knows the engine's runs |
//! | [`office`] | what the page keeps beside the ledger: lists, mends, people, and who did what |
//! | [`pages`] | what each screen shows, as HTML |
//! | `api` | the same for programs, as JSON |
//! | `download` | a file goes out, piece by piece |
//! | [`path`] | the addresses of the pages, in one place |

#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod answer;
mod api;
pub mod assets;
mod body;
pub mod desk;
mod download;
pub mod events;
pub mod gate;
pub mod house;
pub mod metrics;
pub mod network;
pub mod office;
pub mod options;
pub mod pages;
pub mod path;
pub mod person;
pub mod problem;
pub mod rest;
pub mod router;
mod routes;
pub mod server;
pub mod show;
pub mod state;
pub mod target;
pub mod upload;

#[cfg(test)]
mod tests;

use problem::Problem;

/// Does work that waits for a disk, or that takes the processor for a while, on a thread that may.
///
/// # Errors
/// As the work.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    // A panic in it is the program's own fault; its report went where the program sends reports.
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Problem::internal()))
}
