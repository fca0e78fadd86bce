//! The screens of the page: each is a struct of what it shows, and makes its own HTML.
//!
//! A screen knows no store and no engine beyond the words of outcomes. The desk fills it; [`Frame`] says who looks, in
//! which language, and gives the head, the navigation and the foot. Every screen works by links and forms alone; script
//! adds live figures, mending in place and keys.
//!
//! # What forms send
//!
//! Every form carries `csrf`. Beside it:
//!
//! | posted to | fields |
//! |---|---|
//! | `/sign-in` | `email`, `password`, `next`: where to go afterwards |
//! | `/language` | `lang`: `tr` or `en`; `back` |
//! | `/theme` | `theme`: `system`, `light` or `dark`; `back` |
//! | `/runs` (multipart) | `target`, `file` (once or more) or `text`: cells pasted from a spreadsheet; `of`: the run whose corrected file this is |
//! | `…/columns` | `map.N`: the field of column N (`A`, `B`, …), empty where nothing is chosen, `-` for a column that is not sent; `set.FIELD`: one value for all rows; `remember`: `yes`; `suggest`: `yes` takes the strong suggestions first |
//! | `…/mend` | `sheet`, `row`, `column` (its letter), `value`; `all`: `yes` for every row with the same mistake; `back` |
//! | `…/replace` | `sheet`, `column`, `from`, `to`; `back` |
//! | `…/leave-out` | `sheet`, `row`; `in`: `yes` takes the row in again; `back` |
//! | `…/undo` | `back` |
//! | `…/take-over` | nothing: the mends are this person's from now on |
//! | `…/confirm` | `rows`: as typed, or as shown where nothing is typed; `digest`; `agree`: once for each thing in question that the person says yes to; `who`: the email of the person who should approve, empty for anyone; `note` |
//! | `…/approve` | `rows`, `digest` |
//! | `…/turn-back` | `why` |
//! | `…/withdraw`, `…/pause`, `…/resume`, `…/cancel`, `…/delete` | nothing |
//! | `…/resolve` | `sheet`, `row`, `answer`: `done`, `not-done` or `later`; `id` where it was done |
//! | `/admin/people` | `name`, `email`, `role` (once or more) |
//! | `/admin/people/ID/remove`, `/admin/mappings/ID/forget` | nothing |
//!
//! `back` is the path and query of the page that the form stands on.
//!
//! # What addresses ask
//!
//! | page | query |
//! |---|---|
//! | `…/check` | `only`: [`Only`](only::Only); `sheet`: its name; `after`: the row that the page goes on after; `row`: the row that it begins with; `edit`: the cell that is open, `19.A` |
//! | `…/result` | `only`: [`ResultFilter`](result::ResultFilter); `after` |
//! | `…/unknown` | `row`, `sheet`: the row to decide about |
//! | `/runs` | [`HistoryQuery`](history::HistoryQuery); `after`: the run that the page goes on after |
//!
//! # What `…/events` sends
//!
//! An event `live` carries [`RunningScreen::live`](running::RunningScreen::live), whole, at most twice a second; one is
//! sent at once to who begins to watch, and one at least every ten seconds, for after fifteen silent ones the page says
//! that the connection is lost. An event `over` sends the browser to the page of the run's state.
//!
//! # Names for tests
//!
//! `data-test` marks what tests from outside look for. A wrong cell is `cell-edit`, the sentence beside it
//! `row-problem`; the way from the check to the question is `send`, the button that answers it `confirm`. `history` is the
//! link in the navigation, and on the page of history itself its table.

pub mod admin;
pub mod approve;
pub mod check;
pub mod checking;
pub mod columns;
pub mod confirm;
pub mod frame;
pub mod history;
pub mod only;
pub mod parts;
pub mod problem;
mod query;
pub mod result;
pub mod run_head;
pub mod running;
#[cfg(test)]
pub(crate) mod samples;
pub mod sign_in;
pub mod start;
#[cfg(test)]
mod tests;
mod times;
mod turkish;
pub mod unknown;
pub mod words;

pub use self::frame::Frame;
