//! What lies in a bucket: `s3://BUCKET/PREFIX` beside files and folders.

use std::iter;
use std::path::{Path, PathBuf};

use anyhow::Result;
use riposte_aws::clients;
use riposte_aws::objects::{Found, Objects, Place, PlaceError};
use riposte_records::inputs::{Input, Inputs, Remote, Walk};

use crate::usage::Usage;

/// The inputs of paths, of which some may be places in buckets. Those are listed when their turn comes.
///
/// # Errors
/// Where a place is none, there are no credentials, or the environment names an endpoint or certificates that cannot be
/// used: before anything is read.
pub(crate) fn walk(paths: Vec<PathBuf>) -> Result<Walk> {
    let mut any = false;
    for path in &paths {
        if let Some(parsed) = place(path) {
            parsed.map_err(|error| Usage(error.to_string()))?;
            any = true;
        }
    }
    if any {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(clients::check_credentials())?;
    }
    Ok(Walk::beyond(paths, Box::new(|path| Some(inputs(path, place(path)?.ok()?)))))
}

fn place(path: &Path) -> Option<Result<Place, PlaceError>> {
    Place::parse(path.to_str()?)
}

fn inputs(path: &Path, place: Place) -> Inputs {
    match Objects::open(place) {
        Ok(objects) => Box::new(objects.map(input)),
        Err(error) => Box::new(iter::once(Input::Broken { path: path.to_owned(), why: error.to_string() })),
    }
}

fn input(found: Found) -> Input {
    match found {
        Found::Object(object) => Input::Remote(Remote { name: object.name.clone(), from: Box::new(object) }),
        Found::Broken { name, why } => Input::Broken { path: name.into(), why },
    }
}
