//! What is counted, as Prometheus reads it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Labels of a number, in the order in which they are written.
type Labels = Vec<(&'static str, String)>;

/// The names of what is counted, with their kind and what they say.
const NAMES: [(&str, Kind, &str); 9] = [
    ("caseload_rows_total", Kind::Counter, "Rows by what became of them"),
    ("caseload_requests_total", Kind::Counter, "Requests to servers by the status of the answer"),
    ("caseload_rate_used", Kind::Gauge, "Requests a second to a server"),
    ("caseload_rate_allowed", Kind::Gauge, "Requests a second that are allowed to a server"),
    ("caseload_pauses_total", Kind::Counter, "Waits for a server's sake, by their reason"),
    ("caseload_ledger_seconds", Kind::Summary, "The time that the ledger takes for an entry"),
    ("caseload_runs", Kind::Gauge, "Runs by state"),
    ("caseload_http_requests_total", Kind::Counter, "Requests to the page by method and status"),
    ("caseload_http_connections", Kind::Gauge, "Open connections to the page"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Summary,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Summary => "summary",
        }
    }
}

/// What is counted. Labels are words of the program, never of the people who use it.
#[derive(Default)]
pub struct Metrics {
    numbers: Mutex<BTreeMap<(&'static str, Labels), f64>>,
}

impl Metrics {
    /// Rows that have come to an outcome: `done`, `rejected`, `unknown`.
    pub fn rows(&self, outcome: &str, count: u64) {
        self.add("caseload_rows_total", vec![("outcome", outcome.to_owned())], count as f64);
    }

    /// A request to a server was answered, or was not (`none`).
    pub fn request(&self, server: &str, status: &str) {
        self.add("caseload_requests_total", vec![("server", server.to_owned()), ("status", status.to_owned())], 1.0);
    }

    /// The rate to a server: what is used and what is allowed, in requests a second.
    pub fn rate(&self, server: &str, used: f64, allowed: Option<f64>) {
        let labels = || vec![("server", server.to_owned())];
        self.set("caseload_rate_used", labels(), used);
        self.set("caseload_rate_allowed", labels(), allowed.unwrap_or(f64::INFINITY));
    }

    /// A wait for a server's sake began.
    pub fn pause(&self, reason: &str) {
        self.add("caseload_pauses_total", vec![("reason", reason.to_owned())], 1.0);
    }

    /// The ledger took so many seconds for an entry.
    pub fn ledger(&self, seconds: f64) {
        self.add("caseload_ledger_seconds_sum", Vec::new(), seconds);
        self.add("caseload_ledger_seconds_count", Vec::new(), 1.0);
    }

    /// So many runs are in a state.
    pub fn runs(&self, state: &str, count: u64) {
        self.set("caseload_runs", vec![("state", state.to_owned())], count as f64);
    }

    /// A request to the page was answered.
    pub fn answered(&self, method: &str, status: u16) {
        let labels = vec![("method", method.to_owned()), ("status", status.to_string())];
        self.add("caseload_http_requests_total", labels, 1.0);
    }

    /// So many connections to the page are open.
    pub fn connections(&self, count: usize) {
        self.set("caseload_http_connections", Vec::new(), count as f64);
    }

    fn add(&self, name: &'static str, labels: Labels, count: f64) {
        *self.numbers.lock().unwrap_or_else(PoisonError::into_inner).entry((name, labels)).or_default() += count;
    }

    fn set(&self, name: &'static str, labels: Labels, count: f64) {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner).insert((name, labels), count);
    }

    /// All of it, in the text format of Prometheus.
    pub fn text(&self) -> String {
        let numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut text = String::new();
        for (name, kind, help) in NAMES {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {}", kind.as_str());
            let own = |known: &str| {
                known == name
                    || (kind == Kind::Summary && known.strip_prefix(name).is_some_and(|rest| rest.starts_with('_')))
            };
            for ((known, labels), number) in numbers.iter().filter(|((known, _), _)| own(known)) {
                let _ = writeln!(text, "{known}{} {}", written(labels), shown(*number));
            }
        }
        text
    }
}

fn written(labels: &Labels) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

fn shown(number: f64) -> String {
    if number.is_infinite() { "+Inf".to_owned() } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.rows("done", 3);
        metrics.rows("done", 2);
        metrics.rows("unknown", 1);
        metrics.request("https://a.example/\"\\\n", "200");
        metrics.rate("x", 9.5, None);
        metrics.ledger(0.25);
        metrics.runs("sending", 2);
        metrics.runs("sending", 1);
        let text = metrics.text();
        for line in [
            "# TYPE caseload_rows_total counter",
            "caseload_rows_total{outcome=\"done\"} 5",
            "caseload_rows_total{outcome=\"unknown\"} 1",
            "caseload_requests_total{server=\"https://a.example/\\\"\\\\\\n\",status=\"200\"} 1",
            "caseload_rate_allowed{server=\"x\"} +Inf",
            "# TYPE caseload_ledger_seconds summary",
            "caseload_ledger_seconds_sum 0.25",
            "caseload_ledger_seconds_count 1",
            "caseload_runs{state=\"sending\"} 1",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} in\n{text}");
        }
        assert!(!text.contains("\n\n"));
    }
}
