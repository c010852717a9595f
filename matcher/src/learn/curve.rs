//! The curves and tables of a model as pictures, one SVG a case, and the same in words: what each criterion adds by
//! its input.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: drawing within a part's lists"
)]

use std::fmt::Write;

use super::model::{Case, Kind, Model, Part};

/// Shades of a table's cells, beside white.
const SHADES: u64 = 10;
/// Width and height of a panel, and columns of panels.
const PANEL: (usize, usize) = (300, 170);
const COLUMNS: usize = 4;
/// Where the plot lies within its panel: left, top, width and height.
const PLOT: (f64, f64, f64, f64) = (38.0, 34.0, 250.0, 100.0);

/// Pages of a model's documentation: names of files and their texts, a picture for each case, and all in words.
pub fn pages(model: &Model) -> Vec<(String, String)> {
    let kind = match model.kind {
        Kind::Investments => "investments",
        Kind::Cities => "cities",
    };
    let mut pages: Vec<(String, String)> =
        model.cases.iter().map(|case| (format!("{kind}-{}.svg", case.name), svg(model, case))).collect();
    pages.push((format!("{kind}.md"), words(model, kind)));
    pages
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Investments => "Companies for investors",
        Kind::Cities => "Partners for cities",
    }
}

/// All parts of a case as one picture.
pub fn svg(model: &Model, case: &Case) -> String {
    let rows = case.parts.len().div_ceil(COLUMNS);
    let (width, height) = (COLUMNS * PANEL.0, rows * PANEL.1 + 30);
    let mut text = String::new();
    let what = title(model.kind);
    let cut = model.cut.map(|cut| format!(", deals before {cut}")).unwrap_or_default();
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"10\"><title>{what} ({}): what each learnt criterion adds</title>\
         <desc>A panel for each criterion: points that it adds, by its input. The page beside this picture says each in \
         words.</desc><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\
         <text x=\"8\" y=\"18\" font-size=\"13\">{what} ({}): points that each criterion adds, by its input{cut}</text>",
        escaped(&case.name),
        escaped(&case.name)
    );
    for (place, part) in case.parts.iter().enumerate() {
        let (x, y) = (place % COLUMNS * PANEL.0, place / COLUMNS * PANEL.1 + 30);
        let _ = write!(
            text,
            "<g transform=\"translate({x} {y})\"><text x=\"8\" y=\"14\" font-size=\"11\">{}</text>",
            escaped(&part.keys.join(" and "))
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

/// A bin of an input in words.
fn range(cuts: &[f32], bin: usize) -> String {
    match (
        bin.checked_sub(2).and_then(|low| cuts.get(low)),
        bin.checked_sub(1).and_then(|high| cuts.get(high)),
    ) {
        _ if bin == 0 => "unknown".to_owned(),
        (None, None) => "known".to_owned(),
        (None, Some(high)) => format!("below {}", short(*high)),
        (Some(low), None) => format!("{} and more", short(*low)),
        (Some(low), Some(high)) => format!("{} to {}", short(*low), short(*high)),
    }
}

/// The course of a curve from its first known bin to its last.
fn course(points: &[u32]) -> &'static str {
    let most = points.iter().copied().max().unwrap_or(0);
    let step = |pair: &[u32]| i64::from(pair[1]) - i64::from(pair[0]);
    let rises = points.windows(2).map(step).filter(|step| *step > 0).sum::<i64>();
    let falls = -points.windows(2).map(step).filter(|step| *step < 0).sum::<i64>();
    // Less than a fortieth of the most is noise to the eye.
    let small = i64::from(most / 40);
    let top = points.iter().position(|value| *value == most).unwrap_or(0);
    match (rises <= small, falls <= small) {
        (true, true) => "level",
        (false, true) => "rises",
        (true, false) => "falls",
        _ if points[..=top].is_sorted() && points[top..].is_sorted_by(|a, b| a >= b) => "rises, then falls",
        _ if rises >= 2 * falls => "mostly rises",
        _ if falls >= 2 * rises => "mostly falls",
        _ => "up and down",
    }
}

/// Every part in words, a table a case.
fn words(model: &Model, kind: &str) -> String {
    let mut text = format!("# {}: what each learnt criterion adds\n", title(model.kind));
    let seen = match model.cut {
        Some(cut) => format!("{} deals before {cut}", model.links),
        None => format!("{} links", model.links),
    };
    let _ = write!(
        text,
        "\nMade by `train curves` from a model of {seen}. A score is the sum of what its criteria add, of 100 points. \
         Most first.\n"
    );
    for case in &model.cases {
        let name = &case.name;
        let _ = write!(
            text,
            "\n## {name}\n\n![{} ({name}): a panel for each criterion with the points that it adds by its input; the \
             table below says the same in words]({kind}-{name}.svg)\n\n\
             | Criterion | Its sentence | At most | Course | Most where | Least where | Unknown |\n|---|---|---|---|---|---|---|\n",
            title(model.kind)
        );
        let mut parts: Vec<&Part> = case.parts.iter().collect();
        parts.sort_by(|a, b| b.most().cmp(&a.most()).then(a.keys.cmp(&b.keys)));
        for part in parts {
            let columns = part.cuts.get(1).map_or(1, |cuts| cuts.len() + 2);
            // Where all inputs are known: what is never unknown was not learnt there.
            let known = |bin: usize| bin / columns > 0 && (columns == 1 || !bin.is_multiple_of(columns));
            let place = |best: fn(u32, u32) -> bool| {
                (0..part.points.len()).filter(|bin| known(*bin)).fold(None, |held, next| match held {
                    Some(bin) if !best(part.points[next], part.points[bin]) => Some(bin),
                    _ => Some(next),
                })
            };
            let (high, low) = (place(|a, b| a > b).unwrap_or(0), place(|a, b| a < b).unwrap_or(0));
            let _ = if part.keys.len() == 1 {
                let key = &part.keys[0];
                let sentence =
                    model.kind.terms().iter().find(|term| term.key == key).map_or("", |term| term.sentence);
                writeln!(
                    text,
                    "| `{key}` | {sentence} | {:.2} | {} | {} | {} | {:.2} |",
                    points(part.most()),
                    course(&part.points[1..]),
                    range(&part.cuts[0], high),
                    range(&part.cuts[0], low),
                    points(part.points[0])
                )
            } else {
                let both = |bin: usize| {
                    format!(
                        "{}, {}",
                        range(&part.cuts[0], bin / columns),
                        range(&part.cuts[1], bin % columns)
                    )
                };
                writeln!(
                    text,
                    "| `{}` | The two together. | {:.2} | table | {} | {} | |",
                    part.keys.join("`, `"),
                    points(part.most()),
                    both(high),
                    both(low)
                )
            };
        }
    }
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
    let most = part.most().max(1);
    let _ = write!(
        text,
        "<text x=\"8\" y=\"27\" font-size=\"8\" fill=\"#666\">down: {}, across: {}; at most {:.1}</text>\
         <g fill=\"#06c\" transform=\"translate({left} {top}) scale({:.3} {:.3})\">",
        escaped(&part.keys[0]),
        escaped(&part.keys[1]),
        points(part.most()),
        wide / columns as f64,
        high / rows as f64
    );
    // Runs of a shade in a row are one rectangle, and a shade is one path: tables are most of a picture's bytes.
    let shade = |cell: usize| u64::from(part.points[cell]) * SHADES / u64::from(most);
    for wanted in 1..=SHADES {
        let mut path = String::new();
        for row in 0..rows {
            let mut column = 0;
            while column < columns {
                let run = (column..columns).take_while(|at| shade(row * columns + at) == wanted).count();
                if run > 0 {
                    let _ = write!(path, "M{column} {row}h{run}v1h-{run}z");
                }
                column += run.max(1);
            }
        }
        if !path.is_empty() {
            let _ =
                write!(text, "<path fill-opacity=\"{:.1}\" d=\"{path}\"/>", wanted as f64 / SHADES as f64);
        }
    }
    text.push_str("</g>");
}

/// A number in few letters.
fn short(value: f32) -> String {
    if value != 0.0 && (value.abs() >= 100_000.0 || value.abs() < 0.001) {
        format!("{value:.0e}")
    } else {
        format!("{value}").chars().take(6).collect::<String>().trim_end_matches('.').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_courses_in_words() {
        let cuts = [1.0, 2.5];
        assert_eq!(
            [0, 1, 2, 3].map(|bin| range(&cuts, bin)),
            ["unknown", "below 1", "1 to 2.5", "2.5 and more"]
        );
        assert_eq!(range(&[], 1), "known");
        assert_eq!(course(&[0, 10, 90]), "rises");
        assert_eq!(course(&[90, 91, 3]), "falls");
        assert_eq!(course(&[0, 90, 20]), "rises, then falls");
        assert_eq!(course(&[90, 0, 80]), "up and down");
        assert_eq!(course(&[0, 40, 30, 90]), "mostly rises");
        assert_eq!(course(&[90, 30, 40, 0]), "mostly falls");
        assert_eq!(course(&[400, 401]), "level");
    }
}
