//! What is measured, and with what it is compared.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Part,
    group::{Group, Measure, Target},
    process::Invocation,
};

const CHECK: &str = "`check --to`";
const ANEW: &str = "`check --to`, no index of the destination";
const VALIDATOR: &str = "jsonschema-cli, schema alone";
const PYTHON: &str = "check-jsonschema, schema alone";

/// For four times as much: with room for caches that are too small, and for sorting. Quadratic is 16.
const LINEAR: Target = Target::AtMost(5.0);

/// Where everything is.
pub struct Bench {
    /// `palette-knife`.
    pub program: PathBuf,
    /// The folder that has `release/` and the estates.
    pub folder: PathBuf,
    /// Other validators.
    pub peers: PathBuf,
    /// Rounds of a group.
    pub rounds: usize,
}

impl Bench {
    /// Prints the machine and the versions.
    pub fn head(&self) {
        println!("# Measured on this machine\n");
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        println!(
            "- {}, {threads} threads, {} rounds",
            model.unwrap_or("unknown processor"),
            self.rounds
        );
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        println!(
            "- load before: {}",
            load.split(' ').take(3).collect::<Vec<_>>().join(" ")
        );
        let version = Invocation::new("", &self.program)
            .args(["--version"])
            .stdout();
        println!("- {}", version.lines().next().unwrap_or_default());
        if let Ok(versions) = fs::read_to_string(self.peers.join("versions")) {
            println!("- {}", versions.trim().replace('\n', ", "));
        }
    }

    /// Measures a part; how many targets were missed.
    pub fn part(&self, part: Part) -> usize {
        match part {
            Part::Check => self.check(),
            Part::Distinct => self.distinct(),
            Part::OneFile => self.one_file(),
            Part::Scale => self.scale(),
            Part::Rewrite => self.rewrite(),
            Part::Findings => self.findings(),
            Part::Sizes => self.sizes(),
        }
    }

    fn check(&self) -> usize {
        let (profiles, destination) = (
            self.data("estate/profiles"),
            self.data("estate/destination"),
        );
        let mut commands = vec![
            self.checks(CHECK, &profiles)
                .args([Path::new("--to"), &destination]),
        ];
        commands.push(self.checks(ANEW, &profiles).args([
            Path::new("--no-cache"),
            Path::new("--to"),
            &destination,
        ]));
        commands.extend(self.validators(&profiles));
        commands.push(
            self.floor("`Value` of serde_json, one thread", "json", &[&profiles])
                .threads(1),
        );
        commands.push(self.floor("reading", "read", &[&profiles]));
        let mut group = Group::measure(
            "1,000 profiles, 20 % of the packs customised",
            commands,
            self.rounds,
        );
        group.ratio(CHECK, VALIDATOR, Measure::Wall, Target::AtMost(1.0));
        group.ratio(PYTHON, CHECK, Measure::Wall, Target::AtLeast(10.0));
        group.ratio(
            CHECK,
            "`Value` of serde_json, one thread",
            Measure::Processor,
            Target::AtMost(3.0),
        );
        group.finish()
    }

    fn distinct(&self) -> usize {
        let estate = self.data("estate-distinct");
        let profiles = estate.join("profiles");
        let mut commands = vec![
            self.checks(CHECK, &profiles)
                .args([Path::new("--to"), &estate.join("destination")]),
        ];
        commands.extend(self.validators(&profiles));
        commands.push(self.pipeline(&profiles));
        let mut group = Group::measure(
            "1,000 profiles, every value with a text of its own",
            commands,
            self.rounds,
        );
        group.ratio(PYTHON, CHECK, Measure::Wall, Target::AtLeast(5.0));
        group.ratio(PYTHON, CHECK, Measure::Wall, Target::Stretch(7.0));
        group.ratio(CHECK, "bare pipeline", Measure::Wall, Target::AtMost(1.2));
        group.finish()
    }

