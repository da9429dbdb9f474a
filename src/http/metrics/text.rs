//! The text format of Prometheus, version 0.0.4.

/// What a family counts.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Only grows
    Counter,
    /// Goes up and down
    Gauge,
    /// A distribution
    Histogram,
}

/// A page of figures.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// Begins a family; its samples follow.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.0.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// One sample.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let shown: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = match shown.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", shown.join(",")),
        };
        self.0.push_str(&format!("{name}{labels} {value}\n"));
    }

    /// The samples of a distribution; `counts` are those of each bucket alone.
    pub fn histogram(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        ends: &[f64],
        counts: &[u64],
        count: u64,
        sum: f64,
    ) {
        let bucket = format!("{name}_bucket");
        let mut below = 0;
        for (end, here) in ends.iter().zip(counts) {
            below += here;
            let end = end.to_string();
            let labels: Vec<_> = labels.iter().copied().chain([("le", end.as_str())]).collect();
            self.sample(&bucket, &labels, below as f64);
        }
        let labels_of_all: Vec<_> = labels.iter().copied().chain([("le", "+Inf")]).collect();
        self.sample(&bucket, &labels_of_all, count as f64);
        self.sample(&format!("{name}_sum"), labels, sum);
        self.sample(&format!("{name}_count"), labels, count as f64);
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_buckets_added_up() {
        let mut page = Page::default();
        page.family("a_seconds", Kind::Histogram, "x\\y\nz");
        page.histogram("a_seconds", &[("t", "q\"\\\n")], &[0.1, 1.0], &[2, 1], 4, 9.5);
        assert_eq!(
            page.finish(),
            "# HELP a_seconds x\\\\y\\nz\n# TYPE a_seconds histogram\n\
             a_seconds_bucket{t=\"q\\\"\\\\\\n\",le=\"0.1\"} 2\n\
             a_seconds_bucket{t=\"q\\\"\\\\\\n\",le=\"1\"} 3\n\
             a_seconds_bucket{t=\"q\\\"\\\\\\n\",le=\"+Inf\"} 4\n\
             a_seconds_sum{t=\"q\\\"\\\\\\n\"} 9.5\n\
             a_seconds_count{t=\"q\\\"\\\\\\n\"} 4\n"
        );
    }
}
