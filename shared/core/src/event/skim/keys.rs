//! The keys of a record that somebody asks for, each with a number: so where their values stand is known without a
//! search.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_own_number_and_nothing_else_has_one() {
        for (place, key) in KEYS.iter().enumerate() {
            assert_eq!(number(key.as_bytes()), Some(place), "{key}");
            assert_eq!(number(format!("{key}x").as_bytes()), None);
        }
        for other in ["", "a", "ab", "eventNamE", "EventName", "id", "x".repeat(300).as_str()] {
            assert_eq!(number(other.as_bytes()), None, "{other}");
        }
    }
}
