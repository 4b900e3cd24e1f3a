// A person's whole way: from the QR code on the page through LINE's screens to a contact, and back out again, in Chromium.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { openPage, startLocal } from "./harness.js";

/** What the dispatcher writes arrives within 30 seconds; a loaded machine may take its time. */
const ARRIVES = { timeout: 60_000 };
const COOKIE = "__Host-musubi-login";
let local;
let opened;
let page;

afterEach(async () => {
  await opened?.close();
  await local?.stop();
  opened = local = undefined;
});

/** A world of its own for each walk, seen by a browser that remembers nothing. */
async function begin(...options) {
  local = await startLocal(["--port", "0", "--json", ...options]);
  opened = await openPage(local.url);
  page = opened.page;
  page.setDefaultTimeout(20_000);
  await page.locator(".code").first().waitFor();
}

/** Clicks a link of the page. The new tab is the phone's browser. */
async function follow(selector) {
  const [phone] = await Promise.all([page.context().waitForEvent("page"), page.locator(selector).click()]);
  phone.setDefaultTimeout(20_000);
  return phone;
}

const scan = (route) => follow(`.code[data-route="${route}"] .scan`);
const openLogin = (route) => follow(`.code[data-route="${route}"] .web`);

/** LINE's consent screen: somebody is chosen, and allows. */
async function allow(phone, name) {
  await phone.locator(`.person[data-name="${name}"] .who`).check();
  await picture(phone, "consent");
  await phone.locator("#allow").click();
}

async function ended(phone, title) {
  await phone.getByRole("heading", { name: title }).waitFor();
  await picture(phone, "end");
}

async function picture(on, name) {
  if (process.env.SCREENSHOTS) await on.screenshot({ path: `${process.env.SCREENSHOTS}/walk-${name}.png` });
}

async function contacts() {
  return (await (await fetch(`${local.url}/world.json`)).json()).crm.contacts;
}

/** Until something of the CRM is as it should be. The page asks for the world all the time; so does this. */
async function until(found) {
  const limit = Date.now() + ARRIVES.timeout;
  for (;;) {
    const all = await contacts();
    const it = found(all);
    if (it) return it;
    assert.ok(Date.now() < limit, "it never came about in the CRM");
  }
}

const contactOf = (userId) => until((all) => all.find(({ properties }) => properties.line_user_id === userId));
const shown = (name) => page.locator(`[data-property=${name}]`);

