//! When Lambda's runtimes lose support: dates that no API tells without a support plan.
//!
//! Each date stands with the page that it was read on. Dates of runtimes that AWS's pages no longer list are marked as
//! what they are: reported by others of AWS's own table.

use super::End;
use crate::read;

const NODE: &str = "docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html";
const PYTHON: &str = "docs.aws.amazon.com/lambda/latest/dg/lambda-python.html";
const RUBY: &str = "docs.aws.amazon.com/lambda/latest/dg/lambda-ruby.html";
const JAVA: &str = "docs.aws.amazon.com/lambda/latest/dg/lambda-java.html";
const CSHARP: &str = "docs.aws.amazon.com/lambda/latest/dg/lambda-csharp.html";
const REPORTED: &str = "reported by others of AWS's table of deprecated runtimes";

/// The runtime, the date, and where it was read.
const RUNTIMES: [(&str, &str, &str); 36] = [
    ("dotnet10", "2028-11-14", CSHARP),
    ("dotnet6", "2024-12-20", REPORTED),
    ("dotnet8", "2026-11-10", CSHARP),
    ("dotnetcore2.1", "2022-01-05", REPORTED),
    ("dotnetcore3.1", "2023-04-03", REPORTED),
    ("go1.x", "2024-01-08", REPORTED),
    ("java11", "2027-06-30", JAVA),
    ("java17", "2027-06-30", JAVA),
    ("java21", "2029-06-30", JAVA),
    ("java25", "2029-06-30", JAVA),
    ("java8", "2024-01-08", REPORTED),
    ("java8.al2", "2027-06-30", JAVA),
    ("nodejs12.x", "2023-03-31", REPORTED),
    ("nodejs14.x", "2023-12-04", REPORTED),
    ("nodejs16.x", "2024-06-12", REPORTED),
    ("nodejs18.x", "2025-09-01", REPORTED),
    ("nodejs20.x", "2026-04-30", NODE),
    ("nodejs22.x", "2027-04-30", NODE),
    ("nodejs24.x", "2028-04-30", NODE),
    ("provided", "2024-01-08", REPORTED),
    ("provided.al2", "2026-07-31", REPORTED),
    ("provided.al2023", "2029-06-30", REPORTED),
    ("python3.10", "2026-10-31", PYTHON),
    ("python3.11", "2027-06-30", PYTHON),
    ("python3.12", "2028-10-31", PYTHON),
    ("python3.13", "2029-06-30", PYTHON),
    ("python3.14", "2029-06-30", PYTHON),
    ("python3.6", "2022-07-18", REPORTED),
    ("python3.7", "2023-12-04", REPORTED),
    ("python3.8", "2024-10-14", REPORTED),
    ("python3.9", "2025-12-15", REPORTED),
    ("ruby2.5", "2021-07-30", REPORTED),
    ("ruby2.7", "2023-12-07", REPORTED),
    ("ruby3.2", "2026-03-31", RUBY),
    ("ruby3.3", "2027-03-31", RUBY),
    ("ruby3.4", "2028-03-31", RUBY),
];

/// When a runtime's support ends; `None` for one that the table does not know.
pub(super) fn end_of(runtime: &str) -> Option<End> {
    let (_, date, source) = RUNTIMES.into_iter().find(|(name, _, _)| *name == runtime)?;
    let at_ms = read::parsed(&format!("{date}T00:00:00Z"))?;
    Some(End { at_ms, source: source.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_of_the_table_is_one_and_names_where_it_was_read() {
        for (runtime, _, source) in RUNTIMES {
            assert_eq!(end_of(runtime).unwrap().source, source, "{runtime}");
        }
        assert!(RUNTIMES.is_sorted());
        assert_eq!(end_of("future1"), None);
    }
}
