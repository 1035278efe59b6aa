//! What is run on a host: by the document that patches by the baseline, or by the host's own package manager.
//!
//! INVARIANT: no text that a finding brings reaches a shell unless it has the form of a package's name or version, and
//! then in quotes. Others refuse the whole command.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use crate::node::Manager;
use crate::settings::Reboot;
use crate::version;

/// A package that is to be updated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fix {
    /// Its name; for Windows a knowledge-base number, `KB5034441`.
    pub package: String,
    /// What is installed, as the finding says it; empty where it does not.
    pub installed: String,
    /// The version from which on the hole is closed.
    pub fixed: String,
    /// What Distributor calls the package, where the settings have Distributor install it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<String>,
}

/// A text that is no package's name or version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is no {what}: no command is made of it", crate::plain(.text))]
pub struct Unsafe {
    /// The text.
    pub text: String,
    /// What it should be.
    pub what: &'static str,
}

/// A command: a document of Systems Manager, and its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The document.
    pub document: &'static str,
    /// Its parameters: each a list of texts.
    pub parameters: Value,
}

fn checked<'a>(text: &'a str, what: &'static str, more: &str) -> Result<&'a str, Unsafe> {
    let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
    let starts = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if starts && text.len() <= 200 && text.chars().all(fits) {
        Ok(text)
    } else {
        Err(Unsafe { text: text.to_owned(), what })
    }
}

fn name(manager: Manager, text: &str) -> Result<&str, Unsafe> {
    if manager != Manager::Windows {
        return checked(text, "package's name", "+._-");
    }
    let digits = text.strip_prefix("KB").unwrap_or_default();
    if (6..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text);
    }
    Err(Unsafe { text: text.to_owned(), what: "number of an update (`KB…`)" })
}

fn version_of(text: &str) -> Result<&str, Unsafe> {
    checked(text, "package's version", "+._~^:-")
}

/// The names in quotes, one after the other.
fn names(manager: Manager, fixes: &[Fix]) -> Result<String, Unsafe> {
    let all: Result<Vec<_>, _> = fixes.iter().map(|fix| Ok(format!("'{}'", name(manager, &fix.package)?))).collect();
    Ok(all?.join(" "))
}

/// Looks what the baseline wants.
#[must_use]
pub fn scan() -> Command {
    Command { document: "AWS-RunPatchBaseline", parameters: json!({ "Operation": ["Scan"] }) }
}

/// Installs what the baseline wants.
#[must_use]
pub fn install_baseline(reboot: Reboot) -> Command {
    let reboot = match reboot {
        Reboot::IfNeeded => "RebootIfNeeded",
        Reboot::Never => "NoReboot",
    };
    let parameters = json!({ "Operation": ["Install"], "RebootOption": [reboot] });
    Command { document: "AWS-RunPatchBaseline", parameters }
}

/// So many packages a baseline override approves, at most, as Systems Manager wants it.
pub const MOST_APPROVED: usize = 50;

/// A baseline override that approves the packages that are named and nothing else: JSON, a baseline for each operating
/// system that the package manager may be of, of which Patch Manager takes the host's.
///
/// # Errors
/// Where a name has not the form of one.
pub fn baseline_override(manager: Manager, fixes: &[Fix]) -> Result<String, Unsafe> {
    let systems: &[&str] = match manager {
        Manager::Apt => &["DEBIAN", "RASPBIAN", "UBUNTU"],
        Manager::Dnf => &[
            "ALMA_LINUX",
            "AMAZON_LINUX_2",
            "AMAZON_LINUX_2023",
            "CENTOS",
            "ORACLE_LINUX",
            "REDHAT_ENTERPRISE_LINUX",
            "ROCKY_LINUX",
        ],
        Manager::Zypper => &["SUSE"],
        Manager::Windows => &["WINDOWS"],
    };
    let approved: Result<Vec<&str>, Unsafe> = fixes.iter().map(|fix| name(manager, &fix.package)).collect();
    let approved = approved?;
    let one = |system: &&str| {
        json!({
            "OperatingSystem": system,
            "GlobalFilters": { "PatchFilters": [] },
            "ApprovalRules": { "PatchRules": [] },
            "ApprovedPatches": approved,
            "ApprovedPatchesComplianceLevel": "CRITICAL",
            "ApprovedPatchesEnableNonSecurity": true,
            "RejectedPatches": [],
            "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
            "Sources": [],
        })
    };
    Ok(Value::Array(systems.iter().map(one).collect()).to_string())
}

