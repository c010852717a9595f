#!/usr/bin/env python3
"""Writes a table of made-up projects for load tests: generate.py COUNT > projects.tsv

Each belongs to the organisation 'demo-owner', which the demo brings. Fixed seed, so that two runs are equal.
"""
import random
import sys

random.seed(20261124)
FIELDS = ("CONN_BROADBAND CONN_BACKBONE CONN_DATACENTRE CONN_SATCOM DX_HEALTH DX_EDUCATION DX_AGRI SVC_LOGISTICS "
          "SVC_PAYMENT CITY_SMART CITY_IOT CITY_AI INCL_RURAL INCL_SCHOOL GOV_OPENDATA SEC").split()
STAGES = "CONCEPT PREFEASIBILITY FEASIBILITY STRUCTURING PROCUREMENT".split()
COUNTRIES = "RS TR TH LA SA AE CN KE NG GH PK BD VN KZ EG MA ET TZ ZM RW".split()
print("key\ttitle\towner\tkind\tfields\tstage\tgap_amount\tgap_currency\tinstruments\treturn_pct\ttenor_months\treadiness"
      "\tpopulation_newly_served\tcountries\tstate\tpublished_at\tconfirmed_at")
for n in range(int(sys.argv[1])):
    a, b = random.sample(FIELDS, 2)
    share = random.randrange(50, 100)
    maybe = lambda value: value if random.random() < 0.7 else ""
    day = f"2026-{random.randrange(6, 12):02}-{random.randrange(1, 24):02}"
    print("\t".join(str(cell) for cell in (
        f"load-{n}", f"Project {n} of {a.lower().replace('_', ' ')}", "demo-owner", "INFRASTRUCTURE", f"{a}:{share}|{b}:{100 - share}",
        maybe(random.choice(STAGES)), round(10 ** random.uniform(5, 9)), "USD", random.choice(("LOAN:100", "LOAN:60|GRANT:40", "SHARES_UNLISTED:100")),
        maybe(round(random.uniform(3, 15), 1)), maybe(random.randrange(24, 300)), maybe("NEEDS_ASSESSMENT=report|DEMAND_STUDY=survey"),
        maybe(random.randrange(1000, 900000)), random.choice(COUNTRIES), "PUBLISHED", day, day)))
