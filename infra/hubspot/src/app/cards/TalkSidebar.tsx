// The talk at the side of a contact's record.

import { hubspot } from "@hubspot/ui-extensions";
import { Talk } from "./Talk.tsx";

hubspot.extend<"crm.record.sidebar">(({ context, actions }) => (
  <Talk
    language={context.user.language ?? context.user.locale ?? ""}
    contact={String(context.crm.objectId)}
    copy={actions.copyTextToClipboard}
  />
));
