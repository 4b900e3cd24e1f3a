// From HubSpot's settings page to the console by clicks: an admin, somebody who is new, and who is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpenToAll, openPage, startLocal } from "./harness.js";

const WORDS = {
  ja: { locale: "ja-JP", opens: "Musubiのコンソールを開きます", admin: "管理者", member: "メンバー", removed: "削除されています" },
  en: { locale: "en-US", opens: "Open Musubi's console", admin: "Admin", member: "Member", removed: "You were removed" },
};
const [SATO, MORI] = ["9586504", "9586511"];

/** Asks in HubSpot's settings page, as this user of this account. */
async function asks(page, local, user) {
  await page.goto(`${local.url}/demo/hubspot/settings`);
  await page.selectOption("#portal", local.empty_portal_id);
  await page.selectOption("#user", user);
  await page.click("#ask");
  await page.waitForLoadState("load");
}

/** The new tab that the link opens. */
async function opens(page) {
  const [tab] = await Promise.all([page.context().waitForEvent("page"), page.click("#open")]);
  tab.setDefaultTimeout(20_000);
  await tab.waitForLoadState("load");
  return tab;
}

for (const [language, words, javaScriptEnabled] of [["ja", WORDS.ja, true], ["en", WORDS.en, true], ["en", WORDS.en, false]]) {
  test(`the console opens from HubSpot's settings (${language}, ${javaScriptEnabled ? "with" : "without"} scripts)`, async () => {
    const local = await startLocal();
    const { page, close } = await openPage(local.url, { locale: words.locale, javaScriptEnabled });
    const look = async (which, what) => javaScriptEnabled && isOpenToAll(which, `hand-over-${what}-${language}`);
    page.setDefaultTimeout(20_000);
    try {
      await asks(page, local, MORI);
      assert.equal(await page.textContent("#refused"), "not_installed", "where the app is not, no page of it is");
      await page.goto(`${local.url}/console/install`);
      await page.click("a[href='/console/install/begin?workflows=wait']");
      await page.waitForURL(`${local.hubspot_url}/**`);
      await page.click(`.portals a:has-text("${local.empty_portal_id}")`);
      await page.click("#allow");
      await page.waitForURL(/\/console\/install\/done$/);

      // Somebody new: a member.
      await asks(page, local, MORI);
      await look(page, "settings");
      const tab = await opens(page);
      assert.equal(await tab.textContent("h1"), words.opens);
      assert.ok(await tab.locator("dd", { hasText: words.member }).isVisible());
      await look(tab, "enter");
      await tab.click("main form[action='/console/enter'] button");
      await tab.waitForURL(/\/console$/);
      assert.ok(await tab.locator(".me", { hasText: `user ${MORI}` }).isVisible());
      await tab.goBack();
      await tab.reload();
      assert.ok(!(await tab.content()).includes('name="code"'), "a used address has no button");
      await look(tab, "used");
      await tab.close();

      // Who connected the account: the admin that they were. They take Mori out.
      await asks(page, local, SATO);
      const sato = await opens(page);
      assert.ok(await sato.locator("dd", { hasText: words.admin }).isVisible());
      await sato.click("main form[action='/console/enter'] button");
      await sato.waitForURL(/\/console$/);
      await sato.goto(`${local.url}/console/team`);
      await look(sato, "team");
      await sato.click("a[href^='/console/team/role']");
      await look(sato, "role");
      await sato.click("main form[action='/console/team/role'] button");
      await sato.waitForURL(/\/console\/team$/);
      await sato.click("a[href^='/console/team/remove']");
      await sato.click("main form[action='/console/team/remove'] button");
      await sato.waitForURL(/\/console\/team$/);
      await asks(page, local, MORI);
      assert.equal(await page.textContent("#refused"), "removed");
      await look(page, "refused");
    } finally {
      await close();
      await local.stop();
    }
  });
}
