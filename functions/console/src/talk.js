// Brings what is new in a talk, without loading the page anew: what is being written stays. Server-sent events do not pass through
// Lambda's HTTP API, so it asks: every five seconds while something happens, less and less often while nothing does, and not at all
// while nobody looks at the page. Where nothing is new the answer is 304 and has no body.
"use strict";
const SOONEST_MS = 5000;
const LATEST_MS = 60000;
let wait = SOONEST_MS;
let tag = null;
let timer = 0;
const now = () => document.getElementById("now");
const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
async function fetched(address, headers) {
  return fetch(address, { credentials: "same-origin", cache: "no-store", headers }).catch(() => null);
}
async function whole() {
  const answer = await fetched(location.pathname, {});
  if (answer === null || !answer.ok) return;
  const page = parsed(await answer.text());
  for (const id of ["past", "now"]) {
    const seen = page.getElementById(id);
    if (seen !== null) document.getElementById(id).replaceWith(seen);
  }
}
async function look() {
  const answer = await fetched(now().dataset.live, tag === null ? {} : { "If-None-Match": tag });
  wait = Math.min(wait * 1.5, LATEST_MS);
  if (answer === null || answer.status !== 200) return;
  const first = tag === null;
  tag = answer.headers.get("ETag");
  const seen = parsed(await answer.text()).getElementById("now");
  if (seen === null) return;
  if (!first) wait = SOONEST_MS;
  if (seen.dataset.entry !== now().dataset.entry) return whole();
  if (seen.textContent !== now().textContent) now().replaceChildren(...seen.children);
}
async function again() {
  clearTimeout(timer);
  if (document.hidden) return;
  await look();
  timer = setTimeout(again, wait);
}
document.addEventListener("visibilitychange", () => {
  wait = SOONEST_MS;
  again();
});
document.addEventListener("DOMContentLoaded", again);
