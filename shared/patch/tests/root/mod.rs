//! A root file system of a test's own: a package database, an archive and an `/etc` of its own; the programs are this
//! machine's, mounted into a namespace without rights outside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which clippy does not take for tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A root that is removed with everything in it.
pub(crate) struct Root(pub(crate) PathBuf);

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether every one of these commands succeeds here, and a namespace may be made.
pub(crate) fn can_run(commands: &[&[&str]]) -> bool {
    let works = |command: &&[&str]| {
        let Some((program, arguments)) = command.split_first() else { return true };
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    let namespace: &[&str] = &["unshare", "-Urm", "true"];
    commands.iter().chain([&namespace]).all(works)
}

/// What a command printed, which has succeeded.
pub(crate) fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let out = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{command:?}: {out}{}", String::from_utf8_lossy(&stderr));
    out
}

impl Root {
    /// A root of this name, with these folders and files beside the usual ones.
    pub(crate) fn new(name: &str, folders: &[&str], files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("riposte-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for folder in ["usr", "etc", "tmp", "run", "proc", "dev", "repo", "opt", "root"].iter().chain(folders) {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for link in ["bin", "sbin", "lib", "lib64"] {
            std::os::unix::fs::symlink(format!("usr/{link}"), root.join(link)).unwrap();
        }
        for (path, text) in
            [("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", "root:x:0:\n")].iter().chain(files)
        {
            fs::write(root.join(path), text).unwrap();
        }
        if Path::new("/etc/ld.so.cache").exists() {
            fs::copy("/etc/ld.so.cache", root.join("etc/ld.so.cache")).unwrap();
        }
        Self(root)
    }

    /// Runs a script as the agent does, inside.
    pub(crate) fn run(&self, script: &str) -> String {
        fs::write(self.0.join("tmp/script"), format!("export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n{script}\n")).unwrap();
        let root = self.0.display();
        let enter = format!(
            "mount --bind /usr {root}/usr && mount --rbind /dev {root}/dev && mount --rbind /proc {root}/proc && exec chroot {root} \
             /bin/sh /tmp/script"
        );
        done(Command::new("unshare").args(["-Urm", "sh", "-c", &enter]))
    }

    /// What a package of the tests has put in place.
    pub(crate) fn version(&self, name: &str) -> String {
        fs::read_to_string(self.0.join("opt").join(name).join("version")).unwrap()
    }
}
