//! The published policy in words: the anchors of each criterion and the rule of each gate.
//!
//! The matches are total, so that a criterion or a gate cannot be added without its words.

use matcher::{
    gate,
    policy::{CityCriterion, InvestorCriterion, ProjectCriterion},
};

/// The investor's view of a project.
pub(super) const fn investor(criterion: InvestorCriterion) -> &'static str {
    match criterion {
        InvestorCriterion::Field => {
            "Each field of the project by its share, times its nearness to the nearest field of the mandate: the same \
             field 1, the same article 0.6, a related field 0.35, else 0."
        }
        InvestorCriterion::Ticket => {
            "0.6 where the ticket and the gap overlap, and up to 0.4 for the part of the gap that the largest ticket \
             closes; without an overlap 0.6, falling to 0 where they are a factor of two apart."
        }
        InvestorCriterion::Stage => "The same stage 1, one rung away 0.5, farther 0.",
        InvestorCriterion::Terms => {
            "0.6 the share of the money sought in instruments offered; 0.25 the return, 1 at the target and 0 five \
             points below; 0.15 the tenor, 1 within the limit and 0 at one and a half times it."
        }
        InvestorCriterion::Geo => {
            "0.6 the place in the mandate: its country 1, its region 0.7, anywhere 0.4; 0.25 institutional closeness; \
             0.15 presence in the country. Kilometres count for nothing."
        }
        InvestorCriterion::Ready => {
            "Evidenced share of the checklist of the stage: 0.3 gives 0, 0.6 gives 0.5, 0.9 gives 1; less 0.1 for \
             each contradiction without justification."
        }
        InvestorCriterion::Trust => {
            "0.7 the owner's verification: V0 0, V1 0.3, V2 0.6, V3 0.85, V4 1; 0.3 freshness: confirmed up to 30 \
             days ago 1, 90 days 0.5, 180 days 0."
        }
        InvestorCriterion::Impact => {
            "0.5 the share of the mandate's priority targets and articles that the project serves; 0.5 inclusion: \
             0.4 a price below 2 % of income, 0.4 people newly served, 0.2 schools and women."
        }
        InvestorCriterion::Ties => {
            "1 less e to the power of minus half the ties; twinned cities are one tie."
        }
    }
}

/// The project's view of an investor.
pub(super) const fn project(criterion: ProjectCriterion) -> &'static str {
    match criterion {
        ProjectCriterion::Field => {
            "Share of the record's last five years of deals that are in the project's fields; without such deals the \
             nearness of the mandate's fields, times 0.7."
        }
        ProjectCriterion::Money => "Share of the gap that the largest ticket closes.",
        ProjectCriterion::Terms => {
            "0.6 the share of the money sought in instruments offered; 0.25 the cost, 1 up to the return offered and \
             0 five points above; 0.15 the tenor, 1 within the limit and 0 at one and a half times it."
        }
        ProjectCriterion::Stage => "Share of deals within one rung of the project's stage.",
        ProjectCriterion::Local => {
            "0.4 presence in the country, 0.4 a past deal there, 0.2 institutional closeness."
        }
        ProjectCriterion::Reply => {
            "0.5 the share of requests answered; 0.5 the median days to a reply, 3 days 1 and 21 days 0. A new \
             investor has no record: unknown, not nothing."
        }
        ProjectCriterion::Trust => {
            "0.7 the investor's verification: V0 0, V1 0.3, V2 0.6, V3 0.85, V4 1; 0.3 closed over pledged deals \
             where there are five pledges or more."
        }
        ProjectCriterion::Value => "Share of the help wanted beside money that is offered.",
    }
}

/// One city's view of another.
pub(super) const fn city(criterion: CityCriterion) -> &'static str {
    match criterion {
        CityCriterion::Complement => {
            "Harmonic mean of two shares: of one's needs that the other offers to meet, and the other way round."
        }
        CityCriterion::Challenge => {
            "Likeness of the needs, weighted by priority: the sum of the smaller priorities over that of the larger."
        }
        CityCriterion::Commit => {
            "The partner's 0.35 budget line, 0.25 named coordinator, 0.2 plan for the first year, 0.2 reply record."
        }
        CityCriterion::Ties => {
            "1 less e to the power of minus a third of the ties: cooperation, projects, trade, transport, diaspora, \
             universities."
        }
        CityCriterion::Digital => {
            "With an equal 1 less twice the difference of levels; with a mentor 1 where the partner is ahead by 0.15 \
             to 0.45 and skills are needed, else 0."
        }
        CityCriterion::Economy => "0.5 likeness of the shares of industries, 0.5 openness of the partner.",
        CityCriterion::Legal => {
            "Mean of the legal bases there are: data transfer, recognised signatures, shared standards, treaty."
        }
        CityCriterion::Practical => {
            "0.5 a shared working language, half of it with an interpreter; 0.5 common office hours, 1 at four."
        }
        CityCriterion::Area => {
            "A shared focus of demonstration areas 1; a site on both sides without one 0.5; else 0."
        }
        CityCriterion::Size => "1 less the logarithm of the ratio of inhabitants over the logarithm of 20.",
    }
}

/// Gates between a mandate and a project.
pub(super) const fn gate(gate: gate::investment::Gate) -> &'static str {
    use gate::investment::Gate as G;
    match gate {
        G::Live => {
            "The listing is in public; the investor is active and verified to V1 or more. Never unknown."
        }
        G::Screening => {
            "Both sides were cleared of sanctions within 7 days, and neither has blocked the other; which of these \
             does not hold is not told. Never unknown."
        }
        G::Exclusions => {
            "Neither side excludes the other: fields, countries, contracts, kinds of projects and of investors."
        }
        G::Conflict => "No competitor of a holding, where the investor asks for it.",
        G::Field => "Nearness of fields of 0.2 or more, unless the mandate takes any field.",
        G::Ticket => "The gap lies within a factor of two of the ticket.",
        G::Instrument => "An instrument that is sought is offered.",
        G::Stage => "Within two rungs of the mandate's stages; one rung away is a soft failure.",
        G::Law => {
            "The law on foreign ownership leaves room for the smallest stake; a rule without a source of the last \
             365 days is unknown."
        }
        G::RelatedParty => "No beneficial owner in common.",
    }
}

/// Gates between two cities.
pub(super) const fn city_gate(gate: gate::city::Gate) -> &'static str {
    use gate::city::Gate as G;
    match gate {
        G::Office => {
            "Both offices are verified to V2 or more and take partners; without an office it is unknown."
        }
        G::Country => "Different countries, unless both offices lift it.",
        G::Relations => {
            "Diplomatic relations, where a side asks for them; without a dated source it is unknown."
        }
        G::Level => "Levels of administration that may partner; without a dated source it is unknown.",
        G::Exclusivity => {
            "A twin in the other's country caps the tier at a friendly exchange; it does not exclude."
        }
        G::Pair => "The two are not partners already.",
        G::Programme => "Inhabitants that a programme asks for, where one is applied to.",
        G::Screening => {
            "The bodies of both were cleared of sanctions within 7 days; without an office unknown."
        }
    }
}
