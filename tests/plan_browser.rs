//! The page of a plan in a real browser. Where there is none, these tests say so and do nothing; `.ci/run` installs one.

#![cfg(unix)]

mod common;

use std::{fs, path::PathBuf};

use common::browser::Browser;
use serde_json::{Value, json};
use snapbox::cmd::{Command, cargo_bin};

const TAB: char = '\u{e004}';
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const RIGHT: char = '\u{e014}';
const DOWN: char = '\u{e015}';

/// The profiles that are shown, and for each cell whether it is one that was looked for.
const SHOWN: &str = "
    return [...document.querySelectorAll('#matrix tbody tr:not([hidden])')].map((row) => [
        row.querySelector('th').firstChild.data,
        ...[...row.querySelectorAll('button')].map((cell) => !cell.classList.contains('dim')),
    ]);";

/// Sets the filter with this id, or ticks the status of this name.
const FILTER: &str = "
    const [id, value] = arguments;
    const filter = document.getElementById(id) ?? document.querySelector(`#statuses [value=${id}]`);
    if (filter.type === 'checkbox') return filter.click();
    filter.value = value;
    filter.dispatchEvent(new Event('input', { bubbles: true }));";

/// The texts on the page whose contrast with what is behind them is less than 4.5 to 1, which WCAG asks for at level AA.
const FAINT: &str = "
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (color) => color.slice(0, 3)
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, number) => sum + part * [0.2126, 0.7152, 0.0722][number], 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = rgba(getComputedStyle(at).backgroundColor);
            if (color[3] === 255) return color;
        }
        return [255, 255, 255, 255];
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    let looked = 0;
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest('script, option')) continue;
        const [ink, ground] = [rgba(getComputedStyle(element).color), behind(element)].map(luminance);
        const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        looked += 1;
        if (contrast < 4.5) faint.push(`${texts.currentNode.data}: ${contrast.toFixed(2)}`);
    }
    return [looked > 50, faint];";

