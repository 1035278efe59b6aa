//! Behavior over made-up accounts: every detector with what fires it and what is ordinary, and what must hold of all.

mod bursts;
mod credentials;
mod firsts;
mod order;

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Atlas, History, Judged, LEARNING_S, NoAtlas, Place, observe};
use crate::event::ApiCall;
use crate::finding::{Finding, Severity};

/// Noon of a Monday, in seconds since 1970.
pub(in crate::detect::behavior) const START: i64 = 1_767_614_400;
pub(in crate::detect::behavior) const HOUR: i64 = 3600;
pub(in crate::detect::behavior) const DAY: i64 = 24 * HOUR;

/// A made-up call. What is not said is ordinary.
#[derive(Clone)]
pub(in crate::detect::behavior) struct Call {
    record: Value,
}

pub(in crate::detect::behavior) fn call(at_s: i64, source: &str, name: &str) -> Call {
    let time = jiff::Timestamp::from_second(at_s).unwrap().to_string();
    Call {
        record: json!({
            "eventID": format!("{at_s}-{source}-{name}"),
            "eventTime": time,
            "eventSource": format!("{source}.amazonaws.com"),
            "eventName": name,
            "awsRegion": "eu-west-1",
            "recipientAccountId": "111122223333",
            "sourceIPAddress": "203.0.113.10",
            "userAgent": "aws-cli/2.15.0 Python/3.11",
            "requestParameters": {},
            "responseElements": {},
            "userIdentity": {
                "type": "IAMUser",
                "arn": "arn:aws:iam::111122223333:user/maria",
                "userName": "maria",
                "accountId": "111122223333",
                "accessKeyId": "AKIAEXAMPLEMARIA",
            },
        }),
    }
}

impl Call {
    pub(in crate::detect::behavior) fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = self.record.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
        parent[key] = value.into();
        self
    }

    pub(in crate::detect::behavior) fn id(self, id: impl std::fmt::Display) -> Self {
        self.with("/eventID", id.to_string())
    }

    pub(in crate::detect::behavior) fn from(self, address: &str) -> Self {
        self.with("/sourceIPAddress", address)
    }

    pub(in crate::detect::behavior) fn user(self, name: &str) -> Self {
        self.with("/userIdentity/arn", format!("arn:aws:iam::111122223333:user/{name}"))
            .with("/userIdentity/userName", name)
            .with("/userIdentity/accessKeyId", format!("AKIAEXAMPLE{name}"))
    }

    /// Made by a session of a role.
    pub(in crate::detect::behavior) fn session(self, role: &str, session: &str, key: &str, issued_s: i64) -> Self {
        let issued = jiff::Timestamp::from_second(issued_s).unwrap().to_string();
        self.with(
            "/userIdentity",
            json!({
                "type": "AssumedRole",
                "principalId": format!("AROAEXAMPLE:{session}"),
                "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{session}"),
                "accountId": "111122223333",
                "accessKeyId": key,
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "arn": format!("arn:aws:iam::111122223333:role/{role}"),
                        "userName": role,
                    },
                    "attributes": {"creationDate": issued},
                },
            }),
        )
    }

    pub(in crate::detect::behavior) fn denied(self) -> Self {
        self.with("/errorCode", "AccessDenied")
    }

    pub(in crate::detect::behavior) fn api_call(&self) -> ApiCall {
        ApiCall::new(self.record.as_object().unwrap().clone(), None, None)
    }
}

/// An account under watch.
pub(in crate::detect::behavior) struct Watch {
    pub(in crate::detect::behavior) history: History,
    atlas: Box<dyn Atlas>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { history: History::default(), atlas: Box::new(NoAtlas) }
    }
}

impl Watch {
    pub(in crate::detect::behavior) fn with_atlas(atlas: impl Atlas + 'static) -> Self {
        Self { atlas: Box::new(atlas), ..Self::default() }
    }

    /// One that has seen maria do her work from home, each hour of ten days.
    pub(in crate::detect::behavior) fn learned() -> Self {
        let mut watch = Self::default();
        watch.learn();
        watch
    }

    pub(in crate::detect::behavior) fn learn(&mut self) {
        for hour in 0..240 {
            let found = self.see(&call(START - 10 * DAY + hour * HOUR, "ec2", "DescribeInstances"));
            assert_eq!(found, Vec::<String>::new(), "learning is silent");
        }
    }

    pub(in crate::detect::behavior) fn judge(&mut self, call: &Call) -> Vec<Judged> {
        let call = call.api_call();
        let Some(observed) = observe(&call, &call.scope().unwrap(), self.atlas.as_ref()) else { return Vec::new() };
        let mut all = Vec::new();
        for observation in observed.observations {
            let wanted: BTreeSet<_> = observation.keys().into_iter().collect();
            // What a table would hand over: the records that are asked for, and no other.
            let mut part = History::default();
            for key in &wanted {
                if let Some(past) = self.history.past(key) {
                    part.put(key.clone(), past.clone());
                }
            }
            let judged = observation.judge(&self.history, LEARNING_S);
            assert_eq!(judged, observation.judge(&part, LEARNING_S), "it looks at records that it did not ask for");
            for mark in &judged.marks {
                assert!(wanted.contains(&mark.key), "{} is marked and was not asked for", mark.key);
                self.history.note(mark);
            }
            all.push(judged);
        }
        all
    }

    pub(in crate::detect::behavior) fn findings(&mut self, call: &Call) -> Vec<Finding> {
        self.judge(call).into_iter().filter_map(|judged| judged.finding).collect()
    }

    /// The ids of what is found.
    pub(in crate::detect::behavior) fn see(&mut self, call: &Call) -> Vec<String> {
        self.findings(call).into_iter().map(|finding| finding.detector).collect()
    }

    /// The ids of what is found above the lowest severity.
    pub(in crate::detect::behavior) fn alarms(&mut self, call: &Call) -> Vec<String> {
        let weighty = |finding: &Finding| finding.severity > Severity::Informational;
        self.findings(call).into_iter().filter(weighty).map(|finding| finding.detector).collect()
    }
}

/// Knows three places.
pub(in crate::detect::behavior) struct Globe;

impl Atlas for Globe {
    fn place(&self, address: IpAddr) -> Place {
        let (country, provider, coordinates) = match address.to_string().as_str() {
            text if text.starts_with("203.0.") => ("NL", "AS64496 Home", (52.4, 4.9)),
            text if text.starts_with("198.51.") => ("AU", "AS64497 Far", (-33.9, 151.2)),
            text if text.starts_with("192.0.") => ("NL", "AS64498 Near", (52.1, 5.1)),
            _ => return Place::default(),
        };
        Place {
            country: Some(country.to_owned()),
            provider: Some(provider.to_owned()),
            coordinates: Some(coordinates),
            radius_km: 50.0,
        }
    }
}

/// The detectors of which a test here shows that they fire.
const SHOWN: [&[&str]; 3] = [firsts::SHOWN, bursts::SHOWN, credentials::SHOWN];

#[test]
fn every_detector_is_shown_to_fire_and_to_be_silent() {
    let shown: BTreeSet<_> = SHOWN.iter().flat_map(|ids| ids.iter().copied()).collect();
    let all: BTreeSet<_> = super::BEHAVIORS.iter().map(|meta| meta.id).collect();
    assert_eq!(shown, all);
}
