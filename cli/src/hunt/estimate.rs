//! How long a hunt takes and what it costs, computed before it begins. Nothing here is measured on AWS: `docs/hunt.md`
//! shows the prices and what is assumed.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use riposte_core::text::plain;
use riposte_scan::hunt::share_bytes;
use serde_json::{Value, json};

/// When the prices were read: list prices of us-east-1, in US dollars, without the free tier.
const PRICED: &str = "2025-06-01";

const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
const LAMBDA_REQUEST: f64 = 0.20 / 1e6;
const EXPRESS_REQUEST: f64 = 1.00 / 1e6;
const EXPRESS_GB_SECOND: f64 = 0.000_016_67;
const TRANSITION: f64 = 0.025 / 1e3;
const S3_GET: f64 = 0.000_4 / 1e3;
const S3_PUT_OR_LIST: f64 = 0.005 / 1e3;
const BETWEEN_REGIONS_GB: f64 = 0.02;

/// The memory of the function in `infra/hunt.yaml`, in GB, which comes with one virtual processor.
const MEMORY_GB: f64 = 1769.0 / 1024.0;

/// How much of a bucket, packed as CloudTrail packs it, one function evaluates in a second: 100 MB unpacked in a second of
/// one core of the machine in `docs/measurements.md`, half of that on a virtual processor, of records packed to a tenth.
const BYTES_A_SECOND: f64 = 5e6;

/// What a share takes beside that: a start, a listing, and the result.
const SECONDS_A_SHARE: f64 = 0.5;

/// What each object takes beside its bytes, with 64 requests on their way.
const SECONDS_AN_OBJECT: f64 = 0.001;

/// An express workflow is billed for so much memory.
const EXPRESS_GB: f64 = 64.0 / 1024.0;

/// How much there is to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) bytes: u64,
    pub(crate) objects: u64,
    pub(crate) shares: u64,
    /// Whether the bucket is in another region than the functions.
    pub(crate) elsewhere: bool,
}

impl Size {
    /// So many bytes, in objects of so many.
    pub(crate) fn of(bytes: u64, object: u64) -> Self {
        let (objects, shares) = (bytes.div_ceil(object.max(1)), bytes.div_ceil(share_bytes(bytes)));
        Self { bytes, objects, shares, elsewhere: false }
    }

    /// How long all functions work, in seconds, added up.
    pub(crate) fn work_s(&self) -> f64 {
        self.bytes as f64 / BYTES_A_SECOND
            + self.objects as f64 * SECONDS_AN_OBJECT
            + self.shares as f64 * SECONDS_A_SHARE
    }

    /// How long the hunt lasts, with at most so many functions at once, in seconds.
    pub(crate) fn lasts_s(&self, at_once: u32) -> f64 {
        let share = self.work_s() / self.shares.max(1) as f64;
        let rounds = self.shares.div_ceil(u64::from(at_once.max(1)));
        rounds as f64 * share
    }

