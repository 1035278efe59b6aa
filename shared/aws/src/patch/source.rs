//! Where a list or a declaration is read from: a file, an object of S3, or a parameter.

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::text::plain;
use riposte_patch::kev::KevError;
use riposte_patch::settings::s3;
use serde_json::{Value, json};
use thiserror::Error;

use crate::api::{Api, Call};
use crate::fault::Fault;

/// A file: on this machine, or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// On this machine.
    File(PathBuf),
    /// A bucket and a key.
    Object(String, String),
    /// A parameter of Parameter Store.
    Parameter(String),
}

/// Why a file cannot be had or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It cannot be read from this machine.
    #[error("`{}` cannot be read: {wrong}", plain(.name, 200))]
    File {
        /// Its path.
        name: String,
        /// Why.
        wrong: std::io::Error,
    },
    /// AWS does not give it.
    #[error("`{}` cannot be read: {fault}", plain(.name, 200))]
    Fault {
        /// How it is named.
        name: String,
        /// Why.
        fault: Fault,
    },
    /// It is no text.
    #[error("`{}` is no text", plain(.0, 200))]
    NoText(String),
    /// It is no list of vulnerabilities.
    #[error(transparent)]
    Kev(#[from] KevError),
}

impl SourceError {
    /// Whether it may go better later.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        matches!(self, Self::Fault { fault, .. } if fault.worth_retrying())
    }
}

impl Source {
    /// What a person or the settings name.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match s3(text) {
            Some((bucket, key)) => Self::Object(bucket.to_owned(), key.to_owned()),
            None if text.starts_with("/riposte/") => Self::Parameter(text.to_owned()),
            None => Self::File(PathBuf::from(text)),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// Names it, and says why it cannot be had.
    pub async fn read(&self, api: &dyn Api, region: &str) -> Result<String, SourceError> {
        let (name, call) = match self {
            Self::File(path) => {
                let failed = |wrong| SourceError::File { name: path.display().to_string(), wrong };
                return std::fs::read_to_string(path).map_err(failed);
            }
            Self::Object(bucket, key) => {
                let call = Call::new("s3:GetObject", region, json!({ "Bucket": bucket, "Key": key }));
                (format!("s3://{bucket}/{key}"), call)
            }
            Self::Parameter(path) => {
                let call = Call::new("ssm:GetParameter", region, json!({ "Name": path, "WithDecryption": true }));
                (path.clone(), call)
            }
        };
        let body = match api.send(&call).await {
            Ok(answer) => answer.body,
            Err(fault) => return Err(SourceError::Fault { name, fault }),
        };
        if let Some(value) = body.pointer("/Parameter/Value").and_then(Value::as_str) {
            return Ok(value.to_owned());
        }
        let bytes = body.get("Body").and_then(Value::as_str).and_then(|text| BASE64_STANDARD.decode(text).ok());
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(SourceError::NoText(name))
    }
}
