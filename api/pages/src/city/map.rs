//! A city on the map of the world, with the cities that it has agreements with and those that would make partners.

use std::fmt::Write as _;

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    view::{Connection, Country, Score},
};

/// Outline of the land, where 1000 units are 360 degrees; `assets/README.md` says whose it is.
const LAND: &str = include_str!("../../assets/world.path");
/// Width of the map in its units.
const WIDTH: f64 = 1000.0;
/// Height of the map, from 84 degrees north to 60 degrees south.
const HEIGHT: f64 = 400.0;

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/cities/{id}/map", get(shown))
}

/// A city with where it lies.
#[derive(Debug, Clone, Deserialize)]
struct Place {
    id: String,
    name: String,
    country: Country,
    latitude: f64,
    longitude: f64,
}

impl Place {
    /// Where it is on the map.
    fn point(&self) -> (f64, f64) {
        project(self.latitude, self.longitude)
    }

    /// How far another is, in kilometres over the ground.
    fn kilometres(&self, other: &Self) -> i64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let (dy, dx) = (b - a, (other.longitude - self.longitude).to_radians());
        let part = (dy / 2.0).sin().powi(2) + a.cos() * b.cos() * (dx / 2.0).sin().powi(2);
        let length = 2.0 * 6371.0 * part.clamp(0.0, 1.0).sqrt().asin();
        if length.is_finite() { length.round() as i64 } else { 0 }
    }
}

/// A point of the Earth on the map; an odd one at its edge.
fn project(latitude: f64, longitude: f64) -> (f64, f64) {
    let clamp = |x: f64, most: f64| if x.is_finite() { x.clamp(0.0, most) } else { 0.0 };
    let scale = WIDTH / 360.0;
    (clamp((longitude + 180.0) * scale, WIDTH), clamp((84.0 - latitude) * scale, HEIGHT))
}

/// An arc that rises over the straight line between two points. Where the shorter way leads over the edge of the map, it
/// is drawn twice, each time out at one edge.
fn arc(a: (f64, f64), b: (f64, f64)) -> String {
    let curve = |a: (f64, f64), b: (f64, f64)| {
        let rise = ((b.0 - a.0).hypot(b.1 - a.1) / 4.0).min(80.0);
        let (x, y) = (f64::midpoint(a.0, b.0), (f64::midpoint(a.1, b.1) - rise).max(-60.0));
        format!("M{:.0} {:.0}Q{x:.0} {y:.0} {:.0} {:.0}", a.0, a.1, b.0, b.1)
    };
    let across = b.0 - a.0;
    if across.abs() <= WIDTH / 2.0 {
        return curve(a, b);
    }
    let turn = WIDTH.copysign(across);
    curve(a, (b.0 - turn, b.1)) + &curve((a.0 + turn, a.1), b)
}

/// A city at the other end of an arc.
#[derive(Debug, Clone)]
struct Bond {
    place: Place,
    tier: String,
    score: Option<f64>,
    /// Whether there is an agreement; otherwise it is one that could be.
    agreed: bool,
}

/// The map, with a text for who does not see it.
fn draw(label: &str, from: &Place, bonds: &[Bond]) -> String {
    let home = from.point();
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\
         <path class=\"land\" d=\"{LAND}\"/>",
        escaped(label)
    );
    // What is agreed lies above what could be.
    for agreed in [false, true] {
        for one in bonds.iter().filter(|one| one.agreed == agreed) {
            let class = if agreed { "agreed" } else { "candidate" };
            let (to, name) = (one.place.point(), escaped(&one.place.name));
            // Writing to a text does not fail.
            let _ = write!(
                svg,
                "<g class=\"{class}\"><title>{name}</title><path class=\"arc\" d=\"{}\"/>\
                 <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"/></g>",
                arc(home, to),
                to.0,
                to.1,
            );
        }
    }
    let _ = write!(svg, "<circle class=\"home\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"6\"/></svg>", home.0, home.1);
    svg
}

/// A text within SVG.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Agreement {
    city_a: Place,
    city_b: Place,
    text: Tiered,
}

