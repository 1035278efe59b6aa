//! The keys of a record that somebody asks for, each with a number: so where their values stand is known without a
//! search.

use wide::u8x16;

/// The keys of CloudTrail's records, and those of EventBridge's envelopes that decide.
const KEYS: [&str; 34] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "serviceEventDetails",
    "sessionCredentialFromConsole",
    "tlsDetails",
    "addendum",
    "insightDetails",
    "digestS3Object",
    "awslogs",
    "detail-type",
    "detail",
];

/// How many keys have a number.
pub(super) const COUNT: usize = KEYS.len();

/// Numbers by [`hash`], plus one; zero where there is none. A test holds that no two keys meet.
const TABLE: [u8; 128] = table();

/// Found by trying: with it the keys lie apart.
const FACTOR: u32 = 0xb222_1a59;

/// Of a key's length and three of its bytes, seven bits.
const fn hash(key: &[u8]) -> usize {
    let [first, .., before_last, _] = key else { return 0 };
    let sixth = match key {
        [_, _, _, _, _, sixth, ..] => *sixth,
        _ => 0,
    };
    // Longer keys than those of the table are told apart by comparing.
    let length = key.len() as u32 & 0xff;
    let word = length | (sixth as u32) << 8 | (*before_last as u32) << 16 | (*first as u32) << 24;
    (word.wrapping_mul(FACTOR) >> 25) as usize
}

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, which would say so")]
const fn table() -> [u8; 128] {
    let mut table = [0; 128];
    let mut number = 0;
    while number < COUNT {
        table[hash(KEYS[number].as_bytes())] = number as u8 + 1;
        number += 1;
    }
    table
}

/// The number of a key, less than [`COUNT`].
#[inline]
pub(super) fn number(key: &[u8]) -> Option<usize> {
    let entry = TABLE.get(hash(key)).copied().unwrap_or_default();
    let number = usize::from(entry).checked_sub(1)?;
    KEYS.get(number).is_some_and(|known| known.as_bytes() == key).then_some(number)
}

/// How many bytes are compared at once: more than the longest key has.
const WIDE: usize = 32;

/// The keys, filled up with zeros.
const PADDED: [[u8; WIDE]; COUNT] = padded();

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, which would say so")]
const fn padded() -> [[u8; WIDE]; COUNT] {
    let mut padded = [[0; WIDE]; COUNT];
    let mut number = 0;
    while number < COUNT {
        let key = KEYS[number].as_bytes();
        let mut at = 0;
        while at < key.len() {
            padded[number][at] = key[at];
            at += 1;
        }
        number += 1;
    }
    padded
}

/// The number of the key that these bytes begin with and that is so long.
#[inline]
pub(super) fn number_of_start(bytes: &[u8], length: usize) -> Option<usize> {
    let key = bytes.get(..length)?;
    let Some(chunk) = bytes.first_chunk::<WIDE>().filter(|_| length < WIDE) else { return number(key) };
    let entry = TABLE.get(hash(key)).copied().unwrap_or_default();
    let number = usize::from(entry).checked_sub(1)?;
    let known = PADDED.get(number)?;
    let ([low, high], _) = chunk.as_chunks::<16>() else { return None };
    let ([known_low, known_high], _) = known.as_chunks::<16>() else { return None };
    let same = |a: &[u8; 16], b: &[u8; 16]| u8x16::from(*a).simd_eq(u8x16::from(*b)).to_bitmask();
    let equal = u64::from(same(low, known_low)) | u64::from(same(high, known_high)) << 16;
    // All of the key's bytes are the same, and the known key has no more.
    let wanted = (1_u64 << length) - 1;
    (equal & wanted == wanted && KEYS.get(number).is_some_and(|known| known.len() == length)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_own_number_and_nothing_else_has_one() {
        for (place, key) in KEYS.iter().enumerate() {
            assert_eq!(number(key.as_bytes()), Some(place), "{key}");
            assert_eq!(number(format!("{key}x").as_bytes()), None);
            for behind in ["", "\":1}", "x and many more bytes than are compared at once"] {
                let text = format!("{key}{behind}");
                assert_eq!(number_of_start(text.as_bytes(), key.len()), Some(place), "{text}");
                for length in (0..text.len() + 2).filter(|length| *length != key.len()) {
                    let want = text.as_bytes().get(..length).and_then(number);
                    assert_eq!(number_of_start(text.as_bytes(), length), want, "{text}, {length}");
                }
            }
        }
        for other in ["", "a", "ab", "eventNamE", "EventName", "id", "x".repeat(300).as_str()] {
            assert_eq!(number(other.as_bytes()), None, "{other}");
        }
    }
}
