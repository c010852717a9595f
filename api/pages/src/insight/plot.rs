//! Plots as SVG. Each is an image with a title and stands beside a table that says the same. Where lines run from right to
//! left, plots do too.

use std::fmt::Write as _;

use crate::words::Words;

/// Text as it may stand in SVG.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn finite(number: f64) -> f64 {
    if number.is_finite() { number.max(0.0) } else { 0.0 }
}

/// About how wide a letter is at the size of the plots.
const fn wide(letter: char) -> f64 {
    match letter {
        '\u{2e80}'.. => 13.0,
        '\u{600}'..='\u{6ff}' => 5.5,
        // Vowels above and below take no room.
        '\u{e31}'
        | '\u{e34}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}'
        | '\u{eb1}'
        | '\u{eb4}'..='\u{ebc}'
        | '\u{ec8}'..='\u{ecd}' => 0.0,
        _ => 7.0,
    }
}

/// About how wide a text is.
fn width(text: &str) -> f64 {
    text.chars().map(wide).sum()
}

/// As much of a name as there is room for.
fn short(name: &str, room: f64) -> String {
    let mut left = room;
    let mut end = name.len();
    for (at, letter) in name.char_indices() {
        left -= wide(letter);
        if left < 0.0 {
            end = at;
            break;
        }
    }
    match name.get(..end) {
        Some(part) if end < name.len() => format!("{}…", part.trim_end()),
        _ => name.to_owned(),
    }
}

/// A plot of a width, in the direction of its language.
struct Frame {
    width: f64,
    height: f64,
    is_rtl: bool,
    inside: String,
}

impl Frame {
    fn new(width: f64, height: f64, words: &Words) -> Self {
        Self { width, height, is_rtl: words.language.is_rtl(), inside: String::new() }
    }

    /// Where something stands that begins so far from the side where lines begin.
    fn at(&self, x: f64) -> f64 {
        if self.is_rtl { self.width - x } else { x }
    }

    fn rect(&mut self, style: &str, [x, y, width, height]: [f64; 4]) {
        let x = if self.is_rtl { self.width - x - width } else { x };
        // Writing to a text does not fail.
        let _ = write!(
            self.inside,
            "<rect {style} x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\"/>"
        );
    }

    fn line(&mut self, style: &str, [x1, y1, x2, y2]: [f64; 4]) {
        let (x1, x2) = (self.at(x1), self.at(x2));
        let _ = write!(
            self.inside,
            "<line {style} x1=\"{x1:.1}\" x2=\"{x2:.1}\" y1=\"{y1:.1}\" y2=\"{y2:.1}\"/>"
        );
    }

    /// Text that begins, ends or has its middle at a place; slanted where it is to be.
    fn text(&mut self, anchor: &str, [x, y]: [f64; 2], is_slanted: bool, text: &str) {
        let anchor = match anchor {
            "start" if self.is_rtl => "end",
            "end" if self.is_rtl => "start",
            same => same,
        };
        let x = self.at(x);
        let angle = if self.is_rtl { 45 } else { -45 };
        let turn =
            if is_slanted { format!(" transform=\"rotate({angle} {x:.1} {y:.1})\"") } else { String::new() };
        let text = escaped(text);
        let _ = write!(
            self.inside,
            "<text x=\"{x:.1}\" y=\"{y:.1}\"{turn} text-anchor=\"{anchor}\" font-size=\"13\">{text}</text>"
        );
    }

    fn told(&self, title: &str) -> String {
        let (width, height, inside) = (self.width, self.height, &self.inside);
        format!(
            "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             direction=\"ltr\"><title>{}</title>{inside}</svg>",
            escaped(title)
        )
    }
}

/// The upper edges of rows of a height, with what they hold.
fn rows<T>(all: &[T], height: f64) -> impl Iterator<Item = (f64, &T)> {
    std::iter::successors(Some(0.0), move |y| Some(y + height)).zip(all)
}

/// How many there are, as a length.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}

/// Horizontal bars, each with its name and number.
pub fn bars(title: &str, all: &[(String, f64)], words: &Words) -> String {
    let most = all.iter().map(|(_, number)| finite(*number)).fold(1.0_f64, f64::max);
    let mut frame = Frame::new(640.0, count(all.len()) * 26.0 + 8.0, words);
    for (y, (name, number)) in rows(all, 26.0) {
        let width = finite(*number) / most * 340.0;
        frame.text("end", [220.0, y + 17.0], false, &short(name, 215.0));
        frame.rect("class=\"value\"", [228.0, y + 4.0, width, 18.0]);
        frame.text("start", [234.0 + width, y + 17.0], false, &words.number(*number, 0));
    }
    frame.told(title)
}

