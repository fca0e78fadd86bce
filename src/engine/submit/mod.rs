//! From requests to outcomes.
//!
//! [`client`] is the only file that sees the HTTP library and its errors; [`retry`] decides, as a
//! pure function, what an attempt proves, by the table of [`status`]; [`pace`] is the only place that waits for the server's
//! sake; [`order`] keeps rows of one order key apart; [`breaker`] says when to stop, [`halt`] why; [`dispatch`] is
//! the loop that joins them, over [`queued`] rows and any [`wire`], [`event`] what it tells, and [`control`] what its
//! caller says to it. [`auth`] chooses
//! how the run shows who it is, with secrets out of a [`vault`]; [`token`] and [`renewal`] get the tokens that end, and [`mask`] keeps all of it unread.
//!
//! [`reading`] makes requests that change nothing, without a ledger.

pub mod address;
pub mod auth;
pub mod breaker;
pub mod client;
pub mod control;
pub mod dispatch;
pub mod event;
mod exact;
pub mod halt;
pub mod mask;
pub mod network;
pub mod order;
pub mod pace;
mod page;
pub mod queued;
pub mod reading;
pub mod renewal;
pub mod retry;
mod said;
pub mod status;
pub mod token;
pub mod vault;
pub mod wire;

#[cfg(test)]
mod simulation;
