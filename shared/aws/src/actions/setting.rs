//! Actions that set one value of a resource: a switch that was thrown, a flag that was cleared.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;

use jiff::Timestamp;
use riposte_core::action::{Request, Response};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::Value;

use super::{ActionMeta, Contain, Planned, Site, change, tags};
use crate::api::Model;
use crate::fault::{Fault, Kind};

/// An action that sets one value.
pub trait Setting: Debug + Send + Sync + 'static {
    /// What it is asked for.
    type Request: Request + Clone + Into<Response> + Send + Sync;

    /// What the catalogue says of it.
    const META: ActionMeta;

    /// The models of the services that it calls: a function carries those of its actions.
    const MODELS: &'static [&'static Model];

    /// The value's name in the record, as the API names it.
    const PART: &'static str;

    /// The resource's ARN.
    fn arn(site: &Site<'_>, request: &Self::Request) -> String;

    /// What else of the resource is compared: what nobody may find changed by this action, and an undo heeds. Names of
    /// what changes by itself (times, counts) are left out.
    const STEADY: &'static [&'static str] = &[];

    /// The live resource as an object in which the value stands under its name; [`Kind::Gone`] where it is not there.
    fn resource(site: &Site<'_>, request: &Self::Request) -> impl Future<Output = Result<Value, Fault>> + Send;

    /// What the value must become; `None` where nothing offends.
    fn wanted(request: &Self::Request, value: &Value) -> Option<Value>;

    /// What the value was when it was good last, and since when, where that is kept. One that offends itself is not
    /// gone back to.
    fn former(
        _site: &Site<'_>,
        _request: &Self::Request,
    ) -> impl Future<Output = Result<Option<(Timestamp, Value)>, Fault>> + Send {
        async { Ok(None) }
    }

    /// The call, `service:Operation`, that makes it this value, with its parameters.
    fn call(site: &Site<'_>, request: &Self::Request, value: &Value) -> (&'static str, Value);

    /// What a person must know beside the change.
    fn note(_request: &Self::Request) -> Option<&'static str> {
        None
    }

    /// The resource's tags.
    fn tags(
        site: &Site<'_>,
        request: &Self::Request,
    ) -> impl Future<Output = Result<BTreeMap<String, String>, Fault>> + Send {
        async move { tags::of(site, &Self::arn(site, request)).await }
    }
}

impl<T: Setting> Contain for T {
    type Request = T::Request;

    const META: ActionMeta = <T as Setting>::META;

    const MODELS: &'static [&'static Model] = <T as Setting>::MODELS;

    async fn plan(&self, site: &Site<'_>, request: T::Request) -> Result<Planned, Fault> {
        let resource = match T::resource(site, &request).await {
            Ok(resource) => resource,
            Err(fault) if fault.kind == Kind::Gone => return Ok(Planned::Gone(fault.reason)),
            Err(fault) => return Err(fault),
        };
        let value = member(&resource, &format!("/{}", T::PART));
        let former = T::former(site, &request).await?.filter(|(_, was)| T::wanted(&request, was).is_none());
        let since = former.as_ref().map(|(since, _)| *since);
        let wanted = match former {
            Some((_, was)) => (was != value).then_some(was),
            None => T::wanted(&request, &value),
        };
        let plan = Plan::of(request.clone().into(), T::arn(site, &request), snapshot::<T>(&resource));
        let Some(wanted) = wanted else {
            return Ok(plan.noted(format!("`{}` is as it should be already", T::PART)).into());
        };
        let plan = plan.tagged(T::tags(site, &request).await?);
        let set = |value: &Value| {
            let (call, parameters) = T::call(site, &request, value);
            change(call, &parameters, [(T::PART.to_owned(), Some(value.clone()))])
        };
        let plan = plan.then(set(&wanted)?, [set(&value)?]);
        Ok(match (since, T::note(&request)) {
            (Some(since), _) => plan.noted(format!("as it was since {since}, which the account audit kept")).into(),
            (None, Some(note)) => plan.noted(note).into(),
            (None, None) => plan.into(),
        })
    }

    async fn read(&self, site: &Site<'_>, request: T::Request, _: &Plan) -> Result<Snapshot, Fault> {
        Ok(snapshot::<T>(&T::resource(site, &request).await?))
    }

    /// The value is there, whatever it is.
    fn rests_on_absence(&self, _: &T::Request, _: &Plan) -> bool {
        false
    }
}

fn snapshot<T: Setting>(resource: &Value) -> Snapshot {
    let steady = T::STEADY.iter().filter_map(|name| Some(((*name).to_owned(), resource.get(name)?.clone())));
    let value = (T::PART.to_owned(), resource.get(T::PART).cloned().unwrap_or(Value::Null));
    Snapshot(steady.chain([value]).collect())
}

/// A member of an answer, or null.
pub(super) fn member(body: &Value, path: &str) -> Value {
    body.pointer(path).cloned().unwrap_or(Value::Null)
}
