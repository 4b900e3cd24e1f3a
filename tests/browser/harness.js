// What the browser tests share: the program under test, Chromium, and a page whose errors and requests are noted.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const START_LIMIT_MS = 60_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Starts `local --port 0 --json`, or with other arguments (`LOCAL_BIN`, else the debug build), and answers with what it says of itself and how to stop it. */
export async function startLocal(options = ["--port", "0", "--json"]) {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const binary = process.env.LOCAL_BIN ?? join(target, "debug/local");
  const child = spawn(binary, options, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise((found, failed) => {
    const limit = setTimeout(() => failed(new Error("the program printed no line in time")), START_LIMIT_MS);
    lines.once("line", (text) => { clearTimeout(limit); found(text); });
    child.once("exit", (code) => failed(new Error(`the program ended with ${code}`)));
    child.once("error", failed);
  });
  const stop = () => new Promise((done) => { child.once("close", done); child.kill("SIGKILL"); });
  return { ...JSON.parse(line), stop };
}

/** Opens Chromium with a fresh profile. `problems` gathers console errors, page errors and requests that leave the origin. */
export async function openPage(url, { locale = "ja-JP", width = 1280, height = 800, colorScheme = "light", javaScriptEnabled = true } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "musubi-browser-"));
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? executablePath, headless: true, args: FLAGS,
    locale, viewport: { width, height }, colorScheme, javaScriptEnabled, timezoneId: "Asia/Tokyo",
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  const problems = [];
  page.on("console", (said) => ["error", "warning"].includes(said.type()) && problems.push(`console: ${said.text()}`));
  page.on("pageerror", (error) => problems.push(`page: ${error.message}`));
  page.on("request", (asked) => {
    const to = asked.url();
    if (!to.startsWith(`${url}/`) && !to.startsWith("data:")) problems.push(`request: ${to}`);
  });
  await page.goto(`${url}/`);
  if (javaScriptEnabled) await speaks(url, locale.slice(0, 2));
  const close = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, problems, close };
}

/** The first page tells the demo which language it speaks, and nobody may leave it before: what was asked for might not arrive. */
async function speaks(url, language) {
  const end = Date.now() + START_LIMIT_MS;
  for (;;) {
    const asked = await fetch(`${url}/world.json`);
    if (asked.status === 404 || (await asked.json()).language === language) return;
    assert.ok(Date.now() < end, `the demo does not speak ${language}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Starts the program and goes into the console of the demo world by the door on its page. `close` ends both. */
export async function openConsole() {
  const local = await startLocal();
  const opened = await openPage(local.url);
  const { page } = opened;
  page.setDefaultTimeout(20_000);
  await page.click("#to-console");
  await page.click("main button");
  await page.waitForURL(/\/console$/);
  const close = async () => {
    await opened.close();
    await local.stop();
  };
  return { ...opened, local, close };
}

/** What keeps people out of the page as it stands, by axe-core's rules of WCAG 2.2 A and AA and of good practice; one line for each element. */
export async function barriers(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "target-size": { enabled: true } },
  }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary.replace(/\s+/g, " ")}`));
}

export const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
const PICTURES = join(ROOT, "target/pictures");

/** The page keeps nobody out, wide and narrow, and is no wider than the screen. Two pictures of it, `name.png` and `name-390.png`, are made. */
export async function isOpenToAll(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  for (const size of [...SIZES].reverse()) {
    await page.setViewportSize(size);
    assert.deepEqual(await barriers(page), [], `${name}, ${size.width} wide`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${name} is ${over} px too wide at ${size.width}`);
    await page.screenshot({ path: join(PICTURES, size === SIZES[0] ? `${name}.png` : `${name}-${size.width}.png`), fullPage: true });
  }
}

/** Goes on by the Tab key until what this selects has the focus. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((it) => document.activeElement?.matches(it), selector)) return;
  }
  assert.fail(`${selector} is not reached by the keyboard`);
}

/** A POST of this as JSON, for `fetch`. */
export const asJson = (body) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** How often LINE has taken a push, and a reply. */
export async function sends(local) {
  const { line } = await (await fetch(`${local.url}/world.json`)).json();
  return ["push", "reply"].map((what) => line.calls.filter(({ path, status }) => path.endsWith(`/message/${what}`) && status === 200).length);
}
