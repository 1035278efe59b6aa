//! The pack, as the build script wrote it from `detectors/`.

#![allow(unused_imports, reason = "generated entries use what their rules need")]

use super::{Paths, SigmaDetector};
use crate::action::ActionId;
use crate::detect::meta::{needs, page};
use crate::detect::{Burst, Domain, EventName, Events, Meta, Outcome, Per, Status};
use crate::finding::{Confidence, Severity};

/// All rules of the pack.
pub fn all() -> impl Iterator<Item = &'static SigmaDetector> {
    crate::detect::CHAPTERS.iter().flat_map(|chapter| chapter.rules)
}

include!(concat!(env!("OUT_DIR"), "/pack.rs"));
