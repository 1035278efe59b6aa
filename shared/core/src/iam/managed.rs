//! Managed policies, told apart by their ARN.

/// A managed policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagedPolicy<'a> {
    /// One of AWS's own, the same in every account.
    Aws {
        /// Path and name, for example `job-function/Billing`.
        name: &'a str,
    },
    /// A customer's: only its document tells what it grants.
    Customer {
        /// `aws`, `aws-cn`, `aws-us-gov`…
        partition: &'a str,
        /// Twelve digits.
        account: &'a str,
    },
}

/// AWS's own policies that grant administrator power, by path and name. Both stand at the root: a
/// policy whose name merely begins so (`AdministratorAccess-Amplify`) is another one.
const AWS_ADMIN: [&str; 2] = ["AdministratorAccess", "IAMFullAccess"];

impl<'a> ManagedPolicy<'a> {
    /// Takes an ARN apart; `None` where it is no managed policy's.
    #[must_use]
    pub fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let (scheme, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let name = resource.strip_prefix("policy/").filter(|name| !name.is_empty())?;
        match (scheme, service, region, account) {
            ("arn", "iam", "", "aws") => Some(Self::Aws { name }),
            ("arn", "iam", "", account) if !account.is_empty() => Some(Self::Customer { partition, account }),
            _ => None,
        }
    }

    /// Whether it is one of AWS's own that grant administrator power.
    #[must_use]
    pub fn is_aws_admin(self) -> bool {
        matches!(self, Self::Aws { name } if AWS_ADMIN.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrator_policies_of_every_partition() {
        for arn in [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws-us-gov:iam::aws:policy/AdministratorAccess",
            "arn:aws-cn:iam::aws:policy/IAMFullAccess",
        ] {
            assert!(ManagedPolicy::parse(arn).unwrap().is_aws_admin(), "{arn}");
        }
    }

    #[test]
    fn look_alikes_are_no_administrators() {
        for arn in [
            "arn:aws:iam::aws:policy/AdministratorAccess-Amplify",
            "arn:aws:iam::aws:policy/job-function/AdministratorAccess",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::111122223333:policy/AdministratorAccess",
        ] {
            assert!(!ManagedPolicy::parse(arn).unwrap().is_aws_admin(), "{arn}");
        }
    }

    #[test]
    fn a_customer_policy_says_whose_it_is() {
        let want = ManagedPolicy::Customer { partition: "aws-cn", account: "111122223333" };
        assert_eq!(ManagedPolicy::parse("arn:aws-cn:iam::111122223333:policy/team/deploy"), Some(want));
    }

    #[test]
    fn other_arns_are_none() {
        for arn in ["", "AdministratorAccess", "arn:aws:iam::aws:policy/", "arn:aws:iam:::policy/x", "arn:aws:s3:::b"] {
            assert_eq!(ManagedPolicy::parse(arn), None, "{arn}");
        }
    }
}
