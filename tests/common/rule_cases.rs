//! The cases of the rules: `tests/rules/<rule>/<bad|good>-<what>/`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use palette_knife::{
    check::{self, CheckOptions},
    config::FILE_NAME,
    destination::Destination,
    report::Report,
    rules,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, Source},
};

/// A case: input files, and what they are checked against.
pub struct Case {
    /// The rule it is of.
    pub rule: String,
    /// What it is called, without its rule.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// Its input files: names and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Its destination.
    pub destination: Option<Arc<Destination>>,
    /// What its configuration says.
    pub settings: Settings,
}

impl Case {
    fn read(rule: &str, folder: &Path) -> Self {
        let mut case = Self {
            rule: rule.to_owned(),
            name: file_name(folder),
            folder: folder.to_owned(),
            files: Vec::new(),
            destination: None,
            settings: Settings::default(),
        };
        for path in entries(folder) {
            match file_name(&path).as_str() {
                "expected" => {}
                FILE_NAME => {
                    let text = fs::read_to_string(&path).expect("a configuration");
                    case.settings = super::settings_of(&text);
                }
                "destination" => {
                    let destination = Destination::load(&path, DEFAULT_MAX_FILE_SIZE);
                    case.destination = Some(Arc::new(destination.expect("a destination")));
                }
                name => {
                    let bytes = fs::read(&path).expect("an input");
                    case.files.push((name.to_owned(), bytes));
                }
            }
        }
        case
    }

    /// Whether it has the defect.
    pub fn is_bad(&self) -> bool {
        self.name.starts_with("bad-")
    }

    /// What the tool says.
    pub fn report(&self) -> Report {
        self.report_of(&self.files)
    }

    /// What the tool says of other files in its place.
    pub fn report_of(&self, files: &[(String, Vec<u8>)]) -> Report {
        check_files(&self.rule, files, self.destination.clone(), &self.settings)
    }
}

/// Every case of every rule, in order.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in entries(&root().join("tests/rules")) {
        let rule = file_name(&folder);
        let of_rule = entries(&folder).into_iter();
        cases.extend(of_rule.map(|case| Case::read(&rule, &case)));
    }
    assert!(cases.len() > 700, "{} cases", cases.len());
    cases
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a folder holds, sorted.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// Checks files as if they had been named on the command line, and the rule had been turned on.
pub fn check_files(
    rule: &str,
    files: &[(String, Vec<u8>)],
    destination: Option<Arc<Destination>>,
    settings: &Settings,
) -> Report {
    let mut options = CheckOptions {
        settings: settings.clone(),
        ..CheckOptions::default()
    };
    let meta = rules::named(rule).expect("a rule").meta();
    if !meta.is_on {
        options.settings.set_level(rule, Some(meta.level));
    }
    let destinations: Vec<Arc<Destination>> = destination.into_iter().collect();
    let outcomes = files
        .iter()
        .map(|(name, bytes)| {
            let source = Source::from_bytes(name, bytes.clone());
            check::check_source(source, true, &destinations, &options)
        })
        .collect();
    check::report(outcomes, &destinations, &options.settings)
}
