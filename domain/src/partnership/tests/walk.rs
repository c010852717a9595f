use proptest::prelude::*;

use super::*;
use crate::{
    Vocabulary,
    machine::trial::triples,
    partnership::{PartnershipCommand as C, PartnershipState as S},
};

/// A command of every kind, with a payload that is good or bad by a draw.
fn command(kind: PartnershipTransition, partnership: &Partnership, now: DateTime<Utc>, draw: u8) -> C {
    use PartnershipTransition as T;
    let good = !draw.is_multiple_of(5);
    let tier = *AgreementTier::ALL.iter().cycle().nth(usize::from(draw)).unwrap();
    let text = agreement(tier, &[&format!("Version {draw}")]);
    let pair = if good { pair() } else { PairFacts { other_live: true, upgrade_open: true, ..pair() } };
    let closing = if good { because() } else { Closing { reasons: vec![], note: None } };
    let mut signing = signing(partnership);
    if !good {
        signing.hash = text.hash();
    }
    let document = good.then(paper);
    let step = CitySide::ALL.iter().find_map(|side| partnership.open_step(*side)).unwrap_or_default();
    let chains = if draw.is_multiple_of(2) { chains() } else { Sides::default() };
    match kind {
        T::Edit => C::Edit(text),
        T::Propose => C::Propose { pair, receipt: Some(json!({})), deed: None },
        T::Accept => C::Accept,
        T::Counter => C::Counter(text),
        T::Decline => C::Decline(closing),
        T::Withdraw => C::Withdraw(closing),
        T::Expire => C::Expire,
        T::SignLoi => C::SignLoi(signing),
        T::StartTrial => C::StartTrial { months: u32::from(draw % 30), planned: planned() },
        T::DeclareWill => C::DeclareWill(document),
        T::PlanFirstYear => C::PlanFirstYear(first_year()),
        T::RecordActivity => C::RecordActivity(activity(now)),
        T::RequestApprovals => C::RequestApprovals { chains, trial_demanded_by: vec![] },
        T::GrantApproval => C::GrantApproval { step, document },
        T::RefuseApproval => C::RefuseApproval { step, closing, document, lower: good.then_some(tier) },
        T::CompleteApprovals => C::CompleteApprovals,
        T::SignAgreement => C::SignAgreement(signing),
        T::ChangeWorkPlan => C::ChangeWorkPlan(WorkItem {
            number: u32::from(draw),
            title: said("Item"),
            owner: CitySide::A,
            due: now.date_naive(),
            status: WorkStatus::Planned,
            projects: vec![],
        }),
        T::RequestReview => C::RequestReview,
        T::ReviewDue => C::ReviewDue,
        T::FileReport => C::FileReport(ReviewReport { text: said("Report"), kpis: vec![] }),
        T::Renew => C::Renew,
        T::MarkDormant => C::MarkDormant,
        T::ReportOverdue => C::ReportOverdue,
        T::WarnDormant => C::WarnDormant,
        T::GoDormant => C::GoDormant,
        T::Revive => C::Revive(good.then(|| said("Plan"))),
        T::Suspend => C::Suspend { closing, review_on: Some(days(now, 1).date_naive()) },
        T::Resume => C::Resume,
        T::End => C::End(closing),
        T::TermOver => C::TermOver,
        T::UpgradeTier => C::UpgradeTier { text, pair },
        T::Replace => C::Replace { successor: if good { S::Active } else { S::Approved } },
    }
}

/// Where a walk begins: at the start, or far along, so that late states are walked through as well.
fn beginning(of: u8) -> Life {
    match of % 6 {
        0 => Life::draft(AgreementTier::Twin),
        1 => Life::proposed(AgreementTier::Twin),
        2 => Life::loi_signed(AgreementTier::FriendlyExchange),
        3 => Life::before_authorities(AgreementTier::Twin),
        4 => Life::approved(AgreementTier::Twin),
        _ => Life::active(AgreementTier::Twin),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// However it is walked, a partnership moves only as the second list says, what is refused changes nothing, and
    /// before the signature both sides can leave.
    #[test]
    fn no_walk_leaves_the_table(
        begin in any::<u8>(),
        deeds in proptest::collection::vec((0..PartnershipTransition::ALL.len(), 0..3_u8, any::<u8>(), 0_u64..200), 1..60),
    ) {
        let allowed = triples(super::table::ALLOWED);
        let mut life = beginning(begin);
        for (kind, who, draw, later) in deeds {
            life.now = days(life.now, later);
            let actor = match who {
                0 => all_of(CitySide::A),
                1 => all_of(CitySide::B),
                _ => Actor::system(),
            };
            let before = life.partnership.clone();
            let command = command(PartnershipTransition::ALL[kind], &before, life.now, draw);
            let Ok(events) = life.partnership.act(command, &actor, life.now, &TIMERS) else {
                prop_assert_eq!(&life.partnership, &before);
                continue;
            };
            let mut at = before.state;
            for event in &events {
                prop_assert_eq!(event.from, at);
                at = event.to;
                let parties = if event.side.is_some() { actor.parties() } else { &[PartnershipParty::System] };
                let written = parties.iter().find_map(|party| {
                    allowed.get(&(event.from.code(), event.transition.code(), party.code()))
                });
                // What takes both stays where it is at the first word; a refused step may lead back.
                let fits = |to: &&str| {
                    *to == event.to.code()
                        || (needs_both(event.transition) && event.from == event.to)
                        || (event.transition == PartnershipTransition::RefuseApproval && event.to == S::Negotiating)
                };
                prop_assert!(written.is_some_and(fits), "{:?}", event);
            }
            prop_assert_eq!(at, life.partnership.state);
            if at.is_before_signature() {
                for side in CitySide::ALL {
                    // A draft is its author's, and a proposal is declined.
                    if *side == CitySide::B && matches!(at, S::Draft) { continue; }
                    let leave = if *side == CitySide::B && at == S::Proposed { C::Decline(because()) } else { C::Withdraw(because()) };
                    let left = life.partnership.clone().act(leave, &all_of(*side), life.now, &TIMERS);
                    prop_assert!(left.is_ok(), "{} {}", at, side);
                }
            }
            // An alarm rings no later than what is due.
            if life.partnership.due(life.now, &TIMERS).is_some() {
                prop_assert!(life.partnership.wakes(&TIMERS).is_some_and(|at| at <= life.now));
            }
        }
    }
}
