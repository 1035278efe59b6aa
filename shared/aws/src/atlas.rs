//! Where addresses are, by MaxMind's databases: of cities or countries, and of autonomous systems. The user brings
//! them; without any, nothing is known of places.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{Reader, geoip2};
use riposte_core::detect::behavior::{Atlas, Place};
use riposte_core::text::plain;
use thiserror::Error;

/// Databases of addresses.
#[derive(Default)]
pub struct Databases {
    cities: Option<Reader<Vec<u8>>>,
    countries: Option<Reader<Vec<u8>>>,
    systems: Option<Reader<Vec<u8>>>,
}

/// Why a database cannot be used.
#[derive(Debug, Error)]
#[error("MaxMind database `{}`: {wrong}", plain(&.path.to_string_lossy(), 300))]
pub struct AtlasError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub wrong: String,
}

impl fmt::Debug for Databases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = |reader: &Option<Reader<Vec<u8>>>| reader.as_ref().map(|r| r.metadata().database_type.clone());
        let Self { cities, countries, systems } = self;
        f.debug_list().entries([cities, countries, systems].into_iter().filter_map(kind)).finish()
    }
}

impl Databases {
    /// Adds a file. What it holds is told by its own description, not by its name.
    ///
    /// # Errors
    /// Where it cannot be read, is no database of MaxMind's form, or says nothing of cities, countries or autonomous systems.
    pub fn add(&mut self, path: &Path) -> Result<(), AtlasError> {
        let fault = |wrong: String| AtlasError { path: path.to_owned(), wrong };
        let bytes = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        let reader = Reader::from_source(bytes).map_err(|error| fault(format!("it is none: {error}")))?;
        let kind = reader.metadata().database_type.clone();
        let place = if kind.contains("City") || kind.contains("Enterprise") {
            &mut self.cities
        } else if kind.contains("Country") {
            &mut self.countries
        } else if kind.contains("ASN") || kind.contains("ISP") {
            &mut self.systems
        } else {
            let kind = plain(&kind, 80);
            return Err(fault(format!("it is of the kind `{kind}`; a City, Country or ASN database is needed")));
        };
        *place = Some(reader);
        Ok(())
    }
}

/// The databases of a folder: its files that end in `.mmdb`.
///
/// # Errors
/// Where the folder cannot be read, and as [`Databases::add`].
pub fn folder(path: &Path) -> Result<Databases, AtlasError> {
    let fault = |error: std::io::Error| AtlasError { path: path.to_owned(), wrong: error.to_string() };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fault)? {
        files.push(entry.map_err(fault)?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "mmdb"));
    files.sort();
    let mut databases = Databases::default();
    files.iter().try_for_each(|file| databases.add(file))?;
    Ok(databases)
}

impl Atlas for Databases {
    fn place(&self, address: IpAddr) -> Place {
        let mut place = Place::default();
        // An entry that cannot be read is none: the file was checked, and one address must not stop the others.
        if let Some(city) = look::<geoip2::City<'_>>(self.cities.as_ref(), address) {
            place.country = city.country.iso_code.map(str::to_owned);
            let location = city.location;
            place.coordinates = location.latitude.zip(location.longitude);
            place.radius_km = location.accuracy_radius.map_or(100.0, f64::from);
        }
        if place.country.is_none()
            && let Some(country) = look::<geoip2::Country<'_>>(self.countries.as_ref(), address)
        {
            place.country = country.country.iso_code.map(str::to_owned);
        }
        if let Some(system) = look::<geoip2::Asn<'_>>(self.systems.as_ref(), address) {
            let name = system.autonomous_system_organization.unwrap_or_default();
            let text = |number: u32| plain(format!("AS{number} {name}").trim_end(), 100);
            place.provider = system.autonomous_system_number.map(text);
        }
        place
    }
}

fn look<'de, T: serde::Deserialize<'de>>(reader: Option<&'de Reader<Vec<u8>>>, address: IpAddr) -> Option<T> {
    reader?.lookup(address).ok()?.decode().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database of one record, which all addresses of IPv4 lead to: one node whose two branches end in the data.
    pub(crate) fn database(kind: &str, record: &[u8]) -> Vec<u8> {
        // One node of 24-bit records; 1 node + 16 bytes of separator + offset 0.
        let pointer = [0, 0, 17];
        let mut bytes = [pointer, pointer].concat();
        bytes.extend([0_u8; 16]);
        bytes.extend(record);
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        let text = |text: &str| [&[0x40 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let mut metadata = vec![0xe0 | 9];
        let numbers: [(&str, &[u8]); 5] = [
            ("node_count", &[0xc1, 1]),
            ("record_size", &[0xa1, 24]),
            ("ip_version", &[0xa1, 4]),
            ("binary_format_major_version", &[0xa1, 2]),
            ("binary_format_minor_version", &[0xa0]),
        ];
        for (name, value) in numbers {
            metadata.extend(text(name));
            metadata.extend(value);
        }
        metadata.extend([text("build_epoch"), vec![0x01, 0x02, 1]].concat());
        metadata.extend([text("database_type"), text(kind)].concat());
        metadata.extend([text("languages"), vec![0x00, 0x04]].concat());
        metadata.extend([text("description"), vec![0xe0]].concat());
        bytes.extend(metadata);
        bytes
    }

    fn file(name: &str, bytes: &[u8]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("riposte-atlas-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn countries_and_providers_are_read() {
        // {"country": {"iso_code": "NL"}}
        let country = [b"\xe1\x47country\xe1\x48iso_code\x42NL".as_slice()].concat();
        // {"autonomous_system_number": 64496, "autonomous_system_organization": "Example"}
        let system = [
            b"\xe2\x58autonomous_system_number\xc2\xfb\xf0".as_slice(),
            b"\x5d\x01autonomous_system_organization\x47Example",
        ]
        .concat();
        let mut databases = Databases::default();
        databases.add(&file("country.mmdb", &database("GeoLite2-Country", &country))).unwrap();
        databases.add(&file("asn.mmdb", &database("GeoLite2-ASN", &system))).unwrap();
        let place = databases.place("203.0.113.1".parse().unwrap());
        assert_eq!(place.country.as_deref(), Some("NL"));
        assert_eq!(place.provider.as_deref(), Some("AS64496 Example"));
        assert_eq!(place.coordinates, None);
        assert_eq!(databases.place("2001:db8::1".parse().unwrap()), Place::default(), "it holds no such address");
    }

    #[test]
    fn a_file_that_is_missing_or_of_the_wrong_kind_is_named() {
        let mut databases = Databases::default();
        let missing = databases.add(Path::new("/nowhere/city.mmdb")).unwrap_err().to_string();
        assert!(missing.contains("/nowhere/city.mmdb"), "{missing}");
        let text = databases.add(&file("text.mmdb", b"hello")).unwrap_err().to_string();
        assert!(text.contains("text.mmdb") && text.contains("it is none"), "{text}");
        let kind = databases.add(&file("domain.mmdb", &database("GeoIP2-Domain", b"\xe0"))).unwrap_err().to_string();
        assert!(kind.contains("GeoIP2-Domain"), "{kind}");
    }
}
