//! The fakes against the rules they are to enforce, over real HTTP.

mod hubspot_batch;
mod hubspot_contacts;
mod hubspot_oauth;
mod hubspot_workflow;
mod line_faults;
mod line_login;
mod line_login_exchange;
mod line_login_liff;
mod line_login_link;
mod line_login_screens;
mod line_phone;
mod line_push;
mod line_token;
mod signatures;
mod support;
