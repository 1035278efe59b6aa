//! The commands, run for real: in a root file system of RPM packages that the test builds, from an old package to the
//! fixed one and back, by `dnf` and by `zypper`, as RPM's own list shows. Where those are not installed, or no namespace
//! may be made, the test says that it was skipped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

mod root;

use std::fs;
use std::process::Command;

use riposte_patch::Manager;
use riposte_patch::commands::{self, Fix};
use riposte_patch::settings::Reboot;
use root::{Root, can_run, done};

const REPOSITORY: &str = "[test]\nname=test\nbaseurl=file:///repo\nenabled=1\ngpgcheck=0\nmetadata_expire=0\n";

/// A root in which RPM keeps its list where it does everywhere but on Debian.
fn rpm_based(name: &str) -> Root {
    let folders = [
        "etc/dnf",
        "etc/rpm",
        "etc/yum.repos.d",
        "etc/zypp/repos.d",
        "etc/zypp/services.d",
        "var/lib/rpm",
        "var/lib/dnf",
        "var/cache",
        "var/log",
        "build",
    ];
    let files = [
        ("etc/rpm/macros", "%_dbpath /var/lib/rpm\n"),
        ("etc/dnf/dnf.conf", "[main]\ngpgcheck=0\nreposdir=/etc/yum.repos.d\n"),
        ("etc/yum.repos.d/test.repo", REPOSITORY),
        ("etc/zypp/repos.d/test.repo", REPOSITORY),
    ];
    Root::new(name, &folders, &files)
}

/// A package in the archive.
fn package(root: &Root, name: &str, version: &str, release: &str) {
    let spec = format!(
        "Name: {name}\nVersion: {version}\nRelease: {release}\nSummary: a sample\nLicense: none\nBuildArch: noarch\n\
         %description\na sample\n%install\nmkdir -p %{{buildroot}}/opt/{name}\n\
         printf {version}-{release} > %{{buildroot}}/opt/{name}/version\n%files\n/opt/{name}/version\n"
    );
    let path = root.0.join("build").join(format!("{name}.spec"));
    fs::write(&path, spec).unwrap();
    let top = format!("_topdir {}", root.0.join("build").display());
    let out = format!("_rpmdir {}", root.0.join("repo").display());
    done(Command::new("rpmbuild").args(["-bb", "--quiet", "--define", &top, "--define", &out]).arg(&path));
}

fn goes_there_and_back(manager: Manager, name: &str) {
    let root = rpm_based(name);
    for (name, version, release) in
        [("sample", "1.0", "1"), ("sample", "1.0", "2"), ("other", "1.0", "1"), ("other", "2.0", "1")]
    {
        package(&root, name, version, release);
    }
    done(Command::new("createrepo_c").arg("--quiet").arg(root.0.join("repo")));
    root.run("rpm -i --nodeps /repo/noarch/sample-1.0-1.noarch.rpm /repo/noarch/other-1.0-1.noarch.rpm");
    let fix = |package: &str| Fix {
        package: package.to_owned(),
        installed: "1.0-1".to_owned(),
        fixed: "1.0-2".to_owned(),
        distributor: None,
    };
    let fixes = [fix("sample")];
    let query = commands::query(manager, &fixes).unwrap().script().unwrap();
    let open = || commands::still_open(manager, &fixes, &root.run(&query));
    assert_eq!(open(), ["sample is 1.0-1, fixed in 1.0-2"], "{name}");
    let said = root.run(&commands::install(manager, &fixes, Reboot::Never).unwrap().script().unwrap());
    assert_eq!(commands::before(&said), [("sample".to_owned(), "1.0-1".to_owned())], "{name}");
    assert!(open().is_empty(), "{name}");
    assert_eq!(root.version("sample"), "1.0-2", "{name}");
    // Only what was named.
    let others = commands::query(manager, &[fix("other")]).unwrap().script().unwrap();
    assert_eq!(commands::installed(&root.run(&others)), [("other".to_owned(), "1.0-1".to_owned())], "{name}");
    // Again: nothing is left to do, and nothing is done.
    root.run(&commands::install(manager, &fixes, Reboot::Never).unwrap().script().unwrap());
    // A package that is not there is no fault of the look at it.
    let missing = commands::query(manager, &[fix("missing")]).unwrap().script().unwrap();
    assert!(commands::installed(&root.run(&missing)).is_empty(), "{name}");
    root.run(&commands::roll_back(manager, &fixes).unwrap().script().unwrap());
    assert_eq!(open(), ["sample is 1.0-1, fixed in 1.0-2"], "{name}");
}

fn can_build(manager: &str) -> bool {
    let can = can_run(&[
        &["rpm", "--version"],
        &["rpmbuild", "--version"],
        &["createrepo_c", "--version"],
        &[manager, "--version"],
    ]);
    if !can {
        eprintln!("skipped: no rpm, rpmbuild, createrepo_c, {manager} and namespaces here");
    }
    can
}

#[test]
fn by_dnf_an_old_package_becomes_the_fixed_one_and_goes_back() {
    if can_build("dnf") {
        goes_there_and_back(Manager::Dnf, "dnf");
    }
}

#[test]
fn by_zypper_an_old_package_becomes_the_fixed_one_and_goes_back() {
    if can_build("zypper") {
        goes_there_and_back(Manager::Zypper, "zypper");
    }
}
