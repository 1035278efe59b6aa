//! The pages at their addresses.
//!
//! Every page has an ETag of what it shows, so that polling for news costs no bytes where there are none, and headers that
//! let a browser load nothing but this site's own style and script.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::join;
use maud::{Markup, html};
use riposte_audit::posture::Account;
use riposte_core::detect::Domain;
use riposte_core::incident::Incident;
use riposte_core::seal::short_hash;
use riposte_patch::run::Run;

use crate::filter::{Filter, Wrong, fields};
use crate::layout::{self, Links, Page};
use crate::pages::{cases, coverage, detectors, identity, incident, incidents, network, now, patching, posture};
use crate::source::{Source, Trouble, TroubleKind};
use crate::words;

/// The style, as it is served and as it stands in a report.
pub(crate) const STYLE: &str = include_str!("../assets/dashboard.css");

const SCRIPT: &str = include_str!("../assets/dashboard.js");

/// What a browser may load and do: this site's own style and script, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // What the pages show must not stay on a disk.
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The site over a source. It answers GET and HEAD alone.
pub fn router<S: Source>(source: Arc<S>) -> Router {
    Router::new()
        .route("/", get(now_page::<S>))
        .route("/incidents", get(incidents_page::<S>))
        .route("/incidents/{id}", get(incident_page::<S>))
        .route("/cases", get(cases_page::<S>))
        .route("/posture", get(posture_page::<S>))
        .route("/posture/findings", get(findings_page::<S>))
        .route("/network", get(network_page::<S>))
        .route("/identity", get(identity_page::<S>))
        .route("/patching", get(patching_page::<S>))
        .route("/patching/{id}", get(patch_page::<S>))
        .route("/detectors", get(detectors_page::<S>))
        .route("/coverage", get(coverage_page))
        .route("/coverage/{technique}", get(technique_page))
        .route("/assets/dashboard.css", get(|headers: HeaderMap| asset(headers, "text/css; charset=utf-8", STYLE)))
        .route(
            "/assets/dashboard.js",
            get(|headers: HeaderMap| asset(headers, "text/javascript; charset=utf-8", SCRIPT)),
        )
        .fallback(lost)
        .with_state(source)
        .layer(map_response(guarded))
}

