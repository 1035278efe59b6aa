//! All services in all regions, at once and each with a deadline.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use riposte_core::text::plain;
use serde_json::{Map, Value, json};

use super::gather::{Place, error, is_not_there, resource};
use super::report::{Report, credential_report};
use super::table::{List, TABLES, Type, name_of, says_none};
use super::template::{Scope, all};
use super::{Options, Summary, identity, regions};
use crate::api::{Api, Call, Pages, models};
use crate::fault::{Fault, Kind};

/// How long an account's own facts may take.
const ACCOUNT: Duration = Duration::from_secs(60);

/// So many resources of one listing are asked about at once.
const RESOURCES_AT_ONCE: usize = 4;

/// Hands on a line.
type Emit<'a> = dyn Fn(Value) + Sync + 'a;

/// Collects the inventory and hands on each resource as it is complete.
///
/// # Errors
/// Where the account, or its enabled regions, cannot be learnt. What goes wrong later is in the inventory.
pub async fn collect(api: &dyn Api, options: &Options, emit: &mut (dyn FnMut(Value) + Send)) -> Result<Summary, Fault> {
    let (account, partition) = identity(api, &options.home).await?;
    let wanted = if options.regions.is_empty() { regions(api, &options.home).await? } else { options.regions.clone() };
    let mut jobs = Vec::new();
    for (service, types) in TABLES.iter() {
        let of_types = options.types.is_empty() || options.types.iter().any(|(wanted, _)| wanted == service);
        if !of_types || (!options.services.is_empty() && !options.services.contains(*service)) {
            continue;
        }
        let types = types.as_ref().map_err(|error| Fault::refused(format!("table of {service}"), error.clone()))?;
        let wants = |one: &Type| options.wants(service, &one.kind);
        if types.iter().any(|one| one.global && wants(one)) {
            jobs.push((*service, types, true, options.home.as_str()));
        }
        if types.iter().any(|one| !one.global && wants(one)) {
            jobs.extend(wanted.iter().map(|region| (*service, types, false, region.as_str())));
        }
    }
    let emit = Mutex::new(emit);
    let hand_on = |line: Value| {
        let mut emit = emit.lock().unwrap_or_else(PoisonError::into_inner);
        (*emit)(line);
    };
    let summary = Mutex::new(Summary { account: account.clone(), regions: wanted.clone(), ..Summary::default() });
    let (partition, account, hand_on, noted) = (partition.as_str(), account.as_str(), &hand_on, &summary);
    stream::iter(jobs)
        .for_each_concurrent(options.at_once.max(1), |(service, types, global, region)| {
            let place = Place { service, partition, account, region };
            async move {
                let mine = |one: &&Type| {
                    options.wants(service, &one.kind)
                        && one.global == global
                        && (one.regions.is_empty() || one.regions.iter().any(|only| only == region))
                };
                let has_account_elsewhere = types.iter().any(|one| one.list.is_none() && one.global != global);
                let types: Vec<_> = types.iter().filter(mine).collect();
                let tally = Mutex::default();
                let collector = Collector { api, options, place, hand_on, has_account_elsewhere, tally };
                let done = collector.service(&types).await;
                let mut summary = noted.lock().unwrap_or_else(PoisonError::into_inner);
                summary.resources += done.resources;
                summary.unlisted.extend(done.unlisted);
            }
        })
        .await;
    let mut summary = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
    summary.unlisted.sort();
    Ok(summary)
}

/// How far a service's listings came: the deadline ends the asking, not what is known by then.
#[derive(Debug, Default)]
struct Tally {
    /// The listings that have not ended, by the name that the account knows them by. Several may share a name.
    waiting: Vec<String>,
    counts: BTreeMap<String, Result<u64, Fault>>,
    resources: u64,
}

/// All that the listings of one service in one place need.
struct Collector<'a> {
    api: &'a dyn Api,
    options: &'a Options,
    place: Place<'a>,
    hand_on: &'a Emit<'a>,
    /// Whether the service's account is asked in another place: then this one tells of failures alone.
    has_account_elsewhere: bool,
    tally: Mutex<Tally>,
}

