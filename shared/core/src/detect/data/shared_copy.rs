//! What the detectors of shared snapshots and images have in common: with whom a call shares which copy.

use super::json::{each, texts};
use crate::action::{Copied, Unshare};
use crate::detect::{Claim, DetectError, EventName, Facts};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

const fn event(source: &'static str, name: &'static str) -> EventName {
    EventName { source, name }
}

/// Calls that share a copy of a disk or a database.
pub(super) const SNAPSHOTS: &[EventName] = &[
    event("ec2.amazonaws.com", "ModifySnapshotAttribute"),
    event("rds.amazonaws.com", "ModifyDBSnapshotAttribute"),
    event("rds.amazonaws.com", "ModifyDBClusterSnapshotAttribute"),
    event("redshift.amazonaws.com", "AuthorizeSnapshotAccess"),
];

/// Calls that share a machine image.
pub(super) const IMAGES: &[EventName] =
    &[event("ec2.amazonaws.com", "ModifyImageAttribute"), event("ec2.amazonaws.com", "ModifyFpgaImageAttribute")];

/// Whom a detector looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Everyone,
    OtherAccounts,
}

/// The claim about what a call shares.
pub(super) fn judge(call: &ApiCall, facts: &Facts, wanted: Wanted) -> Result<Vec<Claim>, DetectError> {
    let added = added(call);
    let everyone = added.iter().any(|who| who.eq_ignore_ascii_case("all"));
    let account = call.account();
    let mut others: Vec<&str> = added.into_iter().filter(|who| !who.eq_ignore_ascii_case("all")).collect();
    others.retain(|who| facts.trusted.is_foreign(account.as_deref(), who));
    let who: Vec<String> = match wanted {
        Wanted::Everyone => vec!["all".to_owned()],
        Wanted::OtherAccounts => others.iter().map(|who| (*who).to_owned()).collect(),
    };
    let with = match wanted {
        Wanted::Everyone if everyone => "everyone".to_owned(),
        Wanted::OtherAccounts if !others.is_empty() => {
            let named: Vec<_> = others.iter().map(|who| format!("`{}`", plain(who, 80))).collect();
            format!("account {}", named.join(", "))
        }
        _ => return Ok(Vec::new()),
    };
    let names = [
        "snapshotId",
        "imageId",
        "fpgaImageId",
        "dBSnapshotIdentifier",
        "dBClusterSnapshotIdentifier",
        "snapshotIdentifier",
        "snapshotArn",
    ];
    let id = names.iter().find_map(|name| call.request_text(name)).unwrap_or("(unknown)");
    let why = format!("`{}` shared `{}` with {with}", call.event_name(), plain(id, 200));
    let service = call.service();
    let claim = Claim::of(Target::Resource { service: service.to_owned(), id: plain(id, 300) }, plain(&why, 600));
    Ok(vec![claim.asking(copied(call).filter(|_| !call.failed()).map(|copy| Unshare {
        copy,
        id: id.to_owned(),
        with: who,
    }))])
}

/// What kind of copy a call shares, of those that an action knows.
fn copied(call: &ApiCall) -> Option<Copied> {
    match call.event_name() {
        "ModifySnapshotAttribute" => Some(Copied::Snapshot),
        "ModifyImageAttribute" => Some(Copied::Image),
        "ModifyDBSnapshotAttribute" => Some(Copied::DbSnapshot),
        "ModifyDBClusterSnapshotAttribute" => Some(Copied::DbClusterSnapshot),
        _ => None,
    }
}

/// Who is added: numbers of accounts, and `all`.
fn added(call: &ApiCall) -> Vec<&str> {
    let mut added: Vec<&str> = Vec::new();
    // EC2 spells out what the call adds and what it removes.
    for permission in ["createVolumePermission", "launchPermission", "loadPermission"] {
        let items = call.request(permission).and_then(|change| change.get("add")).and_then(|add| add.get("items"));
        for item in each(items) {
            added.extend(["userId", "group", "groups"].iter().flat_map(|key| texts(item.get(key))));
        }
    }
    // RDS has an attribute's values.
    if call.request_text("attributeName").is_some_and(|name| name.eq_ignore_ascii_case("restore")) {
        added.extend(texts(call.request("valuesToAdd")));
    }
    added.extend(texts(call.request("accountWithRestoreAccess")));
    added
}
