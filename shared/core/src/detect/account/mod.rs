//! The account and its organization.

mod billing_alarm_removed;
mod capacity_purchased;
mod cost_anomaly_alert_removed;
mod marketplace_subscribed;
mod organization_policy_allows_all;
mod resource_shared_externally;
mod ses_identity_added;
mod ses_identity_removed;
mod ses_identity_shared;

use super::sigma::pack;
use super::{Chapter, Domain, attempt};

/// The account and its organization.
pub static ACCOUNT: Chapter = Chapter {
    domain: Domain::Account,
    typed: &[
        &resource_shared_externally::ResourceSharedExternally,
        &billing_alarm_removed::BILLING_ALARM_REMOVED,
        &cost_anomaly_alert_removed::COST_ANOMALY_ALERT_REMOVED,
        &ses_identity_added::MAIL_IDENTITY_ADDED,
        &ses_identity_removed::MAIL_IDENTITY_REMOVED,
        &ses_identity_shared::MAIL_IDENTITY_SHARED,
        &capacity_purchased::CAPACITY_PURCHASED,
        &marketplace_subscribed::MARKETPLACE_SUBSCRIBED,
        &organization_policy_allows_all::GUARD_RAIL_ALLOWS_ALL,
        &attempt::ON_ACCOUNT,
    ],
    rules: &pack::ACCOUNT,
};
