// Brings what is new in a talk, without loading the page anew: what is being written stays. Server-sent events do not pass through
// Lambda's HTTP API, so it asks: every five seconds while something happens, less and less often while nothing does, and not at all
// while nobody looks at the page. Where nothing is new the answer is 304 and has no body.
"use strict";
const SOONEST_MS = 5000;
const LATEST_MS = 60000;
let wait = SOONEST_MS;
let tag = null;
let timer = 0;
const part = (id) => document.getElementById(id);
async function fetched(address, headers) {
  return fetch(address, { credentials: "same-origin", cache: "no-store", headers }).catch(() => null);
}
// What it tells: addresses are others each time.
function told(node) {
  return `${node.textContent} ${node.querySelectorAll("img, a").length}`;
}
async function show(answer, ids) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const seen = page.getElementById("now");
  if (seen === null) return false;
  if (seen.dataset.entry !== part("now").dataset.entry && !ids.includes("past")) return false;
  for (const id of ids) {
    const [there, here] = [page.getElementById(id), part(id)];
    if (there !== null && here !== null && told(there) !== told(here)) here.replaceWith(there);
  }
  part("now").dataset.entry = seen.dataset.entry;
  return true;
}
async function look() {
  const live = part("now").dataset.live;
  const answer = await fetched(live, tag === null ? {} : { "If-None-Match": tag });
  wait = Math.min(wait * 1.5, LATEST_MS);
  if (answer !== null && answer.status === 401) {
    part("over").hidden = false;
    return false;
  }
  if (answer === null || answer.status !== 200) return true;
  if (tag !== null) wait = SOONEST_MS;
  tag = answer.headers.get("ETag");
  if (await show(answer, ["now", "cost", "done"])) return true;
  // A note was written: what stood here stands there.
  const whole = await fetched(`${live}?past=1`, {});
  const shown = whole !== null && whole.status === 200 && (await show(whole, ["past", "now", "cost", "done"]));
  if (!shown) tag = null;
  return true;
}
async function again() {
  clearTimeout(timer);
  if (document.hidden || part("now") === null) return;
  if (await look()) timer = setTimeout(again, wait);
}
// Whoever types an answer is seen to: LINE shows the person for 20 seconds that somebody is writing.
const WRITING_MS = 20000;
let shownAt = -WRITING_MS;
function writes(words) {
  if (words.value.trim() === "" || performance.now() - shownAt < WRITING_MS) return;
  shownAt = performance.now();
  const body = new URLSearchParams({ token: words.form.elements.token.value });
  fetch(`${words.form.getAttribute("action")}/writing`, { method: "POST", credentials: "same-origin", body }).catch(() => null);
}
document.addEventListener("input", (event) => {
  if (event.target.id === "words") writes(event.target);
});
document.addEventListener("visibilitychange", () => {
  wait = SOONEST_MS;
  again();
});
document.addEventListener("DOMContentLoaded", again);
