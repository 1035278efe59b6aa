//! Step Functions: state machines.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};

pub(crate) static CHECKS: &[Check] =
    &[check("stepfunctions-not-logged", "A state machine is not logged", Medium, "stepfunctions", "state-machine")
        .fsbp(&["StepFunctions.1"])
        .page(
            "Executions are logged.",
            "What ran, and what failed, is not known afterwards.",
            "Set a logging configuration with a level.",
            "State machines for tests.",
        )
        .each(|v| {
            v.none_of(
                "DescribeStateMachine.loggingConfiguration.level",
                &["ALL", "ERROR", "FATAL"],
                "it is not logged",
                "it is logged",
            )
        })];
