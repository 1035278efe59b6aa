//! The request of `disable-guest-access`.

super::one::one_resource! {
    /// Give no credentials to those who have not signed in.
    DisableGuestAccess {
        /// The identity pool's id: `REGION:UUID`.
        identity_pool_id
    } in "cognito-identity", "identity-pool", "identitypool/", "IDENTITY-POOL-ID"
}
