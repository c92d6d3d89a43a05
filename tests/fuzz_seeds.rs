//! What the fuzz targets start from, made of fixtures and of the cases of the rules, run through the same functions
//! without a fuzzer; and every input that has ever broken one.
//!
//! `PROPTEST_CASES=5000 cargo test --release --test fuzz_seeds` damages more of them, and
//! `WRITE_SEEDS=fuzz/corpus cargo test --test fuzz_seeds` writes the seeds for the fuzzer, a folder a target.

#[path = "../fuzz/src/bodies/mod.rs"]
mod bodies;
mod common;

use std::{collections::BTreeSet, env, fs, path::Path};

use bodies::{CHOICES, HEADER, TARGETS};
use common::{
    rule_cases::{entries, file_name, root},
    sound,
};
use palette_knife::{profile::ProfileFile, source::Source, syntax::Format};
use proptest::{arbitrary::any, sample::Index, test_runner::TestRunner};
use rayon::prelude::*;

/// The input files of fixtures and cases: their bytes, each once.
fn profiles() -> BTreeSet<Vec<u8>> {
    let mut folders = vec![
        root().join("fixtures/profiles"),
        root().join("fixtures/broken"),
    ];
    folders.extend(cases());
    let files = folders.iter().flat_map(|folder| entries(folder));
    let files = files.filter(|path| path.is_file() && Format::of_name(path).is_some());
    files.map(|path| fs::read(path).expect("a file")).collect()
}

/// The folders of the cases.
fn cases() -> Vec<std::path::PathBuf> {
    let rules = entries(&root().join("tests/rules"));
    rules.iter().flat_map(|rule| entries(rule)).collect()
}

/// The texts in the strings of profiles.
fn embedded(profiles: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let mut texts = BTreeSet::new();
    for bytes in profiles {
        let file = ProfileFile::parse(Source::from_bytes("profile.yaml", bytes.clone()));
        for (document, _) in file.documents() {
            let embedded = document.embedded();
            texts.extend(embedded.map(|embedded| embedded.text().as_bytes().to_vec()));
        }
    }
    texts
}

/// A folder as one text, with a header before each file.
fn packed(folder: &Path) -> Vec<u8> {
    fn pack(folder: &Path, prefix: &str, out: &mut Vec<u8>) {
        for path in entries(folder) {
            let name = format!("{prefix}{}", file_name(&path));
            if path.is_dir() {
                pack(&path, &format!("{name}/"), out);
            } else {
                out.extend(format!("{HEADER}{name}\n").bytes());
                out.extend(fs::read(&path).expect("a file"));
                if !out.ends_with(b"\n") {
                    out.push(b'\n');
                }
            }
        }
    }
    let mut out = Vec::new();
    pack(folder, "", &mut out);
    out
}

fn destinations() -> BTreeSet<Vec<u8>> {
    let mut folders = entries(&root().join("fixtures/destinations"));
    folders.extend(cases().into_iter().map(|case| case.join("destination")));
    folders.retain(|folder| folder.is_dir());
    let mut seeds: BTreeSet<Vec<u8>> = folders.iter().map(|folder| packed(folder)).collect();
    for answer in entries(&root().join("fixtures/answers")) {
        let header = format!("{HEADER}answers/{}\n", file_name(&answer));
        let answer = fs::read(answer).expect("an answer");
        seeds.insert([header.as_bytes(), &answer].concat());
    }
    seeds
}

/// Texts with choices before them, that go through all of what is done with them.
fn with_choices(texts: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let seeds = texts.iter().enumerate().flat_map(|(number, text)| {
        (0..4).map(move |what| {
            let mut choices = [0; CHOICES];
            for (at, choice) in choices.iter_mut().enumerate() {
                *choice = u8::try_from((number * 31 + at * 7) % 256).expect("a byte");
            }
            choices[0] = what;
            [&choices[..], text].concat()
        })
    });
    seeds.collect()
}

fn seeds(target: &str) -> BTreeSet<Vec<u8>> {
    let profiles = profiles();
    match target {
        "destination" => destinations(),
        "layers" => {
            let mut texts = embedded(&profiles);
            texts.extend(profiles);
            with_choices(&texts)
        }
        "references" => embedded(&profiles),
        "yaml_tree" => {
            let mut texts = embedded(&profiles);
            texts.extend(profiles);
            texts
        }
        _ => profiles,
    }
}

fn regressions(target: &str) -> BTreeSet<Vec<u8>> {
    let folder = root().join("fuzz/regressions").join(target);
    if !folder.is_dir() {
        return BTreeSet::new();
    }
    let files = entries(&folder).into_iter();
    files.map(|path| fs::read(path).expect("a file")).collect()
}

/// Runs a target over its seeds and regressions, and over a few of them that are damaged.
fn run(target: &str) {
    let (_, body) = TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .expect("a target");
    let seeds = seeds(target);
    assert!(seeds.len() > 100, "{} seeds", seeds.len());
    if let Some(folder) = env::var_os("WRITE_SEEDS") {
        let folder = root().join(folder).join(target);
        fs::create_dir_all(&folder).expect("a folder");
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed).expect("written");
        }
        // The fuzzer runs them first.
        return;
    }
    let all: Vec<Vec<u8>> = seeds.into_iter().chain(regressions(target)).collect();
    all.par_iter().for_each(|bytes| body(bytes));
    let damaged = (any::<Index>(), common::mutations());
    let mut runner = TestRunner::new(common::cases(24));
    let result = runner.run(&damaged, |(seed, mutations)| {
        body(&common::mutated(seed.get::<Vec<u8>>(&all), &mutations));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_a_program_and_seeds() {
            let tested = [$(stringify!($name)),*];
            assert_eq!(tested, TARGETS.map(|(name, _)| name));
            let programs: Vec<String> = entries(&root().join("fuzz/fuzz_targets"))
                .iter()
                .map(|path| file_name(path).replace(".rs", ""))
                .collect();
            assert_eq!(programs, tested);
            let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
            for name in tested {
                assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
            }
            let folders = entries(&root().join("fuzz/regressions"));
            for folder in folders.iter().filter(|path| path.is_dir()) {
                assert!(tested.contains(&&*file_name(folder)), "{}", folder.display());
            }
        }
    };
}

targets!(check destination emitters json layers references rewrite yaml_tree);
