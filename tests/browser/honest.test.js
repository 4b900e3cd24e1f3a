// One world, no lies: what the page says is so, wherever, in whichever language and for whomever it is said.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPage, startLocal } from "./harness.js";

const ARRIVES = { timeout: 60_000 };
/** Less than a minute, in which the schedule comes by itself. */
const IS_WOKEN_FOR = { timeout: 20_000 };
let local;
let opened;
let page;

before(async () => {
  local = await startLocal(["--port", "0", "--json", "--flush-after", "2"]);
  opened = await openPage(local.url, { width: 1440, height: 900 });
  page = opened.page;
  page.setDefaultTimeout(20_000);
  await page.locator(".person").first().waitFor();
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

const take = async (name) => {
  await page.locator(".person", { hasText: name }).click();
  await page.locator(".person[aria-pressed=true]", { hasText: name }).waitFor();
};
const height = (selector) => page.locator(selector).first().evaluate((node) => node.getBoundingClientRect().height);
/** Whether the part's beginning can be seen: nothing lies over it, and it is within the window and its pane. */
const isInSight = (selector) => page.locator(selector).first().evaluate((node) => {
  const { left, top, width, height } = node.getBoundingClientRect();
  const at = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 12));
  return at !== null && (node === at || node.contains(at));
});

test("a contact that is linked says so before anybody has written", async () => {
  await page.locator(".record .badge.good", { hasText: "LINE 友だち" }).waitFor();
  await page.locator("[data-property=line_user_id]", { hasText: local.line_user_ids[0] }).waitFor();
  assert.equal(await page.getByText("LINE 未連携").count(), 0);
});

test("the pause that was asked for is the one that the page names", async () => {
  await page.locator(".record .hint", { hasText: "会話が2秒とぎれると" }).waitFor();
  assert.match(await page.locator("#skip15").getAttribute("title"), /2秒/);
});

test("only what has a value is shown, activity comes before properties, and codes stand beside words", async () => {
  await page.fill("#text", "ひとこと");
  await page.press("#text", "Enter");
  await page.locator("[data-property=line_last_message]", { hasText: "ひとこと" }).waitFor(ARRIVES);
  const shown = await page.locator(".properties dd").allTextContents();
  assert.ok(shown.length >= 5 && shown.every((value) => value.trim() && value !== "—"), shown.join("|"));
  assert.deepEqual(await page.locator(".properties [data-property=line_route]").count(), 0, "it has none");
  await page.locator(".properties dt code", { hasText: "line_unanswered_message" }).waitFor();
  const order = await page.locator(".record > section").evaluateAll((parts) => parts.map((part) => part.className));
  assert.deepEqual(order, ["part-tasks", "part-activity", "part-properties"]);
  const note = page.locator(".record .note", { hasText: "ひとこと" });
  await note.waitFor(IS_WOKEN_FOR);
  assert.ok(await isInSight(".record .note"), "what is new is in sight");
});

test("what is new comes into sight wherever the record was read", async () => {
  await page.setViewportSize({ width: 1440, height: 480 });
  await page.locator("#record").evaluate((pane) => pane.scrollTo(0, pane.scrollHeight));
  assert.ok(!(await isInSight(".record .note")), "the end of the record is read");
  await page.fill("#text", "まだありました");
  await page.press("#text", "Enter");
  await page.locator(".record .note", { hasText: "まだありました" }).waitFor(IS_WOKEN_FOR);
  assert.ok(await isInSight(".record .note"), "what is new is in sight");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the newest of many messages is not cut off", async () => {
  for (let at = 1; at <= 12; at += 1) {
    await page.fill("#text", `${at}通目`);
    await page.press("#text", "Enter");
    await page.locator("#talk .mine .bubble", { hasText: `${at}通目` }).first().waitFor();
  }
  const recent = page.locator("[data-property=line_recent_messages]");
  await recent.filter({ hasText: "12通目" }).waitFor(ARRIVES);
  const cut = await recent.evaluate((node) => node.scrollHeight - node.clientHeight);
  assert.ok(cut <= 1, `${cut} px are hidden`);
});

test("what is typed grows with its lines, wrapped or broken, and belongs to who typed it", async () => {
  await take("はなこ");
  const empty = await height("#text");
  await page.fill("#text", "とても長い文章なので、改行しなくても二行や三行に折り返されるはずの下書きです。");
  assert.ok((await height("#text")) > empty * 1.5, "it grows");
  await take("たろう");
  assert.equal(await page.inputValue("#text"), "");
  assert.ok((await height("#text")) <= empty + 1, "and shrinks");
  await page.fill("#text", "たろうの下書き");
  await take("はなこ");
  assert.match(await page.inputValue("#text"), /^とても長い文章/);
  await take("たろう");
  assert.equal(await page.inputValue("#text"), "たろうの下書き");
  await page.fill("#text", "");
  await take("はなこ");
  await page.fill("#text", "");
});

