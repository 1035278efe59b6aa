//! The embedded models, one static a service: a program carries those that it names.
//!
//! They are written by `make models` from `models/operations.txt`; whoever needs another operation adds its line there.

use super::model::Model;

macro_rules! models {
    ($($name:ident $service:literal)*) => {
        $(
            #[doc = concat!("The model of `", $service, "`.")]
            pub static $name: Model =
                Model::new($service, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/", $service, ".json")));
        )*

        /// All of them. Whoever names it carries them all, some two megabytes: that is for the command, not for a
        /// function with a handful of actions.
        pub static ALL: &[&Model] = &[$(&$name),*];
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/list.rs"));

/// The model of a service, of all.
#[must_use]
pub fn of(service: &str) -> Option<&'static Model> {
    ALL.iter().copied().find(|model| model.name() == service)
}
