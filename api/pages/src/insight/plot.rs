//! Plots as SVG. Each is an image with a title and stands beside a table that says the same.

use std::fmt::Write as _;

use crate::words::Words;

/// Text as it may stand in SVG.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn finite(number: f64) -> f64 {
    if number.is_finite() { number.max(0.0) } else { 0.0 }
}

/// A name that has room beside a bar.
fn short(name: &str) -> String {
    if name.chars().count() <= 30 { name.to_owned() } else { name.chars().take(29).chain(['…']).collect() }
}

fn framed(title: &str, height: usize, inside: &str) -> String {
    format!(
        "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 640 {height}\" width=\"640\" height=\"{height}\" direction=\"ltr\">\
         <title>{}</title>{inside}</svg>",
        escaped(title)
    )
}

/// Horizontal bars, each with its name and number.
pub fn bars(title: &str, rows: &[(String, f64)], words: &Words) -> String {
    let most = rows.iter().map(|(_, number)| finite(*number)).fold(1.0_f64, f64::max);
    let mut inside = String::new();
    for (at, (name, number)) in rows.iter().enumerate() {
        let y = at.saturating_mul(26);
        let width = finite(*number) / most * 340.0;
        // Writing to a text does not fail.
        let _ = write!(
            inside,
            "<text x=\"220\" y=\"{}\" text-anchor=\"end\" font-size=\"13\">{}</text>\
             <rect class=\"value\" x=\"228\" y=\"{}\" width=\"{width:.1}\" height=\"18\" rx=\"2\"/>\
             <text x=\"{:.1}\" y=\"{}\" font-size=\"13\">{}</text>",
            y.saturating_add(17),
            escaped(&short(name)),
            y.saturating_add(4),
            234.0 + width,
            y.saturating_add(17),
            escaped(&words.number(*number, 0)),
        );
    }
    framed(title, rows.len().saturating_mul(26).saturating_add(8), &inside)
}

/// Points with their intervals on a common scale from 0, and a line at 1.
pub fn intervals(title: &str, rows: &[(String, f64, f64, f64)], words: &Words) -> String {
    let most = rows.iter().map(|(_, _, _, high)| finite(*high)).fold(1.5_f64, f64::max);
    let x = |number: f64| 110.0 + finite(number) / most * 440.0;
    let height = rows.len().saturating_mul(26).saturating_add(8);
    let mut inside = format!(
        "<line class=\"axis\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"0\" y2=\"{height}\" stroke-dasharray=\"3 3\"/>",
        x(1.0)
    );
    for (at, (name, low, point, high)) in rows.iter().enumerate() {
        let y = at.saturating_mul(26);
        let _ = write!(
            inside,
            "<text x=\"100\" y=\"{}\" text-anchor=\"end\" font-size=\"13\">{}</text>\
             <rect class=\"unsure\" x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" height=\"8\"/>\
             <circle class=\"value\" cx=\"{:.1}\" cy=\"{}\" r=\"5\"/>\
             <text x=\"{:.1}\" y=\"{}\" font-size=\"13\">{}</text>",
            y.saturating_add(17),
            escaped(&short(name)),
            x(*low),
            y.saturating_add(9),
            (x(*high) - x(*low)).max(1.0),
            x(*point),
            y.saturating_add(13),
            x(*high) + 8.0,
            y.saturating_add(17),
            escaped(&words.number(*point, 2)),
        );
    }
    framed(title, height, &inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn what_people_write_does_not_break_out_of_a_plot() {
        let words = Words::of(Language::En);
        let svg = bars("a <b> & c", &[("<script>".to_owned(), f64::NAN), ("x".to_owned(), -3.0)], words);
        assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("NaN"), "{svg}");
        let svg = intervals("t", &[("0–20".to_owned(), 0.5, 1.0, f64::INFINITY)], words);
        assert!(!svg.contains("inf"), "{svg}");
    }
}
