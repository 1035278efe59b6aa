//! `prefix-list-opened`: a prefix list that holds the internet.

use crate::action::{ActionId, RemovePrefix};
use crate::detect::meta::page;
use crate::detect::named::{named, values};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::net::cidr;
use crate::text::plain;

/// See [`META`].
pub(super) struct PrefixListOpened;

const META: Meta = Meta {
    id: "prefix-list-opened",
    title: "Prefix list holds the internet",
    domain: Domain::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    technique: &["T1562.007"],
    actions: &[ActionId::RemovePrefix],
    events: Events::Calls(&[
        EventName { source: "ec2.amazonaws.com", name: "CreateManagedPrefixList" },
        EventName { source: "ec2.amazonaws.com", name: "ModifyManagedPrefixList" },
    ]),
    prose: page(
        "\
## What it does
Fires when ranges that amount to the internet are put into a prefix list of the account's own: one alone,
such as `0.0.0.0/0` or a half of it, or many that add up. Offices' and partners' ranges, private ones, and
entries that are taken out do not match.

## Why is this bad?
Security groups and route tables name the list, not what it holds. One entry opens every port that was meant
for a few addresses, in all groups at once, and none of these groups changes.

## False positives
Lists that are only used in route tables or for traffic that goes out.

## References
- <https://attack.mitre.org/techniques/T1562/007/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyManagedPrefixList.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for PrefixListOpened {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        // `CreateManagedPrefixListRequest.Entry` or `ModifyManagedPrefixListRequest.AddEntry`, in the
        // query's spelling; the SDK's own where a record has that.
        let request = call.request(&format!("{}Request", call.event_name()));
        let request = request.or_else(|| call.member("requestParameters"));
        let added = ["Entry", "AddEntry", "entries", "addEntries"].into_iter();
        let ranges: Vec<_> =
            added.filter_map(|key| request?.get(key)).flat_map(|entries| values(entries, "Cidr")).collect();
        let texts: Vec<_> = ranges.iter().map(String::as_str).collect();
        let open: Vec<_> = cidr::internet_ranges(&texts).into_iter().filter_map(|index| texts.get(index)).collect();
        let Some(first) = open.first() else { return Ok(Vec::new()) };
        let id = named(call, &["PrefixListId", "PrefixListName"]).unwrap_or_else(|| "(unknown)".to_owned());
        let more = if open.len() > 1 { format!(" and {} more", open.len() - 1) } else { String::new() };
        let why = format!("`{}` put `{first}`{more} into the prefix list `{id}`", call.event_name());
        // A list that was just made has its id in the answer.
        let list = named(call, &["PrefixListId"]).filter(|id| id.starts_with("pl-"));
        let ranges = open.iter().map(|range| (**range).to_owned()).collect();
        let response = list.map(|prefix_list_id| RemovePrefix { prefix_list_id, ranges });
        Ok(vec![Claim::of(Target::Resource { service: "ec2".to_owned(), id }, plain(&why, 600)).asking(response)])
    }
}
