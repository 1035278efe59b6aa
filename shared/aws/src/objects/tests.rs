//! Objects over the SDK's runtime, from a bucket in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::testing::config_of;

/// A bucket `trail` in `eu-west-1`, two keys a page.
#[derive(Debug, Clone, Default)]
struct Bucket(Arc<State>);

#[derive(Debug, Default)]
struct State {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl HttpConnector for Bucket {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let state = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            state.most.fetch_max(state.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Later ones are faster: what comes first is not what was asked for first.
            let turns = 70_usize.saturating_sub(state.asked.lock().unwrap().len() % 70);
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            state.now.fetch_sub(1, Ordering::SeqCst);
            Ok(state.answer(&request))
        })
    }
}

impl State {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let uri = request.uri();
        let range = request.headers().get("range").unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{uri} {range}"));
        if !uri.contains(".eu-west-1.") {
            let mut moved = HttpResponse::new(
                StatusCode::try_from(301).unwrap(),
                SdkBody::from("<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"),
            );
            moved.headers_mut().insert("x-amz-bucket-region", "eu-west-1");
            return moved;
        }
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let objects = self.objects.lock().unwrap();
        if !query.contains("list-type=2") {
            let key = path.split_once("/trail/").unwrap().1;
            if key.contains("slow") {
                return status(503, "<Error><Code>SlowDown</Code><Message>less</Message></Error>");
            }
            if key.contains("secret") {
                return status(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
            }
            let Some(bytes) = objects.get(key) else { return status(404, "<Error><Code>NoSuchKey</Code></Error>") };
            let bounds = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
            let bytes = match bounds {
                Some((from, to)) => &bytes[from.parse().unwrap()..=to.parse().unwrap()],
                None => bytes,
            };
            return HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from(bytes.to_vec()));
        }
        let value = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        let prefix = value("prefix").unwrap_or_default().replace("%2F", "/");
        let after = value("continuation-token").or(value("start-after")).unwrap_or_default().replace("%2F", "/");
        let keys: Vec<_> = objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after).collect();
        let contents: String = keys
            .iter()
            .take(2)
            .map(|(key, bytes)| {
                let class = if key.contains("cold") { "DEEP_ARCHIVE" } else { "STANDARD" };
                let size = bytes.len();
                format!(
                    "<Contents><Key>{key}</Key><Size>{size}</Size><ETag>&quot;e&quot;</ETag>\
                     <StorageClass>{class}</StorageClass></Contents>"
                )
            })
            .collect();
        let more = keys.len() > 2;
        let next =
            if more { format!("<NextContinuationToken>{}</NextContinuationToken>", keys[1].0) } else { String::new() };
        status(200, &format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{next}{contents}</ListBucketResult>"))
    }
}

fn status(code: u16, body: &str) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(code).unwrap(), SdkBody::from(body.to_owned()))
}

impl Bucket {
    fn with(objects: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Self {
        let bucket = Self::default();
        bucket.0.objects.lock().unwrap().extend(objects.into_iter().map(|(key, bytes)| (key.to_owned(), bytes)));
        bucket
    }

    fn open(&self, place: &str, region: &'static str) -> Objects {
        let section = Place::parse(place).unwrap().unwrap().into();
        let config = self.config(region);
        Objects::started(section, async move || config).unwrap()
    }

    fn config(&self, region: &'static str) -> SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        let config = config_of(http_client_fn(move |_, _| connector.clone()));
        config.into_builder().region(aws_types::region::Region::new(region)).build()
    }

    fn read(&self, place: &str) -> Vec<(String, Result<Vec<u8>, String>)> {
        self.open(place, "eu-west-1").map(whole).collect()
    }
}

fn whole(found: Found) -> (String, Result<Vec<u8>, String>) {
    match found {
        Found::Broken { name, why } => (name, Err(why)),
        Found::Object(mut object) => {
            let mut bytes = Vec::new();
            let end = object.read_to_end(&mut bytes);
            (object.name.clone(), end.map(|_| bytes).map_err(|error| error.to_string()))
        }
    }
}

fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
}

#[test]
fn objects_come_in_the_order_of_their_keys_page_by_page_and_whole() {
    let large = noise(5 * (1 << 20) + 17);
    let bucket = Bucket::with([
        ("AWSLogs/3", noise(10)),
        ("AWSLogs/1", large.clone()),
        ("AWSLogs/", Vec::new()),
        ("AWSLogs/2-empty", Vec::new()),
        ("AWSLogs/4-cold", noise(3)),
        ("other", noise(1)),
    ]);
    let read = bucket.read("s3://trail/AWSLogs/");
    let names: Vec<_> = read.iter().map(|(name, _)| name.strip_prefix("s3://trail/AWSLogs/").unwrap()).collect();
    assert_eq!(names, ["1", "2-empty", "3", "4-cold"]);
    assert!(read[0].1 == Ok(large) && read[1].1 == Ok(Vec::new()) && read[2].1 == Ok(noise(10)));
    assert_eq!(read[3].1.as_ref().unwrap_err(), "it is archived (DEEP_ARCHIVE): restore it first");
    let asked = bucket.0.asked.lock().unwrap().clone();
    let ranges: Vec<_> = asked.iter().filter_map(|asked| asked.split_once(" bytes=")).map(|(_, range)| range).collect();
    assert_eq!(ranges.len(), 3, "{asked:?}");
    assert!(ranges.contains(&"4194304-5242896"), "{ranges:?}");
}

