//! `s3://bucket/prefix`.

use std::fmt;

use riposte_core::text::plain;
use thiserror::Error;

/// Objects of a bucket whose keys begin alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bucket's name.
    pub bucket: String,
    /// How the keys begin; all of the bucket where it is empty.
    pub prefix: String,
}

/// What names no place in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is no place in a bucket ({wrong}): write `s3://BUCKET/PREFIX`", plain(.text, 200))]
pub struct PlaceError {
    text: String,
    wrong: &'static str,
}

const SCHEME: &str = "s3://";

impl Place {
    /// The place that a text names; `None` where it is no `s3://` at all.
    ///
    /// # Errors
    /// Where the bucket's name is none.
    pub fn parse(text: &str) -> Option<Result<Self, PlaceError>> {
        let rest = text.strip_prefix(SCHEME)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some(match wrong_bucket(bucket) {
            Some(wrong) => Err(PlaceError { text: text.to_owned(), wrong }),
            None => Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() }),
        })
    }
}

/// What is wrong with a bucket's name, by the rules of S3.
fn wrong_bucket(name: &str) -> Option<&'static str> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        Some("no bucket is named")
    } else if name.starts_with("arn:") {
        Some("ARNs of access points are not read: name the bucket, or the access point's alias")
    } else if !(3..=63).contains(&bytes.len()) || !bytes.iter().copied().all(known) {
        Some("a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens")
    } else if !ends(bytes.first()) || !ends(bytes.last()) {
        Some("a bucket's name begins and ends with a letter or a digit")
    } else {
        None
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_bucket_and_how_its_keys_begin() {
        for (text, bucket, prefix) in [
            ("s3://trail", "trail", ""),
            ("s3://trail/", "trail", ""),
            ("s3://my.trail-1/AWSLogs/1/CloudTrail/", "my.trail-1", "AWSLogs/1/CloudTrail/"),
            ("s3://trail/a b/ä", "trail", "a b/ä"),
        ] {
            let place = Place::parse(text).unwrap().unwrap();
            assert_eq!((place.bucket.as_str(), place.prefix.as_str()), (bucket, prefix));
        }
        assert_eq!(Place::parse("logs/s3://trail"), None);
        assert_eq!(Place::parse("s3:/trail"), None);
    }

    #[test]
    fn what_is_no_bucket_is_refused_by_its_name() {
        for (text, wrong) in [
            ("s3://", "no bucket"),
            ("s3:///AWSLogs", "no bucket"),
            ("s3://Trail/x", "lower-case"),
            ("s3://a", "3 to 63"),
            ("s3://-trail/x", "begins and ends"),
            ("s3://tr\u{1b}ail/x", "lower-case"),
            ("s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/x", "access point"),
        ] {
            let error = Place::parse(text).unwrap().unwrap_err().to_string();
            assert!(error.contains(wrong) && !error.contains('\u{1b}'), "{error}");
        }
    }
}
