// A second Official Account is connected: of which LINE provider it is, is asked before anything is stored, in both languages.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isOpenToAll, openConsole, tabTo } from "./harness.js";

// The demo's Official Account that nobody has connected yet (infra/local/src/seed.rs).
const CHANNEL = "1657000011";
let local;
let opened;
let page;
let values;

before(async () => {
  opened = await openConsole();
  ({ local, page } = opened);
  await page.goto(`${local.url}/demo/line/consoles`);
  values = await Promise.all(["#channel-id", "#channel-secret"].map((it) => page.innerText(it)));
});

after(() => opened?.close());

async function isSeen(language) {
  await page.goto(`${local.url}/console/connect?lang=${language}`);
  await page.fill("#id", values[0]);
  await page.fill("#secret", values[1]);
  await page.click("main form .button");
  await page.locator("input[name=provider]").first().waitFor();
}

test("whoever connects a second one says of which provider it is, and another provider has fields of its own", async () => {
  for (const language of ["en", "ja"]) {
    await isSeen(language);
    const choices = await page.locator("fieldset", { has: page.locator("input[name=provider]") }).innerText();
    for (const words of language === "ja" ? ["LINEのプロバイダー", "「結び珈琲」と同じプロバイダー", "別のプロバイダー"] : ["LINE provider", "The same provider as “結び珈琲”", "Another provider"]) {
      assert.ok(choices.includes(words), `${words}: ${choices}`);
    }
    await isOpenToAll(page, `provider-${language}`);
  }
  // Nothing is chosen for anybody: the browser asks for it first, and so does the page where a browser does not.
  assert.equal(await page.locator("input[name=provider]:checked").count(), 0);
  await page.evaluate(() => document.querySelectorAll("[required]").forEach((input) => input.removeAttribute("required")));
  await page.check("input[name=cuts_off]");
  await page.click("main form .button");
  await page.locator("[role=alert]").waitFor();
  assert.match(await page.innerText("[role=alert]"), /LINEのプロバイダーを選択してください/);
  await isOpenToAll(page, "provider-unsaid-ja");
  // By the keyboard alone: the choice, the box, the button.
  await tabTo(page, "input[name=provider]");
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.isChecked("input[name=provider][value=another]"));
  await tabTo(page, "input[name=cuts_off]");
  await page.keyboard.press("Space");
  await tabTo(page, "main form .button");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/console/channels/${CHANNEL}/setup`));
});
