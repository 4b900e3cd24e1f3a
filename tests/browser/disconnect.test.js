// An Official Account is taken out as a file, then disconnected, then its HubSpot account can go: by clicks, in both languages.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { barriers, openPage, ROOT, startLocal } from "./harness.js";

const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
const FOLDER = join(ROOT, "target/pictures");
// The demo's Official Account (infra/local/src/seed.rs).
const CHANNEL = "/console/channels/1657000001";
let local;
let opened;
let page;

before(async () => {
  local = await startLocal();
  opened = await openPage(local.url);
  page = opened.page;
  page.setDefaultTimeout(20_000);
  mkdirSync(FOLDER, { recursive: true });
  await page.click("#to-console");
  await page.click("main button");
  await page.waitForURL(/\/console$/);
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

/** The page keeps nobody out, wide and narrow, and is no wider than the screen. */
async function isOpenToAll(what) {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    assert.deepEqual(await barriers(page), [], `${what}, ${size.width} wide`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${what} is ${over} px too wide at ${size.width}`);
  }
  await page.screenshot({ path: join(FOLDER, `disconnect-${what}.png`), fullPage: true });
  await page.setViewportSize(SIZES[0]);
}

test("an Official Account is disconnected by clicks, after an export, with a box for each loss", async () => {
  for (const language of ["en", "ja"]) {
    await page.goto(`${local.url}${CHANNEL}?lang=${language}`);
    await page.click(`a[href="${CHANNEL}/disconnect"]`);
    await page.locator("fieldset").first().waitFor();
    await isOpenToAll(`ask-${language}`);
    await page.click(`main a[href="${CHANNEL}/export"]`);
    await page.locator("button[value=csv]").waitFor();
    await isOpenToAll(`export-${language}`);
  }
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("button[value=csv]")]);
  assert.equal(file.suggestedFilename(), "musubi-people-1657000001.csv");
  assert.match(readFileSync(await file.path(), "utf8"), /^\uFEFFline_user_id,contact_id,/);

  await page.goto(`${local.url}${CHANNEL}/disconnect`);
  const button = page.locator("main button.grave");
  await button.click();
  assert.equal(new URL(page.url()).pathname, `${CHANNEL}/disconnect`);
  assert.equal(await page.locator("fieldset").count(), 2, "the browser asks for the boxes first");
  // By the keyboard alone: each box, then the choice, then the button.
  const boxes = page.locator("input[type=checkbox]");
  await boxes.first().focus();
  for (let number = 0; number < (await boxes.count()); number += 1) {
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Space");
  assert.ok(await page.isChecked("input[value=keep]"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#ticks").waitFor();
  await isOpenToAll("waits-ja");
  assert.equal(await page.locator("main button.grave").count(), 0, "not before the minute is over");
  const passed = await fetch(`${local.url}/demo/clock`, {
    method: "POST", headers: { "content-type": "application/json" }, body: '{"advance_ms":75000}',
  });
  assert.ok(passed.ok);
  // It comes by itself.
  await button.waitFor();
  await isOpenToAll("ready-ja");
  await button.click();
  await page.locator("h1", { hasText: "接続を解除しました" }).waitFor();
  await isOpenToAll("done-ja");
  await page.click("main .button");
  await page.waitForURL(/\/console$/);
  await page.locator("main", { hasText: "連携が残っています" }).waitFor();
  await isOpenToAll("home-ja");
  for (const language of ["en", "ja"]) {
    await page.goto(`${local.url}${CHANNEL}/disconnect?lang=${language}`);
    await page.locator("input[value=erase]").waitFor();
    await isOpenToAll(`erase-${language}`);
  }
});

test("then the HubSpot account can be disconnected, and says what is lost", async () => {
  for (const language of ["en", "ja"]) {
    await page.goto(`${local.url}/console/account/disconnect?lang=${language}`);
    await page.locator("fieldset input[type=checkbox]").first().waitFor();
    await isOpenToAll(`account-${language}`);
  }
  for (const box of await page.locator("input[type=checkbox]").all()) await box.check();
  await page.click("main button.grave");
  await page.locator("h1", { hasText: "接続を解除しました" }).waitFor();
  await isOpenToAll("account-done-ja");
  await page.goto(`${local.url}/console`);
  await page.locator("h1", { hasText: "ログインしていません" }).waitFor();
  assert.deepEqual(opened.problems.filter((problem) => !/status of 401/.test(problem)), []);
});
