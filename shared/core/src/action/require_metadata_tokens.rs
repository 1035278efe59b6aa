//! The request of `require-metadata-tokens`.

super::one::one_resource! {
    /// Require IMDSv2 on this instance.
    RequireMetadataTokens {
        /// `i-…`
        instance_id
    } in "ec2", "instance", "instance/", "INSTANCE-ID", where place { place.call.event_name() == "ModifyInstanceMetadataOptions" }
}
