//! Ranks all cities of other countries for each city judged, partners that are known left out.

use super::{
    data::Atlas,
    graph::{Graph, Nearness},
    published,
    signal::Signal,
    train,
    view::View,
};
use crate::{
    learn::{
        judge::{Found, Ranker, best},
        model::{ModelError, hash_of},
    },
    policy::Policy,
};

/// Refuses a model that saw other links than those that are known.
///
/// # Errors
/// [`ModelError::SeenHidden`].
pub fn admit(atlas: &Atlas, links: &[(u32, u32)], ranker: &Ranker<'_>) -> Result<(), ModelError> {
    let Ranker::Model(model, _) = ranker else { return Ok(()) };
    if model.links_sha256 == hash_of(train::lines(atlas, links)) {
        return Ok(());
    }
    Err(ModelError::SeenHidden { seen: model.links, known: links.len() })
}

/// Ranks for each query and hands over its best, in the order of the queries.
///
/// # Errors
/// What [`admit`] refuses, and what `each` answers.
pub fn rank<E: From<ModelError>>(
    atlas: &Atlas,
    links: &[(u32, u32)],
    queries: &[u32],
    ranker: &Ranker<'_>,
    top: usize,
    mut each: impl FnMut(u32, &[Found]) -> Result<(), E>,
) -> Result<(), E> {
    admit(atlas, links, ranker)?;
    let nearness = Nearness::new(atlas);
    let graph = Graph::new(atlas, &nearness, links);
    let policy = Policy::current();
    let mut inputs = vec![0.0_f32; Signal::COUNT];
    let mut order: Vec<u32> = (0..atlas.cities.len() as u32).collect();
    order.sort_by(|a, b| atlas.ids.text(*a).cmp(atlas.ids.text(*b)));
    for query in queries {
        let view = View::new(&graph, *query);
        let open = order.iter().filter(|other| view.candidate(**other));
        let found: Vec<Found> = match ranker {
            Ranker::Published => open
                .map(|other| Found { item: *other, score: published::score(&policy, atlas, *query, *other) })
                .collect(),
            Ranker::Model(model, switches) => {
                let Some(case) = model.cases.get(usize::from(graph.degree(*query) > 0)) else {
                    return Ok(());
                };
                let scorer = case.scorer(model.kind, switches);
                open.map(|other| {
                    view.signals(*other, &mut inputs);
                    Found { item: *other, score: scorer.score(&inputs) }
                })
                .collect()
            }
        };
        each(*query, &best(found, top))?;
    }
    Ok(())
}