/// Installs what the baseline override at `url` (`s3://…`) approves.
#[must_use]
pub fn install_override(url: &str, reboot: Reboot) -> Command {
    let mut command = install_baseline(reboot);
    if let Some(parameters) = command.parameters.as_object_mut() {
        parameters.insert("BaselineOverride".to_owned(), json!([url]));
    }
    command
}

/// Whether a text is a name that Distributor may have for a package: a document's, or the ARN of a shared one.
#[must_use]
pub fn is_distributors(name: &str) -> bool {
    (3..=128).contains(&name.len()) && checked(name, "package's name", "_-.:/").is_ok()
}

/// Installs a package's newest version by Distributor, in the place of the one that is installed.
///
/// # Errors
/// Where its name has not the form of one.
pub fn distribute(name: &str) -> Result<Command, Unsafe> {
    if !is_distributors(name) {
        return Err(Unsafe { text: name.to_owned(), what: "package of Distributor" });
    }
    let parameters = json!({ "action": ["Install"], "installationType": ["Uninstall and reinstall"], "name": [name] });
    Ok(Command { document: "AWS-ConfigureAWSPackage", parameters })
}

/// Updates the packages that are named, and no others but those that they need. Which versions were there before is
/// printed first: see [`before`].
///
/// # Errors
/// Where a name has not the form of one.
pub fn install(manager: Manager, fixes: &[Fix], reboot: Reboot) -> Result<Command, Unsafe> {
    let names = names(manager, fixes)?;
    let list = list(manager, &names, BEFORE);
    let mut lines = match manager {
        Manager::Apt => install_apt(&list, &names),
        Manager::Dnf => format!(
            "set -eu\n{list}\nif command -v dnf >/dev/null 2>&1; then dnf -y upgrade {names}; else yum -y update {names}; fi"
        ),
        // 102 and 103 say that a reboot or another round is needed: both have updated.
        Manager::Zypper => format!(
            "set -u\n{list}\nzypper --non-interactive update --no-recommends {names}\nstatus=$?\ncase $status in 0|102|103) ;; *) \
             exit $status ;; esac"
        ),
        Manager::Windows => return Ok(windows_install(&names, reboot)),
    };
    if reboot == Reboot::IfNeeded {
        lines.push('\n');
        lines.push_str(REBOOT);
    }
    Ok(shell(&lines))
}

/// The agent reboots the host and runs the script once more after it: then nothing is left to do.
const REBOOT: &str = "\
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ] || [ -e /run/reboot-needed ]; then exit 194; fi
if command -v needs-restarting >/dev/null 2>&1; then needs-restarting -r >/dev/null 2>&1 || exit 194; fi
exit 0";

fn install_apt(list: &str, names: &str) -> String {
    format!(
        "set -eu\n{list}\nexport DEBIAN_FRONTEND=noninteractive\napt-get -q update\napt-get -q -y --no-install-recommends -o \
         Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install --only-upgrade {names}"
    )
}

/// Asks the package manager's own list which versions are installed.
///
/// # Errors
/// Where a name has not the form of one.
pub fn query(manager: Manager, fixes: &[Fix]) -> Result<Command, Unsafe> {
    let names = names(manager, fixes)?;
    Ok(match manager {
        Manager::Windows => powershell(&format!(
            "foreach ($id in {}) {{ if (Get-HotFix -Id $id -ErrorAction SilentlyContinue) {{ \"$id $id installed\" }} }}",
            names.replace(' ', ",")
        )),
        manager => shell(&list(manager, &names, "")),
    })
}

/// What stands before each line of the list that an install prints first.
const BEFORE: &str = "before ";