struct Page {
    browser: Browser,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Page {
    /// The plan of the fixtures, changed and opened; `None` where there is no browser.
    fn open(change: impl FnOnce(String) -> String) -> Option<Self> {
        let browser = Browser::start()?;
        let folder = tempfile::tempdir().expect("a folder");
        let output = Command::new(cargo_bin!("palette-knife"))
            .args(["plan", "fixtures/profiles", "--format", "html"])
            .args(["--to", "fixtures/destinations/twin"])
            .args(["--to", "fixtures/destinations/strict"])
            .output()
            .expect("it runs");
        let page = String::from_utf8(output.stdout).expect("UTF-8");
        let path = folder.path().join("plan.html");
        fs::write(&path, change(page)).expect("written");
        browser.open(&path);
        Some(Self {
            browser,
            path,
            _folder: folder,
        })
    }

    fn ask(&self, script: &str) -> Value {
        self.browser.run(script, &json!([]))
    }

    fn filter(&self, name: &str, value: &str) {
        self.browser.run(FILTER, &json!([name, value]));
    }

    fn shown(&self) -> Value {
        self.ask(SHOWN)
    }

    fn count(&self) -> Value {
        self.ask("return document.querySelector('#matrix output').textContent;")
    }

    /// Opens the cell in this row and column, counted from 0, with the mouse.
    fn click(&self, row: usize, column: usize) {
        let script = "document.querySelectorAll('#matrix tbody tr')[arguments[0]].querySelectorAll('button')[arguments[1]].click();";
        self.browser.run(script, &json!([row, column]));
    }

    fn is_open(&self) -> Value {
        self.ask("return document.querySelector('dialog').open;")
    }

    fn focused(&self) -> Value {
        self.ask("return document.activeElement.firstChild?.data ?? document.activeElement.id;")
    }
}

#[test]
fn it_shows_the_plan_and_asks_for_nothing() {
    let Some(page) = Page::open(|page| page) else {
        return;
    };
    let shown = page.shown();
    assert_eq!(shown.as_array().map(Vec::len), Some(10));
    assert_eq!(shown[4], json!(["passenger-identity 2.0.0", true, true]));
    assert_eq!(page.count(), "10 profiles");
    let cell = page.ask("return document.querySelectorAll('#matrix tbody tr')[4].innerText;");
    assert_eq!(
        cell,
        "passenger-identity 2.0.0\nfixtures/profiles/passenger-identity.json\nneeds answers (4)\nneeds answers (5)"
    );
    for row in 0..10 {
        page.click(row, 1);
        assert_eq!(page.is_open(), true);
        page.ask("document.querySelector('dialog').close();");
    }
    assert_eq!(page.browser.console(), Vec::<String>::new());
    let own = format!("file://{}", page.path.display());
    assert_eq!(page.browser.requests(), [own]);
    // Both logs tell what is tried, and the policy stops it.
    page.ask("fetch('http://127.0.0.1:9/').catch(() => {});");
    page.ask(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:9/a.png\">');",
    );
    let said = page.browser.console();
    assert_eq!(said.len(), 3, "two for the first: {said:?}");
    assert!(
        said.iter()
            .all(|message| message.contains("Content Security Policy")),
        "{said:?}"
    );
    assert_eq!(page.browser.requests(), ["http://127.0.0.1:9/a.png"]);
}

#[test]
fn filters_narrow_it_down() {
    let Some(page) = Page::open(|page| page) else {
        return;
    };
    page.filter("text", "NTP_server");
    assert_eq!(
        page.shown(),
        json!([
            ["pier-edge-infra 2.1.0", false, true],
            ["ship-appliance-system 1.1.0", false, true],
        ])
    );
    assert_eq!(page.count(), "2 of 10 profiles");
    page.filter("text", "");
    page.filter("rule", "missing-pack");
    assert_eq!(
        page.shown(),
        json!([["port-dashboards 1.2.0", false, true]])
    );
    page.filter("rule", "");
    page.filter("pack", "keycloak");
    assert_eq!(
        page.shown(),
        json!([["passenger-identity 2.0.0", true, true]])
    );
    page.filter("ready", "");
    assert_eq!(page.shown(), json!([]));
    page.filter("needs-answers", "");
    assert_eq!(page.count(), "1 of 10 profiles");
    page.ask("document.querySelector('#filters [type=reset]').click();");
    assert_eq!(page.count(), "10 profiles");
    page.filter("blocked", "");
    page.filter("warnings", "");
    let shown = page.shown();
    assert_eq!(shown[0], json!(["fleet-guardrails 1.0.3", false, true]));
    assert_eq!(shown[2], json!(["pier-edge-infra 2.1.0", true, true]));
    assert_eq!(page.count(), "6 of 10 profiles");
    assert_eq!(
        page.ask("return [...document.querySelectorAll('#statuses label')].map((one) => one.innerText.trim());"),
        json!(["ready", "ready with warnings", "needs answers", "blocked"]),
        "what no cell is, is not offered"
    );
}

#[test]
fn a_cell_opens_what_is_behind_it() {
    let Some(page) = Page::open(|page| page) else {
        return;
    };
    page.click(4, 1);
    let title = page.ask("return document.getElementById('details-title').innerText;");
    assert_eq!(title, "passenger-identity 2.0.0 at strict\nneeds answers");
    let parts = "return [...document.querySelectorAll('#details-body > h3')].map((one) => one.textContent);";
    assert_eq!(
        page.ask(parts),
        json!(["Not written, because", "Needs", "Findings", "Packs", "Diff"])
    );
    let parts =
        "return [...document.querySelector('.finding').children].map((one) => one.textContent);";
    assert_eq!(
        page.ask(parts),
        json!([
            "error[masked-value] the value of charts.keycloak.auth.adminPassword is masked",
            "fixtures/profiles/passenger-identity.json › keycloak › values:14:23",
            "   13 │       adminUser: admin\n   14 │       adminPassword: \"********\"\n",
            "fill it in with rewrite --secrets, under packs of this profile",
        ])
    );
    let mark = page.ask("return document.querySelector('.finding mark').textContent;");
    assert_eq!(mark, "********");
    let lines = "return ['ins', 'del'].map((one) => document.querySelectorAll(`#details-body ${one}`).length);";
    assert_eq!(page.ask(lines), json!([1, 1]));
    page.ask("document.getElementById('close').click();");
    assert_eq!(page.is_open(), false);
}

#[test]
fn it_can_be_used_without_a_mouse() {
    let Some(page) = Page::open(|page| page) else {
        return;
    };
    // Two destinations to unfold, three filters, four statuses, the button that clears, and then the first cell.
    let tabs: String = std::iter::repeat_n(TAB, 2 + 3 + 4 + 1 + 1).collect();
    page.browser.press(&tabs);
    assert_eq!(page.focused(), "ready");
    page.browser.press(&format!("{RIGHT}"));
    assert_eq!(page.focused(), "needs answers (3)");
    page.browser.press(&format!("{DOWN}{DOWN}{DOWN}{DOWN}"));
    assert_eq!(page.focused(), "needs answers (5)");
    page.browser.press(ENTER);
    assert_eq!(page.is_open(), true);
    page.browser.press(&DOWN.to_string().repeat(5));
    let scrolled = "return document.getElementById('details-body').scrollTop > 0;";
    let mut waits = 0..50;
    while page.ask(scrolled) == false && waits.next().is_some() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(page.ask(scrolled), true, "arrow keys scroll what is open");
    page.browser.press(ESCAPE);
    assert_eq!(page.is_open(), false);
    assert_eq!(page.focused(), "needs answers (5)");
    // What is filtered away is stepped over.
    page.filter("blocked", "");
    page.ask("document.querySelector('#matrix [tabindex=\"0\"]').focus();");
    let row = "return document.activeElement.closest('tr').querySelector('th').firstChild.data;";
    assert_eq!(page.ask(row), "harbour-web-aws 1.4.0");
    page.browser.press(&DOWN.to_string());
    assert_eq!(page.ask(row), "pier-edge-infra 2.1.0");
}

#[test]
fn every_text_can_be_read_in_light_and_in_dark() {
    let Some(page) = Page::open(|page| page) else {
        return;
    };
    let ground = "return getComputedStyle(document.body).backgroundColor;";
    page.browser.show_as("screen", "light");
    assert_eq!(page.ask(ground), "rgb(245, 246, 248)");
    assert_eq!(page.ask(FAINT), json!([true, []]));
    page.click(4, 1);
    assert_eq!(page.ask(FAINT), json!([true, []]));
    page.browser.show_as("screen", "dark");
    assert_eq!(page.ask(ground), "rgb(17, 21, 27)");
    assert_eq!(page.ask(FAINT), json!([true, []]));
    page.browser.show_as("print", "dark");
    assert_eq!(page.ask(ground), "rgb(255, 255, 255)", "paper is white");
    assert_eq!(page.ask(FAINT), json!([true, []]));
}

#[test]
fn on_paper_is_what_is_open() {
    let Some(page) = Page::open(|page| page) else {
        return;
    };
    let seen = "return ['#filters', '#matrix', '#details-title', '#close'].map((one) => document.querySelector(one).checkVisibility());";
    page.browser.show_as("print", "light");
    assert_eq!(page.ask(seen), json!([false, true, false, false]));
    page.click(4, 1);
    assert_eq!(page.ask(seen), json!([false, false, true, false]));
    let unfolded = "return document.querySelectorAll('.card details[open]').length;";
    page.ask("dispatchEvent(new Event('beforeprint'));");
    assert_eq!(page.ask(unfolded), 2);
    page.ask("dispatchEvent(new Event('afterprint'));");
    assert_eq!(page.ask(unfolded), 0);
}

/// The plan of a page with this many profiles and destinations, made of those that are there.
fn enlarged(page: &str, profiles: usize, destinations: usize) -> String {
    let open = "<script type=\"application/json\" id=\"plan\">";
    let (before, rest) = page.split_once(open).expect("it opens");
    let (plan, after) = rest.split_once("</script>").expect("it closes");
    let mut plan: Value = serde_json::from_str(plan).expect("JSON");
    let repeat = |list: &Value, count: usize| -> Value {
        let list = list.as_array().expect("a list");
        list.iter().cycle().take(count).cloned().collect()
    };
    plan["destinations"] = repeat(&plan["destinations"], destinations);
    plan["profiles"] = repeat(&plan["profiles"], profiles);
    for profile in plan["profiles"].as_array_mut().expect("a list") {
        profile["cells"] = repeat(&profile["cells"], destinations);
    }
    let plan = plan.to_string().replace('<', "\\u003c");
    format!("{before}{open}{plan}</script>{after}")
}

#[test]
fn many_profiles_stay_fluid() {
    let Some(page) = Page::open(|page| enlarged(&page, 500, 5)) else {
        return;
    };
    let loaded = page.ask("return performance.getEntriesByType('navigation')[0].duration;");
    assert_eq!(page.count(), "500 profiles");
    // From a key in the filter until what is shown has its place, in milliseconds: the best of some, as others may keep
    // the machine busy.
    let filtered = page.ask(
        "const text = document.getElementById('text');
         const times = ['l', 'lo', 'lok', 'loki', 'lok', 'lo', 'l', ''].map((value) => {
             const start = performance.now();
             text.value = value;
             text.dispatchEvent(new Event('input', { bubbles: true }));
             document.body.offsetHeight;
             return performance.now() - start;
         });
         return [Math.min(...times.slice(0, 4)), Math.min(...times.slice(4)), times];",
    );
    eprintln!("loaded in {loaded} ms, filtered in {filtered} ms");
    assert!(loaded.as_f64().expect("a number") < 5000.0, "{loaded}");
    for best in [&filtered[0], &filtered[1]] {
        assert!(best.as_f64().expect("a number") < 100.0, "{filtered}");
    }
}
