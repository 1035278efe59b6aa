//! The commands, run for real: in a Debian root file system that the test makes, from an old package to the fixed one
//! and back, as the package manager's own list shows. Where there is no Debian, or no namespace may be made, the test
//! says that it was skipped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

mod root;

use std::fs;
use std::process::Command;

use riposte_patch::Manager;
use riposte_patch::commands::{self, Fix};
use riposte_patch::settings::Reboot;
use root::{Root, can_run, done};

fn debian() -> Root {
    let folders = [
        "etc/apt/sources.list.d",
        "etc/apt/apt.conf.d",
        "etc/apt/preferences.d",
        "var/lib/dpkg/info",
        "var/lib/dpkg/updates",
        "var/lib/dpkg/triggers",
        "var/lib/apt/lists/partial",
        "var/cache/apt/archives/partial",
        "var/log/apt",
    ];
    let files = [
        ("var/lib/dpkg/status", ""),
        ("var/lib/dpkg/available", ""),
        ("etc/apt/sources.list", "deb [trusted=yes] file:/repo ./\n"),
        ("etc/apt/apt.conf", "APT::Sandbox::User \"root\";\n"),
    ];
    Root::new("debian", &folders, &files)
}

/// A package in the archive.
fn package(root: &Root, name: &str, version: &str) {
    let folder = root.0.join("tmp").join(format!("{name}-{version}"));
    fs::create_dir_all(folder.join("DEBIAN")).unwrap();
    fs::create_dir_all(folder.join("opt").join(name)).unwrap();
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: a test <test@example.com>\nDescription: a sample\n"
    );
    fs::write(folder.join("DEBIAN/control"), &control).unwrap();
    fs::write(folder.join("opt").join(name).join("version"), version).unwrap();
    let file = format!("{name}_{version}_all.deb");
    let path = root.0.join("repo").join(&file);
    done(Command::new("dpkg-deb").arg("-b").arg(&folder).arg(&path));
    fs::remove_dir_all(folder).unwrap();
    let digest = done(Command::new("sha256sum").arg(&path));
    let digest = digest.split_whitespace().next().unwrap();
    let size = fs::metadata(&path).unwrap().len();
    let index = root.0.join("repo/Packages");
    let before = fs::read_to_string(&index).unwrap_or_default();
    fs::write(index, format!("{before}{control}Filename: ./{file}\nSize: {size}\nSHA256: {digest}\n\n")).unwrap();
}

#[test]
fn an_old_package_becomes_the_fixed_one_and_goes_back_and_others_stay() {
    if !can_run(&[&["dpkg-deb", "--version"], &["apt-get", "--version"]]) {
        eprintln!("skipped: no dpkg-deb, apt-get and namespaces here");
        return;
    }
    let root = debian();
    for (name, version) in [("sample", "1.0-1"), ("sample", "1.0-2"), ("other", "1.0-1"), ("other", "2.0-1")] {
        package(&root, name, version);
    }
    root.run("dpkg -i /repo/sample_1.0-1_all.deb /repo/other_1.0-1_all.deb");
    let fix = |package: &str| Fix {
        package: package.to_owned(),
        installed: "1.0-1".to_owned(),
        fixed: "1.0-2".to_owned(),
        distributor: None,
    };
    let fixes = [fix("sample")];
    let query = commands::query(Manager::Apt, &fixes).unwrap().script().unwrap();
    let open = || commands::still_open(Manager::Apt, &fixes, &root.run(&query));
    assert_eq!(open(), ["sample is 1.0-1, fixed in 1.0-2"]);
    let said = root.run(&commands::install(Manager::Apt, &fixes, Reboot::IfNeeded).unwrap().script().unwrap());
    assert_eq!(commands::before(&said), [("sample".to_owned(), "1.0-1".to_owned())]);
    assert!(open().is_empty());
    assert_eq!(root.version("sample"), "1.0-2");
    // Only what was named.
    let others = commands::query(Manager::Apt, &[fix("other")]).unwrap().script().unwrap();
    assert_eq!(commands::installed(&root.run(&others)), [("other".to_owned(), "1.0-1".to_owned())]);
    // Again: nothing is left to do, and nothing is done.
    root.run(&commands::install(Manager::Apt, &fixes, Reboot::Never).unwrap().script().unwrap());
    // A package that is not there is no fault of the look at it.
    let missing = commands::query(Manager::Apt, &[fix("missing")]).unwrap().script().unwrap();
    assert!(commands::installed(&root.run(&missing)).is_empty());
    root.run(&commands::roll_back(Manager::Apt, &fixes).unwrap().script().unwrap());
    assert_eq!(open(), ["sample is 1.0-1, fixed in 1.0-2"]);
}
