#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| duewatch_fuzz::run("changes", bytes));