async fn guarded(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn now_page<S: Source>(State(source): State<Arc<S>>, headers: HeaderMap) -> Response {
    let now = now::load(&*source).await;
    page(&headers, StatusCode::OK, "Now", Some(Page::Now), &now::show(&now, &Links::Site))
}

async fn incidents_page<S: Source>(
    State(source): State<Arc<S>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let filter = match Filter::read(&query.unwrap_or_default()) {
        Ok(filter) => filter,
        Err(wrong) => return refused(&headers, Page::Incidents, &wrong),
    };
    let found = incidents::load(&*source, &filter, None).await;
    let status = found.as_ref().map_or_else(status_of, |_| StatusCode::OK);
    page(&headers, status, "Incidents", Some(Page::Incidents), &incidents::show(&found, &filter, &Links::Site))
}

async fn incident_page<S: Source>(
    State(source): State<Arc<S>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let known = if layout::is_id(&id) { source.incident(&id).await } else { Ok(None) };
    let show = |found: &_| incident::show(found, &Links::Site);
    let title = |found: &Incident| format!("{} {}", words::name(&found.finding.title), words::name(&found.id));
    one_page(&headers, &INCIDENT, &id, known, title, show)
}

/// What the page of one item says where there is none.
struct One {
    page: Page,
    /// In a title.
    name: &'static str,
    /// In a sentence.
    short: &'static str,
    what: &'static str,
    all: &'static str,
    at: &'static str,
}

const INCIDENT: One = One {
    page: Page::Incidents,
    name: "Incident",
    short: "incident",
    what: "incident",
    all: "All incidents",
    at: "/incidents",
};

const RUN: One =
    One { page: Page::Patching, name: "Run", short: "run", what: "run of patching", all: "All runs", at: "/patching" };

/// The page of one item of the ledger, or of why it is not shown.
fn one_page<T>(
    headers: &HeaderMap,
    one: &One,
    id: &str,
    known: Result<Option<T>, Trouble>,
    title: impl FnOnce(&T) -> String,
    show: impl FnOnce(&T) -> Markup,
) -> Response {
    let current = Some(one.page);
    match known {
        Ok(Some(found)) => page(headers, StatusCode::OK, &title(&found), current, &show(&found)),
        Ok(None) => {
            let title = format!("No such {}", one.short);
            let main = html! {
                h1 { (title) }
                p { "There is no " (one.what) " " code { (words::name(id)) } " in the ledger." }
                p { a href=(one.at) { (one.all) } }
            };
            page(headers, StatusCode::NOT_FOUND, &title, current, &main)
        }
        Err(error) => {
            let what = format!("The {}", one.short);
            let main = html! { h1 { (one.name) " " (words::name(id)) } (layout::trouble(&what, &error)) };
            page(headers, status_of(&error), one.name, current, &main)
        }
    }
}

async fn cases_page<S: Source>(
    State(source): State<Arc<S>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let filter = match Filter::read(&query.unwrap_or_default()) {
        Ok(filter) => filter,
        Err(wrong) => return refused(&headers, Page::Cases, &wrong),
    };
    let found = cases::load(&*source, &filter).await;
    let status = found.as_ref().map_or_else(status_of, |_| StatusCode::OK);
    page(&headers, status, "Cases", Some(Page::Cases), &cases::show(&found, &filter, &Links::Site))
}

/// A page of the account, or why it cannot be had.
async fn of_account<S: Source>(
    source: &S,
    headers: &HeaderMap,
    current: Page,
    title: &str,
    show: impl FnOnce(Option<&Account>) -> Markup,
) -> Response {
    match source.account().await {
        Ok(account) => page(headers, StatusCode::OK, title, Some(current), &show(account.as_deref())),
        Err(error) => {
            let main = html! { h1 { (title) } (layout::trouble("What is known of the account", &error)) };
            page(headers, status_of(&error), title, Some(current), &main)
        }
    }
}

async fn posture_page<S: Source>(State(source): State<Arc<S>>, headers: HeaderMap) -> Response {
    of_account(&*source, &headers, Page::Posture, "Posture", |account| posture::show(account, &Links::Site)).await
}

async fn findings_page<S: Source>(
    State(source): State<Arc<S>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let fields = fields(&query.unwrap_or_default());
    let number = fields.get("page").map(|text| text.parse::<usize>());
    let Ok(number) = number.transpose() else {
        let wrong = Wrong { field: "page", why: "must be a number".to_owned() };
        return refused(&headers, Page::Posture, &wrong);
    };
    let service = fields.get("service").map(String::as_str).unwrap_or_default();
    let show = |account: Option<&Account>| posture::findings(account, service, number.unwrap_or_default());
    of_account(&*source, &headers, Page::Posture, "Open findings", show).await
}

async fn network_page<S: Source>(State(source): State<Arc<S>>, headers: HeaderMap) -> Response {
    of_account(&*source, &headers, Page::Network, "Network", network::show).await
}

async fn identity_page<S: Source>(State(source): State<Arc<S>>, headers: HeaderMap) -> Response {
    of_account(&*source, &headers, Page::Identity, "Identity", identity::show).await
}

async fn patching_page<S: Source>(State(source): State<Arc<S>>, headers: HeaderMap) -> Response {
    let (runs, account) = join(patching::load(&*source), source.account()).await;
    let status = match (&runs, &account) {
        (Err(error), Err(_)) => status_of(error),
        _ => StatusCode::OK,
    };
    let account = account.as_ref().map(Option::as_deref).map_err(Clone::clone);
    page(&headers, status, "Patching", Some(Page::Patching), &patching::show(&runs, &account, &Links::Site))
}

async fn patch_page<S: Source>(State(source): State<Arc<S>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let known = if layout::is_run(&id) { source.patch(&id).await } else { Ok(None) };
    let title = |run: &Run| format!("Patching of {}", words::name(&run.plan.node));
    one_page(&headers, &RUN, &id, known, title, patching::one)
}

async fn detectors_page<S: Source>(
    State(source): State<Arc<S>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let fields = fields(&query.unwrap_or_default());
    let named = fields.get("category").filter(|name| !name.is_empty());
    let category = named.and_then(|name| Domain::named(name));
    if let (Some(name), None) = (named, category) {
        let wrong = Wrong { field: "category", why: format!("is no category: `{}`", words::name(name)) };
        return refused(&headers, Page::Detectors, &wrong);
    }
    let loaded = detectors::load(&*source).await;
    let main = detectors::show(&loaded, category, &Links::Site);
    page(&headers, StatusCode::OK, "Detectors", Some(Page::Detectors), &main)
}

async fn coverage_page(headers: HeaderMap) -> Response {
    page(&headers, StatusCode::OK, "Coverage", Some(Page::Coverage), &coverage::show(&Links::Site))
}

async fn technique_page(Path(id): Path<String>, headers: HeaderMap) -> Response {
    match coverage::technique(&id) {
        Some(main) => page(&headers, StatusCode::OK, &words::name(&id), Some(Page::Coverage), &main),
        None => {
            let main = html! { h1 { "No such technique" } p { "No detector names " code { (words::name(&id)) } "." } p { a href="/coverage" { "Coverage" } } };
            page(&headers, StatusCode::NOT_FOUND, "No such technique", Some(Page::Coverage), &main)
        }
    }
}

async fn lost(uri: Uri, headers: HeaderMap) -> Response {
    let main = html! {
        h1 { "No such page" }
        p { "There is no page at " code { (words::name(uri.path())) } "." }
        p { a href="/" { "Now" } }
    };
    page(&headers, StatusCode::NOT_FOUND, "No such page", None, &main)
}

fn refused(headers: &HeaderMap, current: Page, wrong: &Wrong) -> Response {
    let main = html! {
        h1 { "Not understood" }
        p { "The address's field " (words::sentence(&wrong.to_string())) "." }
        p { a href=(Links::Site.page(current)) { (current.title()) } }
    };
    page(headers, StatusCode::BAD_REQUEST, "Not understood", Some(current), &main)
}

/// The status of a page whose only content could not be had.
fn status_of(trouble: &Trouble) -> StatusCode {
    match trouble.kind {
        TroubleKind::Passing => StatusCode::SERVICE_UNAVAILABLE,
        TroubleKind::Expired | TroubleKind::Denied | TroubleKind::Other => StatusCode::BAD_GATEWAY,
    }
}

fn page(headers: &HeaderMap, status: StatusCode, title: &str, current: Option<Page>, main: &Markup) -> Response {
    let version = short_hash(&[title, &main.0]);
    let whole = layout::page(title, current, &version, main).into_string();
    tagged(headers, status, "text/html; charset=utf-8", &version, whole)
}

async fn asset(headers: HeaderMap, kind: &'static str, text: &'static str) -> Response {
    tagged(&headers, StatusCode::OK, kind, &short_hash(&[text]), text.to_owned())
}

/// The answer, or that the asker has it already.
fn tagged(headers: &HeaderMap, status: StatusCode, kind: &'static str, version: &str, body: String) -> Response {
    let tag = format!("\"{version}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let known = known.is_some_and(|all| all.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut response = if known && status == StatusCode::OK {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
