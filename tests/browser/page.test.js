// What a person sees: both ways through the whole of Musubi, in Chromium.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openPage, startLocal } from "./harness.js";

/** The dispatcher writes properties and tasks within 30 seconds; a loaded machine may take its time. */
const ARRIVES = { timeout: 60_000 };
let local;
let opened;
let page;

before(async () => {
  local = await startLocal();
  opened = await openPage(local.url);
  page = opened.page;
  page.setDefaultTimeout(20_000);
  await page.locator(".person").first().waitFor();
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

beforeEach(() => {
  opened.problems.length = 0;
});

/** Nothing went wrong, and nothing left this machine. */
function clean() {
  assert.deepEqual(opened.problems, []);
}

async function world() {
  return (await fetch(`${local.url}/world.json`)).json();
}

async function write(text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
  await page.locator("#talk .mine .bubble", { hasText: text }).waitFor();
}

/** The friend whose contact is known holds the phone. */
async function takeTheLinkedPhone() {
  const [linked] = local.line_user_ids;
  const name = (await world()).line.people.find((person) => person.user_id === linked).name;
  await page.locator(".person", { hasText: name }).click();
  await page.locator(".person[aria-pressed=true]", { hasText: name }).waitFor();
}

test("a text on the phone reaches the contact's properties and the owner's task", async () => {
  await takeTheLinkedPhone();
  await write("予約を変更したいです <b>至急</b>");
  await page.locator("[data-property=line_unanswered_message]", { hasText: "予約を変更したいです <b>至急</b>" }).waitFor(ARRIVES);
  await page.locator(".record .task:not(.done)").first().waitFor(ARRIVES);
  await page.locator(".record .badge.hot").waitFor(ARRIVES);
  clean();
});

test("sticker, picture and place appear on the phone, drawn without anything from elsewhere", async () => {
  await page.click("#send-sticker");
  await page.locator("#stickers button").nth(1).click();
  await page.locator("#talk .mine .big-sticker").waitFor();
  await page.click("#send-picture");
  await page.locator("#talk .mine .photo").waitFor();
  await page.click("#send-place");
  await page.locator("#talk .mine .place").waitFor();
  clean();
});

test("a workflow with two messages shows each once on the phone, and its outcome comes back", async () => {
  await page.fill("#message_1", "一通目です");
  await page.click("[data-key=add]");
  await page.fill("#message_2", "二通目です");
  await page.click("#workflow .main");
  await page.locator("#runs [data-outcome=accepted], #runs [data-outcome=queued]").first().waitFor(ARRIVES);
  for (const text of ["一通目です", "二通目です"]) {
    await page.locator("#talk .theirs .bubble", { hasText: text }).waitFor(ARRIVES);
    assert.equal(await page.locator("#talk .theirs .bubble", { hasText: text }).count(), 1);
  }
  clean();
});

test("when LINE's answer is lost the message is still shown once", async () => {
  const before = (await world()).line.calls.filter((call) => call.lost).length;
  await page.click("#lose");
  await page.locator("#lose[aria-pressed=true]").waitFor();
  await page.fill("#message_1", "返事が失われる一通");
  await page.click("#workflow .main");
  const bubbles = page.locator("#talk .theirs .bubble", { hasText: "返事が失われる一通" });
  await bubbles.first().waitFor(ARRIVES);
  await page.locator("#calls .status", { hasText: "409" }).waitFor(ARRIVES);
  assert.equal(await bubbles.count(), 1);
  assert.equal((await world()).line.calls.filter((call) => call.lost).length, before + 1);
  await page.locator("#lose[aria-pressed=false]").waitFor();
  clean();
});

test("a finished task is shown as completed", async () => {
  const open = page.locator(".record .task:not(.done)");
  const count = await open.count();
  assert.ok(count > 0);
  await open.first().locator("button").click();
  await page.locator(".record .task.done").first().waitFor();
  assert.equal(await open.count(), count - 1);
  clean();
});

test("when Musubi looks at a finished task is said, and it then waits no more; whoever answered elsewhere says so at once", async () => {
  const waits = page.locator(".record .badge.hot");
  const look = page.locator(".part-tasks [data-due]");
  await look.waitFor();
  assert.match(await look.innerText(), /\d/, "how long until then");
  assert.ok(await waits.isVisible());
  await page.click("#skip15");
  await waits.waitFor({ state: "detached", ...ARRIVES });
  assert.equal(await look.count(), 0);

  await write("もう一つ教えてください");
  await waits.waitFor(ARRIVES);
  await page.locator(".record .task:not(.done)").first().waitFor(ARRIVES);
  await page.locator(".part-tasks .answered").click();
  await waits.waitFor({ state: "detached", ...ARRIVES });
  assert.equal(await page.locator(".part-tasks .answered").count(), 0);
  clean();
});

test("after fifteen minutes the conversation is on the timeline, and a person's markup is only words", async () => {
  await page.click("#skip15");
  const note = page.locator(".record .note", { hasText: "予約を変更したいです" }).first();
  await note.waitFor(ARRIVES);
  assert.equal(await page.locator(".record .note :is(img, script, a, style)").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  clean();
});

test("a note's HTML keeps its words and loses everything that acts", async () => {
  const rebuilt = await page.evaluate(async () => {
    const { safe } = await import("/page/record.js");
    const box = document.createElement("div");
    box.append(...safe('<p onclick="x()">a<b>b</b><img src=x onerror=x()><script>c</scr' + 'ipt></p><svg><p>d</p></svg><a href="javascript:x()">e</a><h3>f</h3><iframe src="//x">g</iframe>').flat(Infinity));
    return box.innerHTML;
  });
  assert.equal(rebuilt, "<p>a<b>b</b></p><p>d</p>e<h3>f</h3>");
  // Newer browsers report already when such markup is read that the page's policy would not run it.
  const others = opened.problems.filter((problem) => !problem.includes("Executing inline event handler violates"));
  assert.deepEqual(others, []);
});

test("blocking shuts the phone and is seen in the CRM, unblocking opens it again", async () => {
  await page.click("#block");
  await page.locator("#shut").waitFor();
  assert.ok(await page.locator("#composer").isHidden());
  const follows = page.locator("[data-property=line_follows]");
  await follows.filter({ hasText: "いいえ" }).waitFor(ARRIVES);
  await page.locator("#shut button").click();
  await page.locator("#composer").waitFor();
  await follows.filter({ hasText: "はい" }).waitFor(ARRIVES);
  clean();
});

test("a message taken back is gone from the phone", async () => {
  await write("取り消すつもりの一言");
  await page.locator("#talk .mine", { hasText: "取り消すつもりの一言" }).locator(".unsend").click({ force: true });
  await page.locator("#talk .mine .bubble", { hasText: "取り消すつもりの一言" }).waitFor({ state: "detached" });
  clean();
});

test("somebody new adds the account, is shown, and becomes a contact whose record opens by itself", async () => {
  const count = await page.locator(".person:not(.add)").count();
  await page.click(".person.add");
  await page.locator(".person:not(.add)").nth(count).waitFor();
  await page.locator("#talk .empty").waitFor();
  await write("はじめまして");
  await page.locator(".contact[aria-current]").waitFor(ARRIVES);
  const name = await page.locator(".person[aria-pressed=true] .name").innerText();
  await page.locator("[data-property=line_user_name]", { hasText: name }).waitFor(ARRIVES);
  await page.locator("[data-property=line_last_message]", { hasText: "はじめまして" }).waitFor(ARRIVES);
  await takeTheLinkedPhone();
  clean();
});

test("the language is switched at once, kept, and every word exists in both", async () => {
  await page.click("[data-language=en]");
  await page.locator("#contacts-title", { hasText: "Contacts" }).waitFor();
  await page.reload();
  await page.locator("#phone-title", { hasText: "The customer's phone" }).waitFor();
  await page.locator(".contact").first().waitFor();
  const raw = await page.evaluate(() => {
    const key = /\b(phone|crm|flow|inside|run|effect|step|kind|trouble)\.[a-z]+/;
    return [...document.querySelectorAll("body *")].filter((node) => node.children.length === 0 && key.test(node.textContent)).map((node) => node.textContent);
  });
  assert.deepEqual(raw, []);
  await page.click("[data-language=ja]");
  await page.locator("#contacts-title", { hasText: "コンタクト" }).waitFor();
  clean();
});

test("both languages have the same words", async () => {
  const source = await (await fetch(`${local.url}/page/words.js`)).text();
  const keys = (name) => {
    const body = source.slice(source.indexOf(`const ${name} = {`), source.indexOf("\n};", source.indexOf(`const ${name} = {`)));
    return [...body.matchAll(/^ {2}"?([\w.]+)"?:/gm)].map((found) => found[1]).sort();
  };
  assert.ok(keys("ja").length > 100);
  assert.deepEqual(keys("ja"), keys("en"));
});

test("every control has a name, and the page can be worked by keyboard", async () => {
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, textarea, summary")]
      .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length))
      .map((node) => node.outerHTML.slice(0, 120)));
  assert.deepEqual(nameless, []);
  await page.focus("#block");
  const reached = [];
  for (let at = 0; at < 40 && !reached.includes("text"); at += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id));
  }
  for (const id of ["send-sticker", "send-picture", "send-place", "text"]) assert.ok(reached.includes(id), `${id} of ${reached}`);
  clean();
});

