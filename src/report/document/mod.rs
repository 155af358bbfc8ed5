//! What the documents of a project say of its components, between our marks. Projections of the ledgers: nothing here
//! is remembered, and taking a document away loses nothing.

pub mod maturity;
#[cfg(test)]
mod sample;
pub mod section;
pub mod status;
