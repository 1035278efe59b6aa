//! The account and its organisation.

mod billing_alarm_removed;
mod capacity_purchased;
mod cost_anomaly_alert_removed;
mod guard_rail_allows_all;
mod mail_identity_added;
mod mail_identity_removed;
mod mail_identity_shared;
mod marketplace_subscribed;
mod resource_shared_outside;

use super::sigma::pack;
use super::{Chapter, Domain};

/// The account and its organisation.
pub static ACCOUNT: Chapter = Chapter {
    domain: Domain::Account,
    typed: &[
        &resource_shared_outside::ResourceSharedOutside,
        &billing_alarm_removed::BILLING_ALARM_REMOVED,
        &cost_anomaly_alert_removed::COST_ANOMALY_ALERT_REMOVED,
        &mail_identity_added::MAIL_IDENTITY_ADDED,
        &mail_identity_removed::MAIL_IDENTITY_REMOVED,
        &mail_identity_shared::MAIL_IDENTITY_SHARED,
        &capacity_purchased::CAPACITY_PURCHASED,
        &marketplace_subscribed::MARKETPLACE_SUBSCRIBED,
        &guard_rail_allows_all::GUARD_RAIL_ALLOWS_ALL,
    ],
    rules: &pack::ACCOUNT,
};
