//! Edits of random YAML: what was wanted changes, and not one byte more.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test yaml_edit_properties` runs more of them.

#[path = "../common/mod.rs"]
mod common;

mod documents;
mod layers;
mod scalars;

use granit_parser::{Event, Parser};
use palette_knife::{source::Text, syntax::yaml};

/// What granit reads, without places; `None` where it reads a fault.
fn events(text: &str) -> Option<Vec<String>> {
    let mut options = granit_parser::options! {};
    options.set_emit_comments(false);
    Parser::new_from_str_with_options(text, options)
        .map(|event| {
            Some(match event.ok()?.0 {
                Event::Scalar(text, _, anchor, tag) => format!("{text:?} {anchor} {tag:?}"),
                event => format!("{event:?}"),
            })
        })
        .collect()
}

fn parse(text: &str) -> yaml::Stream {
    yaml::parse_plain(&Text::from(text))
}
