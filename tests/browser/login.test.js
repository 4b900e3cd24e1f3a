// LINE's screens as a person meets them, and a page written for the LIFF SDK against its stand-in, in Chromium.
// What the login leads to is played by this file: it only notes where it was called.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, test } from "node:test";
import { openPage, startLocal } from "./harness.js";

const CHANNEL = "1657000001";
const LOGIN = "1657000002";
const LIFF = "1657000002-demoLIFF";
let ours;
let callee;
let fakes;
let opened;
let page;

const LIFF_PAGE = (line) => `<!doctype html><title>app</title><output></output>
<script src="${line}/liff/sdk.js"></script>
<script>
  const say = (text) => { document.querySelector("output").textContent = text; };
  liff.init({ liffId: "${LIFF}" }).then(() => {
    if (!liff.isLoggedIn()) {
      if (location.search.includes("stay")) return say("nobody");
      return liff.login({ redirectUri: location.href });
    }
    const known = liff.getDecodedIDToken();
    say([known.name, known.email ?? "-", liff.isInClient(), location.pathname + location.search + location.hash,
      liff.getIDToken().split(".").length].join(" | "));
  }, (error) => say(error.code));
</script>`;

before(async () => {
  callee = createServer((request, response) => {
    request.resume();
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(request.url.startsWith(`/line/${CHANNEL}/liff`) ? LIFF_PAGE(fakes.line_url) : "<!doctype html>back");
  });
  await new Promise((listening) => callee.listen(0, "127.0.0.1", listening));
  ours = `http://127.0.0.1:${callee.address().port}`;
  fakes = await startLocal(["fakes", "--json", "--public-url", ours]);
});

after(async () => {
  await fakes?.stop();
  callee?.closeAllConnections();
  callee?.close();
});

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** A fresh browser: nobody's tab remembers anything. */
async function fresh(options) {
  opened = await openPage(fakes.url, options);
  page = opened.page;
  page.setDefaultTimeout(20_000);
}

function authorize(more = {}) {
  const query = new URLSearchParams({
    response_type: "code", client_id: LOGIN, redirect_uri: `${ours}/line/${CHANNEL}/login/callback`, state: "s-1",
    scope: "openid profile email", ...more,
  });
  return `${fakes.line_url}/oauth2/v2.1/authorize?${query}`;
}

const person = (name) => page.locator(`.person[data-name="${name}"]`);
const answer = async () => {
  await page.waitForURL((url) => url.href.startsWith(ours));
  return new URL(page.url()).searchParams;
};
const said = async (text) => {
  await page.locator("output", { hasText: text }).waitFor();
  return (await page.locator("output").textContent()).split(" | ");
};

test("a person sees their own ticks, allows, and comes back with a code", async () => {
  await fresh();
  await page.goto(authorize({ bot_prompt: "normal" }));
  await person("じろう").locator(".who").check();
  assert.equal(await person("じろう").locator("[data-tick=email]").count(), 0, "has no address");
  await person("けんじ").locator(".who").check();
  assert.ok(await person("けんじ").locator("[data-tick=email]").isVisible());
  assert.ok(!(await person("じろう").locator("[data-tick=friend]").isVisible()), "another person's tick");
  await person("けんじ").locator("[data-tick=friend]").uncheck();
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/consent.png` });
  await page.locator("#allow").click();
  const told = await answer();
  assert.equal(told.get("state"), "s-1");
  assert.equal(told.get("friendship_status_changed"), "false");
  assert.ok(told.get("code"));
});

test("whoever cancels comes back without a code, in English too", async () => {
  await fresh();
  await page.goto(authorize({ ui_locales: "en" }));
  await page.getByRole("button", { name: "Cancel" }).click();
  const told = await answer();
  assert.equal(told.get("error").toLowerCase(), "access_denied");
  assert.equal(told.get("code"), null);
});

test("an aggressive prompt asks for friendship on its own screen", async () => {
  await fresh({ width: 390, height: 780 });
  await page.goto(authorize({ bot_prompt: "aggressive" }));
  await person("けんじ").locator(".who").check();
  await page.locator("#allow").click();
  await page.locator("#add-friend").waitFor();
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/friend.png` });
  await page.locator("#add-friend").click();
  assert.equal((await answer()).get("friendship_status_changed"), "true");
});

test("a LIFF address opens the app as the person, at the place that the address names", async () => {
  await fresh();
  await page.goto(`${fakes.line_url}/liff/${LIFF}/shop/1?route=a%26b`);
  await person("けんじ").locator(".who").check();
  await page.locator("#allow").click();
  const [name, email, inClient, place, parts] = await said("けんじ");
  assert.deepEqual([name, email, inClient, parts], ["けんじ", "kenji@example.com", "true", "3"]);
  assert.equal(place, `/line/${CHANNEL}/liff/shop/1?route=a%26b`);
  assert.ok(!page.url().includes("access_token"), "no token stays in the address");
  await page.evaluate(() => globalThis.liff.closeWindow());
  await page.locator("#line-done").waitFor();
});

test("in another browser the app's page asks for a login and comes back to itself", async () => {
  await fresh();
  const place = `/line/${CHANNEL}/liff/deep?x=1`;
  await page.goto(`${ours}${place}`);
  await person("じろう").locator(".who").check();
  await page.locator("#allow").click();
  const [name, email, inClient, back] = await said("じろう");
  assert.deepEqual([name, email, inClient, back], ["じろう", "-", "false", place]);
  await page.evaluate(() => globalThis.liff.logout());
  await page.goto(`${ours}${place}&stay`);
  assert.deepEqual(await said("nobody"), ["nobody"]);
});
