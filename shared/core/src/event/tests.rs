//! What comes in, well-formed and not.

mod bad_input;
mod call;
mod logs;