#[test]
fn many_requests_are_on_their_way_and_no_more_than_the_bound() {
    let keys: Vec<&'static str> = (0..400).map(|n| &*format!("{n:04}").leak()).collect();
    let bucket = Bucket::with(keys.iter().map(|key| (*key, key.as_bytes().to_vec())));
    let read = bucket.read("s3://trail");
    assert!(
        read.iter().zip(&keys).all(|((name, bytes), key)| name.ends_with(key) && *bytes == Ok(key.as_bytes().to_vec()))
    );
    assert_eq!(read.len(), keys.len());
    let most = bucket.0.most.load(Ordering::SeqCst);
    // A page lists two, and is on its way as well.
    assert!((2..=IN_FLIGHT + 1).contains(&most), "{most}");
}

#[test]
fn what_is_held_is_bounded_and_a_later_object_never_blocks_an_earlier_one() {
    let part = usize::try_from(PART).unwrap();
    let objects = HELD / part + 20;
    let keys: Vec<&'static str> = (0..objects).map(|n| &*format!("{n:04}").leak()).collect();
    let bucket = Bucket::with(keys.iter().map(|key| (*key, noise(part))));
    let mut open = bucket.open("s3://trail", "eu-west-1");
    let first = open.next().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let asked = bucket.0.asked.lock().unwrap().iter().filter(|asked| !asked.contains("list-type")).count();
    assert!(asked <= HELD / part, "{asked} parts are held");
    // The last of those that are known is opened before the first is read.
    let second = open.next().unwrap();
    assert!(whole(second).1.unwrap().len() == part && whole(first).1.unwrap().len() == part);
    assert_eq!(
        open.map(whole).filter(|(_, bytes)| bytes.as_ref().is_ok_and(|bytes| bytes.len() == part)).count(),
        objects - 2
    );
}

#[test]
fn a_bucket_of_another_region_is_found_and_a_missing_one_is_named() {
    let bucket = Bucket::with([("a", noise(4))]);
    let read: Vec<_> = bucket.open("s3://trail/", "us-west-2").map(whole).collect();
    assert_eq!(read, [("s3://trail/a".to_owned(), Ok(noise(4)))]);
    let none = bucket.read("s3://trail/nothing/");
    assert_eq!(none.len(), 1);
    assert_eq!((none[0].0.as_str(), none[0].1.is_err()), ("s3://trail/nothing/", true));
    assert!(none[0].1.as_ref().unwrap_err().contains("no object"), "{none:?}");
}

#[test]
fn what_is_gone_or_shorter_than_listed_is_an_error_of_its_object_alone() {
    assert!(complete(vec![1], 2).unwrap_err().to_string().contains("1 bytes came instead of 2"));
    let bucket = Bucket::with([("a", noise(4)), ("b", noise(5))]);
    let mut open = bucket.open("s3://trail", "eu-west-1");
    let first = whole(open.next().unwrap());
    let second = whole(open.next().unwrap());
    assert_eq!((first.1, second.1), (Ok(noise(4)), Ok(noise(5))));
    assert!(open.next().is_none());
}

#[test]
fn the_parts_of_an_object_cover_it() {
    for size in [0, 1, PART - 1, PART, PART + 1, 3 * PART] {
        let all: Vec<_> = ranges(size).collect();
        assert_eq!(all.iter().map(|range| range.end - range.start).sum::<u64>(), size);
        assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
}

fn section(after: Option<&str>, last: Option<&str>) -> Section {
    let place = Place::parse("s3://trail").unwrap().unwrap();
    let (after, last) = (after.map(str::to_owned), last.map(str::to_owned));
    Section { place, after, last, wanted: Arc::new(|key| key != "c") }
}

#[tokio::test]
async fn a_section_is_from_one_key_to_another_and_only_what_is_wanted() {
    let bucket = Bucket::with(["a", "b", "c", "d", "e", "f"].map(|key| (key, noise(3))));
    for (after, last, want) in [
        (None, None, vec!["a", "b", "d", "e", "f"]),
        (Some("a"), Some("d"), vec!["b", "d"]),
        (Some("b"), Some("c"), vec![]),
        (Some("d"), None, vec!["e", "f"]),
    ] {
        let mut keys = Vec::new();
        let config = bucket.config("us-west-2");
        let region = list(&config, &section(after, last), |object| keys.push((object.key.clone(), object.size))).await;
        assert_eq!(region.unwrap(), "eu-west-1");
        assert_eq!(keys, want.iter().map(|key| ((*key).to_owned(), 3)).collect::<Vec<_>>());
        // Behind its last key nothing more is listed: a page has two.
        let pages = bucket.0.asked.lock().unwrap().drain(..).filter(|asked| asked.contains("list-type")).count();
        assert!(last.is_none() || pages <= 3, "{pages} pages for {after:?} to {last:?}");
    }
}

#[test]
fn what_may_go_away_by_itself_is_told_apart_from_an_objects_own_fault() {
    let trouble = |keys: &[&'static str]| {
        let bucket = Bucket::with(keys.iter().map(|key| (*key, noise(3))));
        let mut open = bucket.open("s3://trail", "eu-west-1");
        let trouble = open.trouble();
        let read: Vec<_> = open.by_ref().map(whole).collect();
        assert_eq!(read.len(), keys.len().max(1));
        trouble.first().map(|fault| fault.kind)
    };
    assert_eq!(trouble(&["a", "b"]), None);
    assert_eq!(trouble(&["a", "secret"]), None);
    assert_eq!(trouble(&["a", "slow"]), Some(Kind::Transient));
    assert_eq!(trouble(&[]), None);
}
