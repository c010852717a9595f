use super::{
    SignatureKind::{Agreement, Loi},
    *,
};
use crate::partnership::{
    PartnershipCommand as C, PartnershipEffect as E, PartnershipGuard as G, PartnershipRefusal as R,
    PartnershipState as S,
};

fn guards(answer: Result<S, R>) -> Vec<G> {
    match answer {
        Err(R::Guards(guards)) => guards,
        other => panic!("{other:?}"),
    }
}

/// Row 8.1: cities launch a twinning, from the draft to the signed agreement (journey D).
#[test]
fn row_8_1_two_cities_go_the_whole_way() {
    let mut life = Life::active(AgreementTier::Twin);
    assert_eq!(life.partnership.receipt, Some(json!({"score": 63})));
    assert_eq!(life.partnership.text.force, AgreementForce::NonBinding);
    assert!(life.has_effect(|effect| *effect == E::FreezeReceipt));
    let hash = life.partnership.text.hash();
    assert!(life.has_effect(|effect| *effect == E::Publish { hash }));
    let signed: Vec<_> = life.partnership.signatures.iter().map(|one| (one.kind, one.side)).collect();
    assert_eq!(
        signed,
        [(Loi, CitySide::A), (Loi, CitySide::B), (Agreement, CitySide::A), (Agreement, CitySide::B)]
    );
    life.now = months(life.now, 12);
    assert_eq!(life.tick(), [PartnershipTransition::ReviewDue]);
    let report = ReviewReport { text: said("Two tours"), kpis: vec![] };
    assert_eq!(guards(life.ask(CitySide::A, C::Renew)), [G::ReportFiled]);
    life.ask(CitySide::B, C::FileReport(report)).unwrap();
    assert_eq!(life.both(&C::Renew), S::Active);
    assert_eq!(life.ask(CitySide::B, C::End(because())), Ok(S::Ended));
    assert!(life.has_effect(|effect| *effect == E::Archive));
    // What is kept can be read again as it was.
    let json = serde_json::to_string(&life.partnership).unwrap();
    assert_eq!(serde_json::from_str::<Partnership>(&json).unwrap(), life.partnership);
}

/// Row 8.2: a strategic partnership is reachable only from an active one.
#[test]
fn row_8_2_strategic_grows_only_out_of_an_active_twinning() {
    let text = agreement(AgreementTier::Strategic, &["All fields"]);
    let direct = Partnership::draft(&all_of(CitySide::A), seats(), text.clone(), pair(), start());
    assert_eq!(direct.unwrap_err(), R::Guards(vec![G::TierBegins]));
    let mut life = Life::draft(AgreementTier::Twin);
    assert_eq!(guards(life.ask(CitySide::A, C::Edit(text.clone()))), [G::TierBegins]);
    let mut life = Life::proposed(AgreementTier::Twin);
    assert!(guards(life.ask(CitySide::B, C::Counter(text.clone()))).contains(&G::TierBegins));

    let mut life = Life::active(AgreementTier::FriendlyExchange);
    let ask = |text: &AgreementText| C::UpgradeTier { text: text.clone(), pair: pair() };
    assert_eq!(guards(life.ask(CitySide::A, ask(&text))), [G::TierHigher], "first a twin");
    let lower = agreement(AgreementTier::ExploratoryLoi, &["Less"]);
    assert_eq!(guards(life.ask(CitySide::A, ask(&lower))), [G::TierHigher], "only upward");

    let mut life = Life::active(AgreementTier::Twin);
    assert_eq!(life.both(&ask(&text)), S::Active);
    assert!(life.has_effect(|effect| *effect == E::BeginUpgrade { text: text.clone() }));
    let this = id(77);
    let (mut higher, events) = life.partnership.upgrade(this, text.clone(), chains(), life.now).unwrap();
    assert_eq!((higher.state, events.len()), (S::Approvals, 0));
    let open = C::UpgradeTier { text: text.clone(), pair: PairFacts { upgrade_open: true, ..pair() } };
    assert_eq!(guards(life.ask(CitySide::A, open)), [G::NoUpgradeOpen]);
    for (side, step) in [(CitySide::A, 0), (CitySide::A, 1), (CitySide::B, 0)] {
        let grant = C::GrantApproval { step, document: Some(paper()) };
        higher.act(grant, &all_of(side), life.now, &TIMERS).unwrap();
    }
    let mut events = vec![];
    for side in [CitySide::A, CitySide::B] {
        let sign = C::SignAgreement(signing(&higher));
        events.extend(higher.act(sign, &all_of(side), life.now, &TIMERS).unwrap());
    }
    assert_eq!((higher.state, higher.text.tier), (S::Active, AgreementTier::Strategic));
    let follows: Vec<_> = events.into_iter().flat_map(|event| event.effects).collect();
    assert!(follows.contains(&E::ReplacePredecessor { partnership: this }));
    let replace = C::Replace { successor: higher.state };
    life.partnership.act(replace, &Actor::system(), life.now, &TIMERS).unwrap();
    assert_eq!(life.partnership.state, S::Ended);
}

