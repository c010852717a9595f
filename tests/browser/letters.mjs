// The letters of digests in a real browser: the golden files of each language, which the product's own tests compare with
// what it composes. Nothing is asked of any host, nothing is wider than a phone, writing runs the right way, and axe finds
// nothing, in the light and in the dark.
//
//   npm ci && node letters.mjs [DIRECTORY FOR SCREENS]
//
// Chromium is Debian's, or the one that CHROMIUM names. No check needs a font; to look at the screens, install
// fonts-noto-core (Arabic, Thai, Lao) and fonts-noto-cjk (Chinese).
import { readFileSync } from "node:fs";
import { browser, check, finish, overflows, screens, violations } from "./lib.mjs";

const golden = new URL("../../api/src/digest/golden/", import.meta.url);
const shoot = screens(process.argv[2]);
const chromium = await browser();
for (const language of ["en", "zh", "ar", "tr", "sr", "th", "lo", "ru"]) {
  const html = readFileSync(new URL(`${language}.html`, golden), "utf8");
  check(Buffer.byteLength(html) <= 60_000, `${language}: at most 60 kB`);
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 800]) {
      const name = `letter-${language}-${colorScheme}-${width}`;
      const context = await chromium.newContext({ viewport: { width, height: 700 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const asked = [];
      await page.route("**/*", (route) => {
        asked.push(route.request().url());
        return route.abort();
      });
      await page.setContent(html, { waitUntil: "load" });
      check(asked.length === 0, `${name}: asks for ${asked}`);
      check(!(await overflows(page)), `${name}: wider than the window`);
      check((await page.locator("img, script, iframe, form, link").count()) === 0, `${name}: only text and tables`);
      const isRtl = await page.evaluate(() => getComputedStyle(document.querySelector("a[href]").parentElement).direction === "rtl");
      check(isRtl === (language === "ar"), `${name}: the direction of writing`);
      if (language === "ar") check(await isDayFirst(page), `${name}: days run from right to left`);
      for (const found of await violations(page)) check(false, `${name}: ${found}`);
      await shoot(page, name);
      await context.close();
    }
  }
}
await chromium.close();

/** Whether the day of the first deadline, where it stands on one line, is to the right of its year. */
async function isDayFirst(page) {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const found = /(\d+)[^\d,]+ديسمبر[^\d]+(2026)/u.exec(node.data);
      if (!found) continue;
      const place = (from, length) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, from + length);
        return range.getBoundingClientRect();
      };
      const day = place(found.index, found[1].length);
      const year = place(found.index + found[0].length - 4, 4);
      if (Math.abs(day.top - year.top) < 2) return day.left > year.left;
    }
    return false;
  });
}
finish("letters");