#[derive(Debug, Clone, Deserialize)]
struct Tiered {
    tier: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    b: Place,
    reachable_tier: String,
    score: Score,
}

#[derive(Template)]
#[template(path = "city/map.html")]
struct MapPage {
    d: Desk,
    city: Place,
    bonds: Vec<Bond>,
}

impl MapPage {
    fn drawing(&self) -> String {
        let label = self.d.say1("map-title", "city", self.city.name.as_str());
        draw(&label, &self.city, &self.bonds)
    }

    fn distance(&self, one: &Bond) -> String {
        self.d.whole(&self.city.kilometres(&one.place))
    }
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        city: Option<Place>,
        agreements: Vec<Agreement>,
        partner_cities: Connection<Candidate>,
    }
    let answer: Answer = d.ask(include_str!("../../queries/city/map.graphql"), json!({ "id": id })).await?;
    let city = answer.city.ok_or_else(Failure::not_found)?;
    let mut bonds: Vec<Bond> = answer
        .agreements
        .into_iter()
        .map(|one| {
            let place = if one.city_a.id == city.id { one.city_b } else { one.city_a };
            Bond { place, tier: one.text.tier, score: None, agreed: true }
        })
        .collect();
    for edge in answer.partner_cities.edges {
        let one = edge.node;
        match bonds.iter_mut().find(|bond| bond.place.id == one.b.id) {
            Some(bond) => bond.score = Some(one.score.point),
            None => bonds.push(Bond {
                place: one.b,
                tier: one.reachable_tier,
                score: Some(one.score.point),
                agreed: false,
            }),
        }
    }
    d.page(&MapPage { d: d.clone(), city, bonds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, latitude: f64, longitude: f64) -> Place {
        let country = Country { code: "XX".to_owned(), name: "X".to_owned() };
        Place { id: name.to_owned(), name: name.to_owned(), country, latitude, longitude }
    }

    #[test]
    fn points_lie_where_the_land_does() {
        assert_eq!(project(84.0, -180.0), (0.0, 0.0));
        let (x, y) = project(0.0, 0.0);
        assert!((x - 500.0).abs() < 0.01 && (y - 233.33).abs() < 0.01);
        assert_eq!(project(f64::NAN, f64::INFINITY), (0.0, 0.0));
        assert_eq!(project(-90.0, 500.0), (WIDTH, HEIGHT));
    }

    #[test]
    fn no_outline_crosses_the_whole_map() {
        for ring in LAND.split('M').skip(1) {
            let steps = ring.split_once('l').map_or("", |(_, steps)| steps);
            let spaced = steps.trim_end_matches('z').replace('-', " -");
            let long = |step: &str| step.parse::<f64>().map_or(true, |step| step.abs() > 100.0);
            assert!(!spaced.split_whitespace().any(long), "{ring}");
        }
    }

    #[test]
    fn the_way_over_the_pacific_leaves_at_both_edges() {
        assert_eq!(arc((100.0, 100.0), (500.0, 100.0)).matches('M').count(), 1);
        assert_eq!(arc((900.0, 100.0), (100.0, 100.0)), "M900 100Q1000 50 1100 100M-100 100Q0 50 100 100");
    }

    #[test]
    fn distances_are_those_over_the_ground() {
        let (belgrade, shanghai) = (place("Belgrade", 44.8, 20.47), place("Shanghai", 31.22, 121.46));
        assert!((8400..8700).contains(&belgrade.kilometres(&shanghai)));
        assert_eq!(belgrade.kilometres(&belgrade), 0);
    }

    #[test]
    fn names_cannot_leave_the_drawing() {
        let bond =
            Bond { place: place("<b>\"&", 10.0, 10.0), tier: "TWIN".to_owned(), score: None, agreed: true };
        let svg = draw("a\"b", &place("Home", 0.0, 0.0), &[bond]);
        assert!(svg.contains("&lt;b&gt;&quot;&amp;") && svg.contains("aria-label=\"a&quot;b\""));
        assert!(LAND.len() < 30_000 && !LAND.contains(['<', '"']));
    }
}