#[test]
fn a_refused_upgrade_leaves_the_agreement_as_it_is() {
    let life = Life::active(AgreementTier::Twin);
    let text = agreement(AgreementTier::Strategic, &["All fields"]);
    let (mut higher, _) = life.partnership.upgrade(id(77), text, chains(), life.now).unwrap();
    let refuse = |lower| C::RefuseApproval { step: 0, closing: because(), document: None, lower };
    let lower = higher.act(refuse(Some(AgreementTier::Twin)), &all_of(CitySide::B), life.now, &TIMERS);
    assert_eq!(lower, Err(R::Guards(vec![G::LowerTier])));
    let events = higher.act(refuse(None), &all_of(CitySide::B), life.now, &TIMERS).unwrap();
    assert_eq!((higher.state, life.partnership.state), (S::Declined, S::Active));
    assert!(!events[0].effects.iter().any(|effect| matches!(effect, E::CoolDown { .. })));
}

/// Row 8.3: indicators before and after, with the change in the yearly review.
#[test]
fn row_8_3_a_review_says_how_its_indicators_changed() {
    let mut life = Life::active(AgreementTier::Twin);
    life.ask(CitySide::A, C::RequestReview).unwrap();
    let kpi = KpiReading {
        name: line("Days to clear customs"),
        unit: line("days"),
        before_thousandths: 4_500,
        after_thousandths: 3_250,
    };
    let report = ReviewReport { text: said("Faster"), kpis: vec![kpi] };
    life.ask(CitySide::B, C::FileReport(report)).unwrap();
    let review = life.partnership.reviews.last().unwrap().report.as_ref().unwrap();
    assert_eq!(review.kpis[0].delta_thousandths(), Some(-1_250));
}

/// Row 8.4: items of the work plan link to projects.
#[test]
fn row_8_4_items_of_the_work_plan_link_to_projects() {
    let mut life = Life::active(AgreementTier::Twin);
    let item = |number: u32, status: WorkStatus| WorkItem {
        number,
        title: said("Fibre to the port"),
        owner: CitySide::B,
        due: start().date_naive(),
        status,
        projects: vec![id(5), id(6)],
    };
    for (number, status) in [(2, WorkStatus::Planned), (1, WorkStatus::Planned), (2, WorkStatus::Done)] {
        life.ask(CitySide::A, C::ChangeWorkPlan(item(number, status))).unwrap();
    }
    assert_eq!(life.partnership.work, [item(1, WorkStatus::Planned), item(2, WorkStatus::Done)]);
    let crowd = WorkItem { projects: vec![id(5); 51], ..item(3, WorkStatus::Planned) };
    assert_eq!(guards(life.ask(CitySide::A, C::ChangeWorkPlan(crowd))), [G::RoomLeft]);
}

/// Row 8.8: exchange between people counts in the health index.
#[test]
fn row_8_8_exchange_between_people_counts() {
    let mut life = Life::active(AgreementTier::Twin);
    life.now = months(life.now, 10);
    let before = life.partnership.health(life.now);
    for kind in [ActivityType::Cultural, ActivityType::Academic] {
        let held = Activity { kind, ..activity(life.now) };
        life.ask(CitySide::A, C::RecordActivity(held)).unwrap();
    }
    assert!(life.partnership.health(life.now) > before + 20);
}