    fn one_file(&self) -> usize {
        let (file, destination) = (self.data("one.json"), self.data("estate/destination"));
        let with = "`check --to` of one file";
        let mut commands = vec![
            Invocation::new("a bare process", self.folder.join("release/nothing")),
            self.checks("`check` of one file", &file),
            self.checks(with, &file)
                .args([Path::new("--to"), &destination]),
            self.checks("the same, no index of the destination", &file)
                .args([Path::new("--no-cache"), Path::new("--to"), &destination]),
        ];
        commands.extend(self.validators(&file));
        let mut group = Group::measure(
            "One file of 80 kB, from the start to the end",
            commands,
            self.rounds * 3,
        );
        group.ratio(
            "`check` of one file",
            "a bare process",
            Measure::Wall,
            Target::AtMost(3.0),
        );
        group.ratio(with, "a bare process", Measure::Wall, Target::AtMost(5.0));
        group.finish()
    }

    fn scale(&self) -> usize {
        let destination = self.data("estate/destination");
        let check = |name: &str, estate: &str| {
            let profiles = self.data(estate).join("profiles");
            self.checks(name, &profiles)
                .args([Path::new("--to"), &destination])
        };
        let commands = vec![
            check("1,000 profiles", "estate"),
            check("10,000 profiles", "estate-10000"),
        ];
        let mut group = Group::measure("Ten times as many profiles", commands, self.rounds);
        group.ratio(
            "10,000 profiles",
            "1,000 profiles",
            Measure::Wall,
            Target::AtMost(10.8),
        );
        group.peak("10,000 profiles", Target::AtMost(64.0));
        let missed = group.finish();

        let (one, two) = ("one thread", "two threads");
        let commands = vec![
            check(one, "estate").threads(1),
            check(two, "estate").threads(2),
        ];
        let mut group = Group::measure("Two threads", commands, self.rounds);
        group.ratio(two, one, Measure::Wall, Target::AtMost(0.6));
        group.ratio(two, one, Measure::Processor, Target::AtMost(1.1));
        missed + group.finish()
    }

    fn rewrite(&self) -> usize {
        let out = self.data("out");
        let clear = || {
            for folder in [&out, &Invocation::aside_of(&out)] {
                if folder.exists() {
                    fs::remove_dir_all(folder)
                        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
                }
            }
        };
        clear();
        let rewrite = |name: &str, profiles: &Path, destinations: &[PathBuf]| {
            let to = destinations
                .iter()
                .flat_map(|folder| [Path::new("--to"), folder]);
            let pattern = out.join("{destination}");
            self.program(name)
                .args([
                    Path::new("rewrite"),
                    Path::new("--no-config"),
                    Path::new("--allow-masked"),
                    profiles,
                ])
                .args(to)
                .args([Path::new("--out"), &pattern])
                .writes(&out)
        };
        let copy = "copying, one thread";
        let synced = "copying, each file synced, one thread";
        let profiles = self.data("estate/profiles");
        let commands = vec![
            rewrite(
                "`rewrite` of 1,000 profiles",
                &profiles,
                &[self.data("estate/destination")],
            ),
            self.floor(copy, "copy", &[&profiles, &out])
                .threads(1)
                .writes(&out),
            self.floor(synced, "copy", &[&profiles, &out])
                .args(["--sync"])
                .threads(1)
                .writes(&out),
            Invocation::new("`cp -r`", "cp")
                .args([Path::new("-r"), &profiles, &out])
                .writes(&out),
        ];
        commands[0].stdout();
        assert_eq!(
            files(&out).len(),
            files(&profiles).len(),
            "not every profile was written"
        );
        let mut group = Group::measure("Rewriting", commands, self.rounds);
        group.ratio(
            "`rewrite` of 1,000 profiles",
            copy,
            Measure::Wall,
            Target::AtMost(2.5),
        );
        group.ratio(
            "`rewrite` of 1,000 profiles",
            synced,
            Measure::Wall,
            Target::AtMost(2.5),
        );
        let missed = group.finish();

        let estate = self.data("estate-300");
        let destinations =
            ["prod", "staging", "edge"].map(|name| estate.join("destinations").join(name));
        let commands = vec![rewrite(
            "`rewrite`",
            &estate.join("profiles"),
            &destinations,
        )];
        let three = Group::measure(
            "Rewriting 300 profiles for three destinations",
            commands,
            self.rounds,
        );
        clear();
        missed + three.finish()
    }

