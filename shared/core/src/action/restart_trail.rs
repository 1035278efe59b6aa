//! The request of `restart-trail`.

super::one::one_resource! {
    /// Start logging on this trail again.
    RestartTrail {
        /// The trail's name.
        trail
    } in "cloudtrail", "trail", "trail/", "TRAIL", where place { place.call.event_name() == "StopLogging" }
}
