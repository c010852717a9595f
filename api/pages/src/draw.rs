//! Small drawings as SVG, made on the server: each stands beside its numbers in text, so that nobody needs to see it.

/// A score with its interval on a scale of 0 to 100: a bar up to the point, a thinner one over what is not known.
pub fn interval(low: f64, point: f64, high: f64) -> String {
    let clamp = |x: f64| if x.is_finite() { x.clamp(0.0, 100.0) } else { 0.0 };
    let (low, point, high) = (clamp(low), clamp(point), clamp(high));
    format!(
        "<svg class=\"interval\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"track\" width=\"100\" height=\"10\"/>\
         <rect class=\"unsure\" x=\"{low:.1}\" width=\"{:.1}\" y=\"2\" height=\"6\"/>\
         <rect class=\"value\" width=\"{point:.1}\" height=\"10\" y=\"0\"/>\
         <rect class=\"edge\" x=\"{low:.1}\" width=\"{:.1}\" y=\"4\" height=\"2\"/></svg>",
        (high - low).max(0.5),
        (high - low).max(0.5),
    )
}

/// A criterion: as wide as its weight, filled as far as its value.
pub fn criterion(weight: f64, low: f64, value: Option<f64>, high: f64) -> String {
    let clamp = |x: f64| if x.is_finite() { x.clamp(0.0, 1.0) } else { 0.0 };
    // The heaviest weight that a policy allows is 40.
    let width = if weight.is_finite() { (weight * 2.5).clamp(2.0, 100.0) } else { 2.0 };
    let part = |share: f64| width * clamp(share);
    let value = value.map_or_else(String::new, |value| {
        format!("<rect class=\"value\" width=\"{:.1}\" height=\"10\"/>", part(value))
    });
    format!(
        "<svg class=\"criterion\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"track\" width=\"{width:.1}\" height=\"10\"/>\
         <rect class=\"unsure\" x=\"{:.1}\" width=\"{:.1}\" height=\"10\"/>{value}</svg>",
        part(low),
        (part(high) - part(low)).max(0.0),
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn odd_numbers_draw_nothing_odd() {
        for svg in [
            super::interval(f64::NAN, 300.0, -5.0),
            super::criterion(f64::INFINITY, f64::NAN, Some(7.0), -1.0),
        ] {
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("\"-"), "{svg}");
        }
    }
}
