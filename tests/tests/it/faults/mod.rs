//! The store and the ledger over a disk that fails at every single operation, in every way.

mod disk;
mod ledger;
mod store;
