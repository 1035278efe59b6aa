//! The request of `isolate-instance`.

super::one::one_resource! {
    /// Cut this instance off the network.
    IsolateInstance {
        /// `i-…`
        instance_id
    } in "ec2", "instance", "instance/", "INSTANCE-ID"
}
