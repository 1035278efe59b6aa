//! The commands, run for real: in a Debian root file system that the test makes, from an old package to the fixed one
//! and back, as the package manager's own list shows.
//!
//! The root has a package database, an archive and an `/etc` of its own; the programs are this machine's, mounted
//! read-only in effect by a namespace without rights outside. Where there is no Debian, or no such namespace may be
//! made, the test says that it was skipped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use riposte_patch::Manager;
use riposte_patch::commands::{self, Fix};
use riposte_patch::settings::Reboot;

/// A root that is removed with everything in it.
struct Root(PathBuf);

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn can_run() -> bool {
    let works = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    works("dpkg-deb", &["--version"]) && works("apt-get", &["--version"]) && works("unshare", &["-Urm", "true"])
}

fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

impl Root {
    fn new() -> Self {
        let root = std::env::temp_dir().join(format!("riposte-debian-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let folders = [
            "usr",
            "etc/apt/sources.list.d",
            "etc/apt/apt.conf.d",
            "etc/apt/preferences.d",
            "var/lib/dpkg/info",
            "var/lib/dpkg/updates",
            "var/lib/dpkg/triggers",
            "var/lib/apt/lists/partial",
            "var/cache/apt/archives/partial",
            "var/log/apt",
            "tmp",
            "run",
            "proc",
            "dev",
            "repo",
            "opt",
        ];
        for folder in folders {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for link in ["bin", "sbin", "lib", "lib64"] {
            std::os::unix::fs::symlink(format!("usr/{link}"), root.join(link)).unwrap();
        }
        for (path, text) in [
            ("var/lib/dpkg/status", ""),
            ("var/lib/dpkg/available", ""),
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
            ("etc/group", "root:x:0:\n"),
            ("etc/apt/sources.list", "deb [trusted=yes] file:/repo ./\n"),
            ("etc/apt/apt.conf", "APT::Sandbox::User \"root\";\n"),
        ] {
            fs::write(root.join(path), text).unwrap();
        }
        if Path::new("/etc/ld.so.cache").exists() {
            fs::copy("/etc/ld.so.cache", root.join("etc/ld.so.cache")).unwrap();
        }
        Self(root)
    }

    /// A package in the archive.
    fn package(&self, name: &str, version: &str) {
        let folder = self.0.join("tmp").join(format!("{name}-{version}"));
        fs::create_dir_all(folder.join("DEBIAN")).unwrap();
        fs::create_dir_all(folder.join("opt").join(name)).unwrap();
        let control = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: a test <test@example.com>\nDescription: a sample\n"
        );
        fs::write(folder.join("DEBIAN/control"), &control).unwrap();
        fs::write(folder.join("opt").join(name).join("version"), version).unwrap();
        let file = format!("{name}_{version}_all.deb");
        let path = self.0.join("repo").join(&file);
        done(Command::new("dpkg-deb").arg("-b").arg(&folder).arg(&path));
        fs::remove_dir_all(folder).unwrap();
        let digest = done(Command::new("sha256sum").arg(&path));
        let digest = digest.split_whitespace().next().unwrap();
        let size = fs::metadata(&path).unwrap().len();
        let index = self.0.join("repo/Packages");
        let before = fs::read_to_string(&index).unwrap_or_default();
        fs::write(index, format!("{before}{control}Filename: ./{file}\nSize: {size}\nSHA256: {digest}\n\n")).unwrap();
    }

    /// Runs a script as the agent does, inside.
    fn run(&self, script: &str) -> String {
        fs::write(self.0.join("tmp/script"), format!("export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n{script}\n")).unwrap();
        let root = self.0.display();
        let enter = format!(
            "mount --bind /usr {root}/usr && mount --rbind /dev {root}/dev && mount --rbind /proc {root}/proc && exec chroot {root} \
             /bin/sh /tmp/script"
        );
        done(Command::new("unshare").args(["-Urm", "sh", "-c", &enter]))
    }
}

#[test]
fn an_old_package_becomes_the_fixed_one_and_goes_back_and_others_stay() {
    if !can_run() {
        eprintln!("skipped: no dpkg-deb, apt-get and namespaces here");
        return;
    }
    let root = Root::new();
    for (name, version) in [("sample", "1.0-1"), ("sample", "1.0-2"), ("other", "1.0-1"), ("other", "2.0-1")] {
        root.package(name, version);
    }
    root.run("dpkg -i /repo/sample_1.0-1_all.deb /repo/other_1.0-1_all.deb");
    let fix =
        |package: &str| Fix { package: package.to_owned(), installed: "1.0-1".to_owned(), fixed: "1.0-2".to_owned() };
    let fixes = [fix("sample")];
    let query = commands::query(Manager::Apt, &fixes).unwrap().script().unwrap();
    let open = || commands::still_open(Manager::Apt, &fixes, &root.run(&query));
    assert_eq!(open(), ["sample is 1.0-1, fixed in 1.0-2"]);
    root.run(&commands::install(Manager::Apt, &fixes, Reboot::IfNeeded).unwrap().script().unwrap());
    assert!(open().is_empty());
    assert_eq!(fs::read_to_string(root.0.join("opt/sample/version")).unwrap(), "1.0-2");
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
