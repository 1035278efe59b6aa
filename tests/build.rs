//! Whether a corpus is named, so that the tests over it are ignored aloud where none is, and not passed in silence.

#![allow(clippy::disallowed_methods, reason = "no setting of the product: whether there is test data")]

fn main() {
    println!("cargo::rustc-check-cfg=cfg(corpus)");
    println!("cargo::rerun-if-env-changed=RIPOSTE_CORPUS");
    if std::env::var_os("RIPOSTE_CORPUS").is_some_and(|folder| !folder.is_empty()) {
        println!("cargo::rustc-cfg=corpus");
    }
}
