//! IAM's credential report: a CSV of all users, made on demand.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::{Api, Call};
use crate::fault::Fault;

/// The row of the account's root user.
pub(super) const ROOT: &str = "<root_account>";

/// The report's rows by user, each an object with the report's columns.
pub(super) type Report = BTreeMap<String, Value>;

/// Asks for the report until it is made. The caller's deadline ends the waiting.
pub(super) async fn credential_report(api: &dyn Api, region: &str) -> Result<Report, Fault> {
    const CALL: &str = "iam:GetCredentialReport";
    let mut pause = Duration::from_millis(250);
    loop {
        let made = api.send(&Call::new("iam:GenerateCredentialReport", region, json!({}))).await?;
        if made.body.get("State").and_then(Value::as_str) == Some("COMPLETE") {
            break;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(4));
    }
    let answer = api.send(&Call::new(CALL, region, json!({}))).await?;
    let content = answer.body.get("Content").and_then(Value::as_str).unwrap_or_default();
    let text = STANDARD.decode(content).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| rows(&text)).ok_or_else(|| Fault::refused(CALL, "the report is no CSV"))
}

/// IAM's names have no commas or quotes, so that a field is what stands between two commas.
fn rows(text: &str) -> Option<Report> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let columns: Vec<_> = lines.next()?.split(',').collect();
    let user = columns.iter().position(|column| *column == "user")?;
    let mut report = Report::new();
    for line in lines {
        let fields: Vec<_> = line.split(',').collect();
        if fields.len() != columns.len() {
            return None;
        }
        let row = columns.iter().zip(&fields).map(|(column, field)| ((*column).to_owned(), (*field).into())).collect();
        report.insert((*fields.get(user)?).to_owned(), Value::Object(row));
    }
    Some(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_rows_by_user() {
        let report = rows("user,arn,mfa_active\n<root_account>,arn:aws:iam::1:root,true\nann,arn:ann,false\n").unwrap();
        assert_eq!(report[ROOT]["mfa_active"], "true");
        assert_eq!(report["ann"], json!({"user": "ann", "arn": "arn:ann", "mfa_active": "false"}));
        assert!(rows("user,arn\nann\n").is_none());
        assert!(rows("").is_none());
    }
}
