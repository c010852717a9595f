// What all tests in a browser share: the browser itself, a watch on what leaves the page, and axe.
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Debian's Chromium, or the one that CHROMIUM names. */
export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    // Continuous integration runs as root, for which Chromium has no sandbox.
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

const failures = [];
let checks = 0;

/** Notes whether something holds; all that does not is told at the end. */
export function check(holds, what) {
  checks += 1;
  if (!holds) {
    failures.push(what);
    console.error("FAIL", what);
  }
}

/** Ends the process: with 1 if anything did not hold. */
export function finish(name) {
  console.log(`${name}: ${checks} checks, ${failures.length} failed`);
  process.exit(failures.length ? 1 : 0);
}

/** Violations of the rules of accessibility that axe finds in a page, each with where. */
export async function violations(page, options = {}) {
  await page.evaluate(axeSource);
  const result = await page.evaluate((options) => globalThis.axe.run(document, options), {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    ...options,
  });
  return result.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
}

/** Whether the page is wider than its window. */
export async function overflows(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
}

/** A directory for screens, where one is wanted. */
export function screens(directory) {
  if (directory) mkdirSync(directory, { recursive: true });
  return async (page, name) => {
    if (directory) await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
  };
}
