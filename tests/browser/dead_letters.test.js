// What could not be done, of LINE's and for HubSpot: seen in both languages, tried again by keyboard, by a form without scripts, and by a page that is behind.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { isOpenToAll, openConsole, openPage, startLocal, tabTo } from "./harness.js";

const PAGE = "/console/dead-letters";
// What the webhook says. It is on no page.
const WORDS = "だれにも見せない言葉";
const WHY = "LINEのイベントに有効な日時（timestamp）がありません。 / LINE's event has no usable timestamp.";
const SAID = {
  ja: {
    queue: "LINEからの受信", crm: "CRMへの書き込み", again: "再処理を始めました。", none: "再処理するものは見つかりませんでした。",
    empty: "表示できるものはありません。", all: "処理できなかったもの 2 件を再処理しました",
  },
  en: {
    queue: "From LINE", crm: "To the CRM", again: "It is being tried again.", none: "There was nothing to try again.",
    empty: "There is nothing to be seen.", all: "sent 2 back that could not be done",
  },
};
let local;
let opened;
let page;

before(async () => {
  opened = await openConsole();
  ({ local, page } = opened);
});

after(() => opened?.close());

/** LINE sends an event without a time: it can be recorded neither now nor later. */
async function sendsNoTime() {
  const event = { type: "message", message: { type: "text", id: "1", text: WORDS }, source: { type: "user", userId: local.line_user_ids[0] } };
  const body = JSON.stringify({ destination: local.bot_user_id, events: [event] });
  const signature = createHmac("sha256", local.channel_secret).update(body).digest("base64");
  const headers = { "content-type": "application/json", "x-line-signature": signature };
  const answer = await fetch(`${local.url}/line/${local.channel_id}/webhook`, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
}

/** What this finds in the world, once it does. */
async function until(world, look) {
  for (let looks = 0; looks < 150; looks += 1) {
    const found = look(await (await fetch(`${world.url}/world.json`)).json());
    if (found) return found;
    await new Promise((done) => setTimeout(done, 200));
  }
  return assert.fail(`it is never seen: ${look}`);
}

/** The IDs of so many letters, once they lie there and none of these does. */
const lieThere = (count, gone = []) => until(local, (world) => {
  const ids = world.ours.dead_letters.map((letter) => letter.message_id);
  return ids.length === count && !ids.some((id) => gone.includes(id)) && ids;
});

const rows = (where = page) => where.locator(`main ul.rows form[action='${PAGE}']`);

test("with nothing in it the page says so", async () => {
  for (const [language, said] of Object.entries(SAID)) {
    await page.goto(`${local.url}${PAGE}?lang=${language}`);
    assert.ok((await page.locator("main").innerText()).includes(said.empty));
    assert.equal(await rows().count(), 0);
  }
});

test("what could not be done is seen: where, whose, why, and not what it says", async () => {
  await sendsNoTime();
  await sendsNoTime();
  await lieThere(2);
  for (const [language, said] of Object.entries(SAID)) {
    await page.goto(`${local.url}/console?lang=${language}`);
    await page.click(`nav a[href='${PAGE}']`);
    await page.waitForURL(`**${PAGE}`);
    assert.equal(await rows().count(), 2);
    const text = await page.locator("main ul.rows li").first().innerText();
    // Whose: the demo's Official Account (infra/local/src/seed.rs).
    for (const words of [said.queue, "結び珈琲", WHY]) assert.ok(text.includes(words), words);
    const label = await rows().first().locator("button").getAttribute("aria-label");
    assert.ok(label.includes(said.queue), "the button says which");
    assert.ok(!(await page.content()).includes(WORDS));
    await isOpenToAll(page, `dead-letters-${language}`);
  }
});

test("one is tried again by keyboard alone, and comes back while the cause is there", async () => {
  for (const [language, said] of Object.entries(SAID)) {
    const before = await lieThere(2);
    await page.goto(`${local.url}${PAGE}?lang=${language}`);
    const id = await rows().first().locator("input[name=id]").inputValue();
    await tabTo(page, `ul.rows form[action='${PAGE}'] button`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\?saved=1$/);
    assert.ok((await page.locator("main [role=status]").innerText()).includes(said.again));
    await isOpenToAll(page, `dead-letters-again-${language}`);
    const after = await lieThere(2, [id]);
    assert.equal(before.filter((it) => after.includes(it)).length, 1, "the other one was let be");
  }
});

test("a page that is behind sends nothing twice, and says so", async () => {
  for (const [language, said] of Object.entries(SAID)) {
    await page.goto(`${local.url}${PAGE}?lang=${language}`);
    const behind = await page.context().newPage();
    behind.setDefaultTimeout(20_000);
    await behind.goto(`${local.url}${PAGE}?lang=${language}`);
    const id = await rows().first().locator("input[name=id]").inputValue();
    await rows().first().locator("button").click();
    await page.waitForURL(/\?saved=1$/);
    const before = await lieThere(2, [id]);
    await rows(behind).filter({ has: behind.locator(`input[value='${id}']`) }).locator("button").click();
    assert.ok((await behind.locator("main [role=alert]").innerText()).includes(said.none));
    await isOpenToAll(behind, `dead-letters-behind-${language}`);
    await behind.close();
    assert.deepEqual((await lieThere(2)).sort(), before.sort());
  }
});

test("all are tried again by a form without scripts", async () => {
  const before = await lieThere(2);
  const plain = await openPage(local.url, { locale: "en-US", javaScriptEnabled: false });
  try {
    plain.page.setDefaultTimeout(20_000);
    await plain.page.context().addCookies(await page.context().cookies());
    await plain.page.goto(`${local.url}${PAGE}?lang=en`);
    await plain.page.click(`main section form[action='${PAGE}'] button`);
    await plain.page.waitForURL(/\?saved=1$/);
    assert.ok((await plain.page.locator("main [role=status]").innerText()).includes(SAID.en.again));
  } finally {
    await plain.close();
  }
  await lieThere(2, before);
  for (const [language, said] of Object.entries(SAID)) {
    await page.goto(`${local.url}/console/log?lang=${language}`);
    const log = await page.locator("main").innerText();
    assert.ok(log.includes(said.all) && !log.includes(WORDS));
  }
  // A page that sends nothing back says so by its status, and Chromium says that.
  assert.deepEqual(opened.problems.filter((problem) => !/status of 422/.test(problem)), []);
});

/** A token of the account at HubSpot, as whoever installs the app there is given one. */
async function atHubSpot(shop) {
  const away = await fetch(`${shop.url}/console/install/begin?workflows=wait`, { redirect: "manual" });
  const asked = new URL(away.headers.get("location"));
  const screen = await (await fetch(`${asked}&portal_id=${shop.portal_id}`)).text();
  const allowed = new URLSearchParams({ screen: /name="screen" value="([^"]+)"/.exec(screen)[1], act: "allow" });
  const sent = await fetch(`${shop.hubspot_url}/oauth/authorize/consent`, { method: "POST", body: allowed, redirect: "manual" });
  const answer = await fetch(`${shop.hubspot_url}/oauth/2026-03/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", code: new URL(sent.headers.get("location")).searchParams.get("code"),
      client_id: asked.searchParams.get("client_id"), client_secret: shop.hubspot_client_secret, redirect_uri: asked.searchParams.get("redirect_uri"),
    }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).access_token;
}

test("work for HubSpot that somebody has seen to by hand is gone from the page once it is sent back", async () => {
  const shop = await startLocal(["--port", "0", "--json", "--flush-after", "1"]);
  const there = await openPage(shop.url);
  const asJson = (method, body, headers) => ({ method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  const phone = `${shop.url}/demo/line/${shop.line_user_ids[0]}`;
  try {
    there.page.setDefaultTimeout(20_000);
    const { message_id } = await (await fetch(`${phone}/text`, asJson("POST", { text: WORDS }))).json();
    const note = await until(shop, (world) => world.crm.notes.find(({ body }) => body.includes(WORDS)));
    // Somebody takes the words out of the note; the message is taken back, and its line is not found.
    const edit = asJson("PATCH", { properties: { hs_note_body: "<p>-</p>" } }, { authorization: `Bearer ${await atHubSpot(shop)}` });
    assert.equal((await fetch(`${shop.hubspot_url}/crm/objects/2026-03/notes/${note.id}`, edit)).status, 200);
    assert.equal((await fetch(`${phone}/unsend`, asJson("POST", { message_id }))).status, 200);
    await until(shop, (world) => world.ours.dead_letters.length === 1);

    await there.page.click("#to-console");
    await there.page.click("main button");
    await there.page.waitForURL(/\/console$/);
    for (const [language, said] of Object.entries(SAID)) {
      await there.page.goto(`${shop.url}${PAGE}?lang=${language}`);
      const text = await there.page.locator("main ul.rows li").innerText();
      for (const words of [said.crm, shop.portal_id, "somebody edited the note", "メモが編集されています"]) assert.ok(text.includes(words), words);
      assert.ok(!(await there.page.content()).includes(WORDS));
      await isOpenToAll(there.page, `dead-letters-crm-${language}`);
    }
    await rows(there.page).locator("button").click();
    await there.page.waitForURL(/\?saved=1$/);
    await until(shop, (world) => world.ours.dead_letters.length === 0);
    for (const [language, said] of Object.entries(SAID)) {
      await there.page.goto(`${shop.url}${PAGE}?lang=${language}`);
      assert.ok((await there.page.locator("main").innerText()).includes(said.empty));
    }
    assert.deepEqual(there.problems, []);
  } finally {
    await there.close();
    await shop.stop();
  }
});
