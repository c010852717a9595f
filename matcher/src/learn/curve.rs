//! The curves and tables of a model as one SVG: what each criterion adds by its input.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: drawing within a part's lists"
)]

use std::fmt::Write;

use super::model::{Kind, Model, Part};

/// Width and height of a panel, and columns of panels.
const PANEL: (usize, usize) = (300, 170);
const COLUMNS: usize = 4;
/// Where the plot lies within its panel: left, top, width and height.
const PLOT: (f64, f64, f64, f64) = (38.0, 34.0, 250.0, 100.0);

/// All parts of all cases as one picture.
pub fn svg(model: &Model) -> String {
    let parts: Vec<(&str, &Part)> = model
        .cases
        .iter()
        .flat_map(|case| case.parts.iter().map(|part| (case.name.as_str(), part)))
        .collect();
    let rows = parts.len().div_ceil(COLUMNS);
    let (width, height) = (COLUMNS * PANEL.0, rows * PANEL.1 + 30);
    let mut text = String::new();
    let what = match model.kind {
        Kind::Investments => "Companies for investors",
        Kind::Cities => "Partners for cities",
    };
    let cut = model.cut.map(|cut| format!(", deals before {cut}")).unwrap_or_default();
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"10\"><title>Learnt criteria</title><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\
         <text x=\"8\" y=\"18\" font-size=\"13\">{what}: points that each criterion adds, by its input{cut}</text>"
    );
    for (place, (case, part)) in parts.iter().enumerate() {
        let (x, y) = (place % COLUMNS * PANEL.0, place / COLUMNS * PANEL.1 + 30);
        let _ = write!(
            text,
            "<g transform=\"translate({x} {y})\"><text x=\"8\" y=\"14\" font-size=\"11\">{} ({})</text>",
            escaped(&part.keys.join(" and ")),
            escaped(case)
        );
        if part.keys.len() == 1 {
            curve(&mut text, model.kind, part);
        } else {
            table(&mut text, part);
        }
        text.push_str("</g>\n");
    }
    text.push_str("</svg>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Points of a hundred.
fn points(value: u32) -> f64 {
    f64::from(value) / 1e6
}

/// A step for each bin, all of the same width, with the cuts named below; the unknown as a dot at the left.
fn curve(text: &mut String, kind: Kind, part: &Part) {
    let (left, top, wide, high) = PLOT;
    let most = points(part.most()).max(1e-6);
    let bins = part.points.len() - 1;
    let step = wide / bins as f64;
    let height = |value: u32| top + high - high * points(value) / most;
    let sentence = kind.terms().iter().find(|term| term.key == part.keys[0]).map_or("", |term| term.sentence);
    let _ = write!(text, "<text x=\"8\" y=\"27\" font-size=\"8\" fill=\"#666\">{}</text>", escaped(sentence));
    let _ = write!(
        text,
        "<path d=\"M{left} {top}V{0}H{1}\" fill=\"none\" stroke=\"#999\"/><text x=\"2\" y=\"{2}\">{most:.1}</text>",
        top + high,
        left + wide,
        top + 8.0
    );
    let mut path = String::new();
    for (bin, value) in part.points.iter().skip(1).enumerate() {
        let (from, to) = (left + bin as f64 * step, left + (bin + 1) as f64 * step);
        let _ = write!(
            path,
            "{}{from:.1} {y:.1}L{to:.1} {y:.1}",
            if bin == 0 { "M" } else { "L" },
            y = height(*value)
        );
    }
    let _ = write!(text, "<path d=\"{path}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"1.5\"/>");
    let _ = write!(
        text,
        "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"#c30\"><title>unknown</title></circle>",
        left - 5.0,
        height(part.points[0])
    );
    let cuts = &part.cuts[0];
    let named = [0, cuts.len() / 3, 2 * cuts.len() / 3, cuts.len().saturating_sub(1)];
    let mut last = None;
    for place in named {
        if place < cuts.len() && last != Some(place) {
            last = Some(place);
            let _ = write!(
                text,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"8\">{}</text>",
                left + (place + 1) as f64 * step,
                top + high + 12.0,
                short(cuts[place])
            );
        }
    }
}

/// A cell for each pair of bins, the darker the more it adds; the unknown is the first row and column.
fn table(text: &mut String, part: &Part) {
    let (left, top, wide, high) = PLOT;
    let (rows, columns) = (part.cuts[0].len() + 2, part.cuts[1].len() + 2);
    let most = f64::from(part.most().max(1));
    let (cell_wide, cell_high) = (wide / columns as f64, high / rows as f64);
    let _ = write!(
        text,
        "<text x=\"8\" y=\"27\" font-size=\"8\" fill=\"#666\">down: {}, across: {}; at most {:.1}</text>",
        escaped(&part.keys[0]),
        escaped(&part.keys[1]),
        points(part.most())
    );
    for row in 0..rows {
        for column in 0..columns {
            let share = f64::from(part.points[row * columns + column]) / most;
            let _ = write!(
                text,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{cell_wide:.1}\" height=\"{cell_high:.1}\" fill=\"#06c\" \
                 fill-opacity=\"{share:.2}\"/>",
                left + column as f64 * cell_wide,
                top + row as f64 * cell_high
            );
        }
    }
}

/// A number in few letters.
fn short(value: f32) -> String {
    if value != 0.0 && (value.abs() >= 100_000.0 || value.abs() < 0.001) {
        format!("{value:.0e}")
    } else {
        format!("{value}").chars().take(6).collect::<String>().trim_end_matches('.').to_owned()
    }
}
