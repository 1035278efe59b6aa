//! What checks must say where it is hard: one line an expectation, the good twin beside the bad one.
//!
//! A resource is bad where it fails and good where it does not; that it could not be assessed is neither.

mod buckets;
mod conditions;
mod coverage;
mod federation;
mod ladders;
mod network;
mod policies;
mod power;
mod settings;
mod trust;

use serde_json::{Value, json};

use super::{listed, look, resource};
use crate::verdict::Status;
use crate::{Resource, check_of};

const HOME: &str = "111122223333";
const OTHER: &str = "444455556666";
const ORGANIZATION: &str = "o-a1b2c3d4e5";

/// What a resource is to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Bad,
    Good,
}

use Is::{Bad, Good};

/// The wrong ones are collected, so that one run tells all.
#[derive(Default)]
struct Expectations {
    held: usize,
    wrong: Vec<String>,
}

impl Expectations {
    /// What a check says of a resource, with others beside it.
    fn of(&mut self, check: &str, case: &str, facts: Value, beside: &[Resource], is: Is) {
        let check = check_of(check).unwrap_or_else(|| panic!("there is no check `{check}`"));
        self.of_resource(check.id, case, resource(check.of, check.kind, &facts), beside, is);
    }

    fn of_resource(&mut self, check: &str, case: &str, mut own: Resource, beside: &[Resource], is: Is) {
        let check = check_of(check).unwrap_or_else(|| panic!("there is no check `{check}`"));
        let mut beside = beside.to_vec();
        listed(check, &mut own, &mut beside);
        let found = look(check, &own, &beside);
        let status = found.first().map(|finding| finding.status);
        let right = match is {
            Bad => status == Some(Status::Fail),
            Good => matches!(status, None | Some(Status::Pass)),
        };
        if right {
            self.held += 1;
        } else {
            let why = found.first().map(|finding| finding.why.as_str()).unwrap_or_default();
            self.wrong.push(format!("{}: {case}: {is:?}, and it says {status:?}: {why}", check.id));
        }
    }
}

impl Drop for Expectations {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.held + self.wrong.len() > 0, "nothing was expected");
            assert!(
                self.wrong.is_empty(),
                "{} of {} do not hold:\n{}",
                self.wrong.len(),
                self.held + self.wrong.len(),
                self.wrong.join("\n")
            );
        }
    }
}

/// A policy document of these statements, a single one or a list.
fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The same as a text, as most services have it.
fn text(statements: &Value) -> String {
    document(statements).to_string()
}

/// `{"Condition": {operator: {key: value}}}` on a statement.
fn when(mut statement: Value, conditions: Value) -> Value {
    statement["Condition"] = conditions;
    statement
}
