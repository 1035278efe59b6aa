//! Gzip: a small file at once, by the faster unpacker; a large one, or one that grows, as it is read.

use std::io::{BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use libdeflater::Decompressor;
use memchr::memmem;

/// How much is read at once of a packed input that is read as it comes.
const PACKED: usize = 128 << 10;

/// The most that is unpacked at once, packed and unpacked. CloudTrail's own objects are smaller, as a rule; each thread
/// holds one of them.
const PACKED_MOST: u64 = 1 << 20;
const MOST: usize = 6 << 20;

/// How every member of a gzip file begins.
const MEMBER: &[u8] = b"\x1f\x8b\x08";

/// A reader of what is unpacked. `at_once` says whether the input may be read to its end before anything is told.
pub(crate) fn unpacked(mut from: impl Read + Send + 'static, at_once: bool) -> Box<dyn Read + Send> {
    let mut packed = Vec::new();
    // Where it cannot be read on, it is read as far as it can be below.
    if at_once
        && from.by_ref().take(PACKED_MOST).read_to_end(&mut packed).is_ok()
        && let Some(text) = whole(&packed)
    {
        return Box::new(Cursor::new(text));
    }
    Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED, Cursor::new(packed).chain(from))))
}

/// A whole file, unpacked; `None` where it is not one whole member, or is large: then it has to be unpacked as it is
/// read, which says what is wrong with it behind what is right.
fn whole(packed: &[u8]) -> Option<Vec<u8>> {
    let size = u32::from_le_bytes(*packed.last_chunk()?) as usize;
    if packed.len() as u64 >= PACKED_MOST || size == 0 || size > MOST {
        return None;
    }
    // The unpacker stops behind the first member, and does not say where that was.
    if memmem::find(packed.get(1..)?, MEMBER).is_some() {
        return None;
    }
    let mut text = vec![0; size];
    let count = Decompressor::new().gzip_decompress(packed, &mut text).ok()?;
    (count == size).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(packed: &[u8], at_once: bool) -> (Vec<u8>, Option<String>) {
        let mut text = Vec::new();
        let end = unpacked(Cursor::new(packed.to_vec()), at_once).read_to_end(&mut text);
        (text, end.err().map(|error| error.to_string()))
    }

    #[test]
    fn at_once_and_as_it_comes_are_the_same() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let one = packed(&text);
        let two = [one.clone(), one.clone()].concat();
        let behind = [one.as_slice(), b"garbage"].concat();
        let zeros = [one.as_slice(), &[0; 9]].concat();
        let torn = &one[..one.len() / 2];
        let mut wrong = one.clone();
        let crc = wrong.len() - 8;
        wrong[crc] ^= 1;
        for file in [&one, &two, &behind, &zeros, torn, &wrong, &packed(b""), &[0x1f, 0x8b][..]] {
            assert_eq!(read(file, true), read(file, false));
        }
        assert!(whole(&one).is_some() && whole(&two).is_none() && whole(torn).is_none() && whole(&wrong).is_none());
        assert_eq!(read(&two, true).0.len(), 2 * text.len());
    }

    #[test]
    fn what_is_large_is_unpacked_as_it_comes() {
        let text = vec![b' '; MOST + 1];
        assert!(whole(&packed(&text)).is_none());
        assert_eq!(read(&packed(&text), true), (text, None));
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..1_500_000).map(|_| next()).collect();
        assert!(packed(&noise).len() as u64 > PACKED_MOST);
        assert_eq!(read(&packed(&noise), true), (noise, None));
    }
}
