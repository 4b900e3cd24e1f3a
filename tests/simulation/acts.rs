//! What operators do, and what happens by itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use musubi::domain::changed::Changed;
use musubi::domain::claim::Claim;
use musubi::domain::ids::{ContactId, LineUserId};
use musubi::domain::inbound::InboundEvent;
use musubi::domain::language::Language;
use musubi::domain::login::LoginPurpose;
use musubi::domain::push::PushId;
use musubi::flow::contacts_changed::ContactsChanged;
use musubi::flow::decide::Verdict;
use musubi::flow::erase::Who;
use musubi::flow::import_friend::ImportFriend;
use musubi::flow::log_in::{ComeBack, LoginRefusal, SetOut};
use musubi::flow::record::Record;
use musubi::ports::Clock;
use musubi::ports::secrets::Secret;

use crate::logins::CALLBACK;
use crate::world::{InFlight, Origin, World, in_flight, run};
use crate::{inbox_talks, sent_pictures, talks};

/// What somebody does, and does again until it is done.
#[derive(Clone)]
pub enum Act {
    Claim(LineUserId, Claim),
    /// The person logs in with LINE, from the start: whoever was stopped on the way sets out again.
    LogIn(LineUserId, LoginPurpose),
    Erase(Who),
    /// LINE lists the person among the account's friends.
    Meet(LineUserId),
    /// The CRM says that something changed at a contact: perhaps late, perhaps of a contact that there is none of.
    Changed(ContactId),
    /// The contact is deleted in the CRM under privacy law, which says so.
    Forget(ContactId),
    /// An operator decides about a send that cannot be known.
    Decide(PushId, Verdict),
    /// An operator says something to person 1, under this name.
    Say(&'static str, String),
    /// An operator sends person 1 a picture, under this name, with these words beside its address.
    SendPicture(&'static str, String),
    /// LINE tells of this, and it is recorded.
    Arrive(InboundEvent),
    /// Somebody of the team writes to person 1 in the CRM's inbox, under this name.
    Write(&'static str, String),
    /// Nobody does anything for this long, in milliseconds.
    Sleep(i64),
}

/// What happens once so many gates have been passed, all of it before whoever stands at the gate goes on.
pub struct Moment {
    pub gate: u64,
    pub act: Act,
    /// Whoever stands at the gate does not go on: their process is gone. After so many more gates; `None`: it goes on.
    pub dies_after: Option<u64>,
}

impl World {
    pub fn start_act(&mut self) -> bool {
        let Some(waiting) = self.acts.receive(0) else { return false };
        self.in_flight.push(self.act(waiting.id, waiting.job));
        true
    }

    /// Whether the moment was now, and whoever stands at the gate is gone.
    pub fn at_the_moment(&mut self) -> bool {
        let gates = self.faults.gates();
        let Some(moment) = self.moment.take_if(|moment| gates >= moment.gate) else { return false };
        self.faults.note(format!("MOMENT at {gates}"));
        run(self.act(0, moment.act).future).expect("nothing fails here");
        self.watch_links();
        self.faults.note(format!("MOMENT over, dies after: {:?}", moment.dies_after));
        match moment.dies_after {
            Some(0) => true,
            Some(gates) => {
                self.faults.crash_after(gates);
                false
            }
            None => false,
        }
    }

    fn act(&self, id: u64, act: Act) -> InFlight {
        let (link, erase) = (self.link(), self.dispatch().erase());
        let decide = self.decide();
        let meet = ImportFriend { outbox: self.outbox() };
        let notice = ContactsChanged { outbox: self.outbox() };
        let (channel, receipts) = (self.channel.clone(), Arc::clone(&self.receipts));
        let (log_in, login, set_out) = (self.log_in(), self.login.clone(), Arc::clone(&self.set_out));
        let (crm, clock) = (self.crm.clone(), self.clock.clone());
        let record = Record { outbox: self.outbox() };
        let (talk, from_inbox, account) = (self.talk(), self.inbox_taker(), self.account.clone());
        in_flight(Origin::Act(id), async move {
            match act {
                Act::Claim(user, claim) => link.claim(&channel, &user, &claim).await,
                Act::LogIn(user, purpose) => {
                    let number = set_out.fetch_add(1, Ordering::Relaxed);
                    let browser = Secret::new(format!("a browser's own secret {number}"));
                    let out = SetOut {
                        purpose,
                        route: None,
                        language: Language::Japanese,
                        by_hand: false,
                        random: u128::from(number).to_be_bytes(),
                        browser: browser.clone(),
                        callback_url: CALLBACK.to_owned(),
                    };
                    let address = log_in.set_out(&channel, &out).expect("LINE Login is set up");
                    let code = login.comes_back(&address, &user);
                    let state = login.state_of(&address);
                    let (state, code, browser) = (Some(state), Some(code), Some(browser));
                    let back = ComeBack { state, code, error: None, browser, callback_url: CALLBACK.to_owned() };
                    match log_in.come_back(&channel, &back).await {
                        Ok(_) => Ok(()),
                        Err(LoginRefusal::NotNow(error)) => Err(error),
                        Err(refused) => panic!("LINE says who it is: {refused}"),
                    }
                }
                Act::Erase(who) => {
                    let receipt = erase.erase(&channel.account, &channel.id, &who).await?;
                    receipts.lock().unwrap().push(receipt);
                    Ok(())
                }
                Act::Decide(id, verdict) => decide.decide(id, verdict).await.map(|_| ()),
                Act::Meet(user) => meet.import_friend(&channel, &user).await.map(|_| ()),
                Act::Changed(contact) => {
                    notice.contacts_changed(&channel.account, &[Changed { contact, forget: false }]).await
                }
                Act::Forget(contact) => {
                    crm.state.lock().unwrap().contacts.remove(&contact);
                    notice.contacts_changed(&channel.account, &[Changed { contact, forget: true }]).await
                }
                Act::Say(name, text) => talk.say(&account, talks::saying(&channel, name, &text, clock.now_ms())).await,
                Act::SendPicture(name, text) => {
                    let saying = talks::saying(&channel, name, &text, clock.now_ms());
                    sent_pictures::sent(&crm, &talk, &account, saying, name).await
                }
                Act::Arrive(event) => record.record(&channel, clock.now_ms(), &event).await,
                Act::Write(name, text) => {
                    inbox_talks::written(&from_inbox, &account, name, &text, clock.now_ms()).await
                }
                Act::Sleep(for_ms) => {
                    clock.advance_to(clock.now_ms() + for_ms);
                    Ok(())
                }
            }
        })
    }
}
