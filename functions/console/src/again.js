// Looks again every three seconds until all is seen, and shows what has changed. Without it there is a link that does the same.
"use strict";
const EVERY_MS = 3000;
const ticks = () => document.getElementById("ticks");
async function look() {
  const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (answer === null || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const seen = page.getElementById("ticks");
  if (seen === null || seen.textContent === ticks().textContent) return;
  const main = page.querySelector("main");
  const all = seen.querySelectorAll("li:not(.done)").length === 0;
  if (all) document.querySelector("main").replaceWith(main);
  else ticks().replaceChildren(...seen.children);
  if (all) clearInterval(timer);
}
const timer = setInterval(look, EVERY_MS);
