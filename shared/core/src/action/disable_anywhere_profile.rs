//! The request of `disable-anywhere-profile`.

super::one::one_resource! {
    /// Disable this profile.
    DisableAnywhereProfile {
        /// The profile's id.
        profile_id
    } in "rolesanywhere", "profile", "profile/", "PROFILE-ID"
}
