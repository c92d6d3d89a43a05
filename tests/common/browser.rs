//! A Chromium without a window, driven through the `chromedriver` that comes with it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

/// What `chromedriver` says when it is ready, before the number of the port.
const READY: &str = "started successfully on port ";

/// A page may take this long to load, and a script to run.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// `None` where `chromedriver` is missing.
    pub fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped());
        let Ok(mut driver) = command.stderr(Stdio::null()).spawn() else {
            eprintln!("chromedriver is not installed: nothing was tested");
            return None;
        };
        let output = BufReader::new(driver.stdout.take().expect("an output"));
        let mut lines = output.lines().map(|line| line.expect("UTF-8"));
        let ready = lines.find_map(|line| Some(line.split_once(READY)?.1.to_owned()));
        let ready = ready.expect("it starts");
        let mut browser = Self {
            driver,
            port: ready.trim_end_matches('.').parse().expect("a number"),
            session: String::new(),
        };
        // Containers have no sandbox of Chromium's, and what it opens here is the page of a test.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let session = browser.ask("POST", "/session", &wanted);
        let session = session["sessionId"].as_str().expect("a session");
        browser.session = format!("/session/{session}");
        Some(browser)
    }

    /// Opens a file.
    pub fn open(&self, page: &Path) {
        let url = format!("file://{}", page.display());
        self.tell("/url", &json!({"url": url}));
    }

    /// What a script returns, whose `arguments` are these.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        self.tell(
            "/execute/sync",
            &json!({"script": script, "args": arguments}),
        )
    }

    /// Presses keys one after the other, each a character or one of WebDriver's private ones.
    pub fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.tell("/actions", &json!({"actions": [keyboard]}));
    }

    /// Shows the page as a medium (`screen`, `print`) in a scheme (`light`, `dark`) would.
    pub fn show_as(&self, medium: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let params = json!({"media": medium, "features": features});
        let command = json!({"cmd": "Emulation.setEmulatedMedia", "params": params});
        self.tell("/goog/cdp/execute", &command);
    }

    /// What the console said since the last time.
    pub fn console(&self) -> Vec<String> {
        let messages = self.log("browser").into_iter();
        messages
            .map(|message| message["message"].as_str().expect("a text").to_owned())
            .collect()
    }

    /// The addresses that were asked for since the last time.
    pub fn requests(&self) -> Vec<String> {
        let events = self.log("performance").into_iter().map(|entry| {
            let event = entry["message"].as_str().expect("a text");
            serde_json::from_str::<Value>(event).expect("JSON")["message"].take()
        });
        events
            .filter(|event| event["method"] == "Network.requestWillBeSent")
            .map(|event| {
                event["params"]["request"]["url"]
                    .as_str()
                    .map(str::to_owned)
            })
            .map(|url| url.expect("an address"))
            .collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let log = self.tell("/se/log", &json!({"type": kind}));
        log.as_array().expect("a list").clone()
    }

    fn tell(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &format!("{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.exchange(method, path, body).expect("an answer");
        let mut answer: Value = serde_json::from_slice(&answer).expect("JSON");
        let value = answer["value"].take();
        assert!(value["error"].is_null(), "{method} {path}: {value}");
        value
    }

    /// A request, and the body of the answer.
    fn exchange(&self, method: &str, path: &str, body: &Value) -> io::Result<Vec<u8>> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok(body)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A driver that is killed leaves its browser behind.
        let _ = self.exchange("DELETE", &self.session, &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
