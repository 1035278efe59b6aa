#![no_main]

#[path = "../records.rs"]
#[allow(dead_code)]
mod records;

libfuzzer_sys::fuzz_target!(|data: &[u8]| records::records(data));
