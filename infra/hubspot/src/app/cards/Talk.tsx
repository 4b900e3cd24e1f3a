// The talk with a contact's person on LINE: to read it, and to answer.

import { useRef, useState } from "react";
import { Alert, Button, Flex, Heading, Image, Link, LoadingSpinner, Tag, Text } from "@hubspot/ui-extensions";
import type { Choose as ChooseAnswer, NotLinked as NotLinkedAnswer } from "./api.ts";
import { OpenTalk } from "./OpenTalk.tsx";
import { draft, type Draft } from "./draft.ts";
import { useTalk } from "./watch.ts";
import { languageOf, WORDS, type Words } from "./words.ts";

type Copy = (text: string) => Promise<void>;

/** `language`: as HubSpot names it, such as `ja` or `ja-jp`. `copy`: puts a text on the clipboard. */
interface Shown {
  language: string;
  contact: string;
  copy?: Copy;
}

/** The card. Of another contact nothing is kept. */
export function Talk(shown: Shown) {
  return <TalkOf key={shown.contact} {...shown} />;
}

function TalkOf({ language, contact, copy }: Shown) {
  const who = { language: languageOf(language), contact };
  const words = WORDS[who.language];
  const [chosen, setChosen] = useState<string | null>(null);
  const [view, watching] = useTalk(who, chosen);
  // What is typed stays, whatever is shown in between, each with its talk: words for one person are never another's.
  const drafts = useRef(new Map<string, Draft>());
  const draftOf = (talk: string) => {
    const typed = drafts.current.get(talk) ?? draft();
    drafts.current.set(talk, typed);
    return typed;
  };
  const reload = () => watching.current?.reload();
  return (
    <Flex direction="column" gap="medium">
      {chosen !== null && view.is !== "choose" && (
        <Flex>
          <Button size="sm" onClick={() => setChosen(null)}>{words.others}</Button>
        </Flex>
      )}
      {view.is === "loading" && <LoadingSpinner label={words.loading} showLabel />}
      {view.is === "refused" && (
        <>
          <Heading>{words.title}</Heading>
          <Alert title={words.failed} variant="danger">{words.refused[view.why]}</Alert>
        </>
      )}
      {view.is === "not_linked" && <NotLinked of={view} words={words} copy={copy} />}
      {view.is === "choose" && <Choose of={view} words={words} choose={setChosen} />}
      {view.is === "open" && (
        <OpenTalk view={view} words={words} who={who} watching={watching} draft={draftOf(view.talk.talk)} />
      )}
      {(view.is === "refused" || view.is === "not_linked") && (
        <Flex>
          <Button onClick={reload}>{words.reload}</Button>
        </Flex>
      )}
    </Flex>
  );
}

/** The addresses by which somebody links themselves. The first is for them alone to open, so it is no link here. */
function NotLinked({ of, words, copy }: { of: NotLinkedAnswer; words: Words; copy: Copy | undefined }) {
  return (
    <>
      <Heading>{words.title}</Heading>
      <Alert title={words.not_linked} variant="info">{of.channels.length === 0 ? words.no_channels : words.how_to_link}</Alert>
      {of.channels.map(({ channel, name, login, add, qr }) => (
        <Flex key={channel} direction="column" gap="small">
          <Text format={{ fontWeight: "bold" }}>{name}</Text>
          {login === null ? <Text>{words.no_login}</Text> : (
            <>
              <Text>{words.login}</Text>
              <Text variant="microcopy">{login}</Text>
              <CopyButton text={login} words={words} copy={copy} />
            </>
          )}
          {qr !== null && (
            <>
              <Image src={qr} alt={words.qr} width={160} />
              <Text variant="microcopy">{words.qr_hint}</Text>
            </>
          )}
          {add !== null && (
            <>
              <Text>{words.add}</Text>
              <Link href={{ url: add, external: true }}>{add}</Link>
              <CopyButton text={add} words={words} copy={copy} />
            </>
          )}
        </Flex>
      ))}
    </>
  );
}

function CopyButton({ text, words, copy }: { text: string; words: Words; copy: Copy | undefined }) {
  const [label, setLabel] = useState<"copy" | "copied" | "not_copied">("copy");
  if (copy === undefined) return null;
  const click = async () => {
    try {
      await copy(text);
      setLabel("copied");
    } catch {
      setLabel("not_copied");
    }
  };
  return (
    <Flex>
      <Button size="sm" onClick={click}>{words[label]}</Button>
    </Flex>
  );
}

function Choose({ of, words, choose }: { of: ChooseAnswer; words: Words; choose: (channel: string) => void }) {
  return (
    <>
      <Heading>{words.title}</Heading>
      <Text>{words.choose}</Text>
      {of.channels.map(({ channel, name, waits }) => (
        <Flex key={channel} align="center" gap="small">
          <Button onClick={() => choose(channel)}>{name}</Button>
          {waits && <Tag variant="warning">{words.waits}</Tag>}
        </Flex>
      ))}
    </>
  );
}
