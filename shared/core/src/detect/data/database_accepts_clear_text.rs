//! `database-accepts-clear-text`: a database no longer demands encrypted connections.

use serde_json::Value;

use super::json::each;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct DatabaseAcceptsClearText;

const META: Meta = Meta {
    id: "database-accepts-clear-text",
    title: "Database no longer demands encrypted connections",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1562", "T1040"],
    events: Events::Calls(&[
        EventName { source: "rds.amazonaws.com", name: "ModifyDBParameterGroup" },
        EventName { source: "rds.amazonaws.com", name: "ModifyDBClusterParameterGroup" },
        EventName { source: "redshift.amazonaws.com", name: "ModifyClusterParameterGroup" },
    ]),
    prose: page(
        "\
## What it does
Fires when a parameter group of RDS, Aurora, DocumentDB, Neptune or Redshift no longer demands TLS
(`rds.force_ssl`, `require_secure_transport`, `require_ssl`, `tls`, `neptune_enforce_ssl`). The same
parameters switched on, and all others, do not match; an audit switched off is `database-logging-disabled`.

## Why is this bad?
Without TLS, passwords and rows cross the network in the clear, where a mirrored interface or a host in
between reads them.

## False positives
An old client that cannot speak TLS. It deserves a name and a date.

## References
- <https://attack.mitre.org/techniques/T1040/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html>
- <https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-ssl-support.html>
",
    ),
    ..Meta::PLAIN
};

const PROTECTING: [&str; 5] =
    ["neptune_enforce_ssl", "rds.force_ssl", "require_secure_transport", "require_ssl", "tls"];

impl Detector for DatabaseAcceptsClearText {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let off: Vec<String> = each(call.request("parameters")).iter().filter_map(switched_off).collect();
        if off.is_empty() {
            return Ok(Vec::new());
        }
        let names = ["dBParameterGroupName", "dBClusterParameterGroupName", "parameterGroupName"];
        let group = names.iter().find_map(|name| call.request_text(name)).unwrap_or("(not named)");
        let why = format!("`{}` set in `{group}`: {}", call.event_name(), off.join(", "));
        let service = call.service().to_owned();
        Ok(vec![Claim::of(Target::Resource { service, id: plain(group, 300) }, plain(&why, 600))])
    }
}

/// `name=value`, where that protects no longer.
fn switched_off(parameter: &Value) -> Option<String> {
    let name = parameter.get("parameterName")?.as_str()?.to_ascii_lowercase();
    let value = match parameter.get("parameterValue")? {
        Value::String(text) => text.trim().to_ascii_lowercase(),
        other => other.to_string(),
    };
    let off = ["0", "off", "false", "none", "disabled"].contains(&value.as_str());
    (off && PROTECTING.contains(&name.as_str())).then(|| format!("`{name}={value}`"))
}
