//! A third CRM, not shipped: one folder and one arm. It proves that the seams hold: it answers both of a CRM's ports, passes the
//! contract, and is reached through `crm-action` by its name in the address. Its IDs are no numbers, its words are not HubSpot's.

mod caller;
mod crm;
mod reached;

use musubi::domain::account::CrmKind;
use musubi::ports::CrmCaller;

/// The one arm: whom the address names.
pub fn caller(kind: CrmKind) -> Option<&'static dyn CrmCaller> {
    match kind {
        CrmKind::Toy => Some(&caller::ToyCaller),
        other => musubi::crm::caller(other),
    }
}
