//! A seal on the undo recipe.
//!
//! An operator undoes with strong permissions what the ledger says. Whoever can write the ledger could
//! otherwise put their own calls there ("attach AdministratorAccess to me") and wait. So the recipe is
//! sealed with HMAC-SHA-256 under a key that only the functions and the operators read.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::settings::Secret;

/// The seal of `recipe` (its exact text in the ledger) for the incident `id`, in hexadecimal.
#[must_use]
pub fn seal(key: &Secret, id: &str, recipe: &str) -> String {
    hex(&mac(key, id, recipe).finalize().into_bytes())
}

/// Whether `seal` is the seal of `recipe`. Compares in constant time.
#[must_use]
pub fn holds(key: &Secret, id: &str, recipe: &str, seal: &str) -> bool {
    unhex(seal).is_some_and(|bytes| mac(key, id, recipe).verify_slice(&bytes).is_ok())
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

fn mac(key: &Secret, id: &str, recipe: &str) -> Hmac<Sha256> {
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
    mac.update(recipe.as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    digits?.chunks(2).map(|pair| if let [high, low] = pair { Some(high << 4 | low) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_recipe_alone() {
        let key = Secret::new(vec![7; 32]);
        let seal = seal(&key, "inc-1", "recipe");
        assert!(holds(&key, "inc-1", "recipe", &seal));
        assert!(!holds(&key, "inc-2", "recipe", &seal));
        assert!(!holds(&key, "inc-1", "recipf", &seal));
        assert!(!holds(&Secret::new(vec![8; 32]), "inc-1", "recipe", &seal));
        for broken in [String::new(), "zz".to_owned(), "abc".to_owned(), seal.chars().skip(1).collect()] {
            assert!(!holds(&key, "inc-1", "recipe", &broken), "{broken}");
        }
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
