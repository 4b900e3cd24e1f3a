//! How a send may end, decided by its row as it stands.

use crate::domain::activity::Content;
use crate::domain::ids::{LineUserId, MessageId};
use crate::domain::push::{Naming, Push, PushJob, PushOutcome, PushState, Sending, Settlement, SettlementNote};

/// How a send ends, and by what right.
#[derive(Debug, Clone)]
pub enum Ending {
    /// Nothing was ever tried: holds only while no row is there, and this becomes the row.
    NeverTried {
        /// What was asked for. Its messages are not looked at.
        job: Box<PushJob>,
        /// How it ended.
        settlement: Settlement,
    },
    /// It was held and is not to begin any more: holds only while it is held.
    NotBegun(Settlement),
    /// LINE refused one try, which is counted out with it: holds only if the end of every other try
    /// is known. To be used once per try.
    Refused(Settlement),
    /// One try by a reply token was certainly not shown, and is counted out with this. To be used once per try. Where the end of
    /// every other try is known it goes on as a push. Else it is looked at again; or, where no further try can be made by the token,
    /// nobody can know and a person decides.
    NotByReply {
        /// No further try can be made by the token.
        is_over: bool,
    },
    /// LINE has it, under these IDs, as far as it said them.
    Accepted(Settlement, Vec<MessageId>),
    /// An operator says so.
    Decided(Settlement),
    /// The person was erased after the first try: it is tried no more and nobody decides, and its words go. Not linked, if the
    /// end of every try is known; else nobody can know.
    Erased {
        /// When that was found, in milliseconds.
        at_ms: i64,
    },
    /// Its Official Account was disconnected after the first try: it is tried no more, and its words go. Certainly not sent, if the
    /// end of every try is known; else nobody can know, and a parked one stays unknown.
    ChannelGone {
        /// When that was found, in milliseconds.
        at_ms: i64,
    },
    /// Nobody has decided about a parked send for weeks: it stays unknown, and its words go.
    Undecided {
        /// When that was found, in milliseconds.
        at_ms: i64,
    },
    /// The last moment to try has passed. Certainly not taken, if the end of every try is known; else nobody can know and a
    /// person decides.
    TimeUp {
        /// When that was found, in milliseconds.
        at_ms: i64,
        /// A try was counted in and has not left: it is counted out with this. To be used once per try.
        unleft: bool,
    },
}

/// What an ending makes of a send as it stands.
pub(super) enum Step {
    /// It ends: the row becomes this, and a timeline shows so.
    Ends(Push, Option<Shown>),
    /// It goes on: the row becomes this.
    GoesOn(Push),
    /// It may not end so; nothing changes.
    Stays,
}

/// What a timeline shows of an ended send.
pub(super) struct Shown {
    /// To whom it was to go, where that is known.
    pub(super) to: Option<LineUserId>,
    /// It stands in their conversation: LINE has taken it, or the contact's link said that it is them. Else it proves nothing
    /// about this ID, and stands where the workflow ran.
    pub(super) theirs: bool,
    /// Where they were erased after this, nothing is shown.
    pub(super) since_ms: i64,
    pub(super) at_ms: i64,
    pub(super) said: Vec<Content>,
    /// LINE's IDs of it, as far as they are known.
    pub(super) messages: Vec<MessageId>,
}

