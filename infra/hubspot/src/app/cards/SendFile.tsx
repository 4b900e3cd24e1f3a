// Sends a picture or another file: one that HubSpot's own upload puts into its files, or one that lies at an address. Musubi fetches it
// from there, looks at what it is, and sends it or says why not.

import { useRef, useState } from "react";
import { Alert, Button, Flex, Input, LoadingButton, Text } from "@hubspot/ui-extensions";
import { FileUpload } from "@hubspot/ui-extensions/experimental";
import { sendFile, type Open, type OutgoingFile, type Who } from "./api.ts";
import { nameOf, wasSaid, type Draft } from "./draft.ts";
import { mayPass, type Refused, type Words } from "./words.ts";

interface Shown {
  talk: Open;
  words: Words;
  who: Who;
  draft: Draft;
  /** Something was sent. */
  said: () => void;
}

/** HubSpot's upload is marked experimental: it is on the card only once somebody wants it. */
export function SendFile(shown: Shown) {
  const [isOpen, setOpen] = useState(false);
  const { words, said } = shown;
  const sent = () => {
    setOpen(false);
    said();
  };
  return (
    <>
      <Flex>
        <Button size="sm" onClick={() => setOpen(!isOpen)}>{isOpen ? words.no_file : words.file}</Button>
      </Flex>
      {isOpen && <Choose {...shown} said={sent} />}
    </>
  );
}

function Choose({ talk, words, who, draft, said }: Shown) {
  const [uploaded, setUploaded] = useState<OutgoingFile | null>(null);
  const [sending, setSending] = useState(false);
  const [mistake, setMistake] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, typed] = [useRef(false), useRef("")];
  const types = (address: string) => { typed.current = address; };
  const sends = async () => {
    // A second click comes before the button is seen to wait.
    if (busy.current) return;
    setRefused(null);
    const address = typed.current.trim();
    const file = uploaded ?? (address === "" ? null : { address });
    if (file === null) {
      setMistake(words.no_choice);
      return;
    }
    busy.current = true;
    setMistake(null);
    setSending(true);
    const answer = await sendFile(who, talk, nameOf(draft, file), file);
    busy.current = false;
    setSending(false);
    if (answer.is === "mistake") setMistake(answer.mistake);
    else if (answer.is === "refused") setRefused(answer.why);
    else {
      wasSaid(draft, file);
      said();
    }
  };
  return (
    <Flex direction="column" gap="small">
      <Text variant="microcopy">{words.file_hint}</Text>
      <Text variant="microcopy">{words.file_kept}</Text>
      <FileUpload
        fileLimit={1}
        onChange={(files) => {
          const last = files.at(-1);
          setUploaded(last === undefined ? null : { address: last.url, called: last.name });
        }}
      />
      <Input label={words.address} name="address" placeholder="https://" readOnly={sending || uploaded !== null} onInput={types} onChange={types} />
      {mistake !== null && <Alert title={words.not_sent} variant="danger">{mistake}</Alert>}
      {refused !== null && (
        <Alert title={words.not_sent} variant="danger">
          <Text>{words.refused[refused]}</Text>
          {mayPass(refused) && <Text>{words.same_file_again}</Text>}
        </Alert>
      )}
      <Flex>
        <LoadingButton loading={sending} onClick={sends}>{words.send_file}</LoadingButton>
      </Flex>
    </Flex>
  );
}
