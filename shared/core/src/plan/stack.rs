//! Which stack made a resource, as far as its tags say.

use std::collections::BTreeMap;

/// CloudFormation writes it onto everything that it makes, and nobody else may.
const CLOUDFORMATION: &str = "aws:cloudformation:stack-name";

/// Tags by which people say what looks after a resource, without the signs between the words.
const MANAGERS: [&str; 5] = ["managedby", "provisionedby", "createdby", "deployedby", "iac"];

/// Tools that bring a resource back to what their files say.
const TOOLS: [&str; 4] = ["terraform", "opentofu", "pulumi", "cdk"];

/// The stack's name, or the tool's.
pub(super) fn of(tags: &BTreeMap<String, String>) -> Option<String> {
    if let Some(name) = tags.get(CLOUDFORMATION) {
        return Some(name.clone());
    }
    tags.iter().find_map(|(key, value)| {
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let value = value.to_lowercase();
        let tool = TOOLS.into_iter().find(|tool| {
            (MANAGERS.contains(&key.as_str()) && value.contains(tool)) || (key == *tool && value != "false")
        })?;
        Some(tool.to_owned())
    })
}
