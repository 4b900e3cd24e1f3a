// A HubSpot account is connected from nothing, by clicks alone: from the start page through HubSpot's pages to the console, signed in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isOpenToAll, openPage, startLocal } from "./harness.js";

const WORDS = {
  ja: { locale: "ja-JP", cancelled: "接続をキャンセルしました", done: "HubSpotアカウントを接続しました", out: "ログアウト" },
  en: { locale: "en-US", cancelled: "You cancelled", done: "The HubSpot account is connected", out: "Sign out" },
};
let local;

before(async () => {
  local = await startLocal();
});

after(async () => {
  await local?.stop();
});

/** Goes to HubSpot, chooses the account in which there is nothing, and presses this. */
async function atHubSpot(page, button, look) {
  await page.click("a[href='/console/install/begin?workflows=wait']");
  await page.waitForURL(`${local.hubspot_url}/**`);
  await look("portals");
  await page.click(`.portals a:has-text("${local.empty_portal_id}")`);
  await page.locator("#hubspot-consent").waitFor();
  await look("consent");
  await page.click(button);
  await page.waitForURL(`${local.url}/**`);
}

for (const [language, words] of Object.entries(WORDS)) {
  test(`an account is connected from the start page to the signed-in console (${language})`, async () => {
    const { page, problems, close } = await openPage(local.url, { locale: words.locale });
    const look = (what) => isOpenToAll(page, `install-${what}-${language}`);
    page.setDefaultTimeout(20_000);
    try {
      const began = Date.now();
      let clicks = 0;
      page.on("framenavigated", (frame) => { if (frame === page.mainFrame()) clicks += 1; });
      await page.click("#to-start");
      await page.waitForURL(/\/start$/);
      await look("start");
      await page.click(`#from-nothing-${language}`);
      await page.waitForURL(/\/console\/install/);
      assert.equal(await page.getAttribute("html", "lang"), language);
      await look("ask");
      await atHubSpot(page, "#cancel", look);
      await page.locator("h1", { hasText: words.cancelled }).waitFor();
      await look("cancelled");
      await atHubSpot(page, "#allow", async () => {});
      await page.waitForURL(/\/console\/install\/done$/);
      await page.locator("h1", { hasText: words.done }).waitFor();
      assert.ok(await page.locator(".me", { hasText: words.out }).isVisible());
      assert.ok(await page.locator("dd", { hasText: local.empty_portal_id }).isVisible());
      await look("done");
      // The code is in no address that the browser keeps: back leads to HubSpot, not to it.
      assert.ok(!page.url().includes("code="));
      await page.click("main .actions a[href='/console']");
      await page.waitForURL(/\/console$/);
      await look("home");
      console.log(`# connected in ${clicks} pages and ${((Date.now() - began) / 1000).toFixed(1)} s (${language}), a cancelled try and all looks included`);
      // HubSpot's pages are HubSpot's, and have no icon here.
      const elsewhere = problems.filter((it) => !it.startsWith(`request: ${local.hubspot_url}/`) && !/status of 404/.test(it));
      assert.deepEqual(elsewhere, []);
    } finally {
      await close();
    }
  });
}

test("it works without a script", async () => {
  const { page, close } = await openPage(local.url, { javaScriptEnabled: false });
  page.setDefaultTimeout(20_000);
  try {
    await page.goto(`${local.url}/start`);
    await page.click("#from-nothing-ja");
    await atHubSpot(page, "#allow", async () => {});
    await page.waitForURL(/\/console\/install\/done$/);
    await page.locator("h1", { hasText: WORDS.ja.done }).waitFor();
  } finally {
    await close();
  }
});
