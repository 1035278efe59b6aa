//! Short proofs and hashes: HMAC-SHA-256 under a key that only the functions and the operators read.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::settings::Secret;

/// The seal of `text` for the incident `id`, in hexadecimal.
#[must_use]
pub fn seal(key: &Secret, id: &str, text: &str) -> String {
    hex(&mac(key, id, text).finalize().into_bytes())
}

/// The first 16 hexadecimal digits of the SHA-256 of `parts`, each told apart from the next.
#[must_use]
pub fn short_hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize()).chars().take(16).collect()
}

fn mac(key: &Secret, id: &str, text: &str) -> Hmac<Sha256> {
    // A key longer than the block is hashed first, as HMAC defines it; a shorter one is padded. Doing
    // it here leaves no length that could be refused.
    let mut block = [0_u8; 64];
    let hashed;
    let bytes = if key.expose().len() > 64 {
        hashed = Sha256::digest(key.expose());
        hashed.as_slice()
    } else {
        key.expose()
    };
    for (slot, byte) in block.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into());
    mac.update(&(id.len() as u64).to_be_bytes());
    mac.update(id.as_bytes());
    mac.update(text.as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_of_its_key_its_incident_and_its_text() {
        let key = Secret::new(vec![7; 32]);
        let wanted = seal(&key, "inc-1", "text");
        assert_eq!(wanted, seal(&key, "inc-1", "text"));
        let others = [
            seal(&key, "inc-2", "text"),
            seal(&key, "inc-1", "texu"),
            seal(&key, "inc-1t", "ext"),
            seal(&Secret::new(vec![8; 32]), "inc-1", "text"),
        ];
        assert!(!others.contains(&wanted));
    }

    /// RFC 4231, test case 2 in the form used here: the MAC itself must be standard HMAC-SHA-256.
    #[test]
    fn long_keys_are_hashed_first() {
        let long = Secret::new(vec![9; 100]);
        let hashed = Secret::new(Sha256::digest(vec![9; 100]).to_vec());
        assert_eq!(seal(&long, "i", "r"), seal(&hashed, "i", "r"));
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(short_hash(&["ab", "c"]), short_hash(&["a", "bc"]));
    }
}
