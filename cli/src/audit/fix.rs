//! `riposte fix`: what the audit found is fixed by the responder's actions, as any containment by hand.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use anyhow::{Result, bail};
use jiff::Timestamp;
use riposte_audit::{Audit, AuditFinding, Check, Index, Resource, Status, check_of, checks, fixes, secrets};
use riposte_aws::by_hand::Asked;
use riposte_aws::clients::SdkConfig;
use riposte_aws::inventory::{self, Named, Options};
use riposte_core::text::plain;

use crate::connect::connected;
use crate::contain::{How, contain};
use crate::near::near;
use crate::undo::unique;
use crate::usage::Usage;

/// How long the reading of the resource and of what stands beside it may take.
const DEADLINE: Duration = Duration::from_secs(120);

/// What a person names: a check and a resource.
#[derive(Debug)]
pub(crate) struct Asking {
    check: &'static Check,
    resource: String,
}

/// Reads `CHECK:RESOURCE`, the resource by its id or ARN.
pub(crate) fn named(text: &str) -> Result<Asking> {
    let Some((check, resource)) = text.split_once(':').filter(|(_, resource)| !resource.is_empty()) else {
        return Err(Usage(format!("a finding is named as CHECK:RESOURCE, not `{}`", plain(text, 120))).into());
    };
    let Some(check) = check_of(check) else {
        return Err(Usage(format!(
            "there is no check {}",
            near(check, checks().map(|check| check.id), "riposte checks")
        ))
        .into());
    };
    if check.action.is_none() {
        return Err(Usage(format!("no action fixes `{}`: {}", check.id, check.fix)).into());
    }
    Ok(Asking { check, resource: resource.to_owned() })
}

/// Looks at the resource again, and fixes it where it still fails.
pub(crate) async fn fix(
    out: &mut impl Write,
    config: &SdkConfig,
    what: &Asking,
    reason: Option<String>,
    how: &How<'_>,
) -> Result<()> {
    let (finding, resource, index) = looked_at(config, what).await?;
    writeln!(out, "{}  {}: {}", what.check.id, plain(&finding.resource, 300), plain(&finding.why, 600))?;
    match finding.status {
        Status::Fail => {}
        Status::NotAssessed => bail!("it could not be assessed, so that nothing is fixed"),
        Status::Pass | Status::Manual => return Ok(writeln!(out, "there is nothing to fix")?),
    }
    let responses =
        fixes(what.check, &resource, &index).map_err(|unknown| anyhow::anyhow!("{}", plain(&unknown.0, 400)))?;
    if responses.is_empty() {
        bail!("a person must choose what to change: {}", what.check.fix);
    }
    let operator = connected(config).await?;
    for response in responses {
        let reason = reason.clone().unwrap_or_else(|| format!("the audit's check {} failed", what.check.id));
        let asked = Asked { response, reason: Some(reason), id: unique()? };
        contain(out, &operator, &asked, how).await?;
    }
    Ok(())
}

/// The finding as it is now, the resource, and what stands beside it.
async fn looked_at(config: &SdkConfig, what: &Asking) -> Result<(AuditFinding, Resource, Index)> {
    let home = config.region().map(ToString::to_string).unwrap_or_default();
    let check = what.check;
    let pairs = |pair: (&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
    let types: BTreeSet<_> = check.keeps().chain([(check.of, check.kind)]).map(pairs).collect();
    let mut names = BTreeSet::from([what.resource.clone()]);
    names.extend(what.resource.rsplit([':', '/']).next().map(str::to_owned));
    let named = Named { types: BTreeSet::from([pairs((check.of, check.kind))]), names };
    // An ARN says its region.
    let region =
        what.resource.split(':').nth(3).filter(|region| what.resource.starts_with("arn:") && !region.is_empty());
    let options = Options {
        home: home.clone(),
        regions: vec![region.map_or(home, str::to_owned)],
        services: BTreeSet::new(),
        types,
        named,
        deadline: DEADLINE,
        at_once: 8,
        redact: secrets::redacted,
        usages: 1.into(),
    };
    let now = Timestamp::now();
    let (mut audit, mut index) = (Audit::new(vec![check], now), Index::new(now));
    let (mut findings, mut found) = (Vec::new(), None);
    let is_it = |resource: &Resource| {
        let own = [&resource.arn, &resource.id, &resource.name];
        resource.is(check.of, check.kind) && own.iter().any(|name| **name == what.resource)
    };
    let mut add = |line| {
        let Ok(resource) = serde_json::from_value::<Resource>(line) else { return };
        if is_it(&resource) {
            found = Some(resource.clone());
        }
        index.add(resource.clone());
        audit.add(resource, |finding| findings.push(finding));
    };
    inventory::collect(&inventory::client(config), &options, &mut add).await?;
    audit.finish(|finding| findings.push(finding));
    let Some(resource) = found else {
        bail!("there is no {} {} `{}`", check.service, check.kind, plain(&what.resource, 200));
    };
    let finding = findings.into_iter().find(|finding| finding.resource == resource.arn);
    let Some(finding) = finding else { bail!("the check does not concern `{}`", plain(&what.resource, 200)) };
    Ok((finding, resource, index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_named_by_check_and_resource() {
        let good = named("s3-bucket-publicly-readable:arn:aws:s3:::mine").unwrap();
        assert_eq!((good.check.id, good.resource.as_str()), ("s3-bucket-publicly-readable", "arn:aws:s3:::mine"));
        let said = |text: &str| named(text).map(|_| ()).unwrap_err().to_string();
        assert!(said("s3-bucket-publicly-readable").contains("CHECK:RESOURCE"));
        assert!(said("s3-bucket-publicly-readible:x").contains("s3-bucket-publicly-readable"));
        assert!(said("s3-bucket-not-versioned:x").contains("no action fixes"));
    }
}
