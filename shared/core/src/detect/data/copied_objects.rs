//! What the detectors of copied objects share: from where to where a call copied.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::json::{each, texts};
use crate::event::ApiCall;

/// A copy within S3.
pub(super) struct Copy<'a> {
    /// `bucket/key`, or the ARN of an access point.
    pub(super) source: &'a str,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
}

/// The copy that a call made.
pub(super) fn copy(call: &ApiCall) -> Option<Copy<'_>> {
    let source = texts(call.request("x-amz-copy-source")).next()?.trim_start_matches('/');
    // A version may be named behind the key.
    let source = source.split_once("?versionId=").map_or(source, |(source, _)| source);
    Some(Copy { source, bucket: call.request_text("bucketName")?, key: call.request_text("key")? })
}

impl Copy<'_> {
    /// Whether the object was written over itself. The source stands URL-encoded in most records.
    pub(super) fn onto_itself(&self) -> bool {
        let Some(key) = self.source.strip_prefix(self.bucket).and_then(|rest| rest.strip_prefix('/')) else {
            return false;
        };
        key == self.key || percent_decode_str(key).decode_utf8_lossy() == self.key
    }

    /// The account of the bucket that was written to, where the record tells.
    pub(super) fn owner<'a>(&self, call: &'a ApiCall) -> Option<&'a str> {
        let of_bucket = |resource: &&Value| {
            let text = |key: &str| resource.get(key).and_then(Value::as_str);
            let arn = text("ARN").or_else(|| text("arn"));
            text("type") == Some("AWS::S3::Bucket")
                && arn.and_then(|arn| arn.rsplit(':').next()).is_some_and(|name| name == self.bucket)
        };
        each(call.member("resources")).iter().find(of_bucket)?.get("accountId")?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn onto_itself(source: &str, key: &str) -> bool {
        let request = json!({"x-amz-copy-source": source, "bucketName": "acme", "key": key});
        let record = serde_json::Map::from_iter([("requestParameters".to_owned(), request)]);
        copy(&ApiCall::new(record, None, None)).unwrap().onto_itself()
    }

    #[test]
    fn a_copy_onto_itself_is_told_in_every_spelling() {
        assert!(onto_itself("acme/2026/q1.pdf", "2026/q1.pdf"));
        assert!(onto_itself("/acme/2026/q1.pdf?versionId=3", "2026/q1.pdf"));
        assert!(onto_itself("acme/2026/q%201.pdf", "2026/q 1.pdf"));
    }

    #[test]
    fn another_name_or_bucket_is_no_copy_onto_itself() {
        assert!(!onto_itself("acme/2026/q1.pdf", "2026/q2.pdf"));
        assert!(!onto_itself("acme-old/2026/q1.pdf", "2026/q1.pdf"));
        assert!(!onto_itself("acme2026/q1.pdf", "2026/q1.pdf"));
        assert!(!onto_itself("arn:aws:s3:eu-west-1:111122223333:accesspoint/x/object/q1.pdf", "q1.pdf"));
    }
}
