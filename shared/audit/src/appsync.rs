//! AppSync: GraphQL APIs.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("appsync-cache-not-encrypted", "A GraphQL API's cache is not encrypted", Medium, "appsync", "graphql-api")
        .fsbp(&["AppSync.1"])
        .page(
            "The API's cache is encrypted at rest.",
            "Answers, with what they hold of people, lie open in its storage.",
            "Delete the cache, and make one with encryption at rest.",
            "APIs that answer nothing but public data.",
        )
        .each(|v| {
            if v.get("GetApiCache.apiCache")?.is_none() {
                return Ok(Verdict::Skip);
            }
            v.off(
                "GetApiCache.apiCache.atRestEncryptionEnabled",
                "its cache is not encrypted",
                "its cache is encrypted",
            )
        }),
    check("appsync-cache-clear-text", "A GraphQL API's cache is asked in clear", Medium, "appsync", "graphql-api")
        .fsbp(&["AppSync.6"])
        .page(
            "The API's cache is encrypted in transit.",
            "Answers pass in clear between the API and its cache.",
            "Delete the cache, and make one with encryption in transit.",
            "None.",
        )
        .each(|v| {
            if v.get("GetApiCache.apiCache")?.is_none() {
                return Ok(Verdict::Skip);
            }
            v.off(
                "GetApiCache.apiCache.transitEncryptionEnabled",
                "its cache is asked in clear",
                "its cache is asked over TLS",
            )
        }),
    check("appsync-not-logged", "A GraphQL API's fields are not logged", Medium, "appsync", "graphql-api")
        .fsbp(&["AppSync.2"])
        .page(
            "Logging of fields is on, at the level of errors at least.",
            "Who asked for what is not known afterwards.",
            "Set the field log level to ERROR or ALL.",
            "APIs for tests.",
        )
        .each(|v| {
            v.none_of(
                "ListGraphqlApis.logConfig.fieldLogLevel",
                &["ERROR", "INFO", "DEBUG", "ALL"],
                "its fields are not logged",
                "its fields are logged",
            )
        }),
    check("appsync-key-authentication", "A GraphQL API takes a key for a person", High, "appsync", "graphql-api")
        .fsbp(&["AppSync.5"])
        .page(
            "The API asks for a role, a user pool or a token, and for no API key.",
            "A key is in every copy of the application: whoever has one is everybody.",
            "Use IAM, a user pool, OpenID Connect or a Lambda authorizer.",
            "APIs that answer nothing but public data.",
        )
        .detectors(&["graphql-api-open-to-keys"])
        .each(|v| {
            let own = v.text("ListGraphqlApis.authenticationType")?;
            let others = v.list("ListGraphqlApis.additionalAuthenticationProviders")?;
            let key = own == Some("API_KEY") || others.iter().any(|p| text(p, "authenticationType") == Some("API_KEY"));
            Verdict::fail_if(key || own.is_none(), "it takes an API key", "it takes no API key")
        }),
];