test("every word can be read: contrast of 4.5 or more, in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await page.evaluate(faintWords), [], colorScheme);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  clean();
});

/** Runs in the page: every visible text whose colour is too near to what lies behind it (WCAG 2.2, 1.4.3). */
function faintWords() {
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((part, at) => part * a + under[at] * (1 - a));
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    return over(parts(getComputedStyle(node).backgroundColor), behind(node.parentElement));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim());
    if (!own || node.closest("svg, :disabled") || !node.checkVisibility({ opacityProperty: true })) continue;
    const back = behind(node);
    const [one, two] = [light(over(parts(getComputedStyle(node).color), back)), light(back)].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (two + 0.05);
    if (contrast < 4.5) faint.push(`${node.tagName}.${node.className} ${contrast.toFixed(2)} ${node.textContent.slice(0, 20)}`);
  }
  return faint;
}

test("nothing is wider than a phone's screen, nor than the windows it is made for", async () => {
  for (const [width, height] of [[390, 844], [900, 700], [1280, 800], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${over} px too wide at ${width}`);
  }
  clean();
});

test("another site can neither act nor read: form posts, foreign hosts and cross-site calls are refused", async () => {
  const post = (headers, body) => fetch(`${local.url}/demo/clock`, { method: "POST", headers, body });
  assert.equal((await post({ "content-type": "text/plain" }, '{"advance_ms":1}')).status, 415);
  assert.equal((await post({ "content-type": "application/x-www-form-urlencoded" }, "advance_ms=1")).status, 415);
  assert.equal((await post({ "content-type": "application/json", "sec-fetch-site": "cross-site" }, '{"advance_ms":1}')).status, 403);
  const answer = await fetch(`${local.url}/world.json`, { headers: { origin: "https://elsewhere.example" } });
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
  const policy = (await fetch(`${local.url}/`)).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
});
