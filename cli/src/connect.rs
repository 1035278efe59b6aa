//! The account that a verb works in: looked for once, and said in one line where it is not there.

use std::io::{self, Write};

use anyhow::{Result, bail};
use riposte_aws::clients::{self, SdkConfig};
use riposte_aws::operator::Operator;
use riposte_core::text::plain;

use crate::advice;
use crate::mode::not_deployed;

/// The operator's parts in the account that a configuration leads to. What can be done with settings that are broken is
/// done, and they are named on standard error.
///
/// # Errors
/// Where nothing is deployed, and where the settings cannot be read.
pub(crate) async fn connected(config: &SdkConfig) -> Result<Operator> {
    let operator = quietly(config).await?;
    for broken in &operator.loaded.broken {
        let _ = writeln!(io::stderr(), "riposte: warning: {}", plain(&broken.error.to_string(), 600));
    }
    Ok(operator)
}

/// The same without a word of what is broken, for a verb that lists it itself.
///
/// # Errors
/// As [`connected`].
pub(crate) async fn quietly(config: &SdkConfig) -> Result<Operator> {
    let operator = Operator::connect(config).await.map_err(|error| advice::undeployed(error, config))?;
    if !operator.loaded.is_deployed() {
        bail!(not_deployed(config));
    }
    Ok(operator)
}

/// The same in the account of the environment's region and credentials, which are looked at first.
///
/// # Errors
/// As [`connected`], and where region or credentials are missing.
pub(crate) async fn here() -> Result<(SdkConfig, Operator)> {
    let config = clients::checked().await?;
    let operator = connected(&config).await?;
    Ok((config, operator))
}
