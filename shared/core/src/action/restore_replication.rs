//! The request of `restore-replication`.

super::one::former_setting! {
    /// Set the replication that this bucket had.
    RestoreReplication {
        /// The bucket.
        bucket
    } in "s3", "bucket", "", "BUCKET"
}
