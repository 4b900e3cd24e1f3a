// A talk that is open: older notes, what is in no note yet, what is on its way, and the box to answer in.

import type { ReactNode, RefObject } from "react";
import { Alert, Divider, Flex, Heading, Image, LoadingButton, Text } from "@hubspot/ui-extensions";
import { decide, type BeingSaid, type File, type Line, type Open, type Who } from "./api.ts";
import type { Draft } from "./draft.ts";
import { Sent, usePictures } from "./Files.tsx";
import { usePress } from "./press.ts";
import { Tend } from "./Tend.tsx";
import type { OpenView, Watch } from "./watch.ts";
import type { Words } from "./words.ts";
import { Writing } from "./Writing.tsx";

interface Shown {
  view: OpenView;
  words: Words;
  who: Who;
  watching: RefObject<Watch>;
  draft: Draft;
}

export function OpenTalk({ view, words, who, watching, draft }: Shown) {
  const { channel, lines, saying, blocked } = view.talk;
  const now = () => watching.current?.now();
  const pictures = usePictures(who, view.talk, [...view.files.flat(), ...lines.flatMap(({ file }) => file ?? [])]);
  const sent = (file: File, key = 0) => <Sent key={key} file={file} words={words} who={who} of={view.talk} pictures={pictures} />;
  // Of one message that is sent in parts, the question stands below the last.
  const isLast = (index: number) => saying[index + 1]?.send !== saying[index]?.send;
  const partOf = (index: number) => index - saying.findIndex(({ send }) => send === saying[index]?.send);
  return (
    <>
      <Heading>{channel.name}</Heading>
      {view.talk.tend !== null && <Tend of={view.talk} how={view.talk.tend} words={words} who={who} said={now} />}
      {view.before !== null && (
        <Flex>
          <LoadingButton size="sm" loading={view.reading} onClick={() => watching.current?.older()}>{words.older}</LoadingButton>
        </Flex>
      )}
      {view.notes.map((note, index) => (
        // The newest keep their places at the end while older ones come before them.
        <Flex key={view.notes.length - index} direction="column">
          {note === null ? <Text variant="microcopy">{words.on_timeline}</Text> : note.map((line, at) => <Text key={at}>{line}</Text>)}
          {(view.files[index] ?? []).map(sent)}
        </Flex>
      ))}
      {view.notes.length > 0 && <Divider />}
      {lines.length === 0 && saying.length === 0 && <Text variant="microcopy">{words.nothing_new}</Text>}
      {lines.map((line, index) => <Said key={index} {...line} more={line.file && sent(line.file)} />)}
      {saying.map((each, index) => (
        <Flex key={`${each.send}/${partOf(index)}`} direction="column" gap="extra-small">
          <Said who="operator" {...each} more={each.file && sent(each.file)} />
          {isLast(index) && (each.unknown
            ? <Unknown of={each} words={words} who={who} shown={view.talk} done={now} />
            : <Text variant="microcopy">{words.under_way}</Text>)}
        </Flex>
      ))}
      {view.trouble !== null && <Alert title={words.stale} variant="warning">{words.refused[view.trouble]}</Alert>}
      {blocked
        ? <Alert title={words.no_sending} variant="warning">{words.blocked}</Alert>
        : <Writing key={view.talk.talk} talk={view.talk} texts={view.texts} words={words} who={who} draft={draft} said={now} />}
    </>
  );
}

/** One message: theirs on one side, ours on the other. A `Text` shows no line break, so each of its lines has one. */
function Said({ who, by, at, words, picture, quotes, more }: Line & { more: ReactNode }) {
  return (
    <Flex direction="column" align={who === "person" ? "start" : "end"}>
      <Text variant="microcopy" format={{ fontWeight: "demibold" }}>{`${by} ${at}`}</Text>
      {quotes != null && <Text variant="microcopy" format={{ italic: true }}>{quotes}</Text>}
      {picture !== null ? <Image src={picture} alt={words} width={120} /> : words.split(/\r\n|\r|\n/u).map((line, index) => <Text key={index}>{line === "" ? "\u00a0" : line}</Text>)}
      {more}
    </Flex>
  );
}

function Unknown({ of, words, who, shown, done }: { of: BeingSaid; words: Words; who: Who; shown: Open; done: () => void }) {
  const { pressed: deciding, refused, press } = usePress<"yes" | "again">();
  const decides = (arrived: "yes" | "again") => async () => {
    if (await press(arrived, () => decide(who, shown, of.send, arrived))) done();
  };
  return (
    <>
      <Alert title={words.unknown} variant="warning" />
      <Flex gap="small" wrap>
        <LoadingButton size="sm" loading={deciding === "yes"} disabled={deciding !== null} onClick={decides("yes")}>
          {words.arrived}
        </LoadingButton>
        <LoadingButton size="sm" loading={deciding === "again"} disabled={deciding !== null} onClick={decides("again")}>
          {words.again}
        </LoadingButton>
      </Flex>
      {refused !== null && <Alert title={words.not_decided} variant="danger">{words.refused[refused]}</Alert>}
    </>
  );
}