#[test]
fn the_first_signature_falls_with_a_new_text() {
    let mut life = Life::proposed(AgreementTier::Twin);
    life.ask(CitySide::B, C::Accept).unwrap();
    let old = signing(&life.partnership);
    life.ask(CitySide::A, C::SignLoi(old.clone())).unwrap();
    assert_eq!(
        guards(life.ask(CitySide::A, C::Counter(agreement(AgreementTier::Twin, &["z"])))),
        [G::YourTurn]
    );
    assert_eq!(
        guards(life.ask(CitySide::B, C::Counter((*life.partnership.text).clone().try_into().unwrap()))),
        [G::NewText]
    );
    life.ask(CitySide::B, C::Counter(agreement(AgreementTier::Twin, &["Other words"]))).unwrap();
    assert_eq!(guards(life.ask(CitySide::B, C::SignLoi(old))), [G::SameText]);
    let new = signing(&life.partnership);
    assert_eq!(life.ask(CitySide::B, C::SignLoi(new.clone())), Ok(S::Negotiating), "A's old word is no word");
    assert_eq!(life.ask(CitySide::A, C::SignLoi(new)), Ok(S::LoiSigned));
    assert_eq!(life.partnership.versions.len(), 2);
}

#[test]
fn nobody_signs_for_both_sides() {
    let mut life = Life::approved(AgreementTier::Twin);
    let sign = C::SignAgreement(signing(&life.partnership));
    life.ask(CitySide::A, sign.clone()).unwrap();
    let same = Actor::of(id(1), CitySide::B, &[CityRole::HighestOfficial]);
    let answer = life.partnership.act(sign, &same, life.now, &TIMERS);
    assert_eq!(answer, Err(R::Guards(vec![G::OtherPerson])));
}

#[test]
fn a_trial_is_one_both_sides_mean() {
    let mut life = Life::loi_signed(AgreementTier::Twin);
    let trial = |months: u32| C::StartTrial { months, planned: planned() };
    for wrong in [5, 25] {
        assert_eq!(guards(life.ask(CitySide::A, trial(wrong))), [G::TrialLength]);
    }
    life.ask(CitySide::A, trial(6)).unwrap();
    assert_eq!(guards(life.ask(CitySide::B, trial(7))), [G::SameTerms]);
    assert_eq!(life.ask(CitySide::B, trial(6)), Ok(S::Trial));
    let early = activity(days(start(), 0) - chrono::Duration::days(1));
    assert_eq!(guards(life.ask(CitySide::A, C::RecordActivity(early))), [G::ActivityInTime]);
    let late = activity(days(life.now, 1));
    assert_eq!(guards(life.ask(CitySide::A, C::RecordActivity(late))), [G::ActivityInTime]);
    let request = C::RequestApprovals { chains: chains(), trial_demanded_by: vec![] };
    assert_eq!(guards(life.ask(CitySide::A, request)), [G::ActivitiesRecorded, G::BothWill, G::FirstYear]);
}

#[test]
fn without_a_demanded_trial_the_letter_leads_to_the_authorities() {
    let mut life = Life::loi_signed(AgreementTier::Twin);
    let request = |by: Vec<CitySide>| C::RequestApprovals { chains: chains(), trial_demanded_by: by };
    assert_eq!(guards(life.ask(CitySide::B, request(vec![CitySide::B]))), [G::NoTrialDemanded]);
    assert_eq!(life.ask(CitySide::B, request(vec![])), Ok(S::Approvals));
}

#[test]
fn where_no_authority_has_a_say_the_approvals_are_complete_at_once() {
    let mut life = Life::loi_signed(AgreementTier::ExploratoryLoi);
    let request = C::RequestApprovals { chains: Sides::default(), trial_demanded_by: vec![] };
    assert_eq!(life.ask(CitySide::A, request), Ok(S::Approved));
    let last = life.events.last().unwrap();
    assert_eq!((last.transition, last.side), (PartnershipTransition::CompleteApprovals, None));
}

#[test]
fn steps_go_in_order_on_a_side_and_sides_in_parallel() {
    let mut life = Life::before_authorities(AgreementTier::Twin);
    let grant = |step: usize| C::GrantApproval { step, document: Some(paper()) };
    assert_eq!(guards(life.ask(CitySide::A, grant(1))), [G::StepInOrder]);
    assert_eq!(life.ask(CitySide::B, grant(0)), Ok(S::Approvals));
    assert_eq!(guards(life.ask(CitySide::B, grant(0))), [G::StepInOrder], "decided is decided");
    assert_eq!(life.ask(CitySide::A, grant(0)), Ok(S::Approvals));
    let unproved = C::GrantApproval { step: 1, document: None };
    assert_eq!(guards(life.ask(CitySide::A, unproved)), [G::Document]);
    assert_eq!(life.ask(CitySide::A, grant(1)), Ok(S::Approved));
}

