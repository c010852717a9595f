//! What is shipped and whose it is, as the file of attributions beside the data says it.

/// The file, which is also given for download.
pub const ATTRIBUTION: &str = include_str!("../../../demo/ATTRIBUTION.md");

/// A source of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Whose it is.
    pub name: String,
    /// What is said of it: the point's name, such as `Licence`, and its text.
    pub points: Vec<(String, String)>,
}

/// Text without the marks of Markdown: links keep their words.
fn plain(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        clean.push_str(before);
        rest = after.split_once(')').map_or("", |(_, left)| left);
    }
    clean.push_str(rest);
    clean.retain(|c| !matches!(c, '`' | '*' | '['));
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sources of a file of attributions that are in its tables of data.
pub fn sources(file: &str) -> Vec<Source> {
    let read = |part: &str| {
        let (name, body) = part.split_once('\n')?;
        let mut points = Vec::new();
        for point in body.split("\n* ") {
            let point = plain(point.trim_start_matches("* "));
            // A line such as "Licence: CC0. Changed: nothing." holds two points.
            let parts = point
                .replace(" Licence:", "\nLicence:")
                .replace(" Changed:", "\nChanged:")
                .replace(" From ", "\nFrom: ");
            for line in parts.replace(" Source:", "\nSource:").lines() {
                if let Some((key, text)) = line.split_once(':').filter(|(key, _)| key.len() <= 12) {
                    points.push((key.trim().to_owned(), text.trim().to_owned()));
                }
            }
        }
        let source = Source { name: name.trim().to_owned(), points };
        (!source.point("In").is_empty()).then_some(source)
    };
    file.split("\n## ").skip(1).filter_map(read).collect()
}

impl Source {
    /// A point of it.
    pub fn point(&self, key: &str) -> &str {
        self.points.iter().find(|(name, _)| name == key).map_or("", |(_, text)| text)
    }

    /// Its licence; where the file has no such point, the words on the content name it.
    pub fn licence(&self) -> &str {
        let own = self.point("Licence");
        if own.is_empty() { "named with the content" } else { own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_of_the_file_has_a_licence_and_a_place() {
        let all = sources(ATTRIBUTION);
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        for name in [
            "OpenStreetMap",
            "GeoNames",
            "Wikipedia and Wikidata",
            "World Bank",
            "CEPII GeoDist",
            "European Central Bank",
        ] {
            assert!(names.contains(&name), "{name} of {names:?}");
        }
        for one in &all {
            assert!(!one.licence().is_empty() && !one.point("In").is_empty(), "{one:?}");
            assert!(!one.point("In").contains('`'), "{one:?}");
        }
    }
}
