// One message of the talk, drawn by its type. Nothing that a message names is ever fetched.

import { drawing, h } from "./dom.js";
import { stickerOf } from "./stickers.js";
import { hasWord, word } from "./words.js";

/** What a message looks like. `act` is called with a button's action when it is tapped. */
export function bubble(message, act) {
  switch (message.type) {
    case "text":
    case "textV2":
      return h("p", { class: "bubble" }, message.text ?? "");
    case "sticker":
      return sticker(message);
    case "image":
      return image(message);
    case "video":
    case "audio":
      return frame(message.type, message.duration ? `${Math.ceil(message.duration / 1000)} s` : "");
    case "file":
      return frame("file", message.fileName ?? "");
    case "location":
      return place(message);
    case "template":
    case "flex":
    case "imagemap":
      return card(message, act);
    default:
      return frame("other", message.type ?? "");
  }
}

function sticker(message) {
  const known = stickerOf(message);
  const name = known && `${word("kind.sticker")} ${word(`sticker.${known.drawing}`)}`;
  if (known) return h("div", { class: "big-sticker" }, drawing(known.drawing, name));
  return frame("sticker", `${message.packageId}/${message.stickerId}`);
}

function image(message) {
  // A person's picture is the page's own; what an account sends would have to be fetched from elsewhere.
  if (message.contentProvider?.type === "line") {
    return h("img", { class: "photo", src: "/page/picture.svg", alt: word("kind.image"), width: "200", height: "133" });
  }
  return frame("image", hostOf(message.originalContentUrl));
}

function hostOf(address) {
  try {
    return new URL(address).host;
  } catch {
    return "";
  }
}

function place(message) {
  return h("div", { class: "card-bubble place" },
    h("div", { class: "map", "aria-hidden": "true" }, drawing("i-place")),
    h("strong", {}, message.title ?? word("kind.location")),
    h("span", {}, message.address ?? ""));
}

function frame(kind, detail) {
  return h("div", { class: "card-bubble frame" }, h("small", {}, word(`kind.${kind}`)), h("span", {}, detail || "…"));
}

function card(message, act) {
  const template = message.template ?? {};
  const kind = hasWord(`kind.${message.type}`) ? `kind.${message.type}` : "kind.other";
  const columns = template.columns ?? [template];
  return h("div", { class: "card-bubble rich" },
    h("small", {}, word(kind)),
    template.title && h("strong", {}, template.title),
    h("p", {}, template.text ?? message.altText ?? ""),
    columns.flatMap((column) => column.actions ?? (column.action ? [column.action] : [])).map((action) => tap(action, act)));
}

/** A button for an action; addresses are shown, never opened. */
export function tap(action, act) {
  const label = action.label ?? action.text ?? action.displayText ?? action.type;
  const can = action.type === "message" || action.type === "postback";
  return h("button", { type: "button", class: "tap", key: `tap-${label}`, disabled: !can, title: action.uri, onclick: () => act(action) }, label);
}
