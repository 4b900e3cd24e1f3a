// The CRM: the list of contacts, and the record that is open.

import { avatar, h, redraw } from "./dom.js";
import { record } from "./record.js";
import { language, word } from "./words.js";

const node = (id) => document.getElementById(id);
const MOST_CONTACTS = 200;
let shown = { id: null, count: 0 };

/** Whether a name is said family name first: names written in Japanese are, in whatever language the page speaks. */
export function familyFirst(name) {
  return /[\u3040-\u30ff\u3400-\u9fff]/.test(name);
}

/** A contact's name, or what else tells it from others. */
export function nameOf(contact) {
  const { firstname = "", lastname = "", line_user_name = "", email = "" } = contact.properties;
  const parts = familyFirst(lastname + firstname) ? [lastname, firstname] : [firstname, lastname];
  return parts.filter(Boolean).join(" ") || line_user_name || email || word("crm.noname");
}

/** Draws list and record. */
export function drawCrm(page) {
  const { contacts, tasks, notes, events, owners } = page.world.crm;
  node("contact-count").textContent = String(contacts.length);
  const newest = [...contacts].sort((a, b) => b.updated_at_ms - a.updated_at_ms).slice(0, MOST_CONTACTS);
  newest.sort((a, b) => a.created_at_ms - b.created_at_ms || a.id.localeCompare(b.id));
  redraw(node("contacts"), [language(), page.contact, newest], () => {
    if (newest.length === 0) return h("li", { class: "empty" }, word("crm.empty"));
    return newest.map((contact) => h("li", {}, row(page, contact)));
  });
  const contact = contacts.find((one) => one.id === page.contact);
  const its = (activity) => contact && (activity.contact_ids ?? [activity.contact_id]).includes(contact.id);
  const data = [language(), contact, tasks.filter(its), notes.filter(its), events.filter(its), owners];
  redraw(node("record"), data, () => (contact ? record(page, ...data.slice(1)) : h("p", { class: "empty" }, word("crm.choose"))));
  if (contact) showNewActivity(contact.id, data[3].length + data[4].length);
}

/** A new activity of the open contact is brought into view within the record, unless somebody works there. */
function showNewActivity(id, count) {
  const isNew = shown.id === id && count > shown.count;
  shown = { id, count };
  const pane = node("record");
  const part = pane.querySelector(".part-activity");
  if (!isNew || !part || pane.contains(document.activeElement)) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const below = part.getBoundingClientRect().top + 150 - pane.getBoundingClientRect().bottom;
  if (below > 0) pane.scrollBy({ top: below, behavior: calm ? "auto" : "smooth" });
}

function row(page, contact) {
  const { line_unanswered, line_user_id, email } = contact.properties;
  const name = nameOf(contact);
  return h("button", {
    type: "button", key: contact.id, class: "contact",
    "aria-current": contact.id === page.contact ? "true" : null, onclick: () => page.chooseContact(contact.id),
  },
  avatar(name),
  h("span", { class: "text" }, h("span", { class: "name" }, name), h("span", { class: "soft" }, email || (line_user_id ? "LINE" : ""))),
  line_unanswered === "true" && h("span", { class: "waits", role: "img", "aria-label": word("crm.unanswered"), title: word("crm.unanswered") }));
}
