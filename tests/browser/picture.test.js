// The README's pictures of the page. They are made anew into `target/pictures`, or over the README's own with PICTURES=1.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openPage, ROOT, startLocal } from "./harness.js";

const ARRIVES = { timeout: 60_000 };
const README = join(ROOT, "infra/guide/images");
const FOLDER = process.env.PICTURES ? README : join(ROOT, "target/pictures");
const NAMES = { light: "page-light.png", dark: "page-dark.png" };
const SIZE = { width: 1280, height: 800 };
const MOST_BYTES = 200 * 1024;
let local;
let opened;

before(async () => {
  local = await startLocal();
  opened = await openPage(local.url, SIZE);
});

after(async () => {
  await opened?.close();
  await local?.stop();
});

/** Width and height of a PNG, which its first chunk says. */
function sizeOf(file) {
  const bytes = readFileSync(file);
  assert.equal(bytes.subarray(1, 4).toString(), "PNG", file);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test("a short story is told and photographed, in light and in dark", async () => {
  const { page } = opened;
  page.setDefaultTimeout(20_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.locator(".person").first().waitFor();
  const write = async (text) => {
    await page.fill("#text", text);
    await page.press("#text", "Enter");
    await page.locator("#talk .mine .bubble", { hasText: text }).waitFor();
  };
  await write("土曜の19時から4名で予約できますか？");
  await page.locator(".record .task:not(.done)").first().waitFor(ARRIVES);
  await page.fill("#message_1", "はい、お席をご用意できます。お待ちしております。");
  await page.click("#workflow .main");
  await page.locator("#runs [data-outcome=accepted]").waitFor(ARRIVES);
  await write("ありがとうございます！");
  await page.click("#send-sticker");
  await page.locator("#stickers button").nth(1).click();
  await page.locator("#talk .mine .big-sticker").waitFor();
  await page.locator("[data-property=line_last_outcome]").waitFor(ARRIVES);
  await page.click("#skip15");
  await page.locator(".record .note").first().waitFor(ARRIVES);
  mkdirSync(FOLDER, { recursive: true });
  for (const [colorScheme, name] of Object.entries(NAMES)) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(() => {
      document.activeElement?.blur();
      for (const pane of document.querySelectorAll(".pane")) pane.scrollTop = 0;
      scrollTo(0, 0);
    });
    await page.screenshot({ path: join(FOLDER, name) });
    assert.ok(statSync(join(FOLDER, name)).size < MOST_BYTES, name);
  }
  assert.deepEqual(opened.problems, []);
});

test("the pictures that the README shows are there, whole and small", () => {
  for (const name of Object.values(NAMES)) {
    assert.deepEqual(sizeOf(join(README, name)), [SIZE.width, SIZE.height], name);
    assert.ok(statSync(join(README, name)).size < MOST_BYTES, name);
  }
});
