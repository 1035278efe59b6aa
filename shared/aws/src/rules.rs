//! A user's Sigma rules, read from a folder.

use std::fs;
use std::path::{Path, PathBuf};

use riposte_core::detect::Detector;
use riposte_core::detect::sigma::{self, RuleError, RuleFile};

/// How deep folders may lie in folders.
const DEEPEST: usize = 16;

/// Reads every `.yml` and `.yaml` file of a folder and of the folders in it, or one file of any name.
///
/// `taken` are the ids of the detectors that run beside them.
///
/// # Errors
/// Names the file, the line and the reason for each file that cannot be read and each broken rule.
pub fn load(path: &Path, taken: &[&str]) -> Result<Vec<&'static dyn Detector>, Vec<RuleError>> {
    let mut paths = Vec::new();
    let mut errors = Vec::new();
    find(path, DEEPEST, &mut paths, &mut errors);
    paths.sort();
    let mut files = Vec::new();
    for file in paths {
        match fs::read_to_string(&file) {
            Ok(text) => files.push(RuleFile { file, text }),
            Err(reason) => errors.push(unreadable(&file, reason.to_string())),
        }
    }
    match sigma::load(&files, taken) {
        Ok(rules) if errors.is_empty() => Ok(rules),
        Ok(_) => Err(errors),
        Err(broken) => Err(errors.into_iter().chain(broken).collect()),
    }
}

fn unreadable(path: &Path, reason: String) -> RuleError {
    RuleError { file: path.to_owned(), line: 0, reason }
}

fn find(path: &Path, deeper: usize, files: &mut Vec<PathBuf>, errors: &mut Vec<RuleError>) {
    if !path.is_dir() {
        return files.push(path.to_owned());
    }
    let entries = match fs::read_dir(path) {
        Ok(_) if deeper == 0 => return errors.push(unreadable(path, "folders lie too deep in folders".to_owned())),
        Ok(entries) => entries,
        Err(reason) => return errors.push(unreadable(path, reason.to_string())),
    };
    for entry in entries {
        match entry {
            Ok(entry) if entry.path().is_dir() || is_rule(&entry.path()) => {
                find(&entry.path(), deeper - 1, files, errors);
            }
            Ok(_) => {}
            Err(reason) => errors.push(unreadable(path, reason.to_string())),
        }
    }
}

fn is_rule(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str =
        "title: T\nlogsource:\n    product: aws\ndetection:\n    s:\n        eventName: A\n    condition: s\n";

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("riposte-rules-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("deeper")).unwrap();
        folder
    }

    #[test]
    fn rules_are_found_in_folders_of_folders_and_other_files_are_left_alone() {
        let folder = folder("found");
        fs::write(folder.join("b.yml"), RULE).unwrap();
        fs::write(folder.join("deeper/a.yaml"), RULE).unwrap();
        fs::write(folder.join("README.md"), "no rule").unwrap();
        let ids: Vec<_> = load(&folder, &[]).unwrap().iter().map(|rule| rule.meta().id).collect();
        assert_eq!(ids, ["b", "a"]);
        assert_eq!(load(&folder.join("b.yml"), &[]).unwrap().len(), 1);
    }

    #[test]
    fn what_cannot_be_read_and_what_is_broken_are_both_named() {
        let folder = folder("broken");
        fs::write(folder.join("latin.yml"), [0xE9, 0x0A]).unwrap();
        fs::write(folder.join("deeper/broken.yml"), "title: [").unwrap();
        let errors: Vec<_> = load(&folder, &[]).map(|rules| rules.len()).unwrap_err();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].file.ends_with("latin.yml") && errors[1].file.ends_with("broken.yml"), "{errors:?}");
        let missing = load(&folder.join("nowhere"), &[]).map(|rules| rules.len()).unwrap_err();
        assert!(missing[0].file.ends_with("nowhere"), "{missing:?}");
    }
}
