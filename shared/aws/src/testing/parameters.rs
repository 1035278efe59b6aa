//! Parameter Store and the topic.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::http::{Refused, Request, element, page};

/// What Parameter Store gives on one page at most.
const PAGE: usize = 10;

/// A notice that the topic accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// The parameters that Riposte needs, in live mode.
pub(super) fn settings() -> BTreeMap<String, String> {
    [
        ("/riposte/mode", "live"),
        ("/riposte/topic-arn", "arn:aws:sns:eu-west-1:111122223333:riposte"),
        ("/riposte/ledger-table", "riposte-ledger"),
        ("/riposte/secrets/ledger-key", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
        ("/riposte/own-roles", "arn:aws:iam::111122223333:role/riposte-own"),
    ]
    .into_iter()
    .map(|(path, value)| (path.to_owned(), value.to_owned()))
    .chain(super::key_parameters())
    .collect()
}

pub(super) fn ssm(parameters: &mut BTreeMap<String, String>, request: &Request) -> Result<String, Refused> {
    let parameter = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    match request.operation.as_str() {
        "GetParametersByPath" => {
            assert_eq!((&request.json["Recursive"], &request.json["WithDecryption"]), (&json!(true), &json!(true)));
            let folder = format!("{}/", request.text("Path"));
            let found: Vec<_> = parameters.iter().filter(|(path, _)| path.starts_with(&folder)).collect();
            let (found, next) = page(&found, PAGE, request.text("NextToken"));
            let found: Vec<Value> = found.iter().map(|(name, value)| parameter(name, value)).collect();
            let mut answer = json!({ "Parameters": found });
            if let Some(next) = next {
                answer["NextToken"] = json!(next);
            }
            Ok(answer.to_string())
        }
        "GetParameter" => {
            let name = request.text("Name");
            let value = parameters.get(name).ok_or_else(|| Refused::new("ParameterNotFound"))?;
            Ok(json!({ "Parameter": parameter(name, value) }).to_string())
        }
        "PutParameter" => {
            let (name, value) = (request.text("Name").to_owned(), request.text("Value").to_owned());
            if parameters.contains_key(&name) && request.json["Overwrite"] != true {
                return Err(Refused::new("ParameterAlreadyExists"));
            }
            parameters.insert(name, value);
            Ok(json!({ "Version": 1 }).to_string())
        }
        other => panic!("the fake Parameter Store has no `{other}`"),
    }
}

pub(super) fn sns(sent: &mut Vec<Message>, request: &Request) -> Result<String, Refused> {
    assert_eq!(request.operation, "Publish");
    let [topic, subject, body] = ["TopicArn", "Subject", "Message"].map(|key| request.get(key).to_owned());
    let printable = subject.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if subject.is_empty() || subject.len() > 100 || !printable || body.is_empty() || body.len() > 256 * 1024 {
        return Err(Refused::new("InvalidParameter"));
    }
    sent.push(Message { topic, subject, body });
    Ok(element("MessageId", format!("message-{}", sent.len())))
}
