//! What a run cannot do without, by itself: reading, parsing, the schema, copying.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::{Parser, Subcommand};
use granit_parser::{Options, Parser as Yaml};
use rayon::prelude::*;
use serde_json::Value;

/// Does a part of what the program does to all files below a folder, and prints what it has counted.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Threads; 0 for as many as there are processors.
    #[arg(long, global = true, default_value_t = 0)]
    threads: usize,
}

#[derive(Subcommand)]
enum Command {
    /// Read the files.
    Read { folder: PathBuf },
    /// Read and parse the files, into values of `serde_json`.
    Json { folder: PathBuf },
    /// The same, validate them, and parse the YAML in them into events.
    Pipeline { schema: PathBuf, folder: PathBuf },
    /// Copy the files to a folder that is not there.
    Copy {
        folder: PathBuf,
        to: PathBuf,
        /// Wait until each is on the disk.
        #[arg(long)]
        sync: bool,
    },
}

fn main() {
    let arguments = Arguments::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads);
    pool.build_global().expect("threads");
    let (unit, count) = match arguments.command {
        Command::Read { folder } => ("bytes", over(&folder, |path| Ok(fs::read(path)?.len()))),
        Command::Json { folder } => (
            "files",
            over(&folder, |path| Ok(usize::from(!json(path)?.is_null()))),
        ),
        Command::Pipeline { schema, folder } => {
            let schema = json(&schema).expect("a schema");
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            let pipeline = |path: &Path| {
                let profile = json(path)?;
                assert!(
                    validator.is_valid(&profile),
                    "{} is not valid",
                    path.display()
                );
                Ok(events(&profile))
            };
            ("events", over(&folder, pipeline))
        }
        Command::Copy { folder, to, sync } => {
            let copy = |path: &Path| {
                let to = to.join(path.strip_prefix(&folder).expect("below the folder"));
                fs::create_dir_all(to.parent().expect("a folder"))?;
                let mut copy = fs::File::create(to)?;
                copy.write_all(&fs::read(path)?)?;
                if sync {
                    copy.sync_all()?;
                }
                Ok(1)
            };
            ("files", over(&folder, copy))
        }
    };
    println!("{count} {unit}");
}

/// What an action on every file comes to.
fn over(folder: &Path, action: impl Fn(&Path) -> io::Result<usize> + Sync) -> usize {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"));
    let files: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    let each =
        |path: &PathBuf| action(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    files.par_iter().map(each).sum()
}

fn json(path: &Path) -> io::Result<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// The number of YAML events in values and manifests; a text that is not YAML counts as far as it goes.
fn events(profile: &Value) -> usize {
    let packs = profile["spec"]["template"]["packs"]
        .as_array()
        .into_iter()
        .flatten();
    let texts = packs.flat_map(|pack| {
        let manifests = pack["manifests"].as_array().into_iter().flatten();
        [&pack["values"]]
            .into_iter()
            .chain(manifests.map(|manifest| &manifest["content"]))
    });
    let texts = texts.filter_map(Value::as_str);
    let mut options = Options::default();
    options.set_emit_comments(false);
    texts
        .map(|text| {
            Yaml::new_from_str_with_options(text, options.clone())
                .map_while(Result::ok)
                .count()
        })
        .sum()
}
