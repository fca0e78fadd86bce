//! What caseload is measured against: the same work by the same libraries, with nothing checked,
//! mapped or survived beyond what each says. Each runs as a process of its own.

mod cells;
mod journal;
mod post;
mod prototype;
mod rows;
mod schema;
mod send;

pub use cells::read_cells;
pub use prototype::prototype;
pub use schema::check_csv;
pub use send::send_csv;

/// Requests in flight, everywhere.
pub const IN_FLIGHT: usize = 64;
