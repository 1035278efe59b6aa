//! The request of `cancel-key-deletion`.

super::one::one_resource! {
    /// Keep this key, and enable it.
    CancelKeyDeletion {
        /// The key's id.
        key_id
    } in "kms", "key", "key/", "KEY-ID", where place { matches!(place.call.event_name(), "DisableKey" | "ScheduleKeyDeletion") }
}
