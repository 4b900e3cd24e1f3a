// From nothing connected to a message on the phone and four ticks, by clicks alone, in Japanese and in English; and by the keyboard alone.
// Copying a value and pasting it are two clicks each. Prints how many clicks and seconds it took.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpenToAll, openPage, startLocal } from "./harness.js";

// The demo's Official Account that nobody has connected yet (infra/local/src/seed.rs).
const CHANNEL = "1657000011";
const AT_MOST = 25;

/** Somebody who clicks, and is counted; or who has a keyboard alone, and what they press counts as the click that it stands for. */
class Hand {
  clicks = 0;
  constructor(page, byKeys) { this.page = page; this.byKeys = byKeys; }
  async click(selector) {
    this.clicks += 1;
    const it = this.page.locator(selector).first();
    if (this.byKeys) {
      await this.tabTo(it);
      if ((await it.getAttribute("type")) === "checkbox") return this.page.keyboard.press("Space");
      // Without scripts each press leads to a page.
      await Promise.all([this.page.waitForEvent("load"), this.page.keyboard.press("Enter")]);
    } else {
      await it.click();
    }
    await this.page.waitForLoadState("load");
  }
  /** Copies what stands in one page into a field of another. */
  async paste(text, selector) {
    this.clicks += 2;
    if (!this.byKeys) return this.page.fill(selector, text);
    await this.tabTo(this.page.locator(selector));
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(text);
  }
  /** Tab, until it has the focus. */
  async tabTo(it) {
    await it.waitFor();
    for (let presses = 0; presses < 200; presses += 1) {
      if (await it.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`${it} is not reached by the keyboard`);
  }
}

/** From the start page through HubSpot's pages, in an account in which there is nothing yet, to the console. */
async function installs(page, hand, local, language) {
  await hand.click(`#from-nothing-${language}`);
  await hand.click("a[href='/console/install/begin?workflows=wait']");
  await page.waitForURL(`${local.hubspot_url}/**`);
  await hand.click(`.portals a:has-text("${local.empty_portal_id}")`);
  await hand.click("#allow");
  await page.waitForURL(/\/console\/install\/done$/);
  await hand.click("main .actions a[href='/console/connect']");
}

// Who has a keyboard alone has no scripts either: one walk less.
for (const [language, locale, scripts] of [["ja", "ja-JP", true], ["en", "en-US", true], ["en", "en-US", false]]) {
  test(`from nothing connected to a message on the phone, in ${language}, ${scripts ? "by clicks alone" : "by the keyboard alone and without scripts"}`, async () => {
    const local = await startLocal();
    const opened = await openPage(local.url, { locale, javaScriptEnabled: scripts });
    try {
      const { page } = opened;
      page.setDefaultTimeout(20_000);
      const hand = new Hand(page, !scripts);
      // What looks for barriers is a script itself.
      const looks = (what) => (scripts ? isOpenToAll(page, `wizard-${what}-${language}`) : undefined);
      await page.goto(`${local.url}/demo/line/consoles`);
      const [id, secret] = await Promise.all(["#channel-id", "#channel-secret"].map((it) => page.innerText(it)));
      await page.goto(`${local.url}/start`);
      const began = Date.now();
      await installs(page, hand, local, language);
      assert.equal(await page.getAttribute("html", "lang"), language);
      await looks("connect");
      await hand.paste(secret, "#id");
      await hand.paste(id, "#secret");
      await hand.click("main form .button");
      await looks("mistake");
      hand.clicks -= 5; // A mistake is no step of the way.
      await hand.paste(id, "#id");
      await hand.paste(secret, "#secret");
      await hand.click("main form .button");
      await page.locator(".who h2").waitFor();
      await looks("confirm");
      await hand.click(".check input");
      await hand.click("main form .button");
      await page.waitForURL(/\/setup/);
      await looks("setup");
      await page.goto(`${local.url}/demo/line/consoles`);
      for (const name of ["use-webhook", "redelivery", "auto-response", "greeting", "chat"]) await hand.click(`#switch-${name}`);
      await page.goto(`${local.url}/console/channels/${CHANNEL}/setup`);
      hand.clicks += 2; // To the other window and back.
      await hand.click("section form .button");
      await looks("setup-later");
      await hand.click("details[open] a.button");
      await hand.click("main form .button");
      await looks("trial");
      const phone = await page.context().newPage();
      const thumb = new Hand(phone, !scripts);
      await phone.goto(await page.getAttribute("main a[href*='/R/ti/p/']", "href"));
      await thumb.click("#add");
      await thumb.click("#write");
      hand.clicks += 1 + thumb.clicks;
      if (scripts) {
        await page.locator(".saved").waitFor();
      } else {
        for (let looks = 0; looks < 20 && (await page.locator(".ticks li:not(.done)").count()) > 0; looks += 1) {
          if (await page.locator(".saved").count()) break;
          await page.locator("p.links a").first().click();
          await page.waitForTimeout(500);
        }
      }
      assert.equal(await page.locator(".ticks li.done").count(), 4);
      assert.equal(await page.getAttribute("html", "lang"), language);
      console.log(`# ${language}: ${hand.clicks} clicks, ${((Date.now() - began) / 1000).toFixed(1)} s`);
      assert.ok(hand.clicks <= AT_MOST, `${hand.clicks} clicks`);
      await looks("done");
      await hand.click("main .actions a.button");
      const left = await page.locator(".steps li:not(.done) .state").allInnerTexts();
      assert.deepEqual(left, Array(2).fill(language === "ja" ? "任意" : "Optional"), "groups and LINE Login are left");
    } finally {
      await opened.close();
      await local.stop();
    }
  });
}
