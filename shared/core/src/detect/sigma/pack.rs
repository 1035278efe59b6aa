//! The pack, as the build script wrote it from `detect/rules/`.

#![allow(unused_imports, reason = "generated entries use what their rules need")]

use super::{Paths, SigmaDetector};
use crate::detect::{Burst, Domain, EventName, Events, Meta, Outcome};
use crate::finding::{Confidence, Severity};
use crate::plan::ActionId;

include!(concat!(env!("OUT_DIR"), "/pack.rs"));
