//! Triads: closures of two cities, a project that serves both, and a mandate that it fits, ranked by the weakest of
//! their four edges (rulings 9). A triad adds nothing to the score of a pair.
//!
//! Published as policy: an edge of a city and a project is the overlap of the city's needs with the project's fields,
//! times where the project is. The overlap is the sum over the project's fields of its share, times the best of
//! nearness times priority over the city's needs (priority 3 counts in full, 2 two thirds, 1 one third). Where it is:
//! in the city 1; in its country, with no city of that country named, 0.7; in another city of its country 0.3;
//! elsewhere 0. The other edges are the mutual scores of the two cities and of project and mandate; each keeps its own
//! gates and its own floor of coverage. An edge of nothing closes no triad.
//!
//! Order: the weakest edge, then the sum of the four, then the ids of cities, project and mandate.

mod edge;
mod find;

pub use edge::{CityEdge, Place, city_edge};
pub use find::{Edge, EdgeLine, Triad, explain_triad, triad_of, triads_of_city, triads_of_mandate};
