#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| palette_knife_fuzz::bodies::emitters(data));
