//! Impossible travel: a person who was farther away than anybody can have come from.

use super::Judged;
use super::history::{History, Key, Mark, Past, Record};
use super::observe::Caller;

const DAY: i64 = 24 * 3600;
/// Nobody travels faster, in kilometers an hour: airliners do 900.
const FASTEST: f64 = 1000.0;
/// Below this distance a database of addresses says nothing for certain, in kilometers.
const NEAR_KM: f64 = 500.0;
/// The Earth's mean radius, in kilometers.
const EARTH_KM: f64 = 6371.0;

pub(super) fn keys(caller: &Caller) -> Vec<Key> {
    let day = caller.at_s.div_euclid(DAY);
    let whereabouts = |day| caller.key(Record::Whereabouts, &caller.principal).at(day);
    vec![whereabouts(day - 1), whereabouts(day), whereabouts(day + 1), found_key(caller)]
}

fn found_key(caller: &Caller) -> Key {
    caller.key(Record::Found, &format!("impossible-travel/{}", caller.principal)).at(caller.at_s.div_euclid(DAY))
}

pub(super) fn judge(caller: &Caller, here: (f64, f64), radius_km: f64, history: &History) -> Judged {
    let day = caller.at_s.div_euclid(DAY);
    let own = caller.key(Record::Whereabouts, &caller.principal);
    let was = [day - 1, day, day + 1].into_iter().filter_map(|day| history.past(&own.clone().at(day)));
    let was: Vec<(Whereabouts, i64)> =
        was.flat_map(Past::marks).filter_map(|(item, at_s)| Some((Whereabouts::read(item)?, at_s))).collect();
    let now = Whereabouts { at: here, radius_km };
    let mut judged = Judged::default();
    // Staying is not noted again and again: a place once an hour.
    let noted = was.iter().any(|(place, at_s)| place.text() == now.text() && at_s.abs_diff(caller.at_s) < 3600);
    if !noted {
        judged.marks.push(Mark { key: own.at(day), item: now.text(), number: caller.at_s });
    }
    let found = found_key(caller);
    if history.past(&found).is_some() {
        return judged;
    }
    let fastest = was
        .iter()
        .map(|(place, at_s)| {
            let hours = f64::from(u32::try_from(at_s.abs_diff(caller.at_s).max(60)).unwrap_or(u32::MAX)) / 3600.0;
            let distance = (distance_km(place.at, here) - place.radius_km - radius_km).max(0.0);
            (distance, hours)
        })
        .filter(|(distance, hours)| *distance > NEAR_KM && distance / hours > FASTEST)
        .max_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let Some((distance, hours)) = fastest else { return judged };
    let why = format!(
        "`{}` was seen at two places {distance:.0} km apart within {:.0} min: nobody travels faster than {FASTEST:.0} km/h",
        caller.principal,
        hours * 60.0,
    );
    let once = [caller.principal.as_str(), &day.to_string()];
    (judged.finding, judged.once) = caller.found("impossible-travel", &once, caller.target(), &why);
    judged.marks.push(Mark { key: found, item: "travel".to_owned(), number: caller.at_s });
    judged
}

#[derive(Debug, Clone, Copy)]
struct Whereabouts {
    at: (f64, f64),
    radius_km: f64,
}

impl Whereabouts {
    fn text(&self) -> String {
        format!("{:.1},{:.1},{:.0}", self.at.0, self.at.1, self.radius_km)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(str::parse);
        let mut next = || parts.next()?.ok();
        Some(Self { at: (next()?, next()?), radius_km: next()? })
    }
}

/// The distance on the ground: the haversine formula on a sphere, wrong by half a percent at most.
fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (lat, lon) = ((lat_b - lat_a) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let h = lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * lon.sin().powi(2);
    2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::distance_km;

    #[test]
    fn a_distance_is_that_of_the_atlas() {
        let (amsterdam, sydney) = ((52.37, 4.9), (-33.87, 151.21));
        let distance = distance_km(amsterdam, sydney);
        assert!((16_500.0..16_800.0).contains(&distance), "{distance}");
        assert!(distance_km(sydney, sydney) < 0.001);
    }
}
