//! Writes estates of profiles and destinations to measure with.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand};
use palette_knife_bench::{
    catalogue::Catalogue,
    destination::{Destinations, folder},
    profile::{Mix, Profiles},
    sizes::Extreme,
};

/// Writes invented profiles and destinations; the same arguments give the same bytes.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write OUT/profiles, and OUT/destination or OUT/destinations.
    Estate {
        /// A folder that is not there yet.
        out: PathBuf,
        /// Profiles.
        #[arg(long, default_value_t = 1000)]
        profiles: usize,
        /// Destinations.
        #[arg(long, default_value_t = 1)]
        destinations: usize,
        /// Let saved answers hold the values of packs.
        #[arg(long)]
        answers_with_values: bool,
        #[command(flatten)]
        mix: MixArguments,
    },
    /// Write one profile of about this size.
    OneFile {
        /// The file.
        out: PathBuf,
        /// Its size in bytes, up to 5 % more.
        #[arg(long, default_value_t = 80_000)]
        size: usize,
        #[command(flatten)]
        mix: MixArguments,
    },
    /// Write one profile of extreme size.
    Extreme {
        /// What is large.
        what: Extreme,
        /// The file.
        out: PathBuf,
        /// Bytes or things, instead of the usual size.
        #[arg(long)]
        size: Option<usize>,
        /// A quarter of the usual size.
        #[arg(long, conflicts_with = "size")]
        quarter: bool,
        /// Seed of everything.
        #[arg(long, default_value_t = 8)]
        seed: u64,
    },
}

#[derive(Args)]
struct MixArguments {
    /// Seed of everything.
    #[arg(long, default_value_t = 8)]
    seed: u64,
    /// Versions of packs at a destination, in all registries together.
    #[arg(long, default_value_t = 4000)]
    pack_versions: usize,
    /// Share of packs with values of their own.
    #[arg(long, default_value_t = 0.2)]
    customised: f64,
    /// Every value has a text of its own: `--customised 1`.
    #[arg(long)]
    distinct: bool,
    /// Share of profiles on one line.
    #[arg(long, default_value_t = 0.3)]
    minified: f64,
    /// Share of profiles with one defect: a masked value, an unused variable, or a stand-in text.
    #[arg(long, default_value_t = 0.01)]
    defects: f64,
}

impl MixArguments {
    fn mix(&self) -> Mix {
        Mix {
            customised: if self.distinct { 1.0 } else { self.customised },
            minified: self.minified,
            defects: self.defects,
        }
    }
}

fn main() -> io::Result<()> {
    match Arguments::parse().command {
        Command::Estate {
            out,
            profiles,
            destinations,
            answers_with_values,
            mix,
        } => {
            let catalogue = Catalogue::new(mix.seed, mix.pack_versions);
            write_profiles(
                &out.join("profiles"),
                &Profiles::new(&catalogue, mix.mix()),
                profiles,
            )?;
            let writer = Destinations {
                catalogue: &catalogue,
                with_values: answers_with_values,
            };
            (0..destinations)
                .try_for_each(|number| writer.write(&folder(&out, number, destinations), number))
        }
        Command::OneFile { out, size, mix } => {
            let catalogue = Catalogue::new(mix.seed, mix.pack_versions);
            fs::write(out, Profiles::new(&catalogue, mix.mix()).of_size(size).text)
        }
        Command::Extreme {
            what,
            out,
            size,
            quarter,
            seed,
        } => {
            let usual = if quarter {
                what.usual() / 4
            } else {
                what.usual()
            };
            let mut out = BufWriter::new(File::create(out)?);
            what.write(&mut out, seed, size.unwrap_or(usual))?;
            out.flush()
        }
    }
}

fn write_profiles(folder: &Path, profiles: &Profiles<'_>, count: usize) -> io::Result<()> {
    let mut made = HashSet::new();
    for number in 0..count {
        let file = profiles.profile(number);
        let path = folder.join(file.path);
        let parent = path.parent().expect("a folder").to_owned();
        if made.insert(parent.clone()) {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, file.text)?;
    }
    Ok(())
}
