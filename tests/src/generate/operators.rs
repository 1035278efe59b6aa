//! The policies of who works with the operator's command: for looking, and for responding.

use riposte_aws::permissions::{Grants, of_reader, of_responder};

use super::template::statements_of;

/// IAM's quota for a managed policy, in characters without spaces, less what names may turn out longer.
const LONGEST: usize = 6144 - 700;

/// Below this path, the functions' roles may attach nothing: theirs is `/riposte/`.
const PATH: &str = "/riposte-operators/";

/// A policy for people.
struct Policy {
    /// Its logical id, before a number where there are several.
    id: &'static str,
    /// Its name, before the region.
    name: &'static str,
    about: &'static str,
    grants: fn() -> Grants,
    /// Statements that hang on a parameter.
    more: &'static str,
}

const POLICIES: [Policy; 2] = [
    Policy {
        id: "ReaderPolicy",
        name: "riposte-reader",
        about: "Looks with the command riposte, and changes nothing.",
        grants: of_reader,
        more: "",
    },
    Policy {
        id: "ResponderPolicy",
        name: "riposte-responder",
        about: "Responds with the command riposte, for whoever has riposte-reader too.",
        grants: of_responder,
        more: "\
- !If
  - HasEventBus
  - Sid: Outcomes
    Effect: Allow
    Action: events:PutEvents
    Resource: !Ref EventBus
  - !Ref AWS::NoValue",
    },
];

impl Policy {
    /// Its statements, spread over as many policies as they need.
    fn parts(&self) -> Vec<Vec<String>> {
        let mut parts: Vec<Vec<String>> = vec![self.more.lines().map(str::to_owned).collect()];
        for statement in statements_of(&(self.grants)()) {
            let fits = parts.last().is_some_and(|part| weight(part) + weight(&statement) <= LONGEST);
            match parts.last_mut() {
                Some(part) if fits => part.extend(statement),
                _ => parts.push(statement),
            }
        }
        parts
    }

    /// The logical ids of its parts.
    fn ids(&self) -> Vec<String> {
        (1..=self.parts().len()).map(|number| format!("{}{number}", self.id)).collect()
    }
}

/// The length of lines as JSON without spaces, with the longest of what is filled in.
fn weight(lines: &[String]) -> usize {
    let longest = |line: &String| {
        let filled = line
            .replace("${AWS::Partition}", "aws-us-gov")
            .replace("${AWS::Region}", "ap-southeast-1")
            .replace("${AWS::AccountId}", "111122223333")
            .replace("${AWS::StackName}", "riposte-of-some-name");
        let filled = filled.trim().trim_start_matches("- ").trim_start_matches("!Sub ").to_owned();
        // An ARN stands for it.
        if filled.starts_with('!') { 100 } else { filled.len().saturating_add(5) }
    };
    lines.iter().map(longest).sum()
}

/// The policies as resources of the template.
pub(super) fn resources() -> Vec<String> {
    let mut lines = Vec::new();
    for policy in POLICIES {
        for (number, (id, part)) in policy.ids().into_iter().zip(policy.parts()).enumerate() {
            lines.push(format!("{id}:"));
            lines.push("  Type: AWS::IAM::ManagedPolicy".to_owned());
            lines.push("  Properties:".to_owned());
            lines.push(format!("    Path: {PATH}"));
            lines.push(format!(
                "    ManagedPolicyName: !Sub {}-{}-${{AWS::Region}}",
                policy.name,
                number.saturating_add(1)
            ));
            lines.push(format!("    Description: {}", policy.about));
            lines.push("    PolicyDocument:".to_owned());
            lines.push("      Version: '2012-10-17'".to_owned());
            lines.push("      Statement:".to_owned());
            lines.extend(part.iter().map(|line| format!("        {line}")));
            lines.push(String::new());
        }
    }
    lines.pop();
    lines
}

/// Their ARNs as outputs.
pub(super) fn outputs() -> Vec<String> {
    let mut lines = Vec::new();
    for policy in POLICIES {
        lines.push(format!("{}Arns:", policy.id));
        lines.push(format!("  Description: {}", policy.about));
        lines.push("  Value: !Join".to_owned());
        lines.push("    - ','".to_owned());
        lines.push("    -".to_owned());
        lines.extend(policy.ids().iter().map(|id| format!("      - !Ref {id}")));
    }
    lines
}

/// In how many parts each is.
pub(super) fn counts() -> [usize; 2] {
    POLICIES.map(|policy| policy.parts().len())
}
