//! `palette-knife schema`

use super::{
    args::SchemaArgs,
    output::{self, Outcome},
};
use crate::{schema::Schema, suggest};

/// Prints a schema, or the list of them.
///
/// # Errors
///
/// A message when there is no such schema, or it cannot be printed.
pub fn run(args: &SchemaArgs) -> Result<Outcome, String> {
    let text = match &args.name {
        Some(name) => named(name)?.text().to_owned(),
        None => list(),
    };
    output::print(&text)?;
    Ok(Outcome::Clean)
}

fn list() -> String {
    let names = Schema::ALL.iter().map(|schema| schema.name().len());
    let width = names.max().unwrap_or(0);
    Schema::ALL
        .iter()
        .map(|schema| format!("{:width$}  {}\n", schema.name(), schema.summary()))
        .collect()
}

fn named(name: &str) -> Result<Schema, String> {
    let names: Vec<&str> = Schema::ALL.iter().map(|schema| schema.name()).collect();
    let found = Schema::ALL.into_iter().find(|schema| schema.name() == name);
    found.ok_or_else(|| {
        let list = suggest::list(&names);
        match suggest::ranked(name, names).first() {
            Some(near) => format!("no schema is called `{name}`; did you mean `{near}`?"),
            None => format!("no schema is called `{name}`; there are: {list}"),
        }
    })
}
