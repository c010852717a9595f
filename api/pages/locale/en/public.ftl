home-title = Where digital-economy projects meet the money, and cities meet their twins
home-lead = Every match comes with its reasons, how much of it is known, and what would change it. Nothing here binds anybody before both sides have signed.
home-projects = { $count ->
    [one] Look at one project
   *[other] Look at { $count } projects
}
home-cities = { $count ->
    [one] Look at one city
   *[other] Look at { $count } cities
}
home-investor-title = For investors
home-investor-text = Say what your mandate is. See the projects that fit it, ranked, each with the reasons of both sides and how firm its place is.
home-city-title = For city offices
home-city-text = See which foreign city would make a partner and why, and go from a letter of intent through approvals to an agreement.
home-owner-title = For project owners
home-owner-text = List a project, see which investors fit, and what each missing document would open.
projects-title = Projects
projects-count = { $count ->
    [one] One project
   *[other] { $count } projects
}
search-words = Words of the title or summary
gap-of = Money wanted: { $amount }
size-band = Size: { $band }
project-blind = The owner of this listing stays unnamed until an introduction is accepted.
project-owner = Owner
project-places = Where
project-kind = Kind
project-stage = Stage
project-fields = Fields
project-contract = Contract
project-authority = Public authority
project-gap = Money wanted
project-band = Size
project-slice = Smallest share
project-instruments = Instruments sought
project-return = Return, a year
project-tenor = Tenor
project-help = Help wanted
project-deadline = Deadline
project-published = Published
project-confirmed = Confirmed as current
project-state = State of the listing
project-impact = What it would change
impact-people = { $count } people newly served
impact-schools = { $count } schools connected
impact-price = Entry price: { $share } of income per head
impact-women = Women among those who benefit: { $share }
project-readiness = How ready it is
project-item = Item
project-status = Status
project-flags = What does not fit together
project-justified = with a justification
project-documents = Documents
cities-title = Cities
cities-count = { $count ->
    [one] One city
   *[other] { $count } cities
}
search-city = Name of a city
city = City
country = Country
inhabitants = Inhabitants
city-accepting = Looks for partners
organisation-seat = Seat
organisation-proof = Identity
organisation-record = Record
organisation-unclaimed = from public sources; nobody acts for it here
organisation-deals = Deals on record
organisation-replies = Answers to requests
organisation-replies-few = too few requests to say
organisation-reply-days = { $count ->
    [one] within a day, at the median
   *[other] within { $count } days, at the median
}
organisation-help = Help offered beside money
organisation-papers = Papers
impact-coverage = Households covered: from { $from } to { $to }
