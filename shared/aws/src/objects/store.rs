//! Single objects, written and read whole.

use aws_types::SdkConfig;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::{MODELS, patient, region_of};
use crate::api::{Api, Call, Client};
use crate::fault::{Fault, Kind};

/// A bucket of the configuration's region.
#[derive(Debug)]
pub struct Store {
    client: Client,
    region: String,
    bucket: String,
}

impl Store {
    /// A bucket, by its name.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        let client = Client::new(&patient(config), &MODELS);
        Self { client, region: region_of(config), bucket: bucket.to_owned() }
    }

    /// Writes an object, over what lies there.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), Fault> {
        let body = BASE64_STANDARD.encode(bytes);
        let parameters = json!({"Bucket": self.bucket, "Key": key, "Body": body});
        self.client.send(&Call::new("s3:PutObject", &self.region, parameters)).await.map(drop)
    }

    /// Reads an object; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let parameters = json!({"Bucket": self.bucket, "Key": key});
        match self.client.fetch(&Call::new("s3:GetObject", &self.region, parameters)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.kind == Kind::Gone && fault.code == "NoSuchKey" => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
