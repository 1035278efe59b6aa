//! The request of `restore-event-selectors`.

super::one::one_resource! {
    /// Have this trail record all management events again.
    RestoreEventSelectors {
        /// The trail's name.
        trail
    } in "cloudtrail", "trail", "trail/", "TRAIL"
}
