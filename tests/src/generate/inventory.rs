//! `docs/inventory.md`: what an inventory holds, from the table that the checks read by.

use riposte_audit::shapes::{SHAPES, Scope};

use super::catalogue::line;

const HEAD: &str = r#"<!-- Written by `make generate` from the code. Change the code, not this page. -->

# The inventory

An inventory is what AWS says of an account's resources, as JSON lines: `riposte audit --save FILE` writes one,
`riposte audit --inventory FILE` checks one offline.

```json
{"version":1,"service":"s3","type":"bucket","account":"111122223333","region":"eu-west-1",
 "arn":"arn:aws:s3:::logs","id":"logs","name":"logs","tags":{"team":"ops"},
 "facts":{"GetBucketVersioning":{"Status":"Enabled"},"GetBucketPolicy":null,
          "GetBucketAcl":{"error":{"code":"AccessDenied","message":"…"}}}}
```

- `service` is botocore's name of the service, `type` a singular noun. What is global has the region `aws-global`; a bucket
  has its own.
- A fact is named for the operation that gave it. Where the operation lists resources of the type, the fact is the resource's
  own item of that list; else it is the whole answer, in botocore's shape. Times are RFC 3339.
- An operation that answers "there is none" (`NoSuchBucketPolicy`) is `null`. One that failed is
  `{"error": {"code", "message"}}`: what needs it is not assessed.
- What is true of an account is a resource of type `account`, one for each service that was asked, in each region where it
  was. Beside the facts of the table it says of each operation that lists resources how many there were, `{"count": 12}`, or
  the error. So a check that goes by what is not there can tell nothing from nothing known. Its ARN is
  `arn:aws:iam::ACCOUNT:root`.
- Secrets never enter it: a value in which a secret might stand is replaced by `looked at: nothing found`, or
  `looked at: a private key` (`riposte_audit::secrets::redacted`).

## Services, types and operations

| service | type | asked | listed by | facts |
|---|---|---|---|---|
"#;

/// The page.
pub(super) fn page() -> String {
    let mut out = HEAD.to_owned();
    for shape in SHAPES {
        let scope = if shape.scope == Scope::Global { "once" } else { "in each region" };
        let by = if shape.listed_by.is_empty() { "-".to_owned() } else { format!("`{}`", shape.listed_by) };
        let facts: Vec<_> = shape.reads.iter().map(|operation| format!("`{operation}`")).collect();
        let note = if shape.note.is_empty() { String::new() } else { format!(". {}", shape.note) };
        line(
            &mut out,
            &format!("| {} | {} | {scope} | {by} | {}{note} |", shape.service, shape.kind, facts.join(", ")),
        );
    }
    out
}
