// What cities and organisers come for beside partners: a demonstration area from its draft to its approval, and an event
// from its draft to the schedule, with two organisations that meet there.

/** The day that is so many days from now, as a field for days takes it. */
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const text = (page) => page.locator("main").innerText();
const deed = (page, name) => page.locator(".card", { has: page.locator("h3", { hasText: name }) });

/**
 * An office drafts a demonstration area of its city, names an evaluator, and moves it on until everybody sees it. Tells
 * where it is.
 */
export async function area({ windowOf, server, check, shoot }) {
  const page = await windowOf("city_office");
  await page.goto(server.url + "/cities?text=Novi+Sad");
  await page.locator("main table a", { hasText: "Novi Sad" }).first().click();
  const city = page.url().split("?")[0];
  const claim = page.locator("button", { hasText: "Take this city over" });
  if (await claim.count()) {
    await claim.click();
    await page.goto(city);
  }
  await page.locator("main a[href$='/areas']").click();
  await page.locator("a", { hasText: "Draft a demonstration area" }).click();
  await page.locator("#title").fill("Smart lanes of Liman");
  await page.locator("[name=focus][value=SMART_CITY]").check();
  await page.locator("[name=focus][value=IOT]").check();
  for (const [at, what] of ["Meters in a thousand homes", "A shared map of works"].entries()) {
    await page.locator(`#task-${at + 1}`).fill(what);
    await page.locator(`#owner-${at + 1}`).fill("City laboratory");
    await page.locator(`#due-${at + 1}`).fill(inDays(100));
  }
  await page.locator("button", { hasText: "Save as a draft" }).click();
  check((await page.locator("#faults").count()) === 1, "an area without a day is refused");
  check((await page.locator("#targetDate[aria-invalid]").count()) === 1, "the field at fault is marked");
  check((await page.locator("#task-2").inputValue()) === "A shared map of works", "the tasks are kept");
  await shoot(page, "journey-area-refused");
  await page.locator("#targetDate").fill(inDays(200));
  const rows = await page.locator("fieldset input[name^=task-]").count();
  await page.locator("button", { hasText: "More rows" }).click();
  check((await page.locator("fieldset input[name^=task-]").count()) > rows, "there are more rows");
  check(await page.locator("[name=focus][value=IOT]").isChecked(), "what was ticked is kept");
  await page.locator("button", { hasText: "Save as a draft" }).click();
  await page.waitForURL(/\/areas\/(?!new)[^/?]+/);
  const address = page.url().split("?")[0];
  check((await text(page)).includes("at least three tasks"), "it is told what a proposal still takes");
  await deed(page, /^Propose$/).locator("button").click();
  check((await page.locator("#faults").count()) === 1, "an area of two tasks is not proposed");
  // Two tabs on one draft: the second is told, sees what stands now, and keeps what was written in it.
  const stale = await page.context().newPage();
  await stale.goto(address + "/edit");
  await page.goto(address + "/edit");
  await page.locator("#task-3").fill("Open data of the meters");
  await page.locator("#owner-3").fill("Statistical office");
  await page.locator("#due-3").fill(inDays(150));
  await page.locator("button", { hasText: "Save as a draft" }).click();
  await page.waitForURL(/\/areas\/[^/]+\?done=/);
  await stale.locator("#title").fill("A title from an older page");
  await stale.locator("button", { hasText: "Save as a draft" }).click();
  check((await stale.locator("#faults").count()) === 1, "the older page is refused");
  check((await text(stale)).includes("Open data of the meters"), "and shows what stands now");
  check((await stale.locator("#title").inputValue()) === "A title from an older page", "and keeps its text");
  await stale.close();
  await page.locator("#evaluator").fill("Observatory");
  await page.locator("#evaluator").press("Enter");
  await page.locator("#organisation").waitFor();
  await shoot(page, "journey-area-draft");
  await deed(page, "Name the evaluator").locator("form[method=post] button").click();
  check((await page.locator("dl").innerText()).includes("Observatory for Digital Cooperation"), "the evaluator is named");
  const stranger = await windowOf(null);
  check((await stranger.goto(address)).status() === 404, "a draft is nobody else's");
  await deed(page, /^Propose$/).locator("button").click();
  check((await page.locator("main p .tag").first().innerText()) === "proposed", "it is proposed");
  await deed(page, /^Approve$/).locator("button").click();
  check((await page.locator("main p .tag").first().innerText()) === "approved by its host", "its authority approves");
  await deed(page, /^Start$/).locator("button").click();
  check((await page.locator("main p .tag").first().innerText()) === "operating", "it operates");
  await shoot(page, "journey-area");
  await stranger.goto(city);
  await stranger.locator("main li a[href*='/areas/']").first().click();
  await stranger.waitForURL(/\/areas\/[^/]+$/);
  check((await text(stranger)).includes("Meters in a thousand homes"), "everybody sees it, from the page of its city");
  check((await stranger.locator("main form").count()) === 0, "and nobody else can do anything");
  await stranger.context().close();
  await page.context().close();
  return address;
}

