//! The request of `restore-versioning`.

super::one::one_resource! {
    /// Enable versioning of this bucket again.
    RestoreVersioning {
        /// The bucket.
        bucket
    } in "s3", "bucket", "", "BUCKET"
}