test("with five messages the workflow can still be run, and its result names the code and gives the request ID away", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  for (let at = 2; at <= 5; at += 1) {
    await page.click("[data-key=add]");
    await page.fill(`#message_${at}`, `五通のうちの${at}通目`);
  }
  assert.equal(await page.locator("#workflow textarea").count(), 5);
  assert.ok(await isInSight("#workflow .main"), "the button is in sight");
  await page.click("#workflow .main");
  const result = page.locator("#runs .run").first();
  await result.locator("[data-outcome=accepted]").waitFor(ARRIVES);
  assert.match(await result.locator(".badge").innerText(), /LINEが受け付けました\s*accepted/);
  const id = (await result.locator("[data-output=line_request_id]").innerText()).trim();
  await result.locator(".copy").click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
  assert.ok(id.length >= 30, "all of it is to be seen");
});

test("the four steps lead to where they are done", async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [at, place] of ["#text", "#record", "#workflow .main", "#skip15"].entries()) {
    const step = page.locator("#steps a").nth(at);
    assert.ok(await step.getAttribute("href"), "it is a link");
    await step.click();
    assert.ok(await page.locator(place).evaluate((node) => node === document.activeElement), place);
    assert.ok(await isInSight(place), `${place} is in sight`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.ok(await page.locator(".brand p").isVisible(), "the tagline is there");
});

test("the phone stays a phone in every window, and no words point to where nothing is", async () => {
  for (const width of [1440, 1060, 1000, 900, 861, 860, 600, 390]) {
    await page.setViewportSize({ width, height: 800 });
    assert.ok((await height(".device")) <= 800, `${await height(".device")} px high at ${width}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const words = await (await fetch(`${local.url}/page/words.js`)).text();
  const said = [...words.matchAll(/: "(.*)",$/gm)].map(([, text]) => text).join("\n");
  assert.ok(said.length > 5000);
  for (const place of ["右の", "左の", "右上", "左上", "on the right", "on the left", "above", "below"]) {
    assert.ok(!said.includes(place), place);
  }
});

test("the English page is English: names, the account, the task and the note", async () => {
  await page.click("[data-language=en]");
  await page.locator(".record h3", { hasText: "Hanako Tanaka" }).waitFor();
  await page.locator("#account", { hasText: "Musubi Coffee" }).waitFor();
  await page.locator(".record .owner", { hasText: "Misaki Sato" }).waitFor();
  await page.locator(".person", { hasText: "Taro" }).click();
  await page.click("#skip60");
  await page.fill("#text", "Hello, I am new here");
  await page.press("#text", "Enter");
  await page.locator(".record h3", { hasText: "Taro" }).waitFor(ARRIVES);
  await page.locator(".record .note", { hasText: "Hello, I am new here" }).waitFor(ARRIVES);
  await page.locator(".record .task").first().waitFor(ARRIVES);
  await page.click(".person.add");
  await page.locator(".person[aria-pressed=true]", { hasText: "Hinata Sato" }).waitFor();
  await page.locator(".person", { hasText: "Taro" }).click();
  await page.locator(".record h3", { hasText: "Taro" }).waitFor();
  await page.click("#workflow .main");
  const reason = page.locator("#runs .run").first().locator("[data-output=reason]", { hasText: "LINE" });
  await page.locator("#runs .run", { hasText: "Taro" }).locator("[data-outcome=accepted]").waitFor(ARRIVES);
  assert.match(await reason.innerText(), /^[\x20-\x7e]+$/);
  // What was said before, and what came of it, stays as it was written.
  const japanese = await page.evaluate(() => {
    const shown = [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility() && !node.closest("[lang=ja], #talk, .reason"));
    const own = (node) => [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.textContent).join("");
    return shown.map(own).filter((text) => /[\u3040-\u30ff\u3400-\u9fff]/.test(text));
  });
  assert.deepEqual(japanese, []);
  await page.click("[data-language=ja]");
  await page.locator(".record h3", { hasText: "Taro" }).or(page.locator(".record h3", { hasText: "たろう" })).waitFor();
  assert.deepEqual(opened.problems, []);
});

test("the way back to the talk ends at the phone of who came, and nothing leaves this machine", async () => {
  const context = page.context();
  const left = [];
  context.on("request", (asked) => new URL(asked.url()).hostname !== "127.0.0.1" && left.push(asked.url()));
  const [phone] = await Promise.all([context.waitForEvent("page"), page.locator('.code[data-route="counter"] .web').click()]);
  await phone.locator('.person[data-name="けんじ"] .who').check();
  await phone.locator("#allow").click();
  await phone.locator("#add-friend").click();
  await phone.getByRole("link", { name: "トークを開く" }).click();
  await phone.waitForURL((url) => url.href.startsWith(`${local.url}/`) && url.hash === "#phone");
  await phone.locator(".person[aria-pressed=true]", { hasText: "けんじ" }).waitFor(ARRIVES);
  assert.deepEqual(left, []);
});
