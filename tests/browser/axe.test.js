// Nobody is kept out: the page by axe-core's rules, wide and narrow, in both languages, fresh and after it was used.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { barriers, openPage, startLocal } from "./harness.js";

const ARRIVES = { timeout: 60_000 };
const SIZES = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];
let local;
let opened;
let page;

before(async () => {
  local = await startLocal();
  opened = await openPage(local.url);
  page = opened.page;
  page.setDefaultTimeout(20_000);
  // What still moves is half seen: colours are read when it has come to rest.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.locator(".person").first().waitFor();
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

async function speak(language) {
  await page.click(`[data-language=${language}]`);
  await page.locator(`[data-language=${language}][aria-pressed=true]`).waitFor();
}

async function isOpenToAll(what) {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      assert.deepEqual(await barriers(page), [], `${what}, ${size.width} wide, ${colorScheme}`);
    }
  }
  await page.setViewportSize(SIZES[0]);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

test("axe-core sees a barrier where there is one", async () => {
  await page.evaluate(() => document.querySelector("footer").append(Object.assign(document.createElement("button"), { id: "nameless" })));
  assert.ok((await barriers(page)).some((barrier) => barrier.startsWith("button-name: #nameless")));
  await page.evaluate(() => document.getElementById("nameless").remove());
});

for (const language of ["ja", "en"]) {
  test(`the fresh page keeps nobody out (${language})`, async () => {
    await speak(language);
    await isOpenToAll("fresh");
  });
}

test("the used page keeps nobody out, in both languages", async () => {
  await speak("ja");
  for (const text of ["予約を変更したいです", "お返事をお待ちしています。\n二行目です"]) {
    await page.fill("#text", text);
    await page.press("#text", "Enter");
    await page.locator("#talk .mine .bubble", { hasText: text.slice(0, 6) }).waitFor();
  }
  await page.click("#send-sticker");
  await page.locator("#stickers button").first().click();
  await page.click("#send-picture");
  await page.click("#send-place");
  await page.locator("#talk .mine .place").waitFor();
  await page.click("[data-key=add]");
  await page.click("[data-key=message_2-buttons]");
  await page.click("[data-key=more]");
  await page.click("#workflow .main");
  await page.locator("#runs [data-outcome=accepted]").waitFor(ARRIVES);
  await page.locator(".record .task:not(.done) button").first().click(ARRIVES);
  await page.locator(".record .task.done").first().waitFor();
  await page.click("#skip15");
  await page.locator(".record .note").first().waitFor(ARRIVES);
  await page.click("#lose");
  await page.click(".person.add");
  await page.locator(".person[data-friendship=friend]").nth(2).waitFor();
  await page.locator(".person", { hasText: "たろう" }).click();
  await page.click("#block");
  await page.locator("#shut").waitFor();
  await isOpenToAll("used, blocked");
  await page.locator(".person", { hasText: "はなこ" }).click();
  await page.click("#send-sticker");
  await page.fill("#message_1", "");
  await page.fill("#message_2", "");
  await page.click("#workflow .main");
  await page.locator("#workflow .wrong").waitFor();
  await isOpenToAll("used");
  await speak("en");
  await isOpenToAll("used, in English");
});

test("who goes by keyboard meets the parts in the order in which they are seen", async () => {
  for (const size of [...SIZES, { width: 1000, height: 800 }, { width: 1920, height: 1080 }]) {
    await page.setViewportSize(size);
    const places = await page.evaluate(() => {
      scrollTo(0, 0);
      const shown = [...document.querySelectorAll("header .brand, header .tools, .guide, .phone, .crm, .flow, .login")];
      return shown.map((node) => ({ name: node.className, top: node.getBoundingClientRect().top, left: node.getBoundingClientRect().left }));
    });
    places.slice(1).forEach((place, at) => {
      const before = places[at];
      const isLater = place.top > before.top + 4 || (Math.abs(place.top - before.top) <= 40 && place.left > before.left);
      assert.ok(isLater, `${before.name} before ${place.name} at ${size.width}`);
    });
  }
});
