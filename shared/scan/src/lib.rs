//! CloudTrail's records, evaluated with the catalog: what `riposte detect` does on one machine, and a hunt on many.
//!
//! The way of the data: [`riposte_records`] shares out batches of records, [`judge`] evaluates each of them wherever it is,
//! and gives a [`report`]. What needs the order of the input, such as counting towards a burst, is done with the reports
//! by whoever asked. So a hunt hands them over ([`portable`]) and joins what `riposte detect` joins.

mod export;
pub mod filter;
pub mod hunt;
pub mod judge;
pub mod portable;
pub mod remarks;
pub mod report;
mod worker;
