//! The request of `stop-instance`.

super::one::one_resource! {
    /// Stop this instance.
    StopInstance {
        /// `i-…`
        instance_id
    } in "ec2", "instance", "instance/", "INSTANCE-ID"
}
