//! Which host a call goes to, and for which region it is signed.

use std::collections::BTreeMap;

use riposte_core::arn;
use serde::Deserialize;

/// A service's hosts by partition.
#[derive(Debug, Deserialize)]
pub(super) struct Endpoints<'m>(#[serde(borrow)] BTreeMap<&'m str, Partition<'m>>);

#[derive(Debug, Deserialize)]
struct Partition<'m> {
    #[serde(flatten, borrow)]
    usual: Host<'m>,
    /// Regions where it is otherwise.
    #[serde(default, borrow)]
    regions: BTreeMap<&'m str, Host<'m>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Host<'m> {
    /// With `{region}` where the region stands.
    host: &'m str,
    /// The region to sign for, where it is not the call's.
    region: Option<&'m str>,
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) signing_region: String,
}

impl Endpoints<'_> {
    /// The endpoint for a region, also one that is newer than the models. `None` where the region's partition does
    /// not have the service.
    pub(super) fn of(&self, region: &str) -> Option<Endpoint> {
        let partition = self.0.get(arn::partition(region))?;
        let found = partition.regions.get(region).unwrap_or(&partition.usual);
        Some(Endpoint {
            url: format!("https://{}", found.host.replace("{region}", region)),
            signing_region: found.region.unwrap_or(region).to_owned(),
        })
    }
}

/// Whether a text may stand in a host's name: regions and account ids come from events and settings.
pub(crate) fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('-') && !text.ends_with('-')
}
