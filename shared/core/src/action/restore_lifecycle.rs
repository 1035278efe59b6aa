//! The request of `restore-lifecycle`.

super::one::former_setting! {
    /// Set the lifecycle that this bucket had.
    RestoreLifecycle {
        /// The bucket.
        bucket
    } in "s3", "bucket", "", "BUCKET"
}
