//! What log lines show: their formats, their templates, the attacks in them. Pure: no AWS SDK, no clock, no
//! environment.

pub mod anomaly;
pub mod entry;
pub mod header;
pub mod read;
pub mod signature;
pub mod template;
pub mod time;
pub mod windows;
