//! The request of `require-url-auth`.

super::one::one_resource! {
    /// Require IAM authentication on the URL of this function.
    RequireUrlAuth {
        /// The function's name.
        function
    } in "lambda", "function", "function:", "FUNCTION"
}