    /// What it costs where the functions work for so many seconds, by service.
    pub(crate) fn dollars(&self, work_s: f64) -> [(&'static str, f64); 4] {
        let shares = self.shares as f64;
        let (objects, gigabytes) = (self.objects as f64, self.bytes as f64 / 1e9);
        // Each share lists its objects, a thousand at a time, and writes its result.
        let requests = objects / 1000.0 + 2.0 * shares;
        [
            ("Lambda", work_s * MEMORY_GB * LAMBDA_GB_SECOND + shares * LAMBDA_REQUEST),
            ("Step Functions", shares * (EXPRESS_REQUEST + TRANSITION) + work_s * EXPRESS_GB * EXPRESS_GB_SECOND),
            ("S3", objects * S3_GET + requests * S3_PUT_OR_LIST),
            ("transfer between regions", if self.elsewhere { gigabytes * BETWEEN_REGIONS_GB } else { 0.0 }),
        ]
    }

    /// The sum of [`Size::dollars`].
    pub(crate) fn total(&self, work_s: f64) -> f64 {
        self.dollars(work_s).iter().map(|(_, dollars)| dollars).sum()
    }

    /// In one line.
    pub(crate) fn said(&self, at_once: u32) -> String {
        let Self { bytes, objects, shares, elsewhere } = *self;
        let (lasts, cost) = (Lasting(self.lasts_s(at_once)), self.total(self.work_s()));
        let transfer = if elsewhere { ", with transfer between regions" } else { "" };
        format!(
            "{objects} objects, {}: {shares} shares, at most {at_once} at once; computed: {lasts}, ${cost:.2}{transfer}",
            Bytes(bytes)
        )
    }

    /// For programs, with what it is computed from.
    pub(crate) fn json(&self, at_once: u32) -> Value {
        let work = self.work_s();
        let dollars: BTreeMap<_, _> = self.dollars(work).into_iter().collect();
        json!({
            "bytes": self.bytes, "objects": self.objects, "shares": self.shares, "max_concurrency": at_once,
            "function_seconds": work.round(), "seconds": self.lasts_s(at_once).round(),
            "dollars": dollars,
            "total_dollars": (self.total(work) * 100.0).round() / 100.0,
            "priced": PRICED,
            "prices": {
                "Lambda (arm64), a GB-second": LAMBDA_GB_SECOND,
                "Lambda, a million invocations": LAMBDA_REQUEST * 1e6,
                "Step Functions express, a million requests": EXPRESS_REQUEST * 1e6,
                "Step Functions express, a GB-second": EXPRESS_GB_SECOND,
                "Step Functions, a thousand state transitions": TRANSITION * 1e3,
                "S3, a thousand GET requests": S3_GET * 1e3,
                "S3, a thousand PUT or LIST requests": S3_PUT_OR_LIST * 1e3,
                "transfer between regions, a GB": BETWEEN_REGIONS_GB,
            },
            "assumed": {
                "bytes of the bucket that a function evaluates in a second": BYTES_A_SECOND,
                "seconds of a share beside that": SECONDS_A_SHARE,
                "seconds of an object beside that": SECONDS_AN_OBJECT,
                "GB of a function's memory": (MEMORY_GB * 1000.0).round() / 1000.0,
                "GB of an express workflow's memory": EXPRESS_GB,
                "state transitions of a share": 1,
            },
        })
    }
}

/// A number of bytes: `1TB`, `500GB`, `12000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

const UNITS: [(&str, u64); 5] =
    [("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let upper = text.trim().to_ascii_uppercase();
        let (number, unit) = UNITS
            .iter()
            .find_map(|(unit, size)| Some((upper.strip_suffix(unit)?, *size)))
            .unwrap_or((upper.as_str(), 1));
        let read = number.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        let read = read.filter(|bytes| (1..=1_000_000_000_000_000_000).contains(bytes));
        read.map(Self).ok_or_else(|| format!("must be a size such as 1TB or 500GB, not `{}`", plain(text, 40)))
    }
}

impl Display for Bytes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, size)| self.0 >= *size) {
            Some((unit, size)) => write!(f, "{:.1} {unit}", self.0 as f64 / *size as f64),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

/// A time as people say it.
pub(crate) struct Lasting(pub(crate) f64);

impl Display for Lasting {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s < 90.0 => write!(f, "{:.0} seconds", s.max(1.0)),
            s if s < 5400.0 => write!(f, "{:.0} minutes", s / 60.0),
            s => write!(f, "{:.1} hours", s / 3600.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_said() {
        for (text, bytes) in [("1TB", 1_000_000_000_000), ("500 gb", 500_000_000_000), ("12", 12), ("3KB", 3_000)] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for wrong in ["", "0", "-1GB", "1.5TB", "TB", "9999999999PB", "1XB"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
        }
        assert_eq!(Bytes(1_500_000_000_000).to_string(), "1.5 TB");
        assert_eq!(Bytes(999).to_string(), "999 bytes");
        assert_eq!(Lasting(0.2).to_string(), "1 seconds");
        assert_eq!(Lasting(600.0).to_string(), "10 minutes");
        assert_eq!(Lasting(36_000.0).to_string(), "10.0 hours");
    }

    #[test]
    fn more_functions_are_faster_and_cost_the_same_and_another_region_costs_more() {
        let size = Size::of(1_000_000_000_000, 5_000_000);
        assert!(size.lasts_s(1000) < size.lasts_s(100) / 5.0);
        // As long as one after the other, where it is one.
        assert!((size.lasts_s(1) - size.work_s()).abs() < 1.0);
        let far = Size { elsewhere: true, ..size };
        assert!((far.total(0.0) - size.total(0.0) - 20.0).abs() < 1e-6);
        let ten = Size::of(10_000_000_000_000, 5_000_000);
        let ratio = ten.total(ten.work_s()) / size.total(size.work_s());
        assert!((9.0..11.0).contains(&ratio), "{ratio}");
    }
}
