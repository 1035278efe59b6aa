//! Ready-made values, and an AWS that answers from memory, for this crate's tests.
//!
//! [`Aws`] stands behind the SDK's HTTP client, so all above the wire is the real thing: requests are
//! signed and serialized, answers parsed, errors classified. It keeps the state of just the operations
//! that Riposte calls and refuses what AWS refuses, so that a test can look at what is left in the
//! account instead of at which calls were made. It fails on demand, and it falls silent on demand: a
//! future that waits for a silent AWS and is dropped is a function that was killed between two calls.

mod cases;
mod dynamodb;
mod ec2;
mod ec2_network;
mod events;
mod fake;
mod function;
mod http;
mod iam;
mod logs;
mod parameters;
mod scripted;
mod values;

pub(crate) use cases::*;
pub(crate) use ec2::{Ec2, Group, Rule};
pub(crate) use ec2_network::{Acl, Entry, Instance};
pub(crate) use events::*;
pub(crate) use fake::{Aws, Fault, World, config_of};
pub(crate) use function::{Function, hurried, invocation};
pub(crate) use http::Refused;
pub(crate) use iam::{Iam, Principal};
pub(crate) use scripted::{Handler, Scripted, ScriptedApi, refuse};
pub(crate) use values::*;
