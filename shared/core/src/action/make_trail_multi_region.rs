//! The request of `make-trail-multi-region`.

super::one::one_resource! {
    /// Have this trail record all regions again.
    MakeTrailMultiRegion {
        /// The trail's name.
        trail
    } in "cloudtrail", "trail", "trail/", "TRAIL", where place { place.text("requestParameters.isMultiRegionTrail").as_deref() == Some("false") }
}
