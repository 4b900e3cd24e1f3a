// The CRM: the list of contacts, and the record that is open.

import { avatar, h, redraw, reveal } from "./dom.js";
import { record } from "./record.js";
import { language, word } from "./words.js";

const node = (id) => document.getElementById(id);
const MOST_CONTACTS = 200;
let shown = { id: null };

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
  const data = [language(), contact, tasks.filter(its), notes.filter(its), events.filter(its), owners, page.pause(), nextLook(page)];
  redraw(node("record"), data, () => (contact ? record(page, ...data.slice(1)) : h("p", { class: "empty" }, word("crm.choose"))));
  if (contact) showWhatIsNew(contact.id, { ".task": data[2].length, ".activities > li": data[3].length + data[4].length });
}

/** When a finished task is looked at next, in milliseconds since 1970; 0: no look is due. */
function nextLook(page) {
  const looks = (page.world.ours?.effect_rows ?? []).filter((row) => row.kind === "watch_task").map((row) => row.due_at_ms);
  return looks.length ? Math.min(...looks) : 0;
}

/** A new task or activity of the open contact is brought into view within the record, unless somebody works there. */
function showWhatIsNew(id, counts) {
  const grown = Object.keys(counts).filter((part) => shown.id === id && counts[part] > shown[part]);
  shown = { id, ...counts };
  const pane = node("record");
  const newest = grown.map((part) => pane.querySelector(part)).filter(Boolean).at(-1);
  const isBusy = pane.contains(document.activeElement) && document.activeElement !== pane;
  if (!newest || isBusy) return;
  const { top, bottom } = newest.getBoundingClientRect();
  reveal(pane, top - 34, bottom + 16);
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
