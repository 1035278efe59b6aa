//! The credentials of a user, from the credential report or, without it, from the user's own lists.

use jiff::Timestamp;

use crate::verdict::Unknown;
use crate::view::{View, list, text, time};

/// What a user signs in and signs calls with.
pub(crate) struct Credentials {
    /// Whether he has a console password.
    pub(crate) password: bool,
    /// Whether a second factor is registered.
    pub(crate) mfa: bool,
    /// When the password was last used; set where it was never used to when it was made.
    pub(crate) password_used: Option<Timestamp>,
    /// His active access keys.
    pub(crate) keys: Vec<Key>,
}

/// An active access key.
pub(crate) struct Key {
    pub(crate) made: Option<Timestamp>,
    pub(crate) used: Option<Timestamp>,
}

impl Credentials {
    pub(crate) fn of(v: &View<'_>) -> Result<Self, Unknown> {
        match v.get("GetCredentialReport.user") {
            Ok(Some(_)) => Self::reported(v),
            Ok(None) => Self::listed(v).map_err(|_| Unknown("the credential report has no row of the user".to_owned())),
            Err(unknown) => Self::listed(v).map_err(|_| unknown),
        }
    }

    fn reported(v: &View<'_>) -> Result<Self, Unknown> {
        let says = |column: &str| v.text(&format!("GetCredentialReport.{column}"));
        let time = |column: &str| v.reported_time(&format!("GetCredentialReport.{column}"));
        let truth =
            |column: &str| Ok::<_, Unknown>(says(column)?.is_some_and(|text| text.eq_ignore_ascii_case("true")));
        if says("password_enabled")?.is_none() {
            return Err(Unknown("the credential report does not say whether there is a password".to_owned()));
        }
        let mut keys = Vec::new();
        for number in ["1", "2"] {
            if truth(&format!("access_key_{number}_active"))? {
                keys.push(Key {
                    made: time(&format!("access_key_{number}_last_rotated"))?,
                    used: time(&format!("access_key_{number}_last_used_date"))?,
                });
            }
        }
        let (used, changed) = (time("password_last_used")?, time("password_last_changed")?);
        let made = time("user_creation_time")?;
        Ok(Self {
            password: truth("password_enabled")?,
            mfa: truth("mfa_active")?,
            password_used: used.or(changed).or(made),
            keys,
        })
    }

    fn listed(v: &View<'_>) -> Result<Self, Unknown> {
        let login = v.fact("GetLoginProfile")?;
        let used = v.time("GetAccountAuthorizationDetails.PasswordLastUsed").ok().flatten();
        let made = login.and_then(|login| time(login, "LoginProfile.CreateDate"));
        let mfa = !v.list("ListMFADevices.MFADevices")?.is_empty();
        let all = v.fact("ListAccessKeys")?.map_or(&[][..], |answer| list(answer, "AccessKeyMetadata"));
        let active = all.iter().filter(|key| text(key, "Status") == Some("Active"));
        let keys = active.map(|key| Key { made: time(key, "CreateDate"), used: time(key, "LastUsedDate") }).collect();
        Ok(Self { password: login.is_some(), mfa, password_used: used.or(made), keys })
    }
}
