"""Publishes on one server, under load, and prints how long it takes until the other's ranking has it."""
import asyncio
import itertools
import json
import sys
import time
from pathlib import Path

from client import Client, facts, key, organisation, told

one, other = (json.loads(Path(path).read_text()) for path in sys.argv[1:3])
TRIALS, PUBLISHED = 200, 150
A, B = Client(one["url"]), Client(other["url"])
OWNER, REVIEWER = one["tokens"]["owner"], one["tokens"]["reviewer"]
LISTED = """query($m:ID!,$t:String!){opportunities(mandateId:$m,filter:{text:$t},first:20){edges{node{project{id}}}}}"""


def complete(word):
    """What a listing of this kind and stage has to say."""
    return {**facts(f"Measured {word}"), "summary": {"lang": "en", "value": "Open-access fibre to villages that have none"},
            "works": "CONSTRUCTION", "lifecycle": "PREPARATION", "stage": "FEASIBILITY", "contract": "PRIVATE", "concessional": False,
            "fields": [{"field": "CONN_BROADBAND", "sharePct": 70.0}, {"field": "INCL_RURAL", "sharePct": 30.0}],
            "fundingGap": {"amountMinor": "2000000000", "currency": "EUR"}, "minSlice": {"amountMinor": "500000000", "currency": "EUR"},
            "instruments": [{"instrument": "LOAN", "sharePct": 100.0}], "returnPct": 6.0, "tenorMonths": 120, "languages": ["en"],
            "impact": {"entryPricePctGni": 1.5, "populationNewlyServed": "40000", "coverageBaselinePct": 20.0, "coverageTargetPct": 80.0},
            "readiness": [{"item": "NEEDS_ASSESSMENT", "status": "EVIDENCED", "evidence": "Assessment of 2026"}]}


ANSWERS = [{"question": "answers.total_cost", "money": {"amountMinor": "4000000000", "currency": "EUR"}},
           {"question": "answers.demand_evidence", "text": {"lang": "en", "value": "A survey of 2,100 households"}},
           {"question": "answers.medium", "choice": "FIBRE"}, {"question": "answers.spectrum_needed", "yesNo": False}]


async def step(mutation, project, token=OWNER, ty="ProjectTransitionInput", **more):
    given = {"projectId": project["id"], "expectedVersion": project["version"], **more}
    return (await A.do(mutation, ty, "project{id version}", given, token=token))["project"]


async def main():
    mandates = "{mandates(first:100){edges{node{id name}}}}"
    found = (await B.ask(mandates, token=other["tokens"]["investor"]))["data"]["mandates"]["edges"]
    mandate = next(edge["node"]["id"] for edge in found if edge["node"]["name"].startswith("Rural fibre"))

    async def listed(word, wanted):
        """Asks the other server until its ranking has the listing, or has it no more."""
        while True:
            answer = await B.ask(LISTED, {"m": mandate, "t": word}, token=other["tokens"]["investor"])
            if bool(answer["data"]["opportunities"]["edges"]) == wanted:
                return time.perf_counter()
            await asyncio.sleep(0.005)

    # Load: commands on the one, rankings on the other.
    writer = await organisation(A, one["tokens"]["city_office"], "Load beside")
    who = {"token": one["tokens"]["city_office"], "organisation": writer}
    given = {"project": facts(f"Beside {key()}")}
    draft = (await A.do("createProject", "CreateProjectInput", "project{id version}", given, **who))["project"]
    stop = asyncio.Event()

    async def write():
        nonlocal draft
        for turn in itertools.count():
            if stop.is_set():
                return
            given = {"projectId": draft["id"], "expectedVersion": draft["version"], "project": facts(f"Beside {turn}")}
            draft = (await A.do("updateProject", "UpdateProjectInput", "project{id version}", given, **who))["project"]
            await asyncio.sleep(0.01)

    async def rank():
        page = "query($m:ID!){opportunities(mandateId:$m,first:20){edges{node{score{point} explanation{headline}}}}}"
        while not stop.is_set():
            await B.ask(page, {"m": mandate}, token=other["tokens"]["investor"])
            await asyncio.sleep(0.02)

    load = [asyncio.create_task(one) for one in (write(), rank(), rank())]
    published, resumed = [], []
    for trial in range(PUBLISHED):
        word = f"measured{trial}quoin"
        made = await A.do("createProject", "CreateProjectInput", "project{id version}", {"project": complete(word)}, token=OWNER)
        project = await step("answerQuestions", made["project"], ty="AnswerQuestionsInput", answers=ANSWERS)
        project = await step("submitProject", project)
        project = await step("claimProject", project, REVIEWER)
        begun = time.perf_counter()
        project = await step("publishProject", project, REVIEWER)
        published.append((await listed(word, True) - begun) * 1000)
    for _ in range(TRIALS - PUBLISHED):
        project = await step("pauseProject", project)
        await listed(word, False)
        begun = time.perf_counter()
        project = await step("resumeProject", project)
        resumed.append((await listed(word, True) - begun) * 1000)
    stop.set()
    await asyncio.gather(*load)
    told("from asking one server to publish to the other's ranking", published)
    told("from asking one server to resume to the other's ranking", resumed)
    told("both", published + resumed)


asyncio.run(main())
