// An Official Account is taken out as a file, then disconnected, then its HubSpot account can go: by clicks, in both languages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { isOpenToAll, openConsole } from "./harness.js";

// The demo's Official Account (infra/local/src/seed.rs).
const CHANNEL = "/console/channels/1657000001";
let local;
let opened;
let page;

before(async () => {
  opened = await openConsole();
  ({ local, page } = opened);
});

after(() => opened?.close());

test("an Official Account is disconnected by clicks, after an export, with a box for each loss", async () => {
  for (const language of ["en", "ja"]) {
    await page.goto(`${local.url}${CHANNEL}?lang=${language}`);
    await page.click(`a[href="${CHANNEL}/disconnect"]`);
    await page.locator("fieldset").first().waitFor();
    await isOpenToAll(page, `disconnect-ask-${language}`);
    await page.click(`main a[href="${CHANNEL}/export"]`);
    await page.locator("button[value=csv]").waitFor();
    await isOpenToAll(page, `disconnect-export-${language}`);
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
  await isOpenToAll(page, "disconnect-waits-ja");
  assert.equal(await page.locator("main button.grave").count(), 0, "not before the minute is over");
  const passed = await fetch(`${local.url}/demo/clock`, {
    method: "POST", headers: { "content-type": "application/json" }, body: '{"advance_ms":75000}',
  });
  assert.ok(passed.ok);
  // It comes by itself.
  await button.waitFor();
  await isOpenToAll(page, "disconnect-ready-ja");
  await button.click();
  await page.locator("h1", { hasText: "接続を解除しました" }).waitFor();
  await isOpenToAll(page, "disconnect-done-ja");
  await page.click("main .button");
  await page.waitForURL(/\/console$/);
  await page.locator("main", { hasText: "連携が残っています" }).waitFor();
  await isOpenToAll(page, "disconnect-home-ja");
  for (const language of ["en", "ja"]) {
    await page.goto(`${local.url}${CHANNEL}/disconnect?lang=${language}`);
    await page.locator("input[value=erase]").waitFor();
    await isOpenToAll(page, `disconnect-erase-${language}`);
  }
});

test("then the HubSpot account can be disconnected, and says what is lost", async () => {
  for (const language of ["en", "ja"]) {
    await page.goto(`${local.url}/console/account/disconnect?lang=${language}`);
    await page.locator("fieldset input[type=checkbox]").first().waitFor();
    await isOpenToAll(page, `disconnect-account-${language}`);
  }
  for (const box of await page.locator("input[type=checkbox]").all()) await box.check();
  await page.click("main button.grave");
  await page.locator("h1", { hasText: "接続を解除しました" }).waitFor();
  await isOpenToAll(page, "disconnect-account-done-ja");
  await page.goto(`${local.url}/console`);
  await page.locator("h1", { hasText: "ログインしていません" }).waitFor();
  assert.deepEqual(opened.problems.filter((problem) => !/status of 401/.test(problem)), []);
});