impl Ending {
    /// Decides by the row as it stands.
    pub(super) fn step(&self, current: Option<Push>) -> Step {
        let Some(mut push) = current else {
            let Self::NeverTried { job, settlement } = self else { return Step::Stays };
            let shown =
                Shown::not_sent(job.to.user(), job.to.naming(), job.to.since_ms(job.accepted_at_ms), settlement);
            return Step::Ends(Push::of(job, PushState::Settled(settlement.clone())), shown);
        };
        let (ended, shown) = match (self, &mut push.state) {
            (Self::NotBegun(settlement), PushState::Sending(sending)) if sending.is_held() => {
                (PushState::Settled(settlement.clone()), Shown::of(sending, settlement))
            }
            (Self::Refused(settlement), PushState::Sending(sending)) => {
                if !sending.count_out() {
                    return Step::GoesOn(push);
                }
                (PushState::Settled(settlement.clone()), Shown::of(sending, settlement))
            }
            (Self::NotByReply { is_over }, PushState::Sending(sending)) => {
                if sending.count_out() {
                    sending.reply = None;
                    return Step::GoesOn(push);
                }
                if !is_over {
                    return Step::GoesOn(push);
                }
                (PushState::Parked(sending.clone()), None)
            }
            (Self::Accepted(settlement, messages), PushState::Sending(sending) | PushState::Parked(sending)) => {
                let shown = Shown::of(sending, settlement).map(|shown| Shown { messages: messages.clone(), ..shown });
                (PushState::Settled(settlement.clone()), shown)
            }
            (Self::Decided(settlement), PushState::Parked(sending)) => {
                (PushState::Settled(settlement.clone()), Shown::of(sending, settlement))
            }
            (Self::Erased { at_ms }, PushState::Sending(sending)) => {
                let known = sending.begun == sending.ended;
                let outcome = if known { PushOutcome::NotLinked } else { PushOutcome::Unknown };
                let settlement = Settlement { outcome, note: None, line_request_id: None, at_ms: *at_ms };
                (PushState::Settled(settlement), None)
            }
            (Self::ChannelGone { at_ms }, PushState::Sending(sending)) => {
                let (outcome, note) = match sending.begun == sending.ended {
                    true => (PushOutcome::Failed, Some(SettlementNote::UnknownChannel)),
                    false => (PushOutcome::Unknown, None),
                };
                let settlement = Settlement { outcome, note, line_request_id: None, at_ms: *at_ms };
                let shown = Shown::of(sending, &settlement);
                (PushState::Settled(settlement), shown)
            }
            (
                Self::Erased { at_ms } | Self::Undecided { at_ms } | Self::ChannelGone { at_ms },
                PushState::Parked(_),
            ) => {
                let (outcome, at_ms) = (PushOutcome::Unknown, *at_ms);
                (PushState::Settled(Settlement { outcome, note: None, line_request_id: None, at_ms }), None)
            }
            (Self::TimeUp { at_ms, unleft }, PushState::Sending(sending)) => {
                if *unleft {
                    sending.count_out();
                }
                if sending.begun > sending.ended {
                    (PushState::Parked(sending.clone()), None)
                } else {
                    let (outcome, note) = (PushOutcome::Expired, Some(SettlementNote::NeverTaken));
                    let settlement = Settlement { outcome, note, line_request_id: None, at_ms: *at_ms };
                    let shown = Shown::of(sending, &settlement);
                    (PushState::Settled(settlement), shown)
                }
            }
            _ => return Step::Stays,
        };
        Step::Ends(Push { state: ended, ..push }, shown)
    }
}

impl Shown {
    fn of(sending: &Sending, settlement: &Settlement) -> Option<Self> {
        match settlement.outcome {
            PushOutcome::Accepted => {
                let (since_ms, said) = (sending.first_attempt_at_ms, sending.said.clone());
                let (to, messages) = (Some(sending.to.clone()), Vec::new());
                Some(Self { to, theirs: true, since_ms, at_ms: settlement.at_ms, said, messages })
            }
            _ => Self::not_sent(Some(&sending.to), sending.naming, sending.first_attempt_at_ms, settlement),
        }
    }

