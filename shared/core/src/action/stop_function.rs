//! The request of `stop-function`.

super::one::one_resource! {
    /// Reserve no concurrency for this function, so that it cannot run.
    StopFunction {
        /// The function's name.
        function
    } in "lambda", "function", "function:", "FUNCTION"
}

impl StopFunction {
    /// The function that a call names: by its name, `ACCOUNT:function:NAME` or its ARN, each with or without a qualifier.
    #[must_use]
    pub fn named(function: Option<&str>) -> Option<Self> {
        let name = function?.rsplit_once("function:").map_or(function?, |(_, name)| name);
        let name = name.split(':').next().filter(|name| !name.is_empty())?;
        Some(Self { function: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_four_ways() {
        for named in ["app", "app:live", "111122223333:function:app", "arn:aws:lambda:eu-west-1:111122223333:function:app:3"] {
            assert_eq!(StopFunction::named(Some(named)).unwrap().function, "app", "{named}");
        }
        assert_eq!(StopFunction::named(None), None);
        assert_eq!(StopFunction::named(Some("")), None);
    }
}
