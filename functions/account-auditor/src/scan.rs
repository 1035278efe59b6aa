//! An inventory, and what the checks say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use riposte_audit::baseline::{self, Seen};
use riposte_audit::{Audit, AuditFinding, Check, Index, Resource, Status, checks};
use riposte_aws::api::Client;
use riposte_aws::guard::ItemError;
use riposte_aws::inventory::{self, Named, Options};
use riposte_core::text::plain;

use crate::touched::Touched;

/// How long one service in one region may take where everything is read.
const DEADLINE: Duration = Duration::from_secs(240);

/// So many services and regions are asked at once.
const AT_ONCE: usize = 32;

/// Of so many roles it is asked what they used.
const USAGES: usize = 100;

/// The states of so many resources are kept in memory for the baseline.
const MOST_STATES: usize = 50_000;

/// Reads the account and checks it.
pub(crate) struct Scan<'a> {
    pub(crate) client: &'a Client,
    /// The region that services without regions are asked in.
    pub(crate) home: &'a str,
    pub(crate) redact: fn(&str, &str) -> String,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) findings: Vec<AuditFinding>,
    /// The resources that failed a check with an action, by their ARNs: what would fix them is read from them.
    pub(crate) resources: BTreeMap<String, Resource>,
    /// Listings that failed.
    pub(crate) unlisted: Vec<String>,
    /// How the resources are, for the baseline.
    pub(crate) seen: Vec<Seen>,
    /// What was looked at together.
    pub(crate) index: Index,
}

impl Scan<'_> {
    /// Everything, by all checks.
    pub(crate) async fn all(&self, left_ms: i64) -> Result<Found, ItemError> {
        let options = self.options(Vec::new(), BTreeSet::new(), Named::default());
        self.run(&options, checks().collect(), left_ms).await
    }

    /// What a call touched, by the checks of its type.
    pub(crate) async fn touched(&self, touched: &Touched, region: &str, left_ms: i64) -> Result<Found, ItemError> {
        let types = BTreeSet::from([(touched.service.to_owned(), touched.kind.to_owned())]);
        let named = Named { types, names: touched.names.clone() };
        let options = self.options(vec![region.to_owned()], touched.types(), named);
        self.run(&options, touched.checks(), left_ms).await
    }

    fn options(&self, regions: Vec<String>, types: BTreeSet<(String, String)>, named: Named) -> Options {
        Options {
            home: self.home.to_owned(),
            regions,
            services: BTreeSet::new(),
            types,
            named,
            deadline: DEADLINE,
            at_once: AT_ONCE,
            redact: self.redact,
            usages: USAGES.into(),
        }
    }

    async fn run(&self, options: &Options, checks: Vec<&'static Check>, left_ms: i64) -> Result<Found, ItemError> {
        let now = Timestamp::now();
        let mut audit = Audit::new(checks.clone(), now);
        let (mut findings, mut seen, mut uncounted) = (Vec::new(), Vec::new(), 0_usize);
        let wanted: BTreeSet<_> = checks.iter().filter(|c| c.action.is_some()).map(|c| (c.of, c.kind)).collect();
        let mut candidates = BTreeMap::new();
        let mut add = |line| match serde_json::from_value::<Resource>(line) {
            Ok(resource) => {
                if wanted.iter().any(|(service, kind)| resource.is(service, kind)) {
                    candidates.insert(resource.arn.clone(), resource.clone());
                }
                match baseline::seen(&resource) {
                    Some(_) if seen.len() >= MOST_STATES => uncounted += 1,
                    state => seen.extend(state),
                }
                audit.add(resource, |finding| findings.push(finding));
            }
            Err(error) => tracing::error!(reason = plain(&error.to_string(), 300), "a resource that is none"),
        };
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or_default());
        let collected = tokio::time::timeout(left, inventory::collect(self.client, options, &mut add)).await;
        let Ok(summary) = collected else {
            return Err(ItemError::Unfinished("the account could not be read within one invocation".to_owned()));
        };
        let unlisted = summary?.unlisted;
        let index = audit.finish(|finding| findings.push(finding));
        seen.extend(baseline::seen_together(&index));
        if uncounted > 0 {
            tracing::warn!(resources = uncounted, "more resources than the baseline keeps: their states are not noted");
        }
        for line in &unlisted {
            tracing::warn!(reason = plain(line, 400), "not assessed");
        }
        let mut found = Found { findings, resources: BTreeMap::new(), unlisted, seen, index };
        let failing = found.findings.iter().filter(|finding| finding.status == Status::Fail);
        let failing: BTreeSet<_> = failing.map(|finding| finding.resource.as_str()).collect();
        candidates.retain(|arn, _| failing.contains(arn.as_str()));
        found.resources = candidates;
        Ok(found)
    }
}
