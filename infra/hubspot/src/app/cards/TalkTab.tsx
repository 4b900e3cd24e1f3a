// The talk in the middle of a contact's record.

import { hubspot } from "@hubspot/ui-extensions";
import { Talk } from "./Talk.tsx";

hubspot.extend<"crm.record.tab">(({ context, actions }) => (
  <Talk
    language={context.user.language ?? context.user.locale ?? ""}
    contact={String(context.crm.objectId)}
    copy={actions.copyTextToClipboard}
  />
));
