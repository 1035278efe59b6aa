//! The detectors' pages are compiled in; a new one must not wait for a change of the code.

fn main() {
    println!("cargo::rerun-if-changed=../docs/detectors");
}