/// The command that prints a line for each version that is installed. That one is not installed is no fault of it.
fn list(manager: Manager, names: &str, word: &str) -> String {
    if manager == Manager::Apt {
        return format!("dpkg-query -W -f='{word}${{Package}} ${{Version}} ${{db:Status-Status}}\\n' {names} || true");
    }
    format!(
        "rpm -q --qf '{word}%{{NAME}} %|EPOCH?{{%{{EPOCH}}:}}:{{}}|%{{VERSION}}-%{{RELEASE}} installed\\n' {names} || true"
    )
}

/// The versions that an install has found before it began, by its output.
#[must_use]
pub fn before(output: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = output.lines().filter_map(|line| line.strip_prefix(BEFORE)).collect();
    installed(&lines.join("\n"))
}

/// What was installed before, by the host's word, takes the place of what the findings said. A version that closes the
/// hole is none from before: the agent runs a script once more after a reboot.
pub fn take_before(manager: Manager, fixes: &mut [Fix], output: &str) {
    let there = before(output);
    for fix in fixes {
        let versions = there.iter().filter(|(name, _)| *name == fix.package).map(|(_, version)| version);
        let newest = versions.max_by(|a, b| version::compare(manager, a, b));
        if let Some(version) = newest.filter(|version| !version::is_fixed(manager, version, &fix.fixed)) {
            fix.installed.clone_from(version);
        }
    }
}

/// What [`query`] has printed: names and versions of what is installed, other lines left out.
#[must_use]
pub fn installed(output: &str) -> Vec<(String, String)> {
    let read = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version, state) = (words.next()?, words.next()?, words.next()?);
        (state == "installed" && words.next().is_none()).then(|| (name.to_owned(), version.to_owned()))
    };
    output.lines().filter_map(read).collect()
}

/// Those fixes that are not in, as the host's own list says. A package that is not installed is no hole any more.
///
/// Several versions may be installed at once, as of a kernel: the newest counts.
#[must_use]
pub fn still_open(manager: Manager, fixes: &[Fix], output: &str) -> Vec<String> {
    let there = installed(output);
    let open = fixes.iter().filter_map(|fix| {
        let versions = there.iter().filter(|(name, _)| *name == fix.package).map(|(_, version)| version);
        let newest = versions.max_by(|a, b| version::compare(manager, a, b));
        match (manager, newest) {
            (Manager::Windows, Some(_)) => None,
            (Manager::Windows, None) => Some(format!("{} is not installed", fix.package)),
            (_, Some(version)) if !version::is_fixed(manager, version, &fix.fixed) => {
                Some(format!("{} is {version}, fixed in {}", fix.package, fix.fixed))
            }
            _ => None,
        }
    });
    open.collect()
}

/// Brings the versions back that the findings said were installed.
///
/// # Errors
/// Where a name or a version has not the form of one, or is not known.
pub fn roll_back(manager: Manager, fixes: &[Fix]) -> Result<Command, Unsafe> {
    let pairs = |between: &str| -> Result<String, Unsafe> {
        let all: Result<Vec<_>, _> = fixes
            .iter()
            .map(|fix| Ok(format!("'{}{between}{}'", name(manager, &fix.package)?, version_of(&fix.installed)?)))
            .collect();
        Ok(all?.join(" "))
    };
    Ok(match manager {
        Manager::Apt => shell(&format!(
            "set -eu\nexport DEBIAN_FRONTEND=noninteractive\napt-get -q -y --allow-downgrades --no-install-recommends install {}",
            pairs("=")?
        )),
        Manager::Dnf => {
            let pairs = pairs("-")?;
            shell(&format!(
                "set -eu\nif command -v dnf >/dev/null 2>&1; then dnf -y downgrade {pairs}; else yum -y downgrade {pairs}; fi"
            ))
        }
        Manager::Zypper => shell(&format!("set -eu\nzypper --non-interactive install --oldpackage {}", pairs("=")?)),
        Manager::Windows => {
            let all: Result<Vec<_>, _> = fixes.iter().map(|fix| name(manager, &fix.package)).collect();
            let lines: Vec<_> = all?
                .iter()
                .map(|kb| {
                    format!("wusa.exe /uninstall /kb:{} /quiet /norestart | Out-Null", kb.trim_start_matches("KB"))
                })
                .collect();
            powershell(&lines.join("\n"))
        }
    })
}