#[test]
fn a_refused_step_can_lead_back_with_a_lower_tier_or_end_it() {
    let refuse = |lower| C::RefuseApproval { step: 0, closing: because(), document: None, lower };
    let mut life = Life::before_authorities(AgreementTier::Twin);
    assert_eq!(guards(life.ask(CitySide::B, refuse(Some(AgreementTier::Strategic)))), [G::LowerTier]);
    assert_eq!(life.ask(CitySide::B, refuse(Some(AgreementTier::FriendlyExchange))), Ok(S::Negotiating));
    assert_eq!(life.partnership.text.tier, AgreementTier::FriendlyExchange);
    // The letter is signed again, for the text is another; the trial was done.
    let sign = C::SignLoi(signing(&life.partnership));
    life.both(&sign);
    let request = C::RequestApprovals { chains: chains(), trial_demanded_by: vec![CitySide::A] };
    assert_eq!(life.ask(CitySide::A, request), Ok(S::Approvals));
    assert_eq!(life.partnership.open_step(CitySide::B), Some(0));
    assert_eq!(life.ask(CitySide::B, refuse(None)), Ok(S::Declined));
}

#[test]
fn what_was_never_proposed_leaves_no_cool_down() {
    let mut life = Life::draft(AgreementTier::Twin);
    let bare = Closing { reasons: vec![], note: None };
    assert_eq!(life.ask(CitySide::A, C::Withdraw(bare.clone())), Ok(S::Withdrawn));
    assert!(!life.has_effect(|effect| matches!(effect, E::CoolDown { .. })));
    let mut life = Life::proposed(AgreementTier::Twin);
    assert_eq!(guards(life.ask(CitySide::B, C::Decline(bare))), [G::Reason]);
    assert_eq!(life.ask(CitySide::B, C::Decline(because())), Ok(S::Declined));
    let until = days(life.now, 180);
    assert!(life.has_effect(|effect| *effect == E::CoolDown { until }));
}

#[test]
fn a_proposal_takes_open_gates_a_rested_pair_and_its_receipt() {
    let propose = |change: &dyn Fn(&mut PairFacts)| {
        let mut pair = pair();
        change(&mut pair);
        guards(
            Life::draft(AgreementTier::Twin)
                .ask(CitySide::A, C::Propose { pair, receipt: Some(json!({})), deed: None }),
        )
    };
    assert_eq!(propose(&|pair| pair.gates.failed.push("K3_RELATIONS".to_owned())), [G::GatesOpen]);
    assert_eq!(propose(&|pair| pair.gates.reachable = PartnershipTier::FriendlyExchange), [G::TierReachable]);
    assert_eq!(propose(&|pair| pair.other_live = true), [G::NoLivePair]);
    assert_eq!(propose(&|pair| pair.cooling_until = Some(days(start(), 1))), [G::CooledDown]);
    assert_eq!(propose(&|pair| pair.proposer_level = VerificationLevel::V1), [G::OfficeRegistered]);
    let bare = C::Propose { pair: pair(), receipt: None, deed: None };
    assert_eq!(guards(Life::draft(AgreementTier::Twin).ask(CitySide::A, bare)), [G::Receipt]);
    let rested = PairFacts { cooling_until: Some(start()), ..pair() };
    let again = C::Propose { pair: rested, receipt: Some(json!({})), deed: None };
    assert_eq!(Life::draft(AgreementTier::Twin).ask(CitySide::A, again), Ok(S::Proposed));
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut life = Life::proposed(AgreementTier::Twin);
    let before = life.partnership.clone();
    let asked = [C::Accept, C::Counter(agreement(AgreementTier::Twin, &["x"])), C::Expire, C::Renew];
    for command in asked {
        assert!(life.ask(CitySide::A, command).is_err());
    }
    let unsigned = Partnership::draft(&all_of(CitySide::B), seats(), before.text.clone(), pair(), start());
    assert!(matches!(unsigned, Err(R::NotPermitted { .. })));
    assert_eq!(life.partnership, before);
}

#[test]
fn what_is_offered_is_named_with_what_is_missing() {
    let life = Life::before_authorities(AgreementTier::Twin);
    let offered = life.partnership.available(&all_of(CitySide::A), life.now, &TIMERS);
    let of = |wanted: PartnershipTransition| {
        offered.iter().find(|one| one.transition == wanted).map(|one| one.requires.clone())
    };
    assert_eq!(of(PartnershipTransition::GrantApproval), Some(vec![G::Document]));
    assert_eq!(of(PartnershipTransition::Withdraw), Some(vec![G::Reason]));
    assert_eq!(of(PartnershipTransition::CompleteApprovals), None, "that is the platform's");
}
