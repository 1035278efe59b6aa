//! What the database services have in common.

use crate::verdict::{Answer, Verdict};
use crate::view::{View, strings, text};

/// Where the attributes of a cluster's snapshot stand.
pub(crate) const CLUSTER_SNAPSHOT: &str =
    "DescribeDBClusterSnapshotAttributes.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes";

/// Fails where everyone may restore a snapshot.
pub(crate) fn public_snapshot(v: &View<'_>, path: &str) -> Answer {
    let public = v.list(path)?.iter().any(|attribute| {
        text(attribute, "AttributeName") == Some("restore")
            && strings(attribute, "AttributeValues").any(|value| value == "all")
    });
    Verdict::fail_if(public, "everyone may restore it", "it is not public")
}
