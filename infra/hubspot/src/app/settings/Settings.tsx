// The app's settings page in HubSpot: opens Musubi's console as whoever looks at it.
//
// HubSpot's servers carry the question, sign it, and say who asks; nothing that this page says about that counts. The answer is an
// address that works once, for a minute.

import { useEffect, useState } from "react";
import { Alert, Button, Divider, Flex, Heading, LoadingButton, Text, hubspot } from "@hubspot/ui-extensions";

/** Where Musubi is: `musubi hubspot project` writes it here. */
const MUSUBI = "{PUBLIC_URL}";

const JAPANESE = {
  title: "Musubiのコンソール",
  about: "LINE公式アカウントの接続や設定、連携した人の検索、診断は、Musubiのコンソールで行います。HubSpotにログインしている方として開きます。",
  ask: "Musubiのコンソールを開く",
  ready: "準備ができました",
  once: "次のボタンは60秒以内に1回だけ使えます。新しいタブで開きます。",
  open: "新しいタブでコンソールを開く",
  over: "60秒が過ぎたため、先ほどのボタンは使えなくなりました。もう一度開いてください。",
  failed: "開けませんでした",
  refused: {
    not_connected: "このHubSpotアカウントは、Musubiに接続されていません。Musubiの /console/install から接続してください。",
    removed: "Musubiのメンバーから削除されています。もう一度使う場合は、Musubiの管理者に依頼してください。",
    no_admin: "Musubiの管理者がまだいません。管理者になる方が、Musubiの /console/install からこのアカウントを接続するか、招待のアドレスでログインしてください。",
    too_many: "未使用のアドレスが残っています。1分ほど待ってから、もう一度開いてください。",
    not_believed: "MusubiがHubSpotの署名を確認できませんでした。Musubiを設置した方に、アプリのクライアントシークレットの登録（musubi hubspot app）を依頼してください。",
    busy: "HubSpotが混み合っています。少し待ってから、もう一度開いてください。",
    no_answer: "Musubiから応答がありません。少し待ってから、もう一度開いてください。続く場合は、Musubiを設置した方にお知らせください。",
  },
};

const ENGLISH: typeof JAPANESE = {
  title: "Musubi's console",
  about: "LINE Official Accounts are connected and set up, people are found, and what is wrong is looked for, in Musubi's console. It opens as the person who is signed in to HubSpot.",
  ask: "Open Musubi's console",
  ready: "Ready",
  once: "The next button works once, within 60 seconds. It opens a new tab.",
  open: "Open the console in a new tab",
  over: "60 seconds are over, so the button from before does not work any more. Open it again.",
  failed: "It could not be opened",
  refused: {
    not_connected: "This HubSpot account is not connected to Musubi. Connect it at Musubi's /console/install.",
    removed: "You were removed from Musubi's team. To use it again, ask an admin of Musubi.",
    no_admin: "Musubi has no admin yet. Whoever is to be the admin connects this account at Musubi's /console/install, or signs in by an invitation.",
    too_many: "There are addresses that you have not used. Wait a minute, then open it again.",
    not_believed: "Musubi could not check HubSpot's signature. Ask whoever installed Musubi to store the app's client secret (musubi hubspot app).",
    busy: "HubSpot is busy. Wait a moment, then open it again.",
    no_answer: "Musubi does not answer. Wait a moment, then open it again. If that goes on, tell whoever installed Musubi.",
  },
};

type Refused = keyof typeof JAPANESE.refused;
type State =
  | { is: "idle" | "asking" | "over" }
  | { is: "given"; address: string; seconds: number }
  | { is: "refused"; why: Refused };

const isRefused = (why: unknown): why is Refused => typeof why === "string" && Object.hasOwn(JAPANESE.refused, why);

/** Asks once. What comes is an address of Musubi's own, or why there is none. */
async function ask(): Promise<State> {
  try {
    // The time tells a fresh question from a repeated one where HubSpot's signature has none.
    const answer = await hubspot.fetch(MUSUBI + "/console/hand-over", { method: "POST", body: { asked_at_ms: Date.now() } });
    if (answer.status === 401) return { is: "refused", why: "not_believed" };
    if (answer.status === 404) return { is: "refused", why: "not_connected" };
    if (answer.status === 429) return { is: "refused", why: "busy" };
    if (!answer.ok) return { is: "refused", why: "no_answer" };
    const { address, seconds, refused } = (await answer.json()) as Record<string, unknown>;
    if (isRefused(refused)) return { is: "refused", why: refused };
    if (typeof address === "string" && address.startsWith(MUSUBI + "/console/enter?") && typeof seconds === "number") {
      return { is: "given", address, seconds };
    }
  } catch {
    // No connection, no JSON: the same to whoever waits.
  }
  return { is: "refused", why: "no_answer" };
}

/** The page. `language`: as HubSpot names it, such as `ja` or `ja-jp`. */
export function Settings({ language }: { language: string }) {
  const words = language.toLowerCase().startsWith("ja") ? JAPANESE : ENGLISH;
  const [state, setState] = useState<State>({ is: "idle" });
  useEffect(() => {
    if (state.is !== "given") return;
    const ends = setTimeout(() => setState({ is: "over" }), state.seconds * 1000);
    return () => clearTimeout(ends);
  }, [state]);
  const open = async () => {
    setState({ is: "asking" });
    setState(await ask());
  };
  return (
    <Flex direction="column" gap="medium">
      <Heading>{words.title}</Heading>
      <Text>{words.about}</Text>
      <Flex>
        <LoadingButton variant={state.is === "given" ? "secondary" : "primary"} loading={state.is === "asking"} onClick={open}>
          {words.ask}
        </LoadingButton>
      </Flex>
      {state.is === "given" && (
        <>
          <Divider />
          <Alert title={words.ready} variant="success">{words.once}</Alert>
          <Flex>
            <Button variant="primary" href={{ url: state.address, external: true }}>
              {words.open}
            </Button>
          </Flex>
        </>
      )}
      {state.is === "over" && <Alert title={words.failed} variant="warning">{words.over}</Alert>}
      {state.is === "refused" && <Alert title={words.failed} variant="danger">{words.refused[state.why]}</Alert>}
    </Flex>
  );
}

hubspot.extend<"settings">(({ context }) => <Settings language={context.user.language ?? context.user.locale ?? ""} />);
