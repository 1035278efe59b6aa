//! `riposte init`: the secrets, which CloudFormation cannot create.

use std::io::Write;

use anyhow::{Context, Result};
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator;

/// Creates each secret that is not there yet, and says what was made.
pub(crate) async fn init(out: &mut impl Write, config: &SdkConfig) -> Result<()> {
    let random = || -> Result<[u8; 32]> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
        Ok(bytes)
    };
    let keys = operator::create_keys(config, random).await?;
    let width = keys.iter().map(|key| key.path.len()).max().unwrap_or_default();
    for key in keys {
        let said = if key.created { "created (SecureString, 32 random bytes)" } else { "kept: it exists" };
        writeln!(out, "{:width$}  {said}", key.path)?;
    }
    Ok(())
}
