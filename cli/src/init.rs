//! `riposte init`: the secrets, which CloudFormation cannot create.

use std::io::Write;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_aws::clients::SdkConfig;
use riposte_aws::operator;
use riposte_core::settings::LEDGER_KEY_PATH;

/// Creates each secret that is not there yet, and says what was made.
pub(crate) async fn init(out: &mut impl Write, config: &SdkConfig) -> Result<()> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).context("the system gives no random bytes")?;
    let created = operator::create_ledger_key(config, &BASE64_STANDARD.encode(key)).await?;
    let said = if created { "created (SecureString, 32 random bytes)" } else { "kept: it exists" };
    writeln!(out, "{LEDGER_KEY_PATH}  {said}")?;
    Ok(())
}
