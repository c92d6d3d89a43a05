//! `palette-knife rewrite`
use super::{args::RewriteArgs, output::Outcome};
pub fn run(_args: &RewriteArgs) -> Result<Outcome, String> {
    Err("soon".to_owned())
}
