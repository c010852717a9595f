//! What two cities bring in beside the text: the first deed, found by the matcher, and the workspace that they share.

use domain::{
    city::City,
    document::Document,
    id::Id,
    mandate::Mandate,
    partnership::{
        CityRole, CitySide, DeedEdge, FirstDeed, Partnership, PartnershipParty, SharedWith, Sharing,
    },
    policy::Action,
    project::Project,
};

use super::{actor, check_papers, letters, office};
use crate::{
    app::{App, combination::triad_now},
    auth::Actor as Asker,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    registry::{document::address, record::On},
};

/// The triad of the two cities with a project and a mandate, as it is now.
///
/// # Errors
/// The project or the mandate is not on the market, or one of the edges is open.
pub(super) async fn first_deed(
    command: &CommandTx,
    cities: (Id<City>, Id<City>),
    project: Id<Project>,
    mandate: Id<Mandate>,
) -> Result<FirstDeed, CommandError> {
    // What the office does not see cannot be named.
    command.find("act.nameFirstDeed.projectId", project).await?;
    command.find("act.nameFirstDeed.mandateId", mandate).await?;
    let found = command.app.compute(move |app| triad_now(app, cities, project, mandate)).await?;
    let Some(triad) = found else {
        let message =
            "a first deed is a project that serves both cities and a mandate that it fits: ask `triads`";
        let refusal = Refusal::new(UserErrorCode::GateFailed, "act.nameFirstDeed", message);
        return Err(refusal.by_rule("FIRST_DEED_CLOSES").into());
    };
    let edges = triad.edges.iter().map(|line| DeedEdge {
        key: line.edge.code().to_owned(),
        score: line.score,
        weakest: line.weakest,
        because: line.because.english(),
    });
    Ok(FirstDeed { project, mandate, edges: edges.collect(), as_of: command.now })
}

/// The side that the actor serves as an officer.
async fn officer(command: &CommandTx, it: &Partnership) -> Result<CitySide, CommandError> {
    let actor = actor(command, it).await?;
    let side = actor.side().ok_or(CommandError::Unauthenticated)?;
    if actor.parties().contains(&PartnershipParty::of(side, CityRole::Officer)) {
        return Ok(side);
    }
    Err(Refusal::not_permitted("this is for editors of the office").into())
}

/// Puts something into the workspace, and tells the other side where it is meant for it.
///
/// # Errors
/// There is no such partnership for the actor, it was changed meanwhile, or it is refused.
pub async fn share(
    app: &App,
    asker: &Asker,
    meta: &Meta,
    on: On<Partnership>,
    what: Sharing,
) -> Result<Id<Partnership>, CommandError> {
    app.command(asker, meta, move |command| {
        let what = what.clone();
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let side = officer(command, &stored.value).await?;
            let papers: Vec<Id<Document>> = what.document.into_iter().collect();
            check_papers(command, "documentId", &papers).await?;
            let (kind, with) = (what.kind, what.with);
            let next = stored.value.share(side, command.actor.person_id(), what, command.now)?;
            let changed = command.tx.change(&stored, next).await?;
            if with != SharedWith::OwnSide {
                let message = letters::shared(kind, &command.app.auth.public_url);
                command.tell(office(&changed.value, side.other()), message).await?;
            }
            command.audit(&changed, serde_json::json!({"shared": kind, "with": with, "documents": papers}));
            Ok(on.id)
        })
    })
    .await
}

/// Takes an entry of the own side out of the workspace.
///
/// # Errors
/// There is no such partnership or entry for the actor, or it was changed meanwhile.
pub async fn take_back(
    app: &App,
    asker: &Asker,
    meta: &Meta,
    on: On<Partnership>,
    number: u32,
) -> Result<Id<Partnership>, CommandError> {
    app.command(asker, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let side = officer(command, &stored.value).await?;
            let next = stored.value.take_back(side, number)?;
            let changed = command.tx.change(&stored, next).await?;
            command.audit(&changed, serde_json::json!({"taken_back": number}));
            Ok(on.id)
        })
    })
    .await
}

/// Opens a document of the workspace: answers an address at which its bytes are for some minutes; who asked for it is
/// in the audit log.
///
/// # Errors
/// There is no such partnership, entry or document for the actor now.
pub async fn open(
    app: &App,
    asker: &Asker,
    meta: &Meta,
    partnership: Id<Partnership>,
    number: u32,
) -> Result<String, CommandError> {
    let opened = app
        .command(asker, meta, move |command| {
            Box::pin(async move {
                let stored = command.find("partnershipId", partnership).await?;
                command.authorise("partnershipId", Action::ReadPrivate, &stored).await?;
                let side = actor(command, &stored.value).await?.side();
                let mut seen = stored.value.shared_with(side);
                let missing = || CommandError::from(Refusal::not_found("number", "document"));
                let entry = seen.find(|entry| entry.number == number).ok_or_else(missing)?;
                let document = entry.what.document.ok_or_else(missing)?;
                // Whoever shared it may have removed it from the office's documents since.
                let paper = command.tx.get::<Document>(document).await?.ok_or_else(missing)?;
                if paper.owner != Some(office(&stored.value, entry.side)) {
                    return Err(missing());
                }
                command
                    .audit(&stored, serde_json::json!({"document": document, "sha256": paper.value.sha256}));
                Ok(document)
            })
        })
        .await?;
    Ok(address(app, opened))
}