fn windows_install(names: &str, reboot: Reboot) -> Command {
    let restart = if reboot == Reboot::IfNeeded { "if ($result.RebootRequired) { exit 3010 }\n" } else { "" };
    powershell(&format!(
        "$ErrorActionPreference = 'Stop'\n\
         $wanted = {}\n\
         $session = New-Object -ComObject Microsoft.Update.Session\n\
         $found = $session.CreateUpdateSearcher().Search('IsInstalled=0 and IsHidden=0').Updates\n\
         $chosen = New-Object -ComObject Microsoft.Update.UpdateColl\n\
         foreach ($update in $found) {{ foreach ($kb in $update.KBArticleIDs) {{ if ($wanted -contains \"KB$kb\") {{ [void]$chosen.Add($update) }} }} }}\n\
         if ($chosen.Count -eq 0) {{ exit 0 }}\n\
         $downloader = $session.CreateUpdateDownloader()\n\
         $downloader.Updates = $chosen\n\
         [void]$downloader.Download()\n\
         $installer = $session.CreateUpdateInstaller()\n\
         $installer.Updates = $chosen\n\
         $result = $installer.Install()\n\
         {restart}if ($result.ResultCode -ne 2) {{ exit 1 }}",
        names.replace(' ', ",")
    ))
}

fn shell(script: &str) -> Command {
    let lines: Vec<_> = script.lines().collect();
    Command { document: "AWS-RunShellScript", parameters: json!({ "commands": lines }) }
}

fn powershell(script: &str) -> Command {
    let lines: Vec<_> = script.lines().collect();
    Command { document: "AWS-RunPowerShellScript", parameters: json!({ "commands": lines }) }
}

