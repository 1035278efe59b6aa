//! What lies in a bucket, read ahead: objects come in the order of their keys, while many requests are on their way.
//!
//! INVARIANT: what is on its way or waits to be read never exceeds [`HELD`], and nobody waits for ever: room is given
//! out in the order of the keys, and within an object in that of its parts. So what is read first has its room first.

mod listing;
mod place;
mod store;

use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use riposte_core::text::plain;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;

use self::listing::Listing;
pub use self::listing::{Listed, Section};
pub use self::place::{Place, PlaceError};
pub use self::store::Store;
use crate::api::{Call, Client, Model, models};
use crate::fault::{Fault, Kind};

/// So many requests are on their way at once.
pub const IN_FLIGHT: usize = 64;

/// So many bytes are on their way or wait to be read, at most.
pub const HELD: usize = 128 << 20;

/// What is larger is read in parts.
const PART: u64 = 2 << 20;

/// The unit in which room is given out.
const UNIT: u64 = 1 << 10;

/// So many objects may be known and not yet opened.
const KNOWN: usize = 1024;

/// How long one request may take, and with its repetitions.
const ATTEMPT: Duration = Duration::from_secs(60);
const CALL: Duration = Duration::from_secs(300);

/// Where a bucket is looked for that nobody says the region of: there S3 knows all of its partition.
const FIRST_REGION: &str = "us-east-1";

static MODELS: [&Model; 1] = [&models::S3];

/// Something in a bucket.
#[derive(Debug)]
pub enum Found {
    /// An object.
    Object(Object),
    /// What cannot be read, and why: an object, or the whole place.
    Broken {
        /// `s3://bucket/key`
        name: String,
        /// Why.
        why: String,
    },
}

/// An object, whose bytes are read in their order. Waits where they are not there yet.
#[derive(Debug)]
pub struct Object {
    /// `s3://bucket/key`
    pub name: String,
    parts: mpsc::UnboundedReceiver<oneshot::Receiver<Result<Part, Fault>>>,
    part: Option<Part>,
}

/// Bytes that take up room for as long as they are held.
#[derive(Debug)]
struct Part {
    bytes: Vec<u8>,
    read: usize,
    _room: OwnedSemaphorePermit,
}

impl Read for Object {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(part) = &mut self.part {
                let left = part.bytes.get(part.read..).unwrap_or_default();
                let count = left.len().min(to.len());
                if count > 0 || to.is_empty() {
                    let (from, to) = (left.get(..count).unwrap_or_default(), to.get_mut(..count).unwrap_or_default());
                    to.copy_from_slice(from);
                    part.read += count;
                    return Ok(count);
                }
                self.part = None;
            }
            let Some(part) = self.parts.blocking_recv() else { return Ok(0) };
            let lost = || io::Error::other("the object's reader has ended");
            let part = part.blocking_recv().map_err(|_| lost())?;
            self.part = Some(part.map_err(|fault| io::Error::other(fault.to_string()))?);
        }
    }
}

/// The objects of a place, in the order of their keys.
#[derive(Debug)]
pub struct Objects {
    found: mpsc::Receiver<Found>,
    trouble: Trouble,
}

/// The first fault that is no object's own: the place cannot be listed, or AWS does not answer for now. Whoever can be
/// called again should be.
#[derive(Debug, Clone, Default)]
pub struct Trouble(Arc<Mutex<Option<Fault>>>);

impl Trouble {
    /// It, where there was one so far.
    #[must_use]
    pub fn first(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn meet(&self, fault: &Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| fault.clone());
    }
}

impl Objects {
    /// Lists and reads a place, with the credentials of the environment, in a thread of its own.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn open(section: impl Into<Section>) -> io::Result<Self> {
        Self::started(section.into(), async || patient(&crate::clients::configuration().await))
    }

    /// What is met on the way and is no object's own fault.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    fn started<F>(section: Section, configured: F) -> io::Result<Self>
    where
        F: AsyncFnOnce() -> SdkConfig + Send + 'static,
    {
        let (send, found) = mpsc::channel(KNOWN);
        let trouble = Trouble::default();
        let met = trouble.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("objects".to_owned()).spawn(move || {
            runtime.block_on(async {
                let config = configured().await;
                let client = Arc::new(Client::new(&config, &MODELS));
                let mut reader = Reader::new(client, section, region_of(&config), send, met);
                reader.all().await;
                // What was asked for arrives, unless nobody waits for it any more.
                while reader.fetching.join_next().await.is_some() {}
            });
        })?;
        Ok(Self { found, trouble })
    }
}

/// The configuration with the time that large answers need.
fn patient(config: &SdkConfig) -> SdkConfig {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build();
    config.clone().into_builder().timeout_config(limits).build()
}

fn region_of(config: &SdkConfig) -> String {
    config.region().map_or_else(|| FIRST_REGION.to_owned(), ToString::to_string)
}

/// Lists a section, page by page; each object is handed on. The bucket's region.
///
/// # Errors
/// Where it cannot be listed.
pub async fn list(config: &SdkConfig, section: &Section, mut each: impl FnMut(&Listed)) -> Result<String, Fault> {
    let client = Client::new(&patient(config), &MODELS);
    let mut listing = Listing::new(&client, section, region_of(config))?;
    while let Some(page) = listing.page().await {
        page?.iter().for_each(&mut each);
    }
    Ok(listing.region().to_owned())
}

