//! The objects of a share, read ahead and evaluated by all cores.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use riposte_aws::objects::{Found, Objects, Place, Section};
use riposte_records::inputs::{Input, Inputs, Remote, Walk};
use riposte_records::pool::Pool;
use riposte_scan::hunt::{Hunt, Share};
use riposte_scan::portable::Results;

use crate::HuntError;

/// Evaluates a share; what it gave so far is lost with an error.
///
/// # Errors
/// Where the place cannot be listed, AWS does not answer, or a thread fails. An object that cannot be read is no error.
pub fn evaluated(hunt: &Hunt, share: &Share) -> Result<Results, HuntError> {
    let failed = |error: &dyn std::fmt::Display| HuntError::Failed(error.to_string());
    let judge = hunt.question.judge()?;
    let window = hunt.question.window();
    let section = Section {
        place: Place { bucket: hunt.bucket.clone(), prefix: hunt.prefix.clone() },
        after: share.after.clone(),
        last: Some(share.last.clone()),
        wanted: Arc::new(move |key| window.may_hold(key)),
    };
    let objects = Objects::open(section).map_err(|error| failed(&error))?;
    let trouble = objects.trouble();
    let mut inputs: Option<Inputs> = Some(Box::new(objects.map(input)));
    let walk = Walk::beyond(vec![PathBuf::from("share")], Box::new(move |_| inputs.take()));
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let pool = Pool::new(judge, walk, threads);
    let mut results = Results::new(share.number, hunt.question.fold);
    let collected: Result<(), HuntError> = thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| pool.run());
        }
        let mut collect = || {
            while let Some(report) = pool.next(true).map_err(|error| failed(&error))? {
                let input = report.input;
                results.add(report).map_err(|error| failed(&error))?;
                pool.written(input);
            }
            Ok(())
        };
        let collected = collect();
        pool.stop();
        collected
    });
    collected?;
    match trouble.first() {
        Some(fault) => Err(fault.into()),
        None => Ok(results),
    }
}

fn input(found: Found) -> Input {
    match found {
        Found::Object(object) => Input::Remote(Remote { name: object.name.clone(), from: Box::new(object) }),
        Found::Broken { name, why } => Input::Broken { path: name.into(), why },
    }
}