    /// None where nobody on LINE was meant, or who was has not agreed: they would get a note at each run of a list's workflow.
    /// Answer and property say it.
    fn not_sent(to: Option<&LineUserId>, naming: Naming, since_ms: i64, settlement: &Settlement) -> Option<Self> {
        if matches!(settlement.outcome, PushOutcome::NotLinked | PushOutcome::NoConsent) {
            return None;
        }
        let said = vec![Content::NotSent { outcome: settlement.outcome, note: settlement.note }];
        let theirs = naming == Naming::Known;
        Some(Self { to: to.cloned(), theirs, since_ms, at_ms: settlement.at_ms, said, messages: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{CrmAccountKey, CrmKind};
    use crate::domain::ids::{ChannelId, CrmAccountId};
    use crate::domain::push::{HeldFor, PushId, Recipient, Sender};
    use crate::domain::reply_chance::{ReplyChance, SealedReplyToken};

    fn job() -> PushJob {
        let id = CrmAccountId::new("9");
        PushJob {
            id: PushId::of_action(CrmKind::HubSpot, &id, &["a"]),
            sender: Sender::Workflow,
            account: CrmAccountKey { kind: CrmKind::HubSpot, id },
            callback: None,
            waits: false,
            contact: None,
            channel: ChannelId::new("1"),
            to: Recipient::Nobody,
            messages: vec![],
            purpose: Default::default(),
            tag: None,
            accepted_at_ms: 1,
            send_by_ms: 2,
            not_after_ms: None,
            expires_at_ms: 3,
            refused: None,
            tries: 0,
            inbox: None,
        }
    }

    fn sending(begun: u32, ended: u32) -> Push {
        let to = LineUserId::new("U1");
        let said = vec![Content::Text { text: "a".into() }];
        let state = Sending {
            to,
            naming: Naming::Known,
            body: "{}".into(),
            reply: None,
            held_for: None,
            said,
            first_attempt_at_ms: 1,
            begun,
            ended,
        };
        Push::of(&job(), PushState::Sending(state))
    }

    fn settlement(outcome: PushOutcome) -> Settlement {
        Settlement { outcome, note: None, line_request_id: None, at_ms: 5 }
    }

    #[test]
    fn a_refusal_ends_a_send_only_once_the_end_of_every_other_try_is_known() {
        let refused = Ending::Refused(settlement(PushOutcome::NoQuota));
        let Step::GoesOn(counted) = refused.step(Some(sending(2, 0))) else { panic!("the other try may have arrived") };
        assert!(matches!(&counted.state, PushState::Sending(it) if (it.begun, it.ended) == (2, 1)));
        let Step::Ends(ended, Some(shown)) = refused.step(Some(counted)) else { panic!("both tries are known") };
        assert_eq!(ended.state, PushState::Settled(settlement(PushOutcome::NoQuota)));
        assert_eq!(shown.said, [Content::NotSent { outcome: PushOutcome::NoQuota, note: None }]);
    }

    #[test]
    fn what_is_held_ends_without_a_try_and_what_has_begun_does_not() {
        let mut held = sending(1, 0);
        let PushState::Sending(state) = held.state else { unreachable!("it is under way") };
        held.state = PushState::Sending(state.held(4, HeldFor::default()));
        let not_begun = Ending::NotBegun(settlement(PushOutcome::NoQuota));
        let Step::Ends(ended, Some(shown)) = not_begun.step(Some(held.clone())) else { panic!("it is held") };
        assert_eq!(ended.state, PushState::Settled(settlement(PushOutcome::NoQuota)));
        assert_eq!(shown.said, [Content::NotSent { outcome: PushOutcome::NoQuota, note: None }]);
        for (ending, outcome) in [
            (Ending::Erased { at_ms: 5 }, PushOutcome::NotLinked),
            (Ending::ChannelGone { at_ms: 5 }, PushOutcome::Failed),
        ] {
            let Step::Ends(ended, _) = ending.step(Some(held.clone())) else { panic!("{ending:?}") };
            assert!(matches!(ended.state, PushState::Settled(it) if it.outcome == outcome), "it was never tried");
        }
        for begun in [sending(1, 0), sending(1, 1)] {
            assert!(matches!(not_begun.step(Some(begun)), Step::Stays));
        }
        assert!(matches!(not_begun.step(None), Step::Stays));
    }

    #[test]
    fn a_reply_goes_on_as_a_push_only_once_the_end_of_every_try_is_known() {
        let by_reply = |begun, ended| {
            let mut push = sending(begun, ended);
            let PushState::Sending(sending) = &mut push.state else { unreachable!("it is under way") };
            sending.reply = Some(ReplyChance { token: SealedReplyToken::new("t"), use_by_ms: 9 });
            push
        };
        let not = |is_over| Ending::NotByReply { is_over };
        for is_over in [false, true] {
            let Step::GoesOn(push) = not(is_over).step(Some(by_reply(2, 1))) else { panic!("it goes on") };
            let PushState::Sending(sending) = push.state else { panic!("as a push") };
            assert_eq!((sending.reply, sending.begun, sending.ended), (None, 2, 2));
        }
        let Step::GoesOn(waits) = not(false).step(Some(by_reply(3, 1))) else { panic!("it is looked at again") };
        assert!(matches!(&waits.state, PushState::Sending(it) if it.reply.is_some() && it.ended == 2));
        let Step::Ends(parked, None) = not(true).step(Some(by_reply(3, 1))) else { panic!("nobody can know") };
        assert!(matches!(parked.state, PushState::Parked(_)));
        assert!(matches!(not(true).step(Some(parked)), Step::Stays));
    }

    #[test]
    fn what_was_never_tried_ends_only_while_nobody_has_begun_it() {
        let untried = || Ending::NeverTried { job: Box::new(job()), settlement: settlement(PushOutcome::Blocked) };
        let Step::Ends(ended, Some(_)) = untried().step(None) else { panic!("nobody has") };
        assert_eq!(ended.state, PushState::Settled(settlement(PushOutcome::Blocked)));
        assert!(matches!(untried().step(Some(sending(1, 0))), Step::Stays));
        for tried in
            [Ending::Accepted(settlement(PushOutcome::Accepted), vec![]), Ending::TimeUp { at_ms: 9, unleft: false }]
        {
            assert!(matches!(tried.step(None), Step::Stays), "a try has left a row");
        }
    }

    #[test]
    fn lines_yes_ends_a_parked_send_and_what_is_settled_stays() {
        let mut push = sending(2, 0);
        let time_up = Ending::TimeUp { at_ms: 9, unleft: false };
        let Step::Ends(parked, None) = time_up.step(Some(push.clone())) else { panic!("it may be parked") };
        let yes = Ending::Accepted(settlement(PushOutcome::Accepted), vec![]);
        assert!(matches!(yes.step(Some(parked.clone())), Step::Ends(_, Some(_))));
        assert!(matches!(Ending::Refused(settlement(PushOutcome::Failed)).step(Some(parked)), Step::Stays));
        push.state = PushState::Settled(settlement(PushOutcome::Blocked));
        assert!(matches!(yes.step(Some(push)), Step::Stays));
    }

    #[test]
    fn a_parked_send_that_nobody_decides_or_whose_person_is_erased_stays_unknown_and_is_shown_nowhere() {
        let Step::Ends(parked, None) = Ending::TimeUp { at_ms: 9, unleft: false }.step(Some(sending(2, 0))) else {
            panic!("it may be parked")
        };
        for ending in [Ending::Undecided { at_ms: 11 }, Ending::Erased { at_ms: 11 }] {
            let Step::Ends(push, None) = ending.step(Some(parked.clone())) else { panic!("it ends") };
            let unknown = Settlement { at_ms: 11, ..settlement(PushOutcome::Unknown) };
            assert_eq!(push.state, PushState::Settled(unknown));
            assert!(matches!(ending.step(Some(push)), Step::Stays));
        }
        assert!(matches!(Ending::Undecided { at_ms: 11 }.step(Some(sending(2, 0))), Step::Stays), "it is still tried");
    }

    #[test]
    fn a_send_that_line_never_took_is_over_when_its_time_is_up_and_nobody_is_asked() {
        let time_up = |unleft| Ending::TimeUp { at_ms: 9, unleft };
        for (begun, ended, unleft) in [(2, 2, false), (3, 2, true)] {
            let Step::Ends(push, Some(shown)) = time_up(unleft).step(Some(sending(begun, ended))) else {
                panic!("over")
            };
            let PushState::Settled(settled) = push.state else { panic!("every end is known: it was never shown") };
            assert_eq!((settled.outcome, settled.note), (PushOutcome::Expired, Some(SettlementNote::NeverTaken)));
            assert!(shown.theirs && shown.said.len() == 1);
        }
        for (begun, ended, unleft) in [(2, 1, false), (3, 1, true)] {
            let Step::Ends(push, None) = time_up(unleft).step(Some(sending(begun, ended))) else { panic!("over") };
            assert!(matches!(push.state, PushState::Parked(_)), "one try may have arrived");
        }
    }
}