impl Command {
    /// The script, where it is one.
    #[must_use]
    pub fn script(&self) -> Option<String> {
        let lines = self.parameters.get("commands")?.as_array()?;
        Some(lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(package: &str, installed: &str, fixed: &str) -> Fix {
        Fix { package: package.to_owned(), installed: installed.to_owned(), fixed: fixed.to_owned(), distributor: None }
    }

    const ALL: [Manager; 3] = [Manager::Apt, Manager::Dnf, Manager::Zypper];

    #[test]
    fn what_an_attacker_names_reaches_no_shell() {
        for evil in ["", "a b", "a;reboot", "$(id)", "`id`", "'", "-oProxy=x", "a\nb", "a/../b", "ä", "a&b", "a|b"] {
            for manager in ALL {
                let fixes = [fix("openssl", "1-1", "2-1"), fix(evil, "1-1", "2-1")];
                assert!(install(manager, &fixes, Reboot::Never).is_err(), "{evil}");
                assert!(query(manager, &fixes).is_err() && roll_back(manager, &fixes).is_err(), "{evil}");
                assert!(roll_back(manager, &[fix("openssl", evil, "2-1")]).is_err(), "{evil}");
            }
            assert!(install(Manager::Windows, &[fix(evil, "", "")], Reboot::Never).is_err(), "{evil}");
        }
        let error = install(Manager::Apt, &[fix("a;\u{1b}b", "", "")], Reboot::Never).unwrap_err().to_string();
        assert!(error.starts_with("`a;\\u{1b}b` is no package's name"), "{error}");
    }

    #[test]
    fn only_what_is_named_is_updated() {
        let fixes = [fix("libssl3", "3.0.9-1", "3.0.11-1~deb12u2"), fix("g++-12", "12-1", "13-1")];
        for manager in ALL {
            let script = install(manager, &fixes, Reboot::Never).unwrap().script().unwrap();
            assert!(script.contains("'libssl3' 'g++-12'") && !script.contains("194"), "{script}");
            assert!(install(manager, &fixes, Reboot::IfNeeded).unwrap().script().unwrap().contains("exit 194"));
        }
        let windows = install(Manager::Windows, &[fix("KB5034441", "", "")], Reboot::Never).unwrap().script().unwrap();
        assert!(windows.contains("$wanted = 'KB5034441'") && !windows.contains("3010"), "{windows}");
    }

    #[test]
    fn an_override_approves_what_is_named_and_nothing_else() {
        let fixes = [fix("libssl3", "", ""), fix("zlib1g", "", "")];
        let text = baseline_override(Manager::Apt, &fixes).unwrap();
        let all: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(
            all.iter().map(|one| one["OperatingSystem"].clone()).collect::<Vec<_>>(),
            ["DEBIAN", "RASPBIAN", "UBUNTU"]
        );
        assert!(all.iter().all(|one| one["ApprovedPatches"] == json!(["libssl3", "zlib1g"])), "{text}");
        assert!(baseline_override(Manager::Dnf, &[fix("*", "", "")]).is_err());
        let command = install_override("s3://b/p/run.json", Reboot::Never);
        assert_eq!(command.parameters["BaselineOverride"], json!(["s3://b/p/run.json"]));
        assert_eq!(command.parameters["RebootOption"], json!(["NoReboot"]));
    }

    #[test]
    fn distributor_installs_one_package_by_its_name() {
        let command = distribute("AmazonCloudWatchAgent").unwrap();
        assert_eq!(command.document, "AWS-ConfigureAWSPackage");
        assert_eq!(command.parameters["name"], json!(["AmazonCloudWatchAgent"]));
        assert!(distribute("arn:aws:ssm:eu-west-1:111122223333:document/agent").is_ok());
        for evil in ["", "ab", "a b c", "name;id", "{{x}}", "-name"] {
            assert!(distribute(evil).unwrap_err().to_string().contains("no package of Distributor"), "{evil}");
        }
    }

    #[test]
    fn what_was_there_before_is_the_hosts_word_and_never_what_closes_the_hole() {
        let mut fixes = [fix("libssl3", "3.0.8-1", "3.0.11-1")];
        take_before(Manager::Apt, &mut fixes, "before libssl3 3.0.9-1 installed\nlibssl3 3.0.10-1 installed\n");
        assert_eq!(fixes[0].installed, "3.0.9-1");
        // After a reboot the script runs once more.
        take_before(Manager::Apt, &mut fixes, "before libssl3 3.0.11-1 installed\n");
        take_before(Manager::Apt, &mut fixes, "before other 1-1 installed\nnoise");
        assert_eq!(fixes[0].installed, "3.0.9-1");
    }

    #[test]
    fn the_hosts_own_list_is_believed_and_nothing_else() {
        let fixes = [fix("libssl3", "3.0.9-1", "3.0.11-1~deb12u2")];
        let open = |output: &str| still_open(Manager::Apt, &fixes, output);
        assert_eq!(open("libssl3 3.0.9-1 installed\n"), ["libssl3 is 3.0.9-1, fixed in 3.0.11-1~deb12u2"]);
        assert!(open("noise\nlibssl3 3.0.11-1~deb12u2 installed\n").is_empty());
        // Removed packages keep an entry; they are no hole.
        assert!(open("libssl3 3.0.9-1 config-files\n").is_empty() && open("").is_empty());
        let kernels = "kernel 5.10-1 installed\nkernel 6.1-9 installed\n";
        assert!(still_open(Manager::Dnf, &[fix("kernel", "5.10-1", "6.1-9")], kernels).is_empty());
        assert_eq!(still_open(Manager::Windows, &[fix("KB5034441", "", "")], ""), ["KB5034441 is not installed"]);
    }

    #[test]
    fn the_way_back_names_the_versions_from_before() {
        let fixes = [fix("libssl3", "3.0.9-1", "3.0.11-1")];
        for (manager, said) in [
            (Manager::Apt, "'libssl3=3.0.9-1'"),
            (Manager::Dnf, "'libssl3-3.0.9-1'"),
            (Manager::Zypper, "'libssl3=3.0.9-1'"),
        ] {
            assert!(roll_back(manager, &fixes).unwrap().script().unwrap().contains(said));
        }
    }
}
