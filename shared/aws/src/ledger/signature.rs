//! Who wrote a record of the ledger.
//!
//! An operator undoes with strong permissions what the ledger says. Whoever can write the table could otherwise put calls
//! of their own there ("attach AdministratorAccess to me") and wait. So each function signs what it records with a private
//! key (Ed25519, RFC 8032) that no other function's role may read, and the operator's command with one that no function
//! may read. Everybody verifies by the public keys in the settings. A record is believed where the function that it names
//! signed it, or the operator's command.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::settings::{Secret, Settings};

use crate::by_hand::OPERATOR;

/// A private key.
#[derive(Debug)]
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// The key of `name` from its text: a seed of 32 bytes in base64.
    ///
    /// # Errors
    /// Says what is wrong with it, and shows none of it.
    pub fn read(name: &str, text: &str) -> Result<Self, &'static str> {
        let seed = BASE64_STANDARD.decode(text.trim()).map_err(|_| "is not base64")?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| "must hold 32 bytes")?;
        Ok(Self { name: name.to_owned(), pair })
    }

    /// The public key, in base64.
    #[must_use]
    pub fn public(&self) -> String {
        BASE64_STANDARD.encode(self.pair.public_key())
    }
}

/// What a ledger signs with and verifies by.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Of the mark on Riposte's own calls.
    pub(super) mark: Secret,
    pub(super) public: Arc<BTreeMap<String, [u8; 32]>>,
    signer: Option<Arc<Signer>>,
}

impl Keys {
    /// The keys of these settings. Without a `signer` the ledger can be read and not written.
    #[must_use]
    pub fn of(settings: &Settings, signer: Option<Arc<Signer>>) -> Self {
        Self { mark: settings.ledger_key.clone(), public: Arc::new(settings.signers.clone()), signer }
    }

    /// Who signs, and the signature of `text` for the record `id`; `None` without a private key.
    pub(super) fn sign(&self, id: &str, text: &str) -> Option<(&str, String)> {
        let signer = self.signer.as_ref()?;
        let signature = signer.pair.sign(&message(&signer.name, id, text));
        Some((&signer.name, BASE64_STANDARD.encode(signature)))
    }

    /// Whether `signature` is that of `by` for `text` and the record `id`, and `by` may sign what `function` answers.
    pub(super) fn holds(&self, function: &str, id: &str, text: &str, by: &str, signature: &str) -> bool {
        if by != function && by != OPERATOR {
            return false;
        }
        let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
        let own = self.signer.as_ref().filter(|signer| signer.name == by).map(|own| own.pair.public_key().as_ref());
        let Some(public) = own.or_else(|| self.public.get(by).map(<[u8; 32]>::as_slice)) else { return false };
        UnparsedPublicKey::new(&ED25519, public).verify(&message(by, id, text), &signature).is_ok()
    }
}

/// Each part told apart from the next.
fn message(by: &str, id: &str, text: &str) -> Vec<u8> {
    let mut message = Vec::with_capacity(24 + by.len() + id.len() + text.len());
    for part in [by, id, text] {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part.as_bytes());
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::keys;

    #[test]
    fn a_signature_holds_for_its_record_and_its_signer_alone() {
        let keys = keys("ingress-guard");
        let (by, signature) = keys.sign("inc-1", "text").unwrap();
        let holds = |function, id, text, by, signature: &str| keys.holds(function, id, text, by, signature);
        assert_eq!(by, "ingress-guard");
        assert!(holds("ingress-guard", "inc-1", "text", by, &signature));
        assert!(!holds("ingress-guard", "inc-2", "text", by, &signature));
        assert!(!holds("ingress-guard", "inc-1", "texu", by, &signature));
        assert!(!holds("ingress-guard", "inc-1", "text", "identity-guard", &signature));
        for broken in ["", "zz", "AAAA"] {
            assert!(!holds("ingress-guard", "inc-1", "text", by, broken), "{broken}");
        }
    }

    #[test]
    fn one_functions_key_signs_no_record_of_another() {
        let (by, signature) = keys("log-watch").sign("inc-1", "text").map(|(by, text)| (by.to_owned(), text)).unwrap();
        let reader = keys("operator");
        assert!(reader.holds("log-watch", "inc-1", "text", &by, &signature));
        assert!(!reader.holds("identity-guard", "inc-1", "text", &by, &signature));
        assert!(!reader.holds("identity-guard", "inc-1", "text", "identity-guard", &signature));
    }

    #[test]
    fn the_operator_signs_what_any_function_answers() {
        let (by, signature) = keys("operator").sign("inc-1", "text").map(|(by, text)| (by.to_owned(), text)).unwrap();
        assert!(keys("ingress-guard").holds("ingress-guard", "inc-1", "text", &by, &signature));
    }

    #[test]
    fn a_broken_key_is_told_without_showing_it() {
        assert_eq!(Signer::read("a", "c2hvcnQ=").unwrap_err(), "must hold 32 bytes");
        assert_eq!(Signer::read("a", "%").unwrap_err(), "is not base64");
    }
}
