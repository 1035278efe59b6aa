//! Requests that name one resource and nothing else.

use super::Place;

/// The resource's name: of an ARN the part behind `prefix` (`trail/`), else the text itself. `None` for what is not the
/// account's own, or no name.
fn name(text: &str, prefix: &str, account: Option<&str>) -> Option<String> {
    let text = text.trim();
    let name = if text.starts_with("arn:") {
        let mut parts = text.splitn(6, ':').skip(4);
        let (owner, resource) = (parts.next()?, parts.next()?);
        if account.is_some_and(|account| !owner.is_empty() && owner != account) {
            return None;
        }
        resource.strip_prefix(prefix).unwrap_or(resource)
    } else {
        text
    };
    (!name.is_empty()).then(|| name.to_owned())
}

/// The names at a rule's target.
pub(super) fn names(place: &Place<'_>, prefix: &str) -> Vec<String> {
    let account = place.call.scope().ok().map(|scope| scope.account);
    place.values.iter().filter_map(|value| name(value, prefix, account.as_deref())).collect()
}

/// The name that a person gave.
pub(super) fn named(text: &str, prefix: &str) -> Option<String> {
    name(text, prefix, None)
}

/// A request that is one resource by name, which an event may give as an ARN: the request's name and field, the
/// service, the kind of resource, what stands before the name in its ARN, how a person writes it, and where a rule reads
/// several calls, which of them it answers.
macro_rules! one_resource {
    ($(#[$doc:meta])* $name:ident { $(#[$of:meta])* $field:ident }
     in $service:literal, $kind:literal, $prefix:literal, $form:literal $(, where $place:ident $of_rule:block)?) => {
        use serde::{Deserialize, Serialize};

        use super::{ActionId, Place, Request, ResourceId, one};

        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            $(#[$of])*
            pub $field: String,
        }

        impl Request for $name {
            const ID: ActionId = ActionId::$name;

            fn resource(&self) -> ResourceId {
                ResourceId::new($service, $kind, &self.$field)
            }

            fn of_rule(place: &Place<'_>) -> Vec<Self> {
                $(
                    let $place = place;
                    if !$of_rule {
                        return Vec::new();
                    }
                )?
                one::names(place, $prefix).into_iter().map(|$field| Self { $field }).collect()
            }

            const TARGET: &'static str = $form;

            fn by_hand(target: &str) -> Option<Self> {
                one::named(target, $prefix).map(|$field| Self { $field })
            }
        }
    };
}
pub(super) use one_resource;

/// The same, of a setting that goes back to what it was before the event.
macro_rules! former_setting {
    ($(#[$doc:meta])* $name:ident { $(#[$of:meta])* $field:ident }
     in $service:literal, $kind:literal, $prefix:literal, $form:literal) => {
        use serde::{Deserialize, Serialize};

        use super::{ActionId, Place, Request, ResourceId, one};

        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            $(#[$of])*
            pub $field: String,
            /// What stood at an earlier time than this one is restored: RFC 3339. `None` for the newest.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub before: Option<String>,
        }

        impl Request for $name {
            const ID: ActionId = ActionId::$name;

            fn resource(&self) -> ResourceId {
                ResourceId::new($service, $kind, &self.$field)
            }

            fn of_rule(place: &Place<'_>) -> Vec<Self> {
                let before = place.call.event_time().map(str::to_owned);
                let request = |$field| Self { $field, before: before.clone() };
                one::names(place, $prefix).into_iter().map(request).collect()
            }

            const TARGET: &'static str = $form;

            fn by_hand(target: &str) -> Option<Self> {
                one::named(target, $prefix).map(|$field| Self { $field, before: None })
            }
        }
    };
}
pub(super) use former_setting;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_an_arn_of_one_resource_are_the_same() {
        let arn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit";
        for text in ["audit", " audit ", arn] {
            assert_eq!(name(text, "trail/", Some("123456789012")).as_deref(), Some("audit"), "{text}");
        }
        assert_eq!(name(arn, "trail/", Some("210987654321")), None, "another account's");
        assert_eq!(
            name("arn:aws:s3:::bucket", "", Some("123456789012")).as_deref(),
            Some("bucket"),
            "no owner is said"
        );
        assert_eq!(name("arn:aws:cloudtrail", "trail/", None), None);
        assert_eq!(name("", "trail/", None), None);
    }
}
