// The pages in a real browser: every page that links lead to, as each of the demo's people, and the journeys that people
// come for, with scripts and without.
//
//   node pages.mjs BINARY [DIRECTORY FOR SCREENS]
//
// JOURNEYS=listing,mandate walks these alone and follows no other links.
import { gzipSync } from "node:zlib";
import { browser, check, finish, overflows, screens, violations } from "./lib.mjs";
import { demo } from "./demo.mjs";
import { journeys } from "./journeys.mjs";

const [binary, directory] = process.argv.slice(2);
const server = await demo(binary);
const shoot = screens(directory);
const chromium = await browser();
const pattern = (url) => {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete("lang");
  const names = [...searchParams.keys()].filter((key) => key !== "after").sort();
  return pathname.replace(/\/[A-Za-z0-9_-]{24}(?=\/|$)/g, "/{id}").replace(/-[0-9a-f]{12}\./, ".") + (names.length ? `?${names}` : "");
};

// A link to sign in is good once: what it opened is kept for later windows.
const signedIn = new Map();

/** A window of somebody, in which nothing is asked of another host and no rule of content is broken. */
async function windowOf(who, options = {}) {
  const storageState = who ? signedIn.get(who) : undefined;
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, storageState, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on("request", (request) => {
    const url = request.url();
    check(url.startsWith(server.url) || url.startsWith("data:"), `asks another host: ${url}`);
  });
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) check(false, `${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => check(false, `${page.url()}: a script failed: ${error}`));
  if (who && storageState) {
    await page.goto(server.url + "/");
  } else if (who) {
    await page.goto(server.links[who]);
    await page.locator("main button").click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    signedIn.set(who, await context.storageState());
  }
  return page;
}

const looked = new Set();
async function look(page, who, url) {
  const name = `${who ?? "anybody"} ${pattern(url)}`;
  const response = await page.goto(url).catch((error) => {
    if (!/Download is starting|ERR_ABORTED/.test(String(error))) throw error;
  });
  if (!response) {
    // What is a file is fetched by the page that leads to it, with its cookies.
    const status = await page.evaluate(async (url) => (await fetch(url)).status, url);
    check(status < 400, `${name}: status ${status}`);
    return [];
  }
  check(response.status() < 400, `${name}: status ${response.status()}`);
  const kind = response.headers()["content-type"] ?? "";
  if (!kind.startsWith("text/html")) return [];
  const policy = response.headers()["content-security-policy"] ?? "";
  check(policy.includes("default-src 'none'") && !policy.includes("unsafe"), `${name}: content policy ${policy}`);
  const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href));
  if (!looked.has(pattern(url))) {
    looked.add(pattern(url));
    const html = await response.text();
    check(gzipSync(html).length < 50_000, `${name}: ${gzipSync(html).length} bytes compressed`);
    check(!/ style=|<style|<script>/.test(html), `${name}: a style or script in the page`);
    check(!/\{\$|\{ \$/.test(html), `${name}: a hole in a sentence`);
    const file = name.replace(/[^a-z]+/gi, "-");
    for (const found of await violations(page)) check(false, `${name}: ${found}`);
    await page.emulateMedia({ colorScheme: "dark" });
    for (const found of await violations(page)) check(false, `${name}, dark: ${found}`);
    await page.emulateMedia({ colorScheme: "light" });
    await shoot(page, `${file}-en`);
    for (const tag of ["ar", "zh"]) {
      await page.goto(url + (url.includes("?") ? "&" : "?") + `lang=${tag}`);
      check((await page.locator("html").getAttribute("lang")) === tag, `${name}: in ${tag}`);
      for (const found of await violations(page)) check(false, `${name}, ${tag}: ${found}`);
      await shoot(page, `${file}-${tag}`);
    }
    await page.setViewportSize({ width: 375, height: 800 });
    check(!(await overflows(page)), `${name}: wider than a phone in Chinese`);
    await page.goto(url + (url.includes("?") ? "&" : "?") + "lang=en");
    check(!(await overflows(page)), `${name}: wider than a phone`);
    await shoot(page, `${file}-phone`);
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  return links;
}

/** Follows all links that lead to pages of this site, two of a kind, from the front page and some others. */
async function crawl(who, starts) {
  const page = await windowOf(who);
  const seen = new Map();
  const waiting = [server.url + "/", ...starts];
  const known = new Set(waiting);
  while (waiting.length) {
    const url = waiting.shift();
    const kind = pattern(url);
    const times = seen.get(kind) ?? 0;
    if (times >= 2) continue;
    seen.set(kind, times + 1);
    for (const link of await look(page, who, url)) {
      const to = new URL(link);
      to.hash = "";
      if (to.origin !== server.url || to.searchParams.has("lang") || known.has(to.href)) continue;
      known.add(to.href);
      waiting.push(to.href);
    }
  }
  await page.context().close();
  return seen.size;
}

try {
  const names = (process.env.JOURNEYS ?? "").split(",").filter(Boolean);
  const left = await journeys({ windowOf, server, check, shoot }, names);
  for (const who of names.length ? [] : [null, "investor_colleague", "owner_colleague", "city_colleague", "partner_colleague", "reviewer", "compliance", "administrator", "observer"]) {
    console.log(`${who ?? "anybody"}: ${await crawl(who, left)} kinds of page`);
  }
  const first = await (await chromium.newContext()).newPage();
  const bodies = [];
  first.on("response", (response) => {
    if (!/icon/.test(response.url())) bodies.push(response.body());
  });
  await first.goto(server.url + "/", { waitUntil: "networkidle" });
  const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
  check(bodies.length >= 4 && bytes < 50_000, `the first page weighs ${bytes} bytes compressed in ${bodies.length} answers`);
  console.log(`the first page with style and scripts: ${bytes} bytes compressed`);
} catch (error) {
  check(false, `stopped: ${error.stack}`);
} finally {
  await chromium.close();
  server.stop();
}
finish("pages");
