//! A ledger in memory.

mod leases;

pub use leases::MemoryLeases;
