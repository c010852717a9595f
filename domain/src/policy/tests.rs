use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::{
    account::{OrgRole, PlatformRole},
    vocabulary::Vocabulary,
};

/// An event is shown as a listing: a draft, and in public once it is announced.
const EVENT_STATES: [Option<ListingState>; 2] = [Some(ListingState::Draft), Some(ListingState::Published)];

const ALL_STATES: [Option<ListingState>; 14] = {
    let mut states = [None; 14];
    let mut i = 0;
    while i < 13 {
        states[i + 1] = Some(ListingState::ALL[i]);
        i += 1;
    }
    states
};

fn set(relations: &[Relation]) -> RelationSet {
    relations.iter().fold(RelationSet::ANONYMOUS, |set, relation| set.with(*relation))
}

/// The columns of the matrix: each relation with what it implies, then those who would judge the own record.
fn columns() -> Vec<(String, RelationSet)> {
    let mut columns: Vec<_> =
        Relation::ALL.iter().map(|relation| (relation.code().to_owned(), set(&[*relation]))).collect();
    for judge in
        [Relation::ClaimingReviewer, Relation::Compliance, Relation::Administrator, Relation::Observer]
    {
        let both = set(&[judge, Relation::MemberOwner]);
        columns.push((format!("{} who is MEMBER_OWNER", judge.code()), both));
    }
    columns.push(("ADMINISTRATOR who is SELF".to_owned(), set(&[Relation::Administrator, Relation::Itself])));
    columns
}

fn states_of(kind: AggregateKind) -> &'static [Option<ListingState>] {
    match kind {
        AggregateKind::Project => &ALL_STATES[1..],
        AggregateKind::Document => &ALL_STATES,
        AggregateKind::ExchangeEvent => &EVENT_STATES,
        _ => &ALL_STATES[..1],
    }
}

/// The whole matrix: a line for each kind, action and state, a letter for each column.
fn matrix() -> String {
    let mut text = String::from("A allow, d deny, . hide. Columns:\n");
    for (number, (name, _)) in (1..).zip(columns()) {
        writeln!(text, "{number:>3} {name}").unwrap();
    }
    for kind in AggregateKind::ALL {
        for action in Action::all() {
            if matches!(action, Action::Listing(_)) && *kind != AggregateKind::Project {
                continue;
            }
            let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
            for state in states_of(*kind) {
                let letters = columns()
                    .iter()
                    .map(|(_, who)| match decide(*kind, action, *who, *state) {
                        Decision::Allow => 'A',
                        Decision::Deny => 'd',
                        Decision::Hide => '.',
                    })
                    .collect::<String>();
                let state = state.map_or("-", Vocabulary::code);
                match lines.iter_mut().find(|(known, _)| *known == letters) {
                    Some((_, states)) => states.push(state),
                    None => lines.push((letters, vec![state])),
                }
            }
            for (letters, states) in lines {
                writeln!(text, "{letters} {} {} {}", kind.code(), action.code(), states.join(",")).unwrap();
            }
        }
    }
    text
}

#[test]
fn the_matrix_is_the_one_that_was_read_and_agreed() {
    let text = matrix();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/policy/matrix.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, agreed, "when the change is meant: UPDATE_GOLDEN=1 cargo test -p domain policy");
}

#[test]
fn writes_are_for_few_relations_only() {
    for kind in AggregateKind::ALL {
        for row in rows(*kind).iter().filter(|row| row.action.writes()) {
            for never in [Relation::Public, Relation::Matched, Relation::Introduced, Relation::MemberViewer] {
                assert!(!row.allow.contains(&never), "{kind} {:?} {never}", row.action);
            }
            // Whoever has an account makes things of the own; nothing that is there already is theirs to change.
            if row.allow.contains(&Relation::Registered) {
                assert!(matches!(row.action, Action::Create | Action::TakeOver), "{kind} {:?}", row.action);
            }
            assert!(!row.allow.contains(&Relation::Observer) || row.action == Action::Endorse, "{kind}");
        }
    }
}

#[test]
fn drafts_are_for_the_own_people_and_two_offices() {
    let draft = Some(ListingState::Draft);
    for relation in Relation::ALL {
        let seen = decide(AggregateKind::Project, Action::Read, set(&[*relation]), draft) == Decision::Allow;
        let may = matches!(
            relation,
            Relation::MemberViewer
                | Relation::MemberEditor
                | Relation::MemberOwner
                | Relation::Compliance
                | Relation::Administrator
                | Relation::System
        );
        assert_eq!(seen, may, "{relation}");
    }
}

#[test]
fn nobody_acts_for_an_unclaimed_record() {
    let owner = Standing {
        confirmed: true,
        role: Some(OrgRole::Owner),
        matched: true,
        introduced: true,
        owner_link: true,
        ..Standing::default()
    };
    assert!(owner.relations().contains(Relation::MemberOwner));
    let unclaimed = Standing { unclaimed: true, ..owner }.relations();
    assert_eq!(unclaimed, set(&[Relation::Registered]));
    for kind in [AggregateKind::Organisation, AggregateKind::City, AggregateKind::Mandate] {
        for action in Action::all().filter(|action| action.writes() && *action != Action::Create) {
            let answer = decide(kind, action, unclaimed, None);
            assert_eq!(
                answer == Decision::Allow,
                action == Action::TakeOver && kind != AggregateKind::Mandate
            );
        }
    }
}

