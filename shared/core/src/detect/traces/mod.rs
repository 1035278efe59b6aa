//! What would show an attack, Riposte itself included.

mod itself;
mod logging_off;
mod logs_sent_externally;
mod paths;
mod request_hidden_by_size;
mod trail_blind_spot;
mod trail_narrowed;
mod trail_selectors;

use super::sigma::pack;
use super::{Chapter, Domain, attempt};

/// What would show an attack, Riposte itself included.
pub static TRACES: Chapter = Chapter {
    domain: Domain::Traces,
    typed: &[
        &trail_narrowed::TrailNarrowed,
        &trail_blind_spot::TrailBlindSpot,
        &logging_off::LOAD_BALANCER_LOGGING_DISABLED,
        &logging_off::CLUSTER_LOGGING_DISABLED,
        &logging_off::DATABASE_LOGGING_DISABLED,
        &logging_off::API_LOGGING_DISABLED,
        &logging_off::SERVICE_LOGGING_DISABLED,
        &logs_sent_externally::LogsSentExternally,
        &request_hidden_by_size::RequestHiddenBySize,
        &itself::RULE_SILENCED,
        &itself::QUEUE_CUT_OFF,
        &itself::FUNCTION_STOPPED,
        &itself::FUNCTION_REPLACED,
        &itself::FUNCTION_OPENED,
        &itself::LEDGER_TAMPERED,
        &itself::INCIDENT_DELETED,
        &itself::ModeChanged,
        &itself::SETTING_CHANGED,
        &itself::KEY_READ,
        &itself::ROLE_CHANGED,
        &itself::ROLE_TRUST_CHANGED,
        &itself::LOGS_TAMPERED,
        &itself::NOTICES_CUT_OFF,
        &itself::ALARM_SILENCED,
        &itself::ExemptTagSet,
        &itself::CHANGED_BY_CLOUD_CONTROL,
        &itself::STACK_DELETED,
        &itself::STACK_CHANGED,
        &itself::ChangedByCloudFormation,
        &itself::TamperingRefused,
        &attempt::ON_DEFENSES,
    ],
    rules: &pack::TRACES,
};
