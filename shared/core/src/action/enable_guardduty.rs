//! The request of `enable-guardduty`.

super::one::one_resource! {
    /// Enable this detector again.
    EnableGuardduty {
        /// The detector's id.
        detector_id
    } in "guardduty", "detector", "detector/", "DETECTOR-ID", where place { place.call.event_name() == "UpdateDetector" }
}
