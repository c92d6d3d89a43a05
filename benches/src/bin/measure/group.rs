//! Commands that are run in turn, and what they come to.

use std::{fmt::Write as _, io::Write as _, time::Duration};

use crate::process::{Invocation, Sample};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// From the start to the end.
    Wall,
    /// User and system time.
    Processor,
}

impl Measure {
    fn of(self, sample: &Sample) -> f64 {
        match self {
            Self::Wall => sample.wall,
            Self::Processor => sample.processor,
        }
        .as_secs_f64()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Wall => "wall time",
            Self::Processor => "processor time",
        }
    }
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// At least this would be better still; it does not decide whether the run passes.
    Stretch(f64),
}

/// A group of commands, measured.
pub struct Group {
    commands: Vec<Invocation>,
    /// The samples of a command, in the order of the rounds.
    samples: Vec<Vec<Sample>>,
    targets: Vec<String>,
    missed: usize,
}

impl Group {
    /// Runs all commands once without measuring, then in turn, so many times.
    pub fn measure(title: &str, commands: Vec<Invocation>, rounds: usize) -> Self {
        println!("\n## {title}\n");
        for command in &commands {
            command.sample();
        }
        let mut samples = vec![Vec::with_capacity(rounds); commands.len()];
        for round in 0..rounds {
            eprint!("\rround {} of {rounds} ", round + 1);
            for (command, samples) in commands.iter().zip(&mut samples) {
                samples.push(command.sample());
            }
        }
        eprint!("\r                        \r");
        let group = Self {
            commands,
            samples,
            targets: Vec::new(),
            missed: 0,
        };
        group.print();
        group
    }

    fn print(&self) {
        println!("| command | wall | processor | peak |\n| --- | ---: | ---: | ---: |");
        for (command, samples) in self.commands.iter().zip(&self.samples) {
            println!(
                "| {} | {} | {} | {:.1} MB |",
                command.name,
                time(median(
                    samples.iter().map(|sample| sample.wall.as_secs_f64())
                )),
                time(median(
                    samples.iter().map(|sample| sample.processor.as_secs_f64())
                )),
                median(samples.iter().map(|sample| sample.peak as f64)) / 1e6,
            );
        }
        let _ = std::io::stdout().flush();
    }

    /// Whether a command is among them; peers may not be installed.
    pub fn has(&self, name: &str) -> bool {
        self.commands.iter().any(|command| command.name == name)
    }

    fn samples(&self, name: &str) -> &[Sample] {
        let at = self
            .commands
            .iter()
            .position(|command| command.name == name);
        &self.samples[at.unwrap_or_else(|| panic!("no command `{name}`"))]
    }

    /// Notes how many times as much one command takes as another: the median of the rounds.
    pub fn ratio(&mut self, one: &str, other: &str, measure: Measure, target: Target) {
        if !self.has(other) {
            self.targets.push(format!(
                "| {} of {one} / {other} | – | not installed | |",
                measure.name()
            ));
            return;
        }
        let rounds = self.samples(one).iter().zip(self.samples(other));
        let ratio = median(rounds.map(|(one, other)| measure.of(one) / measure.of(other)));
        self.note(
            &format!("{} of {one} / {other}", measure.name()),
            ratio,
            "×",
            target,
        );
    }

    /// Notes the peak of a command in megabytes.
    pub fn peak(&mut self, name: &str, target: Target) {
        let peak = median(self.samples(name).iter().map(|sample| sample.peak as f64)) / 1e6;
        self.note(&format!("peak of {name}"), peak, " MB", target);
    }

    /// Notes a figure that has been found in another way.
    pub fn note(&mut self, what: &str, figure: f64, unit: &str, target: Target) {
        let (sign, bound, is_met) = match target {
            Target::AtMost(bound) => ("≤", bound, figure <= bound),
            Target::AtLeast(bound) | Target::Stretch(bound) => ("≥", bound, figure >= bound),
        };
        let verdict = match (is_met, target) {
            (true, _) => "met",
            (false, Target::Stretch(_)) => "missed (stretch)",
            (false, _) => {
                self.missed += 1;
                "**missed**"
            }
        };
        let mut line = String::new();
        let _ = write!(
            line,
            "| {what} | {figure:.2}{unit} | {sign} {bound}{unit} | {verdict} |"
        );
        self.targets.push(line);
    }

    /// Prints the targets; how many were missed.
    pub fn finish(self) -> usize {
        if !self.targets.is_empty() {
            println!("\n| ratio | is | target | |\n| --- | ---: | ---: | --- |");
            println!("{}", self.targets.join("\n"));
        }
        self.missed
    }
}

/// The middle one of several numbers.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() % 2 {
        0 => f64::midpoint(numbers[middle - 1], numbers[middle]),
        _ => numbers[middle],
    }
}

fn time(seconds: f64) -> String {
    let time = Duration::from_secs_f64(seconds);
    match time.as_millis() {
        0..10 => format!("{:.2} ms", seconds * 1e3),
        10..1000 => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}
