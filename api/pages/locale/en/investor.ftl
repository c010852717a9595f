mandates-title = Mandates
mandates-none = Your organisation has no mandate yet.
mandate = Mandate
mandate-version = version { $version }
ticket-range = Ticket { $min } to { $max }
anywhere = Anywhere
ranked-title = Projects for { $name }
ranked-list = Ranked list
ranked-count = { $count ->
    [one] One project fits.
   *[other] { $count } projects fit.
}
rest-count = { $count ->
    [one] Of one project too little is known to rank it.
   *[other] Of { $count } projects too little is known to rank them.
}
rest-link = { $count ->
    [one] Of one more too little is known.
   *[other] Of { $count } more too little is known.
}
back-to-ranked = Back to those that are ranked
order-by = Order
order-MUTUAL = What both sides see in each other
order-MINE = What you see in them
order-NEUTRAL = Date, without a score
show = Show
would-lift = { $change }: then { $score }.
stability = stays in the top in { $share } of weight shifts
excluded-total = { $count ->
    [one] One project is kept out by a gate
   *[other] { $count } projects are kept out by gates
}
gate = Gate
policy-line = Ranking policy { $version } of { $day }; as of { $moment }.
express-interest = Express interest
not-listed = Kept out by a gate, see below
whole-listing = The whole listing
side-investor = What you see in it
side-project = What it sees in you
what-would-lift = What would lift the score
criteria-title = Criterion by criterion
criterion = Criterion
criterion-value = Value
criterion-weight = Weight
criterion-status-KNOWN = known
criterion-status-PARTIAL = partly known
criterion-status-MISSING = not known
criterion-status-NOT_APPLICABLE = does not bear on this
gates-title = Gates
outcome-PASS = open
outcome-FAIL = shut
outcome-SOFT_FAIL = open with a remark
outcome-UNKNOWN = not known
back = Back
interest-text = The owner sees your organisation, your mandate and these three answers. Contacts are exchanged when the owner accepts. Nothing binds anybody.
budget-left = { $count ->
    [one] You can write to one more owner this month.
   *[other] You can write to { $count } more owners this month.
}
interest-cooperationSought = What cooperation do you seek?
interest-help-cooperationSought = For example: senior debt of up to ten million over seven years.
interest-whatIsUnclear = What is unclear to you?
interest-help-whatIsUnclear = What you would ask first.
interest-aboutUs = Who are you?
interest-help-aboutUs = What the owner should know of you.
interest-send = Send
done-interest-sent = Your interest was sent. The owner has three weeks to answer.
done-moved = Done.
pipeline-title = Pipeline
pipeline-none = No introduction is under way yet. Open a mandate and express interest in a project.
since = since { $day }
due = next step due { $day }
introduction-title = Introduction
nothing-binds = Nothing here binds anybody before both sides have signed outside. Either side can step back.
investor = Investor
begun-by = Begun by
contact = Contact
side-INVESTOR = investor
side-OWNER = owner
pledge = Pledge
commitment = Commitment
close = Close
terms = Terms
three-answers = The three answers
what-next = What can be done next
reason = Reason
amount-whole = Amount in whole units
currency = Currency (three letters)
words = In your words
history = What has happened
introduction-EXPRESSED = interest expressed
introduction-HELD = held for screening
introduction-REFUSED = refused
introduction-ACCEPTED = accepted
introduction-DECLINED = declined
introduction-WITHDRAWN = withdrawn
introduction-EXPIRED = expired
introduction-IN_DISCUSSION = in discussion
introduction-DUE_DILIGENCE = due diligence
introduction-TERMS = terms proposed
introduction-PLEDGED = pledged
introduction-COMMITTED = committed
introduction-CLOSED = closed
introduction-ENDED = ended
introduction-LAPSED = lapsed
move-EXPRESS = Interest expressed
move-HOLD = Hold for screening
move-CLEAR = Clear
move-REFUSE = Refuse
move-ACCEPT = Accept
move-DECLINE = Decline
move-WITHDRAW = Withdraw
move-EXPIRE = Expire
move-LOG_CONTACT = Note that you are in contact
move-OPEN_DATA_ROOM = Open the data room
move-PROPOSE_TERMS = Propose terms
move-PLEDGE = Pledge
move-COMMIT = Commit
move-CONFIRM_CLOSE = Confirm the close
move-END = End
move-LAPSE = Lapse
move-REOPEN = Reopen
no-SECTOR_OUT_OF_MANDATE = not our field
no-GEOGRAPHY_OUT_OF_MANDATE = not our region
no-TICKET_TOO_SMALL = amount too small
no-TICKET_TOO_LARGE = amount too large
no-STAGE_TOO_EARLY = stage too early
no-STAGE_TOO_LATE = stage too late
no-INSTRUMENT_MISMATCH = other instruments
no-RETURN_TOO_LOW = return too low
no-TENOR_MISMATCH = tenor does not fit
no-FX_RISK = currency risk
no-REGULATORY = rules stand against it
no-READINESS_INSUFFICIENT = not ready enough
no-CONFLICT_PORTFOLIO = competes with a holding
no-CAPACITY_FULL = no capacity now
no-COUNTERPARTY_CONCERN = concern about the other side
no-OTHER_PRIVATE = another reason