/** An organiser drafts an event and announces it; two organisations register and meet in the schedule. */
export async function event({ windowOf, server, check, shoot }, options) {
  const name = options ? "Forum of small towns" : "Forum of the valley";
  // At the second the two sides find their time themselves.
  const way = options ? "PARTICIPANT" : "OPTIMISED";
  const page = await windowOf("observer", options);
  await page.goto(server.url + "/events/mine");
  await page.locator("a", { hasText: "Draft an event" }).click();
  await page.locator("#title").fill(name);
  await page.locator("#about").fill("Money and fibre meet for a morning.");
  await page.locator("#venue").fill("Hall of the Petrovaradin Fortress");
  await page.locator("#timeZone").fill("Europe/Atlantis");
  await page.locator("#first").fill(`${inDays(20)}T09:00`);
  await page.locator("#count").fill("3");
  await page.locator("button", { hasText: "Write these times" }).click();
  check((await page.locator("#slots").inputValue()).split("\n").length === 3, "three times are written");
  check((await page.locator("#venue").inputValue()).includes("Petrovaradin"), "and the form is kept");
  await page.locator("#tables").fill("By the window\nBy the door");
  await page.locator("#scheduling").selectOption(way);
  await page.locator("#freezeAt").fill(`${inDays(19)}T12:00`);
  await page.locator("button", { hasText: "Save as a draft" }).click();
  check((await page.locator("#timeZone[aria-invalid]").count()) === 1, "a zone that is none is marked");
  await page.locator("#timeZone").fill("Europe/Belgrade");
  await page.locator("button", { hasText: "Save as a draft" }).click();
  await page.waitForURL(/\/events\/(?!new)/);
  const address = page.url().split("?")[0];
  check((await text(page)).includes("09:00–"), "times are those on the clocks of the place");
  await page.locator("a", { hasText: "Change the draft" }).click();
  check((await page.locator("#slots").inputValue()).includes(`${inDays(20)} 09:00-09:30`), "the form has the times again");
  await page.locator("#meetingsEach").fill("2");
  await page.locator("button", { hasText: "Save as a draft" }).click();
  await page.waitForURL(/done=saved/);
  await shoot(page, "journey-event-draft");
  const stranger = await windowOf(null);
  check((await stranger.goto(address)).status() === 404, "a draft is nobody else's");
  await deed(page, /^Announce$/).locator("button").click();
  await stranger.goto(server.url + "/events");
  check((await text(stranger)).includes(name), "what is announced is in public");
  await deed(page, "Open the registration").locator("button").click();
  const sides = [];
  for (const [who, intent] of [["investor", "INVEST"], ["owner", "RAISE"]]) {
    const side = await windowOf(who, options);
    sides.push(side);
    await side.goto(server.url + "/events");
    await side.locator(".rows a", { hasText: name }).click();
    await side.locator("button", { hasText: /^Register$/ }).click();
    check((await side.locator("#faults").count()) === 1, "a registration without a reason to come is refused");
    await side.locator(`[name=intent][value=${intent}]`).check();
    for (const slot of ["1", "2"]) await side.locator(`form[action$=register] [name=slot][value="${slot}"]`).check();
    await side.locator("#languages").fill("en, sr");
    await side.locator("button", { hasText: /^Register$/ }).click();
    check((await text(side)).includes("You are registered."), `${who} takes part`);
  }
  const [investor, owner] = sides;
  await shoot(owner, "journey-event-registered");
  await page.goto(address);
  check((await page.locator("#who").count()) === 1, "the organiser sees who takes part");
  await deed(page, "Open the requests").locator("button").click();
  await investor.goto(address);
  await investor.locator("#organisation").selectOption({ label: "Drina Valley Fibre Company (fictional)" });
  await investor.locator("#meet-reason").fill("A loan for the valley.");
  if (way === "PARTICIPANT") await investor.locator("form[action$=meetings] [name=slot][value='2']").check();
  await shoot(investor, "journey-event-ask");
  await investor.locator("button", { hasText: "Ask for a meeting" }).click();
  await investor.waitForURL(/\/meetings\//);
  check((await text(investor)).includes("A loan for the valley."), "the request was sent");
  const meeting = investor.url().split("?")[0];
  check((await stranger.goto(meeting)).status() < 400 && stranger.url().includes("/sign-in"), "a meeting is the sides' alone");
  await owner.goto(address);
  await owner.locator("#mine + ul a").first().click();
  await deed(owner, /^Accept$/).locator("button").click();
  const told = way === "PARTICIPANT" ? "has a time" : "accepted, no time yet";
  check((await text(owner)).includes(told), `the other accepts: ${told}`);
  await page.goto(address);
  await deed(page, "Close the requests").locator("button").click();
  if (way === "OPTIMISED") {
    await page.locator("button", { hasText: /^Try$/ }).click();
    check((await text(page)).includes("This was a trial."), "a trial writes nothing");
    await shoot(page, "journey-event-schedule");
    await page.locator("button", { hasText: "Compute and write" }).click();
    check((await text(page)).includes("The schedule was written."), "the schedule is written");
  }
  await deed(page, "Publish the schedule").locator("button").click();
  await owner.goto(meeting);
  await deed(owner, "Confirm the time").locator("button").click();
  check((await text(owner)).includes("time confirmed"), "a side confirms the time");
  await shoot(owner, "journey-meeting");
  await owner.goto(address);
  check((await owner.locator("main a[href$='/calendar']").count()) === 1, "the meetings can be taken home");
  if (!options) {
    const file = await owner.evaluate(async (url) => (await fetch(url)).text(), address + "/calendar");
    check(file.startsWith("BEGIN:VCALENDAR"), "as a file for a calendar");
  }
  for (const each of [page, stranger, investor, owner]) await each.context().close();
}
