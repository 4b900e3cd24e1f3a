// The phone: whose it is, the talk, and what can be sent.

import { bubble, tap } from "./bubble.js";
import { avatar, clockTime, day, drawing, grow, h, redraw } from "./dom.js";
import { stickers } from "./stickers.js";
import { language, speakAll, word } from "./words.js";

const LONGEST_TALK = 300;
const node = (id) => document.getElementById(id);
const seen = new Set();
/** What each person has typed and not sent. */
const drafts = new Map();
let shownPerson = null;

/** Binds the phone's controls to their effects, once. */
export function startPhone(page) {
  const send = (what, body) => page.person && page.post(`line/${page.person}/${what}`, body);
  const text = node("text");
  const submit = async () => {
    const [written, person] = [text.value, page.person];
    if (!written.trim()) return;
    compose("");
    drafts.delete(person);
    if ((await send("text", { text: written })) || drafts.get(person)) return;
    drafts.set(person, written);
    if (shownPerson === person) compose(written);
  };
  node("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("input", () => {
    drafts.set(page.person, text.value);
    grow(text);
  });
  addEventListener("resize", () => grow(text));
  node("someone").addEventListener("click", () => addSomebody(page));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  node("send-sticker").addEventListener("click", () => showStickers(node("stickers").hidden));
  node("send-picture").addEventListener("click", () => send("picture"));
  node("send-place").addEventListener("click", () => {
    send("location", { title: word("place.title"), address: word("place.address"), latitude: 35.681236, longitude: 139.767125 });
  });
  node("block").addEventListener("click", () => send(node("block").dataset.act));
  node("shut").querySelector("button").addEventListener("click", () => send("unblock"));
  node("stickers").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    showStickers(false);
    node("send-sticker").focus();
  });
  const choice = ({ drawing: id, package_id, sticker_id, keywords }) =>
    h("button", { type: "button", "data-label": `sticker.${id}`, onclick: () => {
      showStickers(false);
      send("sticker", { package_id, sticker_id, keywords });
    } }, drawing(id));
  node("stickers").replaceChildren(...stickers.map(choice));
  speakAll(node("stickers"));
}

function compose(words) {
  node("text").value = words;
  grow(node("text"));
}

function showStickers(open) {
  node("stickers").hidden = !open;
  node("send-sticker").setAttribute("aria-expanded", String(open));
}

/** Draws the phone of the chosen person. */
export function drawPhone(page) {
  const { people, channel } = page.world.line;
  const person = people.find((one) => one.user_id === page.person);
  node("account").textContent = channel?.name ?? "";
  drawPeople(page, people);
  if (!person) return;
  if (shownPerson !== person.user_id) {
    compose(drafts.get(person.user_id) ?? "");
    showStickers(false);
  }
  drawStanding(person);
  drawTalk(page, person);
}

function drawPeople(page, people) {
  const brief = people.map(({ user_id, name, friendship }) => ({ user_id, name, friendship }));
  const person = (one) => h("button", {
    type: "button", key: one.user_id, class: "person", "data-friendship": one.friendship, "aria-pressed": String(one.user_id === page.person),
    title: one.user_id, onclick: () => page.choosePerson(one.user_id),
  }, avatar(one.name), h("span", { class: "name" }, one.name), one.friendship === "blocked" && h("span", { class: "mark-blocked" }, word("phone.blocked")));
  const changed = redraw(node("people"), [language(), page.person, brief], () => brief.map(person));
  if (changed) node("people").querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function addSomebody(page) {
  const added = await page.post("line/people");
  if (added) page.choosePerson(added.user_id);
}

function drawStanding(person) {
  const { friendship } = person;
  node("friendship").textContent = word(`phone.${friendship}`);
  node("friendship").dataset.friendship = friendship;
  node("block").textContent = word(friendship === "blocked" ? "phone.unblock" : friendship === "none" ? "phone.add" : "phone.block");
  node("block").dataset.act = friendship === "friend" ? "block" : "unblock";
  const shut = friendship === "blocked";
  if (shut) showStickers(false);
  node("composer").hidden = shut;
  node("shut").hidden = !shut;
  node("shut").querySelector("p").textContent = word("phone.shut");
  node("shut").querySelector("button").textContent = word("phone.unblock");
}

function drawTalk(page, person) {
  const list = node("talk");
  const talk = person.talk.slice(-LONGEST_TALK);
  const other = shownPerson !== person.user_id;
  const atEnd = other || list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  shownPerson = person.user_id;
  const act = (action) => {
    if (action.type === "message") page.post(`line/${person.user_id}/text`, { text: action.text });
    if (action.type === "postback") page.post(`line/${person.user_id}/postback`, { data: action.data });
  };
  const changed = redraw(list, [language(), person.user_id, talk, person.writing], () => lines(page, person, talk, act, other));
  drawQuick(talk.at(-1), act);
  if (changed && atEnd) list.scrollTop = list.scrollHeight;
}

function drawQuick(last, act) {
  const items = last && !last.by_person ? (last.message.quickReply?.items ?? []) : [];
  redraw(node("quick"), [items], () => items.map((item) => tap(item.action, act)));
}

function lines(page, person, talk, act, other) {
  if (talk.length === 0) {
    return h("div", { class: "empty" }, drawing("rice"), h("strong", {}, word("phone.empty.title")), h("span", {}, word("phone.empty")));
  }
  let today = "";
  const writing = person.writing && h("div", { class: "said theirs", id: "writing" }, h("p", { class: "bubble" }, word("phone.writing")));
  return [...talk.map((line, at) => {
    const its = day(line.at_ms, language());
    const divider = its !== today && h("div", { class: "day" }, its);
    today = its;
    const key = `${person.user_id}-${line.message_id}-${at}`;
    const fresh = !other && !seen.has(key);
    seen.add(key);
    return [divider, said(page, person, line, act, fresh)];
  }), writing];
}

/** Under which name a message comes, where it is not the account's. */
const from = ({ sender }) => sender?.name && h("small", { class: "from" }, word("phone.from").replace("{}", sender.name));

function said(page, person, line, act, fresh) {
  if (line.unsent) return h("div", { class: "day" }, word("phone.unsent"));
  const time = h("time", { datetime: new Date(line.at_ms).toISOString() }, clockTime(line.at_ms, language()));
  const classes = `said ${line.by_person ? "mine" : "theirs"}${fresh ? " fresh" : ""}`;
  if (!line.by_person) {
    return h("div", { class: classes }, h("span", { class: "avatar account", "aria-hidden": "true" }, drawing("knot")), from(line.message), bubble(line.message, act), time);
  }
  const unsend = h("button", {
    type: "button", class: "unsend", key: `unsend-${line.message_id}`,
    onclick: () => page.post(`line/${person.user_id}/unsend`, { message_id: line.message_id }),
  }, word("phone.unsend"));
  return h("div", { class: classes }, h("span", { class: "beside" }, unsend, line.read && h("small", { class: "read" }, word("phone.read")), time), bubble(line.message, act));
}
