// What could not be done: seen in both languages, tried again by keyboard, by a form without scripts, and by a page that is behind.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { isOpenToAll, openPage, startLocal, tabTo } from "./harness.js";

const PAGE = "/console/dead-letters";
// What the webhook says. It is on no page.
const WORDS = "だれにも見せない言葉";
const WHY = "LINEのイベントに有効な日時（timestamp）がありません。 / LINE's event has no usable timestamp.";
const SAID = {
  ja: {
    queue: "LINEからの受信", again: "再処理を始めました。", none: "再処理するものは見つかりませんでした。",
    empty: "表示できるものはありません。", all: "処理できなかったもの 2 件を再処理しました",
  },
  en: {
    queue: "From LINE", again: "It is being tried again.", none: "There was nothing to try again.",
    empty: "There is nothing to be seen.", all: "sent 2 back that could not be done",
  },
};
let local;
let opened;
let page;

before(async () => {
  local = await startLocal();
  opened = await openPage(local.url);
  page = opened.page;
  page.setDefaultTimeout(20_000);
  await page.click("#to-console");
  await page.click("main button");
  await page.waitForURL(/\/console$/);
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

/** LINE sends an event without a time: it can be recorded neither now nor later. */
async function sendsNoTime() {
  const event = { type: "message", message: { type: "text", id: "1", text: WORDS }, source: { type: "user", userId: local.line_user_ids[0] } };
  const body = JSON.stringify({ destination: local.bot_user_id, events: [event] });
  const signature = createHmac("sha256", local.channel_secret).update(body).digest("base64");
  const headers = { "content-type": "application/json", "x-line-signature": signature };
  const answer = await fetch(`${local.url}/line/${local.channel_id}/webhook`, { method: "POST", headers, body });
  assert.equal(answer.status, 200);
}

/** The IDs of so many letters, once they lie there and none of these does. */
async function lieThere(count, gone = []) {
  for (let looks = 0; looks < 100; looks += 1) {
    const world = await (await fetch(`${local.url}/world.json`)).json();
    const ids = world.ours.dead_letters.map((letter) => letter.message_id);
    if (ids.length === count && !ids.some((id) => gone.includes(id))) return ids;
    await page.waitForTimeout(200);
  }
  return assert.fail(`there are never ${count}`);
}

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
