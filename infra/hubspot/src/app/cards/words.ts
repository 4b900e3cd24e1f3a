// What the card says, in Japanese and in English.

const JAPANESE = {
  title: "LINEトーク",
  loading: "読み込んでいます",
  failed: "トークを表示できません",
  reload: "もう一度読み込む",
  older: "以前のやりとりを読む",
  on_timeline: "この間のやりとりは、HubSpotのタイムラインで確認してください。",
  nothing_new: "新しいやりとりはありません。",
  stale: "やりとりを読み込めませんでした",
  under_way: "送信中です。",
  unknown: "届いたかどうか分かりません。二重に届かないよう、自動では送り直しません。",
  arrived: "届いている",
  again: "届いていないので、もう一度送る",
  not_decided: "回答を登録できませんでした",
  message: "メッセージ",
  free: "いまなら無料の返信として送られ、月のメッセージ通数に数えられません。",
  counted: "プッシュメッセージとして送られ、1通と数えられます。",
  quota: "今月のメッセージ通数を使い切りました",
  quota_out: "プッシュメッセージは送れません。送れるのは、お客さまのメッセージから約50秒以内の、無料の返信だけです。",
  send: "送信",
  empty: "メッセージを入力してください。",
  sticker: "スタンプを選んで送る",
  texts: "定型文",
  choose_text: "挿入する定型文を選ぶ",
  buttons: "ボタン：",
  no_buttons: "ボタンを外す",
  no_sticker: "スタンプを閉じる",
  opens: "新しいタブで開く（数分間有効です）",
  not_opened: "ファイルを開けませんでした",
  not_sent: "送信できませんでした",
  same_again: "入力した内容は残っています。そのままもう一度「送信」を押しても、届くメッセージは1通だけです。",
  no_sending: "メッセージを送れません",
  blocked: "この方はLINE公式アカウントをブロックしているため、メッセージを送れません。",
  not_linked: "LINEと連携していません",
  how_to_link: "ログイン用のアドレスがあれば、ご本人に送ってください。ご本人がLINEでログインすると、このコンタクトと連携できます。",
  no_channels: "表示できるLINE公式アカウントがありません。",
  login: "ログイン用のアドレス",
  no_login: "ログイン用のアドレスは、まだ用意されていません。",
  add: "友だち追加用のアドレス",
  copy: "コピー",
  copied: "コピーしました",
  not_copied: "コピーできませんでした",
  choose: "このコンタクトは、複数のLINE公式アカウントで連携しています。トークを選んでください。",
  waits: "未返信",
  others: "ほかのLINE公式アカウント",
  refused: {
    not_connected: "このHubSpotアカウントは、Musubiに接続されていません。Musubiの /console/install から接続してください。",
    removed: "Musubiのメンバーから削除されています。もう一度使う場合は、Musubiの管理者に依頼してください。",
    no_admin: "Musubiの管理者がまだいません。管理者になる方が、Musubiの /console/install からこのアカウントを接続するか、招待のアドレスでログインしてください。",
    not_found: "トークが見つかりません。連携が解除されたか、担当していないLINE公式アカウントのトークである可能性があります。",
    file_gone: "このファイルはもうHubSpotにありません。お客さまが送信を取り消したか、削除された可能性があります。",
    silent: "HubSpotから応答がありません。少し待ってから、もう一度お試しください。",
    not_believed: "MusubiがHubSpotの署名を確認できませんでした。Musubiを設置した方に、アプリのクライアントシークレットの登録（musubi hubspot app）を依頼してください。",
    busy: "HubSpotが混み合っています。少し待ってから、もう一度お試しください。",
    no_answer: "Musubiから応答がありません。少し待ってから、もう一度お試しください。続く場合は、Musubiを設置した方にお知らせください。",
  },
};

export type Words = typeof JAPANESE;

const ENGLISH: Words = {
  title: "LINE talk",
  loading: "Loading",
  failed: "The talk cannot be shown",
  reload: "Load it again",
  older: "Show older messages",
  on_timeline: "These messages are on HubSpot's timeline.",
  nothing_new: "No new messages.",
  stale: "Messages could not be loaded",
  under_way: "On its way.",
  unknown: "It is not known whether it arrived. It is not sent again by itself, so that nobody gets it twice.",
  arrived: "It arrived",
  again: "It did not arrive: send it again",
  not_decided: "Your answer could not be recorded",
  message: "Message",
  free: "Sent now, it goes out as a free reply and is not counted in the month's messages.",
  counted: "It goes out as a push message and is counted as one.",
  quota: "This month's messages are used up",
  quota_out: "No push message can be sent. Only a free reply, within about 50 seconds of their message, can go out.",
  send: "Send",
  empty: "Type a message.",
  sticker: "Choose a sticker to send",
  texts: "Text of the team",
  choose_text: "Choose a text to insert",
  buttons: "Buttons: ",
  no_buttons: "Without buttons",
  no_sticker: "Close the stickers",
  opens: "Open it in a new tab (works for some minutes)",
  not_opened: "The file could not be opened",
  not_sent: "It could not be sent",
  same_again: "What you typed is still here. Press Send again as it is: it still arrives as one message.",
  no_sending: "No message can be sent",
  blocked: "They have blocked the Official Account: no message reaches them.",
  not_linked: "Not linked to anybody on LINE",
  how_to_link: "If there is a login address, send it to the person. Once they log in with LINE, they can be linked to this contact.",
  no_channels: "There is no Official Account to show.",
  login: "Login address",
  no_login: "There is no login address yet.",
  add: "Address that adds the account as a friend",
  copy: "Copy",
  copied: "Copied",
  not_copied: "It could not be copied",
  choose: "This contact is linked on several Official Accounts. Choose a talk.",
  waits: "Unanswered",
  others: "Other Official Accounts",
  refused: {
    not_connected: "This HubSpot account is not connected to Musubi. Connect it at Musubi's /console/install.",
    removed: "You were removed from Musubi's team. To use it again, ask an admin of Musubi.",
    no_admin: "Musubi has no admin yet. Whoever is to be the admin connects this account at Musubi's /console/install, or signs in with an invitation.",
    not_found: "The talk was not found. The person may have been unlinked, or it is on an Official Account that you cannot see.",
    file_gone: "This file is not in HubSpot any more. They may have taken it back, or somebody has deleted it.",
    silent: "HubSpot does not answer. Wait a moment, then try again.",
    not_believed: "Musubi could not check HubSpot's signature. Ask whoever installed Musubi to store the app's client secret (musubi hubspot app).",
    busy: "HubSpot is busy. Wait a moment, then try again.",
    no_answer: "Musubi does not answer. Wait a moment, then try again. If that goes on, tell whoever installed Musubi.",
  },
};

/** The languages, as Musubi names them. */
export type Language = "ja" | "en";

/** Of a language as HubSpot names it, such as `ja` or `ja-jp`. */
export const languageOf = (name: string): Language => (name.toLowerCase().startsWith("ja") ? "ja" : "en");

export const WORDS: Record<Language, Words> = { ja: JAPANESE, en: ENGLISH };

/** Why something was not done. */
export type Refused = keyof Words["refused"];

export const isRefused = (why: unknown): why is Refused => typeof why === "string" && Object.hasOwn(JAPANESE.refused, why);

/** It may pass by itself, and of what was asked for nobody knows whether it was done. */
export const mayPass = (why: Refused): boolean => ["silent", "not_believed", "busy", "no_answer"].includes(why);