/// Points with their intervals on a common scale from 0, and a line at 1.
pub fn intervals(title: &str, all: &[(String, f64, f64, f64)], words: &Words) -> String {
    let most = all.iter().map(|(_, _, _, high)| finite(*high)).fold(1.5_f64, f64::max);
    let x = |number: f64| 110.0 + finite(number) / most * 440.0;
    let height = count(all.len()) * 26.0 + 8.0;
    let mut frame = Frame::new(640.0, height, words);
    frame.line("class=\"axis\" stroke-dasharray=\"3 3\"", [x(1.0), 0.0, x(1.0), height]);
    for (y, (name, low, point, high)) in rows(all, 26.0) {
        frame.text("end", [100.0, y + 17.0], false, &short(name, 95.0));
        frame.rect("class=\"unsure\"", [x(*low), y + 9.0, (x(*high) - x(*low)).max(1.0), 8.0]);
        frame.rect("class=\"value\"", [x(*point) - 5.0, y + 8.0, 10.0, 10.0]);
        // A number does not stand on the line.
        let after = x(*high) + 8.0;
        let is_over = after < x(1.0) && after + 32.0 > x(1.0);
        let place = if is_over { x(1.0) + 6.0 } else { after };
        frame.text("start", [place, y + 17.0], false, &words.number(*point, 2));
    }
    frame.told(title)
}

/// One way in a matrix: from a row to a column, by their places, and how many; none where it is held back.
pub type Cell = (usize, usize, Option<i64>);

/// A matrix of what goes from whom, in rows, to whom, in columns: the more, the darker. Where a figure is held back the
/// cell has a frame and `few` in it.
pub fn matrix(
    title: &str,
    names: (&[String], &[String]),
    cells: &[Cell],
    few: &str,
    words: &Words,
) -> String {
    const SIDE: f64 = 44.0;
    let (from, to) = names;
    let most = cells.iter().filter_map(|(_, _, count)| *count).max().unwrap_or(1).max(1);
    // As much room as the longest names take, those of the columns on a slant.
    let longest = |names: &[String]| names.iter().map(|name| width(name)).fold(24.0_f64, f64::max);
    let (left, top) = (longest(from).min(170.0) + 16.0, longest(to).min(140.0) * 0.75 + 24.0);
    let (right, bottom) = (left + count(to.len()) * SIDE, top + count(from.len()) * SIDE);
    // Beside the last column there is room for its slanted name.
    let mut frame = Frame::new(right + 110.0, bottom + 4.0, words);
    for (y, name) in rows(from, SIDE) {
        frame.line("class=\"ruling\"", [left, top + y, right, top + y]);
        frame.text("end", [left - 8.0, top + y + 27.0], false, &short(name, 170.0));
    }
    for (x, name) in rows(to, SIDE) {
        frame.line("class=\"ruling\"", [left + x, top, left + x, bottom]);
        frame.text("start", [left + x + 26.0, top - 8.0], true, &short(name, 140.0));
    }
    for (row, column, number) in cells {
        let (x, y) = (left + count(*column) * SIDE, top + count(*row) * SIDE);
        let told = number.map(|number| (number, share(number, most)));
        let (style, text) = match told {
            // The darkest still lets its number be read.
            Some((number, part)) => {
                (format!("class=\"value\" fill-opacity=\"{:.2}\"", 0.15 + 0.4 * part), words.whole(number))
            }
            None => ("class=\"held-back\"".to_owned(), few.to_owned()),
        };
        frame.rect(&style, [x + 2.0, y + 2.0, 40.0, 40.0]);
        frame.text("middle", [x + 22.0, y + 27.0], false, &text);
    }
    frame.told(title)
}

/// A part of the most there is, between 0 and 1.
fn share(number: i64, most: i64) -> f64 {
    let thousandths = number.clamp(0, most).saturating_mul(1_000).checked_div(most).unwrap_or(0);
    i32::try_from(thousandths).map_or(0.0, f64::from) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_name_has_as_much_room_as_its_letters_take() {
        assert_eq!(short("Digital skills", 215.0), "Digital skills");
        let cut = short("Cross-border fibre, submarine cable, internet exchange", 215.0);
        assert!(cut.ends_with('…') && (28..=32).contains(&cut.chars().count()), "{cut}");
        assert!(short("跨境光纤、海底电缆与互联网交换以及其他", 215.0).chars().count() < 20);
    }

    #[test]
    fn a_plot_begins_where_lines_do() {
        let rows = [("x".to_owned(), 3.0)];
        assert!(bars("t", &rows, Words::of(Language::En)).contains("<rect class=\"value\" x=\"228.0\""));
        let svg = bars("t", &rows, Words::of(Language::Ar));
        assert!(
            svg.contains("<rect class=\"value\" x=\"72.0\"") && svg.contains("text-anchor=\"start\""),
            "{svg}"
        );
    }

    #[test]
    fn what_people_write_does_not_break_out_of_a_plot() {
        let words = Words::of(Language::En);
        let svg = bars("a <b> & c", &[("<script>".to_owned(), f64::NAN), ("x".to_owned(), -3.0)], words);
        assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("NaN"), "{svg}");
        let names = ["<i>".to_owned(), "b".to_owned()];
        let svg = matrix("t", (&names, &names), &[(0, 1, Some(5)), (1, 0, None)], "<5", words);
        assert!(!svg.contains("<i>") && !svg.contains("><5"), "{svg}");
        let svg = intervals("t", &[("0–20".to_owned(), 0.5, 1.0, f64::INFINITY)], words);
        assert!(!svg.contains("inf"), "{svg}");
    }
}