impl<'a> Collector<'a> {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_as(&self, list: &List) -> String {
        list.known_as.clone().unwrap_or_else(|| name_of(self.place.service, &list.call).1.to_owned())
    }

    fn late(&self, operation: &str) -> Fault {
        Fault {
            kind: Kind::Transient,
            call: format!("{}:{operation}", self.place.service).into(),
            code: "DeadlineExceeded".to_owned(),
            reason: format!("not answered within {} seconds", self.options.deadline.as_secs()),
            repeated: false,
        }
    }

    async fn service(&self, types: &[&Type]) -> Summary {
        let listed: Vec<_> = types.iter().filter_map(|one| Some((*one, one.list.as_ref()?))).collect();
        self.tally().waiting = listed.iter().map(|(_, list)| self.known_as(list)).collect();
        let needs_report = types.iter().flat_map(|one| &one.facts).any(|fact| fact.call == "GetCredentialReport");
        let work = async {
            let report = if needs_report { Some(credential_report(self.api, self.place.region).await) } else { None };
            for (of, list) in &listed {
                let ended = self.listing(of, list, report.as_ref()).await;
                self.end(list, ended);
            }
            report
        };
        let report = tokio::time::timeout(self.options.deadline, work).await;
        let report = report.unwrap_or_else(|_| needs_report.then(|| Err(self.late("GetCredentialReport"))));
        let (facts, unlisted) = self.counted(&listed);
        if self.has_account_elsewhere && unlisted.is_empty() {
            return Summary { resources: self.tally().resources, ..Summary::default() };
        }
        // The account's own facts have a time of their own: a service with very many resources must not cost them.
        let bare = Type { kind: "account".to_owned(), ..Type::default() };
        let of = types.iter().copied().find(|one| one.list.is_none()).unwrap_or(&bare);
        let of = Type { global: types.iter().any(|one| one.global), ..of.clone() };
        let own = resource(self.api, self.options, self.place, &of, json!({}), &Value::Null, report.as_ref());
        let own = tokio::time::timeout(self.options.deadline.min(ACCOUNT), own).await.ok().flatten();
        let mut line = own.unwrap_or_else(|| self.without_facts(&of));
        if let Some(own) = line.get_mut("facts").and_then(Value::as_object_mut) {
            for (name, fact) in facts {
                own.entry(name).or_insert(fact);
            }
        }
        if let Some(line) = line.as_object_mut() {
            let (partition, account) = (self.place.partition, self.place.account);
            line.insert("arn".to_owned(), format!("arn:{partition}:iam::{account}:root").into());
            line.insert("id".to_owned(), account.into());
        }
        (self.hand_on)(line);
        Summary { resources: self.tally().resources + 1, unlisted, ..Summary::default() }
    }

    /// What the account says of each listing: how many there are, or why that is not known.
    fn counted(&self, listed: &[(&Type, &List)]) -> (Map<String, Value>, Vec<String>) {
        let (mut facts, mut unlisted) = (Map::new(), Vec::new());
        let tally = self.tally();
        for (_, list) in listed {
            let name = self.known_as(list);
            let fault = match tally.counts.get(&name) {
                Some(Err(fault)) => fault.clone(),
                Some(Ok(count)) if !tally.waiting.contains(&name) => {
                    facts.insert(name, json!({"count": count}));
                    continue;
                }
                _ => self.late(&name),
            };
            let (service, region) = (self.place.service, self.place.region);
            let line = format!("{service} in {region}: {}: {}", plain(&fault.call, 100), plain(&fault.reason, 300));
            if !unlisted.contains(&line) {
                unlisted.push(line);
            }
            facts.insert(name, error(&fault));
        }
        (facts, unlisted)
    }

    /// An account whose facts did not come in time.
    fn without_facts(&self, of: &Type) -> Value {
        let name = |fact: &super::table::Fact| name_of(self.place.service, &fact.call).1.to_owned();
        let facts = of.facts.iter().map(|fact| (name(fact), error(&self.late(&name(fact)))));
        let region = if of.global { "aws-global" } else { self.place.region };
        json!({
            "version": super::VERSION, "service": self.place.service, "type": of.kind, "account": self.place.account,
            "region": region, "arn": "", "id": "", "name": "", "tags": {}, "facts": facts.collect::<Map<_, _>>(),
        })
    }

