//! Parses a file once, in a function that callgrind can find: `parse json FILE`, `parse yaml FILE`.
//!
//! `benches/instructions` runs it. As it is no test, it takes part in no `cargo test`.

use std::{env, error::Error, fs, hint::black_box};

use palette_knife::{
    source::Text,
    syntax::{json, yaml},
};

#[inline(never)]
fn measured_json(text: &Text) {
    black_box(json::parse(black_box(text)).is_ok());
}

#[inline(never)]
fn measured_yaml(text: &Text) {
    black_box(yaml::parse(black_box(text)).faults.len());
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).take(2).collect();
    let [what, file] = arguments.as_slice() else {
        // `cargo bench` runs it without any.
        return Ok(());
    };
    let text = Text::from(fs::read_to_string(file)?);
    match what.as_str() {
        "json" => measured_json(&text),
        "yaml" => measured_yaml(&text),
        _ => return Err(format!("no parser for `{what}`").into()),
    }
    Ok(())
}
