//! Whose something is, as far as its name tells.

/// The account that a principal or a resource is of: the one in its ARN, or the twelve digits that stand
/// for an account itself.
pub(super) fn account_of(name: &str) -> Option<&str> {
    let id = if name.starts_with("arn:") { name.split(':').nth(4)? } else { name };
    (id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::account_of;

    #[test]
    fn an_account_is_found_in_an_arn_or_stands_alone() {
        assert_eq!(account_of("arn:aws:sqs:eu-west-1:444455556666:orders"), Some("444455556666"));
        assert_eq!(account_of("444455556666"), Some("444455556666"));
        for nobody in ["arn:aws:s3:::orders", "arn:aws:lambda:eu-west-1", "IAM_ALLOWED_PRINCIPALS", "", "44445555666"] {
            assert_eq!(account_of(nobody), None, "{nobody}");
        }
    }
}
