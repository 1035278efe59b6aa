//! The request of `restart-config-recorder`.

super::one::one_resource! {
    /// Start this recorder again.
    RestartConfigRecorder {
        /// The recorder's name.
        recorder
    } in "config", "configuration-recorder", "config-recorder/", "RECORDER", where place { place.call.event_name() == "StopConfigurationRecorder" }
}