impl Iterator for Objects {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        self.found.blocking_recv()
    }
}

/// Lists a section, and asks for its objects.
struct Reader {
    client: Arc<Client>,
    section: Section,
    region: String,
    found: mpsc::Sender<Found>,
    trouble: Trouble,
    room: Arc<Semaphore>,
    ways: Arc<Semaphore>,
    fetching: JoinSet<()>,
}

impl Reader {
    fn new(
        client: Arc<Client>,
        section: Section,
        region: String,
        found: mpsc::Sender<Found>,
        trouble: Trouble,
    ) -> Self {
        let room = usize::try_from(HELD as u64 / UNIT).unwrap_or(Semaphore::MAX_PERMITS);
        let (room, ways) = (Arc::new(Semaphore::new(room)), Arc::new(Semaphore::new(IN_FLIGHT)));
        Self { client, section, region, found, trouble, room, ways, fetching: JoinSet::new() }
    }

    async fn all(&mut self) {
        let place = self.section.place.to_string();
        match self.listed().await {
            // Nobody waits any more.
            Err(None) => {}
            Err(Some(fault)) => {
                self.trouble.meet(&fault);
                self.broken(place, fault.to_string()).await;
            }
            Ok(0) => self.broken(place, "there is no object whose key begins so".to_owned()).await,
            Ok(_) => {}
        }
    }

    async fn broken(&self, name: String, why: String) {
        // Nobody waits any more where it cannot be sent.
        let _ = self.found.send(Found::Broken { name, why }).await;
    }

    /// Lists the section, and hands on its objects; how many there are. `None` as an error: nobody waits any more.
    async fn listed(&mut self) -> Result<u64, Option<Fault>> {
        let (client, section) = (Arc::clone(&self.client), self.section.clone());
        let mut count = 0;
        let mut listing = Listing::new(&client, &section, self.region.clone()).map_err(Some)?;
        while let Some(page) = listing.page().await {
            let page = page.map_err(Some)?;
            listing.region().clone_into(&mut self.region);
            for object in page {
                count += 1;
                self.read(object).await?;
            }
        }
        Ok(count)
    }

    /// Hands an object on, and asks for its parts as room is there.
    async fn read(&mut self, object: Listed) -> Result<(), Option<Fault>> {
        let name = format!("s3://{}/{}", self.section.place.bucket, object.key);
        if let Some(class) = object.archived {
            let why = format!("it is archived ({}): restore it first", plain(&class, 40));
            self.broken(name, why).await;
            return Ok(());
        }
        let (send, parts) = mpsc::unbounded_channel();
        self.found.send(Found::Object(Object { name, parts, part: None })).await.map_err(|_| None)?;
        let whole = object.size <= PART;
        for range in ranges(object.size) {
            let length = range.end - range.start;
            let units = u32::try_from(length.div_ceil(UNIT)).unwrap_or(u32::MAX);
            let room = Arc::clone(&self.room).acquire_many_owned(units).await.map_err(|_| None)?;
            let way = Arc::clone(&self.ways).acquire_owned().await.map_err(|_| None)?;
            let (answer, part) = oneshot::channel();
            // Whoever has given an object up wants none of the rest.
            if send.send(part).is_err() {
                break;
            }
            let mut parameters = json!({"Bucket": self.section.place.bucket, "Key": object.key});
            if let Some(parameters) = parameters.as_object_mut() {
                if !whole {
                    let range = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
                    parameters.insert("Range".to_owned(), range.into());
                }
                // Parts of two versions are no object.
                if let Some(etag) = &object.etag {
                    parameters.insert("IfMatch".to_owned(), etag.as_str().into());
                }
            }
            let call = Call::new("s3:GetObject", &self.region, parameters);
            let (client, trouble) = (Arc::clone(&self.client), self.trouble.clone());
            self.fetching.spawn(async move {
                let fetched = client.fetch(&call).await.and_then(|bytes| complete(bytes, length));
                if let Err(fault) = fetched.as_ref()
                    && fault.kind == Kind::Transient
                {
                    trouble.meet(fault);
                }
                drop(way);
                // Nobody waits any more where it cannot be sent.
                let _ = answer.send(fetched.map(|bytes| Part { bytes, read: 0, _room: room }));
            });
            while self.fetching.try_join_next().is_some() {}
        }
        Ok(())
    }
}

/// An answer that is shorter than what was asked for is not the object.
fn complete(bytes: Vec<u8>, length: u64) -> Result<Vec<u8>, Fault> {
    if bytes.len() as u64 == length {
        return Ok(bytes);
    }
    let reason = format!("{} bytes came instead of {length}: it was changed, or the connection cut", bytes.len());
    Err(Fault::refused("s3:GetObject", reason))
}

/// The parts of an object of so many bytes.
fn ranges(size: u64) -> impl Iterator<Item = Range<u64>> {
    (0..size.div_ceil(PART)).map(move |part| part * PART..size.min((part + 1) * PART))
}

#[cfg(test)]
mod tests;
