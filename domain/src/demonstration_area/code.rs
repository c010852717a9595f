//! The code lists of demonstration areas.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a demonstration area stands.
    AreaState, "CARAVANSERAI-AREA-STATE", "1", {
        Draft = "DRAFT": "Draft of the host city",
        Proposed = "PROPOSED": "Before the host's approving authority",
        HostApproved = "HOST_APPROVED": "Approved by its host",
        PairPending = "PAIR_PENDING": "Both hosts have linked their areas",
        DesignatedPair = "DESIGNATED_PAIR": "One of a pair that both hosts have approved",
        Operating = "OPERATING": "Operating",
        Evaluating = "EVALUATING": "Being evaluated",
        Evaluated = "EVALUATED": "The evaluation is published",
        Extended = "EXTENDED": "Extended to another date",
        Scaled = "SCALED": "Carried over to more than the area",
        Closed = "CLOSED": "Closed",
        Suspended = "SUSPENDED": "Suspended by its authority",
        Rejected = "REJECTED": "Rejected by its authority",
        Withdrawn = "WITHDRAWN": "Withdrawn before it began",
    }
}

impl AreaState {
    /// Whether the host's authority has approved it, and it is not over.
    pub const fn is_approved(self) -> bool {
        matches!(
            self,
            Self::HostApproved
                | Self::PairPending
                | Self::DesignatedPair
                | Self::Operating
                | Self::Evaluating
                | Self::Evaluated
                | Self::Extended
                | Self::Suspended
        )
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Scaled | Self::Closed | Self::Rejected | Self::Withdrawn)
    }
}

vocabulary! {
    /// A named change of a demonstration area.
    AreaTransition, "CARAVANSERAI-AREA-TRANSITION", "1", {
        Edit = "EDIT": "Edit the draft",
        NameEvaluator = "NAME_EVALUATOR": "Name the evaluator",
        Propose = "PROPOSE": "Propose",
        Approve = "APPROVE": "Approve",
        Return = "RETURN": "Return to draft",
        Reject = "REJECT": "Reject",
        LinkMirror = "LINK_MIRROR": "Link with the area of another city",
        Unlink = "UNLINK": "Unlink",
        MirrorUnlinked = "MIRROR_UNLINKED": "The other host has unlinked",
        Pair = "PAIR": "Both hosts have linked",
        Designate = "DESIGNATE": "Designate the pair",
        Start = "START": "Start",
        FlagUnpaired = "FLAG_UNPAIRED": "Flag as operating without a pair for 12 months",
        ReportTask = "REPORT_TASK": "Report on a task",
        Evaluate = "EVALUATE": "Begin the evaluation",
        PublishEvaluation = "PUBLISH_EVALUATION": "Publish the evaluation",
        Extend = "EXTEND": "Extend",
        Scale = "SCALE": "Scale",
        Close = "CLOSE": "Close",
        Suspend = "SUSPEND": "Suspend",
        Resume = "RESUME": "Resume",
        Withdraw = "WITHDRAW": "Withdraw",
    }
}

vocabulary! {
    /// In what relation to a demonstration area somebody asks for a transition.
    AreaParty, "CARAVANSERAI-AREA-PARTY", "1", {
        HostOfficer = "HOST_OFFICER": "Officer of the host city",
        HostAuthority = "HOST_AUTHORITY": "The host's approving authority",
        Evaluator = "EVALUATOR": "The evaluator that was named",
        System = "SYSTEM": "A timer, or what follows by itself",
    }
}

vocabulary! {
    /// What has to hold for a transition of a demonstration area.
    AreaGuard, "CARAVANSERAI-AREA-GUARD", "1", {
        Focus = "FOCUS": "At least one of the seven focuses of article 8, each once",
        Tasks = "THREE_TASKS": "At least three numbered tasks, each with an owner and a date up to the target date",
        TargetDate = "TARGET_DATE": "The target date lies in the future",
        OnlyOne = "ONLY_ONE": "The host city has no other area that is not over",
        EvaluatorNamed = "EVALUATOR_NAMED": "An evaluator is named",
        EvaluatorNotHost = "EVALUATOR_NOT_HOST": "The evaluator is neither a host of the pair nor the authority",
        Reason = "REASON": "A reason is given",
        OtherCity = "OTHER_CITY": "The other area is of another city",
        MirrorFree = "MIRROR_FREE": "The other area is linked with none, or with this one",
        Unlinked = "UNLINKED": "This area is linked with none, or with that one",
        Linked = "LINKED": "This area is linked with another",
        LinksBack = "LINKS_BACK": "The other area links back",
        MirrorGone = "MIRROR_GONE": "The other area no longer links back",
        MirrorApproved = "MIRROR_APPROVED": "The other area is approved by its host",
        Unpaired = "UNPAIRED": "It is not one of a pair",
        Unpaired12 = "UNPAIRED_12_MONTHS": "It has operated for 12 months without a pair and is not flagged",
        TaskExists = "TASK_EXISTS": "The area has a task of this number",
        Evidence = "EVIDENCE": "Evidence is attached",
        TargetReached = "TARGET_REACHED": "The target date has come",
    }
}

vocabulary! {
    /// How far a task was met.
    TaskStatus, "CARAVANSERAI-AREA-TASK-STATUS", "1", {
        Open = "OPEN": "Open",
        Met = "MET": "Met",
        PartiallyMet = "PARTIALLY_MET": "Partially met",
        NotMet = "NOT_MET": "Not met",
    }
}
