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
gate-G1_LIVE = In public and active
gate-G2_SCREENING = Screening
gate-G3_EXCLUSIONS = Exclusions and places
gate-G4_CONFLICT = Competing holdings
gate-G5_FIELD = Field
gate-G6_TICKET = Ticket
gate-G7_INSTRUMENT = Instrument
gate-G8_STAGE = Stage
gate-G9_LAW = Law
gate-G10_RELATED_PARTY = Related parties
gate-K1_OFFICE = Offices
gate-K2_COUNTRY = Different countries
gate-K3_RELATIONS = Diplomatic relations
gate-K4_LEVEL = Levels
gate-K5_EXCLUSIVITY = Exclusivity
gate-K6_PAIR = This pair
gate-K7_PROGRAMME = Programme
gate-K8_SCREENING = Screening
criterion-FIELD = Field
criterion-TICKET = Ticket
criterion-STAGE = Stage
criterion-TERMS = Terms
criterion-GEO = Place
criterion-READY = Readiness
criterion-TRUST = Trust
criterion-IMPACT = Impact
criterion-TIES = Ties
criterion-MONEY = Money
criterion-LOCAL = Presence
criterion-REPLY = Replies
criterion-VALUE = Help
criterion-COMPLEMENT = Needs and offers
criterion-CHALLENGE = Common challenges
criterion-DIGITAL = Digital level
criterion-ECONOMY = Economy
criterion-COMMIT = Commitment
criterion-LEGAL = Legal bases
criterion-PRACTICAL = Language and hours
criterion-SIZE = Size
criterion-AREA = Demonstration area
nda = Non-disclosure
nda-text = Before papers are shared, both sides sign an agreement of non-disclosure or the owner waives it.
nda-how = How
nda-sign = we have signed it
nda-waive = we waive it
nda-state-OPEN = open
nda-state-SIGNED = signed
nda-state-WAIVED = waived
notes = Notes of your own
notes-text = Only your organisation sees them; they are in no export.
note-new = New note
done-note-kept = The note is kept.
mandate-new = تفويض استثماري جديد
mandate-change = تعديل التفويض
mandate-text = اذكر ما تبحث عنه، ويظهر بجانبه ما يجده. لا يُحفظ شيء قبل أن تحفظ.
mandate-conflict = ما هو قائم الآن بجانب ما كتبته
mandate-term = الشرط
mandate-now = القائم الآن
mandate-typed = ما كتبته
mandate-money = المال
mandate-where = المكان
mandate-more = الأولويات والمنافسون
mandate-soft-text = الرغبة تخفض الدرجة إن لم تتحقق، وما عداها يغلق البوابة.
mandate-again = لا يمكن استرجاع العقود المستبعدة وقاعدة المنافسين: اخترها من جديد وإلا ألغاها الحفظ.
mandate-finds = ما يجده
mandate-finds-text = كما يراه مستثمر موثّق بلا سجل.
done-mandate-saved = حُفظ التفويض.
term-name = الاسم
term-ticketMin = أصغر مبلغ، بوحدات كاملة
term-ticketMax = أكبر مبلغ، بوحدات كاملة
term-currency = العملة
term-targetReturnPct = العائد المطلوب، بالمئة سنويًا
term-maxTenorMonths = أطول أجل، بالأشهر
term-minStakePct = أصغر حصة، بالمئة
term-global = في أي مكان
term-countries = البلدان
term-regions = المناطق
term-excludedCountries = بلدان مستبعدة
term-help-countries = رموز من حرفين تفصلها فواصل: KE, TZ.
term-help-regions = مناطق الأمم المتحدة بالإنجليزية تفصلها فواصل: Eastern Africa, Central Asia.
term-help-excludedCountries = رموز من حرفين تفصلها فواصل.
term-fields = المجالات
term-generalist = أي مجال
term-stages = المراحل
term-instruments = الأدوات
term-kinds = أنواع المشاريع
term-excludedFields = مجالات مستبعدة
term-excludedContracts = عقود مستبعدة
term-softTerms = رغبات فقط
term-sdgTargets = غايات التنمية المستدامة ذات الأولوية، مثل 9.c
term-articles = مواد المقترح ذات الأولوية، من 1 إلى 15
term-noCompetitors = ليس بجانب منافس لشركة مملوكة
soft-FIELDS = المجالات
soft-PLACES = الأماكن
soft-TICKET = المبلغ
soft-STAGES = المراحل
soft-INSTRUMENTS = الأدوات
chosen-count = { $count ->
    [zero] لم يُختر شيء
    [one] اختير واحد
    [two] اختير اثنان
    [few] اختيرت { $count }
    [many] اختير { $count }
   *[other] اختير { $count }
}
weights-title = أوزانك الخاصة
weights-text = 40 على الأكثر لكل وزن، والثقة 4 على الأقل؛ تُضبط معًا إلى مئة. وهي في العنوان فيمكن مشاركة القائمة كما هي.
weights-own = مرتبة بأوزانك الخاصة:
weights-back = العودة إلى أوزان السياسة
compare-title = جنبًا إلى جنب
compare-chosen = قارن المختار
compare-text = من مشروعين إلى ستة.
compare-choose = قارن
compare-few = اختر من مشروعين إلى ستة في القائمة المرتبة لتراها جنبًا إلى جنب.
compare-most = اختير أكثر من ستة؛ تظهر الستة الأولى.
compare-points = يصنع فرقًا يصل إلى { $points } نقطة
compare-against = ما ضده أو ما لا يُعرف
compare-alike = { $count ->
    [zero] لا تشابه في أي معيار
    [one] متشابهة في معيار واحد
    [two] متشابهة في معيارين
    [few] متشابهة في { $count } معايير
    [many] متشابهة في { $count } معيارًا
   *[other] متشابهة في { $count } معيار
}
score-label = الدرجة
stack-title = هيكل رأس المال
stack-text = أي التفويضات معًا تسد الفجوة. محسوب مما هو مسجل، ولم يعد أحد بشيء.
stack-filled = سُدّ { $share } من الفجوة
stack-candidates = { $count ->
    [zero] لا تفويض يمكن سؤاله
    [one] تفويض واحد يمكن سؤاله
    [two] تفويضان يمكن سؤالهما
    [few] { $count } تفويضات يمكن سؤالها
    [many] { $count } تفويضًا يمكن سؤالها
   *[other] { $count } تفويض يمكن سؤالها
}
stack-optimal = لا يوجد هيكل أفضل
stack-slack = هيكل أفضل قد يكسب { $share } على الأكثر
stack-none = لا تفويض مسجل يسد شيئًا منها.
stack-slice = الشريحة
stack-instrument = الأداة
stack-share = الحصة
stack-kept-back = يظهر الاسم بعد التعارف
stack-left-out = تفويضات لا يمكن سؤالها
stack-out-GATE = بوابة مغلقة
stack-out-COVERAGE = المعروف قليل جدًا
stack-out-TICKET_UNKNOWN = المبلغ غير معروف
stack-out-TICKET_OUTSIDE = المبلغ لا يناسب
stack-out-INSTRUMENT = الأدوات لا تناسب
stack-rules = المطلوب من الهيكل
stack-rule-counterparties = أكثر عدد للأطراف
stack-rule-leadPct = أصغر حصة للقائد، بالمئة
stack-rule-concentrationPct = أكبر حصة لطرف واحد، بالمئة
stack-rule-concessionalPct = أكبر حصة ميسّرة، بالمئة
home-desk = مكتبك
home-waiting = بانتظار جوابك
home-none-waits = لا شيء ينتظر جوابك.
home-due = المستحق قريبًا
home-look = انظر أولًا: { $name }
home-others = تفويضات أخرى
highlight-TOP = في أعلى القائمة
highlight-NEW_TO_YOU = رآه قليلون
pipeline-side = الطرف
pipeline-any = الكل
pipeline-states = الحالات
pipeline-csv = بصيغة CSV
pipeline-json = بصيغة JSON
room-title = غرفة الوثائق
room-closed = تُفتح الغرفة مع الفحص النافي للجهالة.
room-OVERVIEW = نظرة عامة
room-TECHNICAL = تقنية
room-FINANCIAL = مالية
room-LEGAL = قانونية
room-TERMS = الشروط
room-CLOSING = الإغلاق
room-open-until = مفتوح حتى { $day }
room-shut = غير مفتوح للطرف الآخر
room-empty = لا أوراق
room-open = افتح
room-grant = افتح مجلدًا للطرف الآخر
room-folder = المجلد
room-until = حتى (فارغ: أغلقه)
room-reads = من قرأ ماذا
room-read = { $moment }: ‏{ $title } – { $who }
waits-for-other = { $move }: بانتظار كلمة الطرف الآخر
done-room-granted = ضُبط المجلد.
