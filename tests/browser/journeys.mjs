// What people come for: from a link to sign in to an interest that was sent and answered, from a city taken over to a
// partnership that was proposed and taken up, a listing made; each with scripts at a desk and without at a phone.

import { area, event } from "./exchange.mjs";

const phone = { viewport: { width: 375, height: 800 }, javaScriptEnabled: false };

/** An investor finds a project and sends an interest; its owner accepts it. */
async function interest({ windowOf, check, shoot }, investor, owner, options) {
  const page = await windowOf(investor, options);
  await page.locator("nav a[href='/mandates']").click();
  await page.locator(".rows h2 a").first().click();
  await page.locator(".rows h2 a", { hasText: "Drina" }).first().click();
  await page.locator("main a", { hasText: "Express interest" }).click();
  // The browser's own check is not what counts: a form without answers is refused, and keeps what was typed.
  await page.locator("#aboutUs").fill("We are a fund.");
  const form = page.locator("main form");
  if (options?.javaScriptEnabled !== false) {
    await form.evaluate((form) => { form.noValidate = true; });
    await form.locator("button").click();
    check((await page.locator("#faults").count()) === 1, "an interest without answers is refused");
    check((await page.locator("#aboutUs").inputValue()) === "We are a fund.", "what was typed is kept");
  }
  await page.locator("#cooperationSought").fill("A loan of five million.");
  await page.locator("#whatIsUnclear").fill("The demand.");
  await page.locator("main form button").click();
  await page.waitForURL(/\/introductions\//, { timeout: 5_000 }).catch(async () => check(false, `no introduction: ${(await page.locator("main").innerText()).slice(0, 400)}`));
  check((await page.locator("main").innerText()).includes("A loan of five million."), "the interest was sent");
  await shoot(page, `journey-interest-${options ? "phone" : "desk"}`);
  const address = page.url().split("?")[0];
  const other = await windowOf(owner, options);
  await other.goto(address);
  const accept = other.locator("form.card", { has: other.locator("h3", { hasText: /^Accept$/ }) });
  await accept.locator("button").click();
  check((await other.locator("main").innerText()).includes("accepted"), "the owner accepts");
  check((await other.locator("main a[href^=mailto]").count()) > 0, "contacts are shown to both");
  // The same form again is doing it once: the browser's way back, and then forward, changes nothing.
  await page.goto(address);
  check((await page.locator("main a[href^=mailto]").count()) > 0, "contacts are shown to the other");
  await page.locator("form.card", { hasText: "Note that you are in contact" }).locator("button").click();
  check((await page.locator("main").innerText()).includes("in discussion"), "a contact is noted");
  const end = page.locator("form.card", { has: page.locator("h3", { hasText: /^End$/ }) });
  check((await end.locator("[name=reason]").inputValue()) === "", "no reason is chosen for anybody");
  await end.locator("[name=reason]").selectOption({ index: 1 });
  await end.locator("button").click();
  check((await page.locator("main p .tag").first().innerText()) === "ended", `either side can end it: ${(await page.locator("main").innerText()).slice(0, 500)}`);
  await page.context().close();
  await other.context().close();
}

/** An office takes its city over and finds a partner; its head proposes; the other office takes it up. */
async function partnership({ windowOf, server, check, shoot }) {
  const claim = async (who, city) => {
    const page = await windowOf(who);
    await page.goto(server.url + "/partnerships");
    await page.locator("#text").fill(city);
    await page.locator("#text").press("Enter");
    await page.locator("main table a", { hasText: city }).first().click();
    await page.locator("button", { hasText: "Take this city over" }).click();
    await page.locator("[name=accepting]").check();
    await page.locator("#languages").fill("en");
    await page.locator("button", { hasText: "Save" }).first().click();
    return page;
  };
  const office = await claim("city_office", "Novi Sad");
  const partner = await claim("partner_office", "Chiang Mai");
  await office.goto(server.url + "/partnerships");
  await office.locator("main .actions a.button").first().click();
  await office.locator(".rows h2 a", { hasText: "Chiang Mai" }).click();
  await shoot(office, "journey-pair");
  await office.locator("a", { hasText: "Propose a partnership" }).click();
  await shoot(office, "journey-proposal");
  await office.locator("button", { hasText: "Save the draft" }).click();
  const address = office.url().split("?")[0];
  check(/\/partnerships\//.test(address), "the draft is saved");
  const head = await windowOf("city_colleague");
  await head.goto(address);
  await head.locator("button", { hasText: /^Propose$/ }).click();
  check((await head.locator("main").innerText()).includes("proposed"), "the head of the office proposes");
  await partner.goto(server.url + "/partnerships");
  await partner.locator(".rows h2 a").first().click();
  await partner.locator("button", { hasText: /^Take up negotiations$/ }).click();
  check((await partner.locator("main").innerText()).includes("being negotiated"), "the other office takes it up");
  await partner.locator("a", { hasText: "Answer with another text" }).click();
  await partner.locator("textarea").first().fill("The cities begin with one shared project.");
  await partner.locator("main form button").last().click();
  check((await partner.locator("ins").count()) > 0, "what was changed is seen clause by clause");
  await shoot(partner, "journey-counter");
  // Two tabs on one thing: the second is told, and what was written in it is there.
  await office.goto(address);
  const stale = await office.context().newPage();
  await stale.goto(address + "/text?why=COUNTER");
  await office.goto(address + "/text?why=COUNTER");
  await office.locator("textarea").first().fill("A first change.");
  await office.locator("main form button").last().click();
  check((await office.locator("main").innerText()).includes("A first change."), "a counter is sent");
  await stale.locator("textarea").first().fill("A second change, from an older page.");
  await stale.locator("main form button").last().click();
  check((await stale.locator("#faults").count()) === 1, "the older page is refused");
  check((await stale.locator("textarea").first().inputValue()).includes("second change"), "and its text is kept");
  for (const page of [office, partner, head]) await page.context().close();
}

/** An owner makes a listing: a wrong form is refused and kept, a right one is a draft. */
async function listing({ windowOf, server, check, shoot }, options) {
  const page = await windowOf("owner", options);
  await page.goto(server.url + "/listings/new");
  await page.locator("#title").fill("Fibre of the eastern villages");
  await page.locator("#summary").fill("Open-access fibre to villages that have none.");
  await page.locator("#kind").selectOption("INFRASTRUCTURE");
  await page.locator("#stage").selectOption("FEASIBILITY");
  await page.locator("#countries").fill("XX");
  await page.locator("#field-1").selectOption("CONN_BROADBAND");
  await page.locator("#field-share-1").fill("100");
  await page.locator("#fundingGap").fill("20000000");
  await page.locator("#currency").fill("EUR");
  await page.locator("main form button").last().click();
  check((await page.locator("#faults").count()) === 1, "a country that is none is refused");
  check((await page.locator("#title").inputValue()) === "Fibre of the eastern villages", "the form is kept");
  await page.locator("#countries").fill("RS");
  await page.locator("main form button").last().click();
  await page.waitForURL(/\/listings\/(?!new)/);
  check((await page.locator("main").innerText()).includes("Fibre of the eastern villages"), "the draft is saved");
  await shoot(page, "journey-listing");
  await page.locator("button", { hasText: "Submit for review" }).click();
  check((await page.locator("#faults").count()) === 1, "a draft with open questions is not submitted");
  // It is changed: the form has all that was written; what is no number is told; two tabs see each other.
  const address = page.url().split("?")[0].replace(/\/move$/, "");
  await page.goto(address);
  await page.locator("a", { hasText: "Change the listing" }).click();
  check((await page.locator("#fundingGap").inputValue()) === "20000000", "the form has what was written");
  check((await page.locator("#field-share-1").inputValue()) === "100", "and its shares");
  const stale = await page.context().newPage();
  await stale.goto(page.url());
  await page.locator("#minSlice").fill("five million");
  await page.locator("main form button").last().click();
  check((await page.locator("#minSlice").getAttribute("aria-invalid")) === "true", "an amount that does not read is told");
  check((await page.locator("#minSlice").inputValue()) === "five million", "and kept");
  await page.locator("#minSlice").fill("5 000 000");
  await page.locator("main form button").last().click();
  await page.waitForURL(/done=listing-saved/);
  await stale.locator("#title").fill("Fibre of all eastern villages");
  await stale.locator("main form button").last().click();
  check((await stale.locator("#faults").count()) === 1, "the older tab is refused");
  check((await stale.locator("main table").first().innerText()).includes("5000000"), "and sees what stands now beside its own");
  await stale.locator("#minSlice").fill("5000000");
  await stale.locator("main form button").last().click();
  check((await stale.locator("main h1").innerText()).includes("all eastern villages"), "sent again it is saved");
  await shoot(stale, "journey-listing-changed");
  await stale.locator("a", { hasText: "Who sees what" }).click();
  await stale.locator("#rung-RETURN").selectOption("MATCHED");
  await stale.locator("main form button").last().click();
  await stale.locator("a", { hasText: "Who sees what" }).click();
  check((await stale.locator("#rung-RETURN").inputValue()) === "MATCHED", "who sees a field is chosen");
  await shoot(stale, "journey-disclosure");
  await page.context().close();
}

/** A change of a public listing waits: its owner and a reviewer see field by field what it would change. */
async function change({ windowOf, server, check, shoot }) {
  const page = await windowOf("owner");
  await page.goto(server.url + "/listings");
  await page.locator(".rows a", { hasText: "Fibre and open sensors" }).first().click();
  const address = page.url().split("?")[0];
  await page.locator("a", { hasText: "Change the listing" }).click();
  const gap = await page.locator("#fundingGap").inputValue();
  await page.locator("#fundingGap").fill("");
  await page.locator("main form button").last().click();
  check((await page.locator("#fundingGap[aria-invalid=true]").count()) === 1, "a required answer is not emptied");
  check((await page.locator("#faults a[href='#fundingGap']").count()) === 1, "and the field is named");
  await page.locator("#fundingGap").fill("31000000");
  await page.locator("main form button").last().click();
  await page.waitForURL(/done=listing-saved/);
  const row = (window) => window.locator("table.edits tr", { hasText: "EUR 31,000,000" });
  check((await row(page).innerText()).includes("EUR 18,000,000"), `the owner sees what was and what will be: ${gap}`);
  await shoot(page, "journey-change");
  const reviewer = await windowOf("reviewer");
  await reviewer.goto(address.replace("/listings/", "/review/"));
  check((await row(reviewer).count()) === 1, "so does the reviewer");
  await shoot(reviewer, "journey-change-review");
  await reviewer.locator("input[name=reason]").first().check();
  await reviewer.locator("button[value=refuse]").click();
  await page.goto(address);
  check((await page.locator("table.edits").count()) === 0, "a refused change waits no more");
  for (const window of [page, reviewer]) await window.context().close();
}

/** A mandate is changed and the list follows at once; a new one is saved; projects are compared. */
async function mandate({ windowOf, server, check, shoot }) {
  const page = await windowOf("investor");
  await page.goto(server.url + "/mandates");
  await page.locator(".rows h2 a").first().click();
  for (const form of ["csv", "xlsx"]) {
    const file = await page.locator(`main a[href*="format=${form}"]`).first().getAttribute("href");
    const [status, bytes] = await page.evaluate(async (file) => {
      const answer = await fetch(file);
      return [answer.status, (await answer.arrayBuffer()).byteLength];
    }, file);
    check(status === 200 && bytes > 1_000, `the list as ${form}: status ${status}, ${bytes} bytes`);
  }
  const boxes = page.locator("input[name=project]");
  for (const at of [0, 1, 2]) await boxes.nth(at).check();
  await page.locator("button", { hasText: "Compare" }).click();
  check((await page.locator("table.compare thead th").count()) === 3, "three are compared side by side");
  await shoot(page, "journey-compare");
  await page.goBack();
  await page.locator("a", { hasText: "Change the mandate" }).click();
  const before = await page.locator("#preview ol.rows").innerText();
  const told = page.waitForResponse((response) => response.url().endsWith("/mandates/preview"));
  await page.locator("#ticketMax").fill("1000000");
  await page.locator("#ticketMin").fill("100000");
  check((await told).status() === 200, "the list is asked for anew");
  await page.waitForFunction((before) => document.querySelector("#preview").innerText !== before, before);
  await page.waitForTimeout(600);
  check((await page.locator("#preview ol.rows").innerText()) !== before, "the list follows the form");
  const took = [];
  page.on("requestfinished", (request) => {
    if (request.url().endsWith("/mandates/preview")) took.push(request.timing().responseEnd);
  });
  for (const value of ["200000", "300000", "400000"]) {
    await page.locator("#ticketMin").fill(value);
    await page.waitForTimeout(500);
  }
  took.sort((a, b) => a - b);
  console.log(`what-if from end to end, ${took.length} times: ${took.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  await shoot(page, "journey-what-if");
  await page.goto(server.url + "/mandates");
  await page.locator(".rows h2 a").first().click();
  await page.locator("summary", { hasText: "Weights" }).click();
  await page.locator("#w-FIELD").fill("40");
  await page.waitForURL(/w-FIELD=40/);
  check((await page.locator("#list .note").innerText()).includes("Trust"), "own weights are shown as they count");
  await page.goto(server.url + "/mandates/new");
  await page.locator("#name").fill("Small ventures");
  await page.locator("#ticketMin").fill("100000");
  await page.locator("#ticketMax").fill("5000000");
  await page.locator("[name=global]").check();
  await page.locator("button[value=save]").click();
  await page.waitForURL(/\/mandates\/(?!new)/);
  check((await page.locator("h1").innerText()).includes("Small ventures"), "a new mandate is saved");
  await page.context().close();
  // The same without a script: the button shows the list.
  const plain = await windowOf("investor", phone);
  await plain.goto(server.url + "/mandates");
  await plain.locator(".rows h2 a", { hasText: "Rural fibre" }).click();
  await plain.locator("a", { hasText: "Change the mandate" }).click();
  await plain.locator("#ticketMax").fill("60000000");
  await plain.locator("button[value=show]").click();
  check((await plain.locator("#preview ol.rows > li").count()) > 0, "the list is shown without a script");
  check((await plain.locator("#ticketMax").inputValue()) === "60000000", "and the form is kept");
  await plain.context().close();
}

/** A session that ends in the middle of a form loses nothing of it. */
async function expired({ windowOf, server, check }) {
  const page = await windowOf("bank");
  await page.goto(server.url + "/mandates");
  await page.locator(".rows h2 a").first().click();
  await page.locator(".rows h2 a").first().click();
  await page.locator("main a", { hasText: "Express interest" }).click();
  await page.locator("#cooperationSought").fill("A long text that took an hour.");
  await page.locator("#whatIsUnclear").fill("x");
  await page.locator("#aboutUs").fill("y");
  const other = await page.context().newPage();
  await other.goto(server.url + "/projects");
  await other.locator("details.menu summary").first().click();
  await other.locator("button", { hasText: "Sign out" }).click();
  await page.locator("main form button").click();
  const kept = await page.locator("input[name=kept]").getAttribute("value");
  check(decodeURIComponent((kept ?? "").replace(/\+/g, " ")).includes("A long text that took an hour."), "what was filled in is kept");
  await page.context().close();
}

/** A choice of language keeps the page; the keyboard alone suffices. */
async function reading({ windowOf, server, check }) {
  const page = await windowOf(null);
  await page.goto(server.url + "/projects?text=fibre");
  await page.keyboard.press("Tab");
  check((await page.evaluate(() => document.activeElement.className)) === "skip", "the first stop skips to the main part");
  await page.keyboard.press("Enter");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/projects\/[^?]/);
  await page.goBack();
  await page.locator("details.menu summary").last().press("Enter");
  await page.locator("a[hreflang=ar]").press("Enter");
  await page.waitForURL(/lang=ar/);
  check(new URL(page.url()).searchParams.get("text") === "fibre", "the language changes, the page stays");
  check((await page.locator("html").getAttribute("dir")) === "rtl", "Arabic runs from right to left");
  await page.goto(server.url + "/cities");
  check((await page.locator("html").getAttribute("lang")) === "ar", "the choice is kept");
  const gone = await page.goto(server.url + "/no-such-page");
  check(gone.status() === 404 && (await page.locator("h1").count()) === 1, "what is not there has a page too");
  await page.context().close();
}

/** Forms of other sites do nothing. */
async function foreign({ server, check }) {
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, {}]) {
    const response = await fetch(server.url + "/sign-in", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html", ...headers },
      body: "email=a%40b.example&password=x",
    });
    check(response.status === 403, `a form from ${JSON.stringify(headers)}: ${response.status}`);
  }
}

/** All of them, or those whose names are given; tells the addresses of what they leave that few links lead to. */
export async function journeys(stage, names = []) {
  const left = [];
  const all = {
    reading: () => reading(stage),
    foreign: () => foreign(stage),
    interest: () => interest(stage, "investor", "owner"),
    "interest at a phone": () => interest(stage, "investor", "owner", phone),
    listing: () => listing(stage),
    change: () => change(stage),
    mandate: () => mandate(stage),
    partnership: () => partnership(stage),
    area: async () => left.push(await area(stage)),
    event: () => event(stage),
    "event at a phone": () => event(stage, phone),
    expired: () => expired(stage),
  };
  for (const [name, run] of Object.entries(all)) {
    if (names.length === 0 || names.includes(name)) await run();
  }
  return left;
}
