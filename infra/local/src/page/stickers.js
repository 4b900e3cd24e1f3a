// The stickers on the phone: our own drawings under package and sticker IDs that LINE lists as sendable.

export const stickers = [
  { drawing: "s-hello", package_id: "446", sticker_id: "1988", keywords: ["Hello"] },
  { drawing: "s-thanks", package_id: "446", sticker_id: "1993", keywords: ["Thank you"] },
  { drawing: "s-ok", package_id: "446", sticker_id: "1990", keywords: ["OK"] },
  { drawing: "s-love", package_id: "446", sticker_id: "1994", keywords: ["Love"] },
  { drawing: "s-sorry", package_id: "446", sticker_id: "2008", keywords: ["Sorry"] },
  { drawing: "s-sleep", package_id: "446", sticker_id: "2012", keywords: ["Good night"] },
];

/** The drawing of a sticker, if it is one of ours. */
export function stickerOf(message) {
  return stickers.find((sticker) => sticker.package_id === message.packageId && sticker.sticker_id === message.stickerId);
}
