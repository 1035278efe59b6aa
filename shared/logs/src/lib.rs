//! What log lines show: their formats, their templates, the attacks in them. Pure: no AWS SDK, no clock, no
//! environment.

pub mod header;
pub mod template;
pub mod time;
