//! The accounts and organizations that belong to the same owner.
//!
//! Whoever has many accounts opens roles, buckets and keys of one to another every day. What is opened to one
//! of these is opened within the house: the detectors of other accounts leave it alone, and those that keep
//! track of changes still tell it. Which they are, no event says: the operator names them.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::arn::is_account;
use crate::iam::Outsider;
use crate::text::plain;

/// Account numbers and organization ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted(BTreeSet<String>);

impl Trusted {
    /// Adds those of another list.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether an account, or the organization of an id or a path (`o-…/r-…/ou-…/`), is among them.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        let first = id.split('/').next().unwrap_or_default();
        self.0.contains(first)
    }

    /// Whether an account is neither `own` nor among them.
    pub(super) fn is_foreign(&self, own: Option<&str>, account: &str) -> bool {
        own != Some(account) && !self.holds(account)
    }

    /// Whether somebody whom a policy lets in is of them.
    pub(super) fn holds_outsider(&self, outsider: &Outsider) -> bool {
        match outsider {
            Outsider::Account(id) | Outsider::Organization(id) => self.holds(id),
            _ => false,
        }
    }
}

/// `444455556666, o-example0000`
impl FromStr for Trusted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ids = text.split([',', ' ', '\n', '\t']).filter(|id| !id.is_empty());
        let checked = ids.map(|id| {
            if is_account(id) || is_organization(id) {
                Ok(id.to_owned())
            } else {
                let shown = plain(id, 60);
                Err(format!("must be account numbers of twelve digits or organization ids (`o-…`), not `{shown}`"))
            }
        });
        checked.collect::<Result<_, _>>().map(Self)
    }
}

/// `o-` and 10 to 32 small letters and digits.
fn is_organization(id: &str) -> bool {
    id.strip_prefix("o-").is_some_and(|rest| {
        (10..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whole_or_refused_by_its_part() {
        let trusted: Trusted = "444455556666, o-example0000,\n777788889999".parse().unwrap();
        for id in ["444455556666", "777788889999", "o-example0000", "o-example0000/r-ab12/ou-ab12-11111111/"] {
            assert!(trusted.holds(id), "{id}");
        }
        for id in ["111122223333", "o-example00000", "", "r-ab12"] {
            assert!(!trusted.holds(id), "{id}");
        }
        assert_eq!("".parse(), Ok(Trusted::default()));
        for wrong in ["44445555666", "prod", "o-Example0000", "o-short", "444455556666;777788889999", "*"] {
            let error = wrong.parse::<Trusted>().unwrap_err();
            assert!(error.contains(&format!("`{wrong}`")), "{error}");
        }
    }

    #[test]
    fn only_what_names_an_owner_is_of_them() {
        let trusted: Trusted = "444455556666,o-example0000".parse().unwrap();
        let own = |outsider: Outsider| trusted.holds_outsider(&outsider);
        assert!(own(Outsider::Account("444455556666".into())));
        assert!(own(Outsider::Organization("o-example0000/*".into())));
        assert!(!own(Outsider::Account("777788889999".into())));
        assert!(!own(Outsider::Everyone));
        assert!(!own(Outsider::Network("vpc-1".into())));
        assert!(!own(Outsider::UnknownPrincipal("444455556666".into())));
        // Whom the provider lets in, is another question.
        assert!(!own(Outsider::Federation("arn:aws:iam::444455556666:saml-provider/idp".into())));
    }

    #[test]
    fn nobody_is_foreign_who_is_named() {
        let trusted: Trusted = "444455556666".parse().unwrap();
        assert!(trusted.is_foreign(Some("111122223333"), "777788889999"));
        assert!(!trusted.is_foreign(Some("111122223333"), "111122223333"));
        assert!(!trusted.is_foreign(Some("111122223333"), "444455556666"));
        assert!(trusted.is_foreign(None, "777788889999"));
    }
}