#[test]
fn an_unconfirmed_account_holds_no_power() {
    let standing = Standing {
        platform: PlatformRole::ALL.iter().copied().collect(),
        role: Some(OrgRole::Owner),
        itself: true,
        claimed_review: true,
        ..Standing::default()
    };
    assert_eq!(standing.relations(), set(&[Relation::Itself]));
    let lapsed = Standing { confirmed: true, claimed_review: true, ..Standing::default() };
    assert!(!lapsed.relations().contains(Relation::ClaimingReviewer), "no reviewer any more");
}

#[test]
fn keys_do_what_their_scope_says_and_never_make_power() {
    for kind in AggregateKind::ALL {
        for action in Action::all() {
            let power = matches!(
                action,
                Action::Invite
                    | Action::Accept
                    | Action::TakeOver
                    | Action::TakeUp
                    | Action::Verify
                    | Action::Decide
                    | Action::Endorse
                    | Action::Suspend
                    | Action::GrantRole
                    | Action::Appeal
            ) || matches!(
                kind,
                AggregateKind::ApiKey
                    | AggregateKind::Session
                    | AggregateKind::Invitation
                    | AggregateKind::ScreeningHit
            ) && !matches!(action, Action::Export | Action::Listing(_));
            assert!(!power || action.scope(*kind).is_none(), "{kind} {action:?}");
            if let Some(scope) = action.scope(*kind) {
                let reads = matches!(scope, crate::account::Scope::Read | crate::account::Scope::Export);
                assert_eq!(reads, !action.writes(), "{kind} {action:?}");
            }
        }
    }
    assert_eq!(
        Action::Listing(crate::listing::ListingTransition::Publish).scope(AggregateKind::Project),
        None
    );
}

fn any_set() -> impl Strategy<Value = RelationSet> {
    proptest::sample::subsequence(Relation::ALL, 0..=Relation::ALL.len()).prop_map(|some| set(&some))
}

fn any_action() -> impl Strategy<Value = Action> {
    proptest::sample::select(Action::all().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A further relation never takes a right away, except where a row says that it does, or where a member
    /// would judge the own listing.
    #[test]
    fn more_relations_are_more_rights(
        kind in proptest::sample::select(AggregateKind::ALL), action in any_action(), who in any_set(),
        more in proptest::sample::select(Relation::ALL), state in proptest::sample::select(&ALL_STATES[..]),
    ) {
        let (before, after) = (decide(kind, action, who, state), decide(kind, action, who.with(more), state));
        let stated = rows(kind)
            .iter()
            .filter(|row| row.action == action || row.action == Action::Read)
            .any(|row| who.with(more).any(row.except))
            || matches!(action, Action::Listing(_)) && who.with(more).contains(Relation::MemberViewer);
        prop_assert!(after <= before || stated, "{:?} and {}: {:?}, then {:?}", who, more, before, after);
    }

    #[test]
    fn whoever_may_change_may_read(
        kind in proptest::sample::select(AggregateKind::ALL), action in any_action(), who in any_set(),
        state in proptest::sample::select(&ALL_STATES[..]),
    ) {
        if action != Action::Create && decide(kind, action, who, state) == Decision::Allow {
            prop_assert_eq!(decide(kind, Action::Read, who, state), Decision::Allow);
        }
    }

    /// Neither without an account, nor as a viewer or an observer beside it, does anybody change what is there.
    #[test]
    fn strangers_and_viewers_write_nothing(
        kind in proptest::sample::select(AggregateKind::ALL), action in any_action(),
        state in proptest::sample::select(&ALL_STATES[..]),
    ) {
        let allowed = |who: RelationSet| decide(kind, action, who, state) == Decision::Allow;
        if action.writes() {
            prop_assert!(!allowed(RelationSet::ANONYMOUS));
            let registered = allowed(set(&[Relation::Registered]));
            prop_assert_eq!(allowed(set(&[Relation::MemberViewer])), registered);
            prop_assert_eq!(allowed(set(&[Relation::Introduced])), registered);
        }
    }

    /// An observer sees exactly what anybody with an account sees.
    #[test]
    fn observers_read_what_is_public(
        kind in proptest::sample::select(AggregateKind::ALL),
        read in proptest::sample::select(&[Action::Read, Action::ReadPrivate, Action::Export][..]),
        state in proptest::sample::select(&ALL_STATES[..]),
    ) {
        let observer = decide(kind, read, set(&[Relation::Observer]), state);
        prop_assert_eq!(observer, decide(kind, read, set(&[Relation::Registered]), state));
        prop_assert_eq!(observer, decide(kind, read, RelationSet::ANONYMOUS, state));
    }

    /// No member of the owning organisation is a judge of its listing.
    #[test]
    fn nobody_judges_the_own_listing(who in any_set()) {
        let parties = listing_parties(who.with(Relation::MemberViewer));
        prop_assert!(parties.iter().all(|party| matches!(
            party,
            ListingParty::Owner | ListingParty::OwnerLink | ListingParty::System
        )));
        prop_assert_eq!(parties.contains(&ListingParty::Owner), who.contains(Relation::MemberEditor));
    }
}
