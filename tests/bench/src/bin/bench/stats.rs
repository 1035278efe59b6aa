//! What many measurements of one thing come to.

use serde::Serialize;

/// Median and range: a mean would be moved by whatever else the machine did meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) runs: usize,
}

impl Summary {
    /// Of at least one value; nothing measured is all zeros over no runs.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(values);
        let at = |share| percentile(&sorted, share);
        Self { median: at(0.5), min: at(0.0), max: at(1.0), runs: sorted.len() }
    }
}

/// A distribution of many short times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Distribution {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
    pub(crate) samples: usize,
}

impl Distribution {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(values);
        let at = |share| percentile(&sorted, share);
        Self { p50: at(0.5), p99: at(0.99), max: at(1.0), samples: sorted.len() }
    }
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The smallest value that `share` of all values do not exceed.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let told = Distribution::of(hundred);
        assert_eq!((told.p50, told.p99, told.max, told.samples), (50.0, 99.0, 100.0, 100));
        let three = Summary::of([3.0, 1.0, 2.0]);
        assert_eq!(three, Summary { median: 2.0, min: 1.0, max: 3.0, runs: 3 });
        assert_eq!(Summary::of([]).runs, 0);
    }
}
