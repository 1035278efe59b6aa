//! The request of `disable-trust-anchor`.

super::one::one_resource! {
    /// Disable this trust anchor.
    DisableTrustAnchor {
        /// The trust anchor's id.
        trust_anchor_id
    } in "rolesanywhere", "trust-anchor", "trust-anchor/", "TRUST-ANCHOR-ID"
}
