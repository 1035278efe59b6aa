//! The request of `stop-function`.

super::one::one_resource! {
    /// Reserve no concurrency for this function, so that it cannot run.
    StopFunction {
        /// The function's name.
        function
    } in "lambda", "function", "function:", "FUNCTION"
}