    fn end(&self, list: &List, ended: Result<(), Fault>) {
        let name = self.known_as(list);
        let mut tally = self.tally();
        if let Some(at) = tally.waiting.iter().position(|waiting| *waiting == name) {
            tally.waiting.swap_remove(at);
        }
        match ended {
            Ok(()) => {
                tally.counts.entry(name).or_insert(Ok(0));
            }
            Err(fault) => {
                tally.counts.insert(name, Err(fault));
            }
        }
    }

    /// One type's resources. The first fault ends the listing.
    async fn listing(&self, of: &Type, list: &List, report: Option<&Result<Report, Fault>>) -> Result<(), Fault> {
        let Some(outer) = &of.within else { return self.inner(of, list, &Value::Null, report).await };
        let mut pages = self.pages(outer, &Value::Null)?;
        while let Some(page) = pages.next().await {
            for item in items(&self.or_nothing(page, outer)?, outer) {
                self.inner(of, list, &item, report).await?;
            }
        }
        Ok(())
    }

    async fn inner(
        &self,
        of: &Type,
        list: &List,
        outer: &Value,
        report: Option<&Result<Report, Fault>>,
    ) -> Result<(), Fault> {
        let mut pages = self.pages(list, outer)?;
        while let Some(page) = pages.next().await {
            let page = self.or_nothing(page, list)?;
            stream::iter(items(&page, list))
                .for_each_concurrent(RESOURCES_AT_ONCE, |item| async move {
                    if !self.options.named.takes(self.place.service, &of.kind, &item) {
                        self.count(list);
                        return;
                    }
                    let line = resource(self.api, self.options, self.place, of, item, outer, report).await;
                    let Some(line) = line else { return };
                    (self.hand_on)(line);
                    self.tally().resources += 1;
                    self.count(list);
                })
                .await;
        }
        Ok(())
    }

    fn count(&self, list: &List) {
        if let Ok(count) = self.tally().counts.entry(self.known_as(list)).or_insert(Ok(0)) {
            *count += 1;
        }
    }

    /// A page, or an empty one where the service says that there is nothing, or is not in the region.
    fn or_nothing(&self, page: Result<Value, Fault>, list: &List) -> Result<Value, Fault> {
        let service = name_of(self.place.service, &list.call).0;
        match page {
            Err(fault) if says_none(&list.none, &fault) || is_not_there(&fault, service, self.place.region) => {
                Ok(json!({}))
            }
            page => page,
        }
    }

    fn pages(&self, list: &List, outer: &Value) -> Result<Pages<'a>, Fault> {
        let (service, operation) = name_of(self.place.service, &list.call);
        let scope = Scope {
            partition: self.place.partition,
            account: self.place.account,
            region: self.place.region,
            item: &Value::Null,
            outer,
            facts: &Map::new(),
        };
        let with = if list.with.is_null() { json!({}) } else { scope.fill(&list.with) };
        let call = Call::new(&format!("{service}:{operation}"), self.place.region, with);
        let model =
            models::of(service).ok_or_else(|| Fault::refused(call.name(), "the service is not in the models"))?;
        Pages::new(self.api, model, call)
    }
}

/// A page's items, with what they get of the outermost element.
fn items(page: &Value, list: &List) -> Vec<Value> {
    let (first, rest) =
        list.items.split_once("[].").map_or((list.items.as_str(), None), |(first, rest)| (first, Some(rest)));
    let Some(rest) = rest.filter(|_| !list.inherit.is_empty()) else {
        return all(page, &list.items).into_iter().cloned().collect();
    };
    let mut found = Vec::new();
    for outermost in all(page, &format!("{first}[]")) {
        for item in all(outermost, rest) {
            let mut item = item.clone();
            if let Some(item) = item.as_object_mut() {
                for name in &list.inherit {
                    if let Some(value) = outermost.get(name) {
                        item.entry(name.clone()).or_insert_with(|| value.clone());
                    }
                }
            }
            found.push(item);
        }
    }
    found
}
