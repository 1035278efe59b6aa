//! The embedded models hold together, and have what is named anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

const REGIONS: [&str; 8] = [
    "eu-west-1",
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

#[test]
fn every_model_is_read_and_refers_to_nothing_that_it_has_not() {
    for model in models::ALL {
        let service = model.service().unwrap();
        assert_eq!(service.dangling(), Vec::<&str>::new(), "{}", model.name());
    }
}

#[test]
fn the_models_have_the_listed_operations_and_no_others() {
    let list = fs::read_to_string(folder().join("operations.txt")).unwrap();
    let listed: Vec<_> = list.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let named = |model: &&'static super::super::Model| {
        let name = model.name();
        model.operations().into_iter().map(move |operation| format!("{name}:{operation}"))
    };
    let modeled: BTreeSet<_> = models::ALL.iter().flat_map(named).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), modeled, "run `make models`");
    assert!(listed.is_sorted(), "operations.txt is sorted, so that two additions do not meet at its end");
}

#[test]
fn every_model_file_is_embedded() {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let files: BTreeSet<_> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, models::ALL.iter().map(|model| model.name().to_owned()).collect());
}

/// `Call::new("service:Operation"` anywhere in the project's sources.
#[test]
fn every_operation_that_the_sources_name_is_in_the_models() {
    fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().unwrap() != "target" {
                sources(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["shared", "functions", "cli"] {
        sources(&root.join(folder), &mut files);
    }
    let mut seen = 0;
    for file in files.iter().filter(|file| !file.ends_with("api/tests/embedded.rs")) {
        let text = fs::read_to_string(file).unwrap();
        for place in text.split("Call::new(").skip(1) {
            let Some(name) = place.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            let Some((service, operation)) = name.split_once(':') else { continue };
            seen += 1;
            let model = models::of(service).unwrap_or_else(|| panic!("{}: no service {service}", file.display()));
            assert!(model.has(operation), "{}: add {name} to operations.txt", file.display());
        }
    }
    assert!(seen > 0);
}

#[test]
fn each_partition_has_its_own_hosts_and_global_services_their_region() {
    let of = |service: &str, region: &str| {
        let endpoint = models::of(service).unwrap().service().unwrap().endpoints.of(region);
        endpoint.map(|endpoint| (endpoint.url, endpoint.signing_region))
    };
    let at = |url: &str, region: &str| Some((url.to_owned(), region.to_owned()));
    assert_eq!(of("sqs", "eu-west-1"), at("https://sqs.eu-west-1.amazonaws.com", "eu-west-1"));
    // A region that is newer than the models.
    assert_eq!(of("sqs", "eu-north-7"), at("https://sqs.eu-north-7.amazonaws.com", "eu-north-7"));
    assert_eq!(of("ecr", "eu-west-1"), at("https://api.ecr.eu-west-1.amazonaws.com", "eu-west-1"));
    assert_eq!(of("iam", "eu-west-1"), at("https://iam.amazonaws.com", "us-east-1"));
    assert_eq!(of("iam", "cn-northwest-1"), at("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"));
    assert_eq!(of("iam", "us-gov-east-1"), at("https://iam.us-gov.amazonaws.com", "us-gov-west-1"));
    assert_eq!(of("organizations", "ap-south-1"), at("https://organizations.us-east-1.amazonaws.com", "us-east-1"));
    assert_eq!(of("kms", "us-iso-east-1"), at("https://kms.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"));
    assert_eq!(of("kms", "us-isob-east-1"), at("https://kms.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"));
    assert_eq!(of("kms", "eu-isoe-west-1"), at("https://kms.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"));
    assert_eq!(of("kms", "us-isof-south-1"), at("https://kms.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1"));
    assert_eq!(of("kms", "eusc-de-east-1"), at("https://kms.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"));
    for model in models::ALL {
        for region in REGIONS {
            if let Some((url, _)) = of(model.name(), region) {
                assert!(url.starts_with("https://") && !url.contains(['{', '}']), "{url}");
            }
        }
    }
}
