//! The listing of a place, or of a part of it.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Place;
use crate::api::{Call, Client, Pages, models, region_named};
use crate::fault::Fault;

/// Objects of a place from one key to another, and of these the wanted ones.
#[derive(Clone)]
pub struct Section {
    /// The place.
    pub place: Place,
    /// Those behind this key.
    pub after: Option<String>,
    /// Those up to this key.
    pub last: Option<String>,
    /// Says by a key whether an object is wanted.
    pub wanted: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, after, last, wanted: _ } = self;
        f.debug_struct("Section")
            .field("place", place)
            .field("after", after)
            .field("last", last)
            .finish_non_exhaustive()
    }
}

impl From<Place> for Section {
    /// All of it.
    fn from(place: Place) -> Self {
        Self { place, after: None, last: None, wanted: Arc::new(|_| true) }
    }
}

/// An object as a listing says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its version's mark.
    pub etag: Option<String>,
    /// The storage class, where it cannot be read before it is restored.
    pub archived: Option<String>,
}

/// Pages of a listing, in the region of the bucket, which S3 says.
pub(super) struct Listing<'a> {
    client: &'a Client,
    section: &'a Section,
    region: String,
    pages: Pages<'a>,
    /// Nothing was answered yet, and no other region was named.
    new: bool,
    ended: bool,
}

impl<'a> Listing<'a> {
    pub(super) fn new(client: &'a Client, section: &'a Section, region: String) -> Result<Self, Fault> {
        let pages = pages(client, section, &region)?;
        Ok(Self { client, section, region, pages, new: true, ended: false })
    }

    /// Where the bucket is, once a page was had.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The wanted objects of the next page.
    pub(super) async fn page(&mut self) -> Option<Result<Vec<Listed>, Fault>> {
        if self.ended {
            return None;
        }
        let page = match self.pages.next().await? {
            Ok(page) => page,
            // S3 says once where a bucket is, and then is asked there.
            Err(fault) => match region_named(&fault.reason).filter(|_| self.new) {
                Some(region) => {
                    region.clone_into(&mut self.region);
                    match pages(self.client, self.section, &self.region) {
                        Ok(pages) => self.pages = pages,
                        Err(fault) => return Some(Err(fault)),
                    }
                    match self.pages.next().await? {
                        Ok(page) => page,
                        Err(fault) => return Some(Err(fault)),
                    }
                }
                None => return Some(Err(fault)),
            },
        };
        self.new = false;
        let mut found = Vec::new();
        for object in page.get("Contents").and_then(Value::as_array).into_iter().flatten().filter_map(listed) {
            if self.section.last.as_ref().is_some_and(|last| object.key > *last) {
                self.ended = true;
                break;
            }
            if (self.section.wanted)(&object.key) {
                found.push(object);
            }
        }
        Some(Ok(found))
    }
}

fn pages<'a>(client: &'a Client, section: &Section, region: &str) -> Result<Pages<'a>, Fault> {
    let mut parameters = json!({"Bucket": section.place.bucket, "Prefix": section.place.prefix});
    if let (Some(after), Some(parameters)) = (&section.after, parameters.as_object_mut()) {
        parameters.insert("StartAfter".to_owned(), after.as_str().into());
    }
    Pages::new(client, &models::S3, Call::new("s3:ListObjectsV2", region, parameters))
}

/// An object of a listing; `None` for what the console makes to show a folder.
fn listed(value: &Value) -> Option<Listed> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let key = text("Key")?;
    let size = value.get("Size").and_then(Value::as_u64).unwrap_or_default();
    if size == 0 && key.ends_with('/') {
        return None;
    }
    let archived = text("StorageClass").filter(|class| matches!(class.as_str(), "GLACIER" | "DEEP_ARCHIVE"));
    Some(Listed { key, size, etag: text("ETag"), archived })
}
