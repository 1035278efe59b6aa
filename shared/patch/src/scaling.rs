//! Auto Scaling groups: which image each launches by now.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::read;

/// What a group launches from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum From {
    /// A launch template, by its id, and the version as the group names it: a number, `$Latest` or `$Default`.
    Template(String, String),
    /// A launch configuration, by its name.
    Configuration(String),
}

#[derive(Debug, Clone)]
struct Version {
    number: u64,
    is_default: bool,
    image: String,
}

/// The groups, and the images of what they launch from.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    groups: BTreeMap<String, From>,
    templates: BTreeMap<String, Vec<Version>>,
    configurations: BTreeMap<String, String>,
}

impl Groups {
    /// Takes an element of `DescribeAutoScalingGroups` over.
    pub(crate) fn take(&mut self, group: &Value) {
        let mixed = group.pointer("/MixedInstancesPolicy/LaunchTemplate/LaunchTemplateSpecification");
        let template = group.get("LaunchTemplate").or(mixed).and_then(|template| {
            // AWS's default where a group names no version.
            let version = read::some(template, "Version").unwrap_or_else(|| "$Default".to_owned());
            Some(From::Template(read::some(template, "LaunchTemplateId")?, version))
        });
        let configuration = || read::some(group, "LaunchConfigurationName").map(From::Configuration);
        if let (Some(name), Some(from)) = (read::some(group, "AutoScalingGroupName"), template.or_else(configuration)) {
            self.groups.insert(name, from);
        }
    }

    /// Takes an element of `DescribeLaunchTemplateVersions` over.
    pub(crate) fn take_version(&mut self, version: &Value) {
        let image = version.get("LaunchTemplateData").and_then(|data| read::some(data, "ImageId"));
        if let (Some(id), Some(image)) = (read::some(version, "LaunchTemplateId"), image) {
            let is_default = version.get("DefaultVersion").and_then(Value::as_bool) == Some(true);
            let number = read::count(version, "VersionNumber");
            self.templates.entry(id).or_default().push(Version { number, is_default, image });
        }
    }

    /// Takes an element of `DescribeLaunchConfigurations` over.
    pub(crate) fn take_configuration(&mut self, configuration: &Value) {
        if let (Some(name), Some(image)) =
            (read::some(configuration, "LaunchConfigurationName"), read::some(configuration, "ImageId"))
        {
            self.configurations.insert(name, image);
        }
    }

    /// What a group launches from; `None` for one that is not known.
    #[must_use]
    pub fn from(&self, group: &str) -> Option<&From> {
        self.groups.get(group)
    }

    /// The image that a group launches: its id, or `resolve:ssm:…` where a parameter names it.
    #[must_use]
    pub fn image(&self, group: &str) -> Option<&str> {
        match self.groups.get(group)? {
            From::Configuration(name) => self.configurations.get(name).map(String::as_str),
            From::Template(id, version) => {
                let all = self.templates.get(id)?;
                let found = match version.as_str() {
                    "$Latest" => all.iter().max_by_key(|one| one.number),
                    "$Default" => all.iter().find(|one| one.is_default),
                    number => all.iter().find(|one| number.parse() == Ok(one.number)),
                };
                found.map(|one| one.image.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_image_is_of_the_version_that_the_group_names() {
        let mut groups = Groups::default();
        let template = |name: &str, version: Value| json!({ "AutoScalingGroupName": name, "LaunchTemplate": { "LaunchTemplateId": "lt-1", "Version": version } });
        for (name, version) in [("latest", json!("$Latest")), ("default", json!("$Default")), ("second", json!("2"))] {
            groups.take(&template(name, version));
        }
        groups.take(&template("unnamed", Value::Null));
        groups.take(&json!({ "AutoScalingGroupName": "old", "LaunchConfigurationName": "lc" }));
        let mixed = json!({ "LaunchTemplateSpecification": { "LaunchTemplateId": "lt-1", "Version": "1" } });
        groups.take(&json!({ "AutoScalingGroupName": "mixed", "MixedInstancesPolicy": { "LaunchTemplate": mixed } }));
        for (number, is_default) in [(1, false), (2, true), (3, false)] {
            groups.take_version(
                &json!({ "LaunchTemplateId": "lt-1", "VersionNumber": number, "DefaultVersion": is_default,
                "LaunchTemplateData": { "ImageId": format!("ami-{number}") } }),
            );
        }
        groups.take_configuration(&json!({ "LaunchConfigurationName": "lc", "ImageId": "ami-lc" }));
        let images = ["latest", "default", "second", "unnamed", "mixed", "old", "other"].map(|name| groups.image(name));
        assert_eq!(
            images,
            [Some("ami-3"), Some("ami-2"), Some("ami-2"), Some("ami-2"), Some("ami-1"), Some("ami-lc"), None]
        );
    }
}
