//! The verbs under every fault we can think of, decided by one number.
//!
//! The ports are answered by models that keep state and honour the ports' contracts. A seed decides
//! workload, order, interleaving and faults at every port call: fail before the effect, effect then
//! lost answer, crash before, crash after. When the faults stop and time goes on, the promises are
//! checked. For small scenarios every crash point is tried, singly and in pairs.

mod account_linking;
mod acts;
mod check;
mod contract;
mod crash_points;
mod crm_contract;
mod crm_refusals;
mod dead_letters;
mod decisions;
mod due;
mod erasing;
mod erasing_anytime;
mod faults;
mod files;
mod held;
mod hours;
mod inbox_files;
mod inbox_talks;
mod journal;
mod kept_words;
mod large_people;
mod late;
mod late_links;
mod linking;
mod login_contract;
mod logins;
mod looks;
mod make;
mod messenger_contract;
mod models;
#[path = "../../infra/local/src/contract/note_format.rs"]
mod note_format;
mod notices;
#[path = "../../infra/local/src/contract/stores.rs"]
mod port_contract;
#[path = "../../infra/local/src/contract/crm.rs"]
mod port_crm_contract;
#[path = "../../infra/local/src/contract/login.rs"]
mod port_login_contract;
#[path = "../../infra/local/src/contract/messenger.rs"]
mod port_messenger_contract;
mod random;
mod recipients;
mod refusals;
mod replies;
mod said;
mod sends;
mod sent_pictures;
mod taken_back;
mod talks;
mod told_at_once;
mod told_at_once_anytime;
mod verbs;
mod waiting;
mod wake_ups;
mod watched_links;
mod world;
