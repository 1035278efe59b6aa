//! What is to be hunted: the objects listed, cut into shares, and written down beside the results.

use std::sync::Arc;

use anyhow::{Result, bail};
use riposte_aws::clients::SdkConfig;
use riposte_aws::objects::{Place, Section, Store, list};
use riposte_core::text::plain;
use riposte_scan::hunt::{Hunt, Output, Share, Shares};
use serde::{Deserialize, Serialize};

use super::estimate::Size;
use crate::usage::Usage;

/// What was listed.
pub(super) struct Listed {
    pub(super) shares: Vec<Share>,
    pub(super) size: Size,
    /// Objects that must be restored before they can be read; each share names its own.
    pub(super) archived: u64,
    /// Where the bucket is.
    pub(super) region: String,
}

/// Lists the objects that may hold what is asked for.
///
/// # Errors
/// Where the place cannot be listed, or has nothing to read.
pub(super) async fn listed(config: &SdkConfig, place: &Place, hunt: &Hunt, share: Option<u64>) -> Result<Listed> {
    let (mut shares, mut archived, mut seen) = (Shares::new(share), 0, 0);
    let window = hunt.question.window();
    // All are counted, so that what the times leave out is said.
    let section = Section { wanted: Arc::new(|_| true), ..Section::from(place.clone()) };
    let region = list(config, &section, |object| {
        seen += 1;
        if window.may_hold(&object.key) {
            archived += u64::from(object.archived.is_some());
            shares.add(&object.key, object.size);
        }
    })
    .await?;
    let shown = plain(&place.to_string(), 300);
    if seen == 0 {
        bail!("{shown}: there is no object whose key begins so");
    }
    if shares.objects() == 0 {
        bail!("{shown}: none of the {seen} objects is of this time, by the stamps in their names");
    }
    let (bytes, objects) = (shares.bytes(), shares.objects());
    let shares = shares.cut();
    let elsewhere = config.region().is_some_and(|own| own.as_ref() != region);
    let size = Size { bytes, objects, shares: shares.len() as u64, elsewhere };
    Ok(Listed { shares, size, archived, region })
}

/// Where the results go: where the deployment says, or below it.
///
/// # Errors
/// Where the function may not write there, or a hunt would read its own results.
pub(super) fn output(deployed: &Place, wanted: Option<&str>, input: &Place) -> Result<Place> {
    let place = match wanted {
        None => deployed.clone(),
        Some(text) => {
            let wrong =
                || format!("--output: `{}` is no place in a bucket: write `s3://BUCKET/PREFIX`", plain(text, 200));
            let mut place = Place::parse(text).and_then(Result::ok).ok_or_else(|| Usage(wrong()))?;
            if !place.prefix.is_empty() && !place.prefix.ends_with('/') {
                place.prefix.push('/');
            }
            place
        }
    };
    let shown = plain(&place.to_string(), 200);
    if place.bucket != deployed.bucket || !place.prefix.starts_with(&deployed.prefix) {
        let allowed = plain(&deployed.to_string(), 200);
        return Err(Usage(format!("--output: the hunt may write below {allowed} alone, and not to {shown}: deploy it with another OutputBucket or OutputPrefix")).into());
    }
    if place.bucket == input.bucket
        && (place.prefix.starts_with(&input.prefix) || input.prefix.starts_with(&place.prefix))
    {
        let input = plain(&input.to_string(), 200);
        return Err(Usage(format!(
            "the results would lie in what is read ({shown} and {input}): choose another place"
        ))
        .into());
    }
    Ok(place)
}

/// What is written down of a hunt beside its results, so that it can be shown again.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) hunt: Hunt,
    pub(super) shares: u64,
    pub(super) objects: u64,
    pub(super) bytes: u64,
    /// Whether the bucket is in another region.
    pub(super) elsewhere: bool,
}

impl Plan {
    pub(super) fn size(&self) -> Size {
        Size { bytes: self.bytes, objects: self.objects, shares: self.shares, elsewhere: self.elsewhere }
    }

    /// Writes it down, and the list of its shares.
    pub(super) async fn write(&self, store: &Store, output: &Output, shares: &[Share]) -> Result<()> {
        write_shares(store, &shares_key(output, &self.hunt.folder, 1), shares).await?;
        Ok(store.put(&output.key(&self.hunt.folder, PLAN), &serde_json::to_vec(self)?).await?)
    }

    /// Reads it, and the list of its shares.
    pub(super) async fn read(store: &Store, output: &Output, folder: &str) -> Result<(Self, Vec<Share>)> {
        let get = async |key: String| -> Result<Vec<u8>> {
            match store.get(&key).await? {
                Some(bytes) => Ok(bytes),
                None => bail!("{} is gone: the hunt cannot be shown without it", plain(&key, 300)),
            }
        };
        let plan = serde_json::from_slice(&get(output.key(folder, PLAN)).await?)?;
        let lines = get(shares_key(output, folder, 1)).await?;
        let shares = serde_json::Deserializer::from_slice(&lines).into_iter().collect::<Result<_, _>>()?;
        Ok((plan, shares))
    }
}

const PLAN: &str = "hunt.json";

/// The key of the shares of an execution, counted from 1.
pub(super) fn shares_key(output: &Output, folder: &str, execution: u32) -> String {
    output.key(folder, &format!("shares-{execution}.jsonl"))
}

/// Writes a list of shares as the state machine reads it.
pub(super) async fn write_shares(store: &Store, key: &str, shares: &[Share]) -> Result<()> {
    let mut lines = Vec::new();
    for share in shares {
        serde_json::to_writer(&mut lines, share)?;
        lines.push(b'\n');
    }
    Ok(store.put(key, &lines).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap().unwrap()
    }

    #[test]
    fn results_go_where_the_deployment_says_or_below() {
        let deployed = place("s3://results/hunts/");
        let chosen = |wanted: Option<&str>, input: &str| {
            output(&deployed, wanted, &place(input)).map(|place| place.to_string()).map_err(|error| error.to_string())
        };
        assert_eq!(chosen(None, "s3://trail/AWSLogs/"), Ok("s3://results/hunts/".to_owned()));
        assert_eq!(
            chosen(Some("s3://results/hunts/case-1"), "s3://trail/"),
            Ok("s3://results/hunts/case-1/".to_owned())
        );
        for (wanted, input, said) in [
            (Some("s3://other/hunts/"), "s3://trail/", "may write below"),
            (Some("s3://results/elsewhere/"), "s3://trail/", "may write below"),
            (Some("results/hunts/"), "s3://trail/", "no place in a bucket"),
            (Some("s3://R/"), "s3://trail/", "no place in a bucket"),
            (None, "s3://results/", "in what is read"),
            (None, "s3://results/hunts/old/", "in what is read"),
        ] {
            let error = chosen(wanted, input).unwrap_err();
            assert!(error.contains(said), "{wanted:?} {input}: {error}");
        }
        assert!(chosen(None, "s3://results/AWSLogs/").is_ok());
    }
}