/** A contact that a colleague made in HubSpot. */
async function makeContact(properties) {
  const answer = await fetch(`${local.url}/demo/crm/contacts`, {
    method: "POST", body: JSON.stringify({ properties }), headers: { "content-type": "application/json" },
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).contact_id;
}

test("a new person scans a route's QR code, logs in, and is shown as a contact with name and route", async () => {
  await begin();
  const [, kenji] = local.line_strangers;
  const phone = await scan("poster");
  assert.ok(phone.url().startsWith(`${local.line_url}/liff/`), "as the code leads there");
  await allow(phone, "けんじ");
  await ended(phone, "連携が完了しました");
  assert.equal(new URL(phone.url()).pathname, `/line/${local.channel_id}/login/done`);
  await shown("line_route").filter({ hasText: "poster" }).waitFor(ARRIVES);
  await shown("line_user_name").filter({ hasText: "けんじ" }).waitFor(ARRIVES);
  await page.locator(".record .head", { hasText: "kenji@example.com" }).waitFor(ARRIVES);
  await page.locator(".person[aria-pressed=true]", { hasText: "けんじ" }).waitFor();
  assert.equal((await contactOf(kenji)).properties.line_route, "poster");
  assert.equal((await contacts()).length, 2);
  assert.deepEqual(opened.problems, []);
});

test("the login in the browser asks for consent and friendship, keeps its cookie to itself, and makes a friend", async () => {
  await begin();
  const phone = await openLogin("counter");
  const cookie = (await page.context().cookies()).find(({ name }) => name === COOKIE);
  const { domain, path, secure, httpOnly, sameSite } = cookie;
  assert.deepEqual({ domain, path, secure, httpOnly, sameSite },
    { domain: "127.0.0.1", path: "/", secure: true, httpOnly: true, sameSite: "Lax" });
  await allow(phone, "けんじ");
  await picture(phone, "friend");
  await phone.locator("#add-friend").click();
  await ended(phone, "連携が完了しました");
  assert.equal(await phone.evaluate(() => document.cookie), "", "no script reads it");
  await shown("line_route").filter({ hasText: "counter" }).waitFor(ARRIVES);
  await shown("line_follows").filter({ hasText: "はい" }).waitFor(ARRIVES);
  await page.locator('.person[data-friendship="friend"]', { hasText: "けんじ" }).waitFor();
  await page.locator("#friendship[data-friendship=friend]").waitFor();
});

test("a contact that has the same e-mail address is the person's, and nobody new is made", async () => {
  await begin();
  const [, kenji] = local.line_strangers;
  const known = await makeContact({ email: "kenji@example.com", firstname: "健二", lastname: "山田" });
  await allow(await scan("poster"), "けんじ");
  assert.equal((await contactOf(kenji)).id, known);
  await page.locator(".record h3", { hasText: "山田 健二" }).waitFor(ARRIVES);
  assert.equal((await contacts()).length, 2);
});

for (const [options, email] of [[[], undefined], [["--dummy-email", "lineuser.example"], "@lineuser.example"]]) {
  test(`without an e-mail address there is ${email ? "a dummy one, where that is set" : "none"}`, async () => {
    await begin(...options);
    const [jiro] = local.line_strangers;
    await allow(await scan(""), "じろう");
    await shown("line_user_name").filter({ hasText: "じろう" }).waitFor(ARRIVES);
    const { properties } = await contactOf(jiro);
    assert.equal(properties.email, email && jiro.toLowerCase() + email);
    assert.equal(properties.line_route ?? "", "");
  });
}

test("whoever declines is told so, and nothing is linked", async () => {
  await begin();
  const phone = await openLogin("poster");
  await phone.locator("#cancel").click();
  await ended(phone, "ログインをキャンセルしました");
  await phone.getByText("LINEアカウントの連携は行われていません。").waitFor();
  const linked = (await contacts()).filter(({ properties }) => properties.line_user_id);
  assert.deepEqual(linked.map(({ properties }) => properties.line_user_id), [local.line_user_ids[0]], "nobody but who was linked before");
});

test("a person undoes it: the page says so, and LINE is gone from the contact", async () => {
  await begin();
  const [, kenji] = local.line_strangers;
  await allow(await scan("poster"), "けんじ");
  await shown("line_user_name").filter({ hasText: "けんじ" }).waitFor(ARRIVES);
  const { id } = await contactOf(kenji);

  const phone = await follow(".pages .unlink");
  await picture(phone, "unlink");
  await phone.getByRole("button", { name: "LINEでログインして解除する" }).click();
  await allow(phone, "けんじ");
  await ended(phone, "連携を解除しました");
  const kept = ({ properties }) => Object.keys(properties).filter((name) => name.startsWith("line_") && properties[name]);
  const left = await until((all) => all.find((contact) => contact.id === id && !contact.properties.line_user_id));
  assert.deepEqual(kept(left), ["line_route"], "how the contact came is not who it is on LINE");
  assert.equal(left.properties.email, "kenji@example.com");
});

test("what an owner prints and photographs is one click away", async () => {
  await begin();
  const code = await follow('.code[data-route="poster"] .qr-page');
  await code.getByRole("link", { name: "PNGを保存" }).waitFor();
  const sample = await follow(".pages .sample");
  await sample.getByText("メールアドレス", { exact: true }).waitFor();
});
