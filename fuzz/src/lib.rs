//! What the fuzz targets do with their bytes. `tests/fuzz_seeds.rs` runs the same functions over all seeds, without a
//! fuzzer and on the stable toolchain.

pub mod bodies;
#[path = "../../tests/common/sound.rs"]
pub mod sound;