    fn findings(&self) -> usize {
        let mut missed = 0;
        for format in [
            "human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown",
        ] {
            let check = |name: &str, file: &str| {
                self.checks(name, &self.data(file))
                    .args(["--format", format])
            };
            let commands = vec![
                check("25,000 findings", "extremes/findings-part.json"),
                check("100,000 findings", "extremes/findings.json"),
            ];
            let printed = commands[1].printed_bytes();
            let mut group =
                Group::measure(&format!("Findings as `{format}`"), commands, self.rounds);
            group.ratio(
                "100,000 findings",
                "25,000 findings",
                Measure::Processor,
                LINEAR,
            );
            if format == "human" {
                group.note(
                    "output of 100,000 findings",
                    printed as f64 / 1e3,
                    " kB",
                    Target::AtMost(100.0),
                );
            }
            missed += group.finish();
        }
        missed
    }

    fn sizes(&self) -> usize {
        let mut missed = 0;
        for (what, title) in [
            ("profile", "A profile of 64 MB"),
            ("value", "A value of 50 MB"),
            ("packs", "100,000 packs"),
            ("references", "1,000,000 references"),
            ("line", "A line of 50 MB"),
        ] {
            let check = |name: &str, suffix: &str| {
                self.checks(
                    name,
                    &self.data("extremes").join(format!("{what}{suffix}.json")),
                )
            };
            let commands = vec![check("a quarter", "-part"), check("all", "")];
            let mut group = Group::measure(title, commands, self.rounds);
            group.ratio("all", "a quarter", Measure::Processor, LINEAR);
            missed += group.finish();
        }
        missed
    }

    fn data(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    fn program(&self, name: &str) -> Invocation {
        Invocation::new(name, &self.program).may_find()
    }

    fn checks(&self, name: &str, what: &Path) -> Invocation {
        self.program(name)
            .args([Path::new("check"), Path::new("--no-config"), what])
    }

    fn floor(&self, name: &str, what: &str, arguments: &[&Path]) -> Invocation {
        Invocation::new(name, self.folder.join("release/floor"))
            .args([what])
            .args(arguments)
    }

    fn pipeline(&self, profiles: &Path) -> Invocation {
        self.floor(
            "bare pipeline",
            "pipeline",
            &[&self.data("profile.schema.json"), profiles],
        )
    }

    /// The validators that are installed, with our schema, all files in one process.
    fn validators(&self, what: &Path) -> Vec<Invocation> {
        let schema = self.data("profile.schema.json");
        let files = files(what);
        let instances = || {
            files
                .iter()
                .flat_map(|file| [Path::new("--instance"), file])
        };
        let native = Invocation::new(VALIDATOR, self.peers.join("bin/jsonschema-cli"));
        let sourcemeta = Invocation::new(
            "Sourcemeta's jsonschema, schema alone",
            self.peers.join("bin/sourcemeta"),
        );
        let ajv = Invocation::new("ajv, schema alone", self.peers.join("bin/ajv"));
        let python = Invocation::new(PYTHON, self.peers.join("bin/check-jsonschema"));
        let all = [
            native
                .args([Path::new("validate"), Path::new("--errors-only"), &schema])
                .args(instances()),
            sourcemeta.args([Path::new("validate"), &schema, what, Path::new("--fast")]),
            ajv.args(["validate", "--spec=draft2020", "--strict=false", "-s"])
                .args([&schema])
                .args(files.iter().flat_map(|file| [Path::new("-d"), file])),
            python
                .args([Path::new("--schemafile"), &schema])
                .args(&files),
        ];
        all.into_iter().filter(Invocation::is_there).collect()
    }
}

/// All files at or below a path.
fn files(path: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(path).sort_by_file_name();
    let entries = entries
        .into_iter()
        .map(|entry| entry.expect("a readable folder"));
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}
