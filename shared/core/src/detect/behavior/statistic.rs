//! Whether a count is far above a past: the modified z-score.
//!
//! The median and the median absolute deviation (MAD) are used, and not the mean and the standard deviation, because
//! one burst in the past moves the latter two so far that the next burst passes for usual; half of the past would have
//! to be bursts to move the median. The score and its limit of 3.5 are those of B. Iglewicz and D. Hoaglin, "How to
//! Detect and Handle Outliers" (ASQC Basic References in Quality Control 16, 1993); where the MAD is zero, since most
//! hours are alike, their substitute, the mean absolute deviation, takes its place. A score alone would find 3 where 1
//! is usual, so that a count must also reach a floor and be twice the median.

/// A count whose score is above this is far from the past.
pub const LIMIT: f64 = 3.5;

/// So many hours must be known before a score is made of them.
pub const LEAST_KNOWN: usize = 5;

/// The modified z-score of a count over a past; `None` where too little is known. A past whose hours are all alike
/// makes any larger count infinitely far.
#[must_use]
pub fn score(past: &[u32], count: u32) -> Option<f64> {
    if past.len() < LEAST_KNOWN {
        return None;
    }
    let mut sorted: Vec<f64> = past.iter().map(|count| f64::from(*count)).collect();
    let middle = median(&mut sorted)?;
    let mut apart: Vec<f64> = sorted.iter().map(|count| (count - middle).abs()).collect();
    let mean = apart.iter().sum::<f64>() / f64::from(u32::try_from(apart.len()).unwrap_or(u32::MAX));
    let distance = f64::from(count) - middle;
    // 0.6745 is the normal distribution's MAD in standard deviations, 1.253314 makes the mean deviation one.
    let scale = match median(&mut apart)? {
        mad if mad > 0.0 => mad / 0.6745,
        _ => 1.253_314 * mean,
    };
    Some(if scale > 0.0 {
        distance / scale
    } else if distance > 0.0 {
        f64::INFINITY
    } else {
        0.0
    })
}

/// Whether a count is a burst: at least the floor, and far above the past where one is known.
#[must_use]
pub fn is_burst(past: &[u32], count: u32, floor: u32) -> bool {
    excess(past, count, floor) > 1.0
}

/// How many times a count is above what makes a burst: above 1 it is one, below the floor it is 0.
#[must_use]
pub fn excess(past: &[u32], count: u32, floor: u32) -> f64 {
    if count < floor {
        return 0.0;
    }
    // Twice of it is enough, and one less is not.
    let doubled = |usual: f64| (f64::from(count) + 1.0) / (2.0 * usual);
    match score(past, count) {
        Some(score) => {
            let mut sorted: Vec<f64> = past.iter().map(|count| f64::from(*count)).collect();
            let middle = median(&mut sorted).unwrap_or_default();
            (score / LIMIT).min(doubled(middle))
        }
        // Too few hours to say what is usual: twice the most of them is not.
        None => doubled(f64::from(past.iter().max().copied().unwrap_or_default())),
    }
}

/// A count rounded down to 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on: so few different numbers are noted of an hour,
/// whatever comes in it.
#[must_use]
pub fn step(count: u32) -> u32 {
    let Some(power) = count.checked_ilog2() else { return 0 };
    let low = 1_u32 << power;
    let middle = low + low / 2;
    if count >= middle { middle } else { low }
}

/// The median; sorts the values.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    Some(if values.len().is_multiple_of(2) { f64::midpoint(*values.get(half - 1)?, upper) } else { upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_that_of_its_source() {
        // Median 3, deviations 2 1 0 1 2, MAD 1.
        let score = score(&[1, 2, 3, 4, 5], 10).unwrap();
        assert!((score - 0.6745 * 7.0).abs() < 1e-9, "{score}");
    }

    #[test]
    fn most_hours_alike_are_scored_by_the_mean_deviation() {
        // Median 2, MAD 0, mean deviation 8/6.
        let score = score(&[2, 2, 2, 2, 2, 10], 12).unwrap();
        assert!((score - 10.0 / (1.253_314 * 8.0 / 6.0)).abs() < 1e-9, "{score}");
        assert_eq!(super::score(&[4; 9], 5), Some(f64::INFINITY));
        assert_eq!(super::score(&[4; 9], 4), Some(0.0));
        assert_eq!(super::score(&[4; 4], 900), None);
    }

    #[test]
    fn a_burst_needs_the_floor_the_score_and_the_double() {
        assert!(!is_burst(&[1, 1, 1, 1, 1], 9, 10), "below the floor");
        assert!(is_burst(&[1, 1, 1, 1, 1], 10, 10));
        assert!(!is_burst(&[50, 60, 40, 55, 70, 45], 80, 10), "a busy principal");
        assert!(is_burst(&[50, 60, 40, 55, 70, 45], 400, 10));
        assert!(!is_burst(&[100; 9], 150, 10), "alike to the last, and not doubled");
        assert!(is_burst(&[], 10, 10), "nothing known: the floor alone");
        assert!(!is_burst(&[9, 8], 16, 10), "little known: twice the most");
    }

    #[test]
    fn the_excess_is_above_one_where_a_burst_is() {
        assert_eq!(excess(&[1, 1, 1, 1, 1], 9, 10).to_bits(), 0.0_f64.to_bits());
        assert!((excess(&[9, 8], 17, 10) - 1.0).abs() < 1e-9, "one less than twice the most");
        assert!(excess(&[9, 8], 18, 10) > 1.0);
        assert!(excess(&[], 10, 10).is_infinite());
        assert!(excess(&[2, 3, 2, 1, 3, 2], 40, 10) > excess(&[2, 3, 2, 1, 3, 2], 20, 10));
    }

    #[test]
    fn a_count_is_rounded_down_to_a_step() {
        let steps: Vec<_> = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 100, 2000].map(step).into();
        assert_eq!(steps, [0, 1, 2, 3, 4, 4, 6, 6, 8, 8, 12, 96, 1536]);
    }

    #[test]
    fn a_burst_in_the_past_does_not_hide_the_next() {
        assert!(is_burst(&[2, 3, 2, 1, 3, 2, 4, 2, 5000], 60, 10));
    }
}
