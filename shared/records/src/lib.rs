//! CloudTrail's records out of files of any shape, without building what nobody reads.
//!
//! The way of the data: [`inputs`] names what there is to read, [`stream`] unpacks and decodes it, [`split`] finds where
//! each record begins and ends, [`source`] hands on batches of them, and [`pool`] shares these among threads and puts
//! what they gave back into the order of the input. What a record is, and what it says, is for the one who works on a
//! batch ([`pool::Work`]).

mod decode;
pub mod format;
pub mod inputs;
pub mod pool;
pub mod source;
pub mod split;
pub mod stream;
mod unpack;
