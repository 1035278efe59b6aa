//! The catalogue's invariants, the fixtures of every detector, and what the claims say.

mod callers;
mod catalogue;
mod claims;
mod data;
mod fixture;
mod identity;
mod index;
mod lists;
mod named;
mod refusals;
mod says_more;
mod sigma;
mod tally;
mod targets;
mod trusted;
