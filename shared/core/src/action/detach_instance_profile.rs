//! The request of `detach-instance-profile`.

super::one::one_resource! {
    /// Take the role from this instance.
    DetachInstanceProfile {
        /// `i-…`
        instance_id
    } in "ec2", "instance", "instance/", "INSTANCE-ID"
}
