//! What a workflow sends outside of the sending hours waits until they begin, and is shown once.

use std::pin::pin;
use std::task::{Context, Waker};

use musubi::domain::action::Purpose;
use musubi::domain::channel::WithoutQuota;
use musubi::domain::ids::{CallbackId, ContactId};
use musubi::domain::opening_hours::OpeningHours;
use musubi::domain::operator::OperatorName;
use musubi::domain::push::{PushJob, PushOutcome, Sender, SettlementNote};
use musubi::flow::erase::{Erase, Who};
use musubi::flow::settle::Settle;
use musubi::ports::Clock;

use crate::crash_points::with_every_stop;
use crate::faults::Faults;
use crate::held::{DAY_MS, DUE_MS, HOUR_MS, Scene, until_a_crash};
use crate::said::user;
use crate::world::{MINUTE_MS, START_MS, run};

/// The world begins on 21 September 2026, at 23:13 in Japan: eight in the morning after.
const OPENS_MS: i64 = 1_790_031_600_000;

fn set(scene: &mut Scene, hours: Option<&str>) {
    let hours = hours.map(|hours| OpeningHours::read(hours).expect("hours"));
    scene.world.change_channel(|channel| channel.settings.send_hours = hours);
}

fn of(faults: Faults, without_quota: WithoutQuota) -> Scene {
    let mut scene = Scene::with(faults, without_quota);
    set(&mut scene, Some("daily 08:00-21:00"));
    scene.at(START_MS, true);
    scene
}

fn at_night() -> Scene {
    of(Faults::crashes_at([]), WithoutQuota::Refuse)
}

/// One that waits for its hours.
fn waiting() -> Scene {
    let scene = at_night();
    scene.comes(&scene.job());
    assert!(scene.is_held() && scene.held() == [OPENS_MS] && scene.shown() == 0);
    scene
}

#[test]
fn what_comes_at_night_is_shown_in_the_morning_once_however_often_its_job_comes() {
    let scene = waiting();
    for at_ms in [START_MS + HOUR_MS, OPENS_MS - 1] {
        scene.at(at_ms, true).comes(&scene.job());
        assert_eq!((scene.released(), scene.held(), scene.shown()), (0, vec![OPENS_MS], 0));
    }
    scene.at(OPENS_MS, true);
    assert_eq!((scene.released(), scene.shown(), scene.outcome()), (1, 1, (PushOutcome::Accepted, None)));
    for _ in 0..2 {
        scene.comes(&scene.job());
        scene.comes(&PushJob { messages: Vec::new(), ..scene.job() });
    }
    assert_eq!((scene.shown(), scene.held(), scene.released()), (1, vec![], 0));
    assert_eq!(scene.world.line.violations(), Vec::<String>::new());
    // By day it goes at once.
    let scene = at_night();
    scene.at(OPENS_MS, true).comes(&scene.job());
    assert_eq!((scene.shown(), scene.held()), (1, vec![]));
}

#[test]
fn what_is_waited_for_and_what_the_team_says_goes_at_any_hour() {
    let name = OperatorName::parse("佐藤").expect("a name");
    let (operator, test) = (Sender::Operator { name: name.clone() }, Sender::Test { name });
    for change in [
        |job: PushJob, _: &Sender, _: &Sender| PushJob { purpose: Purpose::Service, ..job },
        |job: PushJob, operator: &Sender, _: &Sender| PushJob { sender: operator.clone(), ..job },
        |job: PushJob, _: &Sender, test: &Sender| PushJob { sender: test.clone(), ..job },
    ] {
        let scene = at_night();
        scene.comes(&change(scene.job(), &operator, &test));
        assert_eq!((scene.shown(), scene.held()), (1, vec![]));
    }
    // What was tried before the hours ended goes on.
    let mut scene = at_night();
    set(&mut scene, None);
    scene.world.line.rate_limit(1);
    scene.comes(&scene.job());
    set(&mut scene, Some("daily 08:00-21:00"));
    scene.at(START_MS + MINUTE_MS, true).comes(&scene.job());
    assert_eq!((scene.shown(), scene.held()), (1, vec![]));
}

#[test]
fn what_must_go_before_the_hours_begin_ends_as_expired_and_never_goes_late() {
    let scene = at_night();
    scene.comes(&PushJob { not_after_ms: Some(OPENS_MS - 1), ..scene.job() });
    let too_late = (PushOutcome::Expired, Some(SettlementNote::NotWithinHours));
    assert_eq!((scene.outcome(), scene.held(), scene.shown()), (too_late, vec![], 0));

    let until = || {
        let scene = at_night();
        scene.comes(&PushJob { not_after_ms: Some(OPENS_MS + HOUR_MS), ..scene.job() });
        assert_eq!(scene.held(), [OPENS_MS]);
        scene
    };
    let scene = until();
    assert_eq!((scene.at(OPENS_MS + HOUR_MS, true).released(), scene.shown()), (1, 1), "just in time");
    let scene = until();
    scene.at(OPENS_MS + HOUR_MS + 1, true).released();
    assert_eq!((scene.outcome(), scene.shown()), ((PushOutcome::Expired, None), 0), "nobody released it in time");
    let mut scene = until();
    set(&mut scene, Some("daily 10:00-21:00"));
    scene.at(OPENS_MS, true).released();
    assert_eq!((scene.outcome(), scene.held(), scene.shown()), (too_late, vec![], 0), "they begin later now");
    let scene = waiting();
    scene.at(OPENS_MS + DAY_MS + 1, true).released();
    assert_eq!(scene.outcome(), (PushOutcome::Expired, Some(SettlementNote::TooOld)), "nobody released it for a day");
}

#[test]
fn when_they_begin_all_is_looked_at_again() {
    let mut scene = waiting();
    set(&mut scene, Some("daily 10:00-21:00"));
    assert_eq!((scene.at(OPENS_MS, true).released(), scene.held()), (1, vec![OPENS_MS + 2 * HOUR_MS]));
    assert!(scene.is_held() && scene.shown() == 0, "they begin later now");
    assert_eq!((scene.at(OPENS_MS + 2 * HOUR_MS, true).released(), scene.shown()), (1, 1));

    let mut scene = waiting();
    set(&mut scene, None);
    assert_eq!((scene.at(OPENS_MS, true).released(), scene.shown(), scene.held()), (1, 1, vec![]));

    // No messages are left: as if it had been asked for by day.
    let scene = waiting();
    scene.at(OPENS_MS, false).released();
    assert_eq!((scene.outcome(), scene.held()), ((PushOutcome::NoQuota, None), vec![]));
    let scene = of(Faults::crashes_at([]), WithoutQuota::Hold);
    scene.comes(&scene.job());
    assert_eq!(scene.at(OPENS_MS, false).released(), 1);
    assert_eq!((scene.is_held(), scene.held(), scene.shown()), (true, vec![DUE_MS], 0));
    assert_eq!((scene.at(DUE_MS, true).released(), scene.shown()), (1, 1), "nine in the morning is within the hours");
    let mut scene = of(Faults::crashes_at([]), WithoutQuota::Hold);
    set(&mut scene, Some("daily 10:00-21:00"));
    scene.at(OPENS_MS + 4 * HOUR_MS, false).comes(&scene.job());
    assert_eq!(
        (scene.at(DUE_MS, true).released(), scene.held()),
        (1, vec![DUE_MS + HOUR_MS]),
        "nor is it sent before ten"
    );
    assert_eq!((scene.at(DUE_MS + HOUR_MS, true).released(), scene.shown()), (1, 1));
}

#[test]
fn what_its_action_says_of_its_time_holds_however_long_and_for_whatever_it_waits() {
    // The month begins on a Thursday: the hours begin on the Monday after, and it must go before.
    let by_month = |job: fn(PushJob) -> PushJob| {
        let mut scene = of(Faults::crashes_at([]), WithoutQuota::Hold);
        set(&mut scene, Some("mon 10:00-11:00"));
        let job = job(scene.job());
        // On a Monday within the hours, with no messages left.
        scene.at(START_MS + 6 * DAY_MS + 11 * HOUR_MS, false).comes(&job);
        assert_eq!(scene.held(), [DUE_MS]);
        scene.at(DUE_MS, true).released();
        scene
    };
    let scene = by_month(|job| PushJob { not_after_ms: Some(DUE_MS + 2 * DAY_MS), ..job });
    assert_eq!(scene.outcome(), (PushOutcome::Expired, Some(SettlementNote::NotWithinHours)));
    assert_eq!((scene.shown(), scene.held()), (0, vec![]));
    let scene = by_month(|job| PushJob { purpose: Purpose::Service, ..job });
    assert_eq!((scene.shown(), scene.held()), (1, vec![]), "what the person waits for has waited long enough");
    let scene = by_month(|job| job);
    assert_eq!((scene.held(), scene.shown()), (vec![DUE_MS + 4 * DAY_MS + HOUR_MS], 0));
    // What waits for one week after the other is not sent for ever.
    let mut at_ms = DUE_MS + 4 * DAY_MS + HOUR_MS;
    while scene.is_held() {
        at_ms = scene.held()[0] + HOUR_MS;
        scene.at(at_ms, true).released();
    }
    assert_eq!(scene.outcome(), (PushOutcome::Expired, Some(SettlementNote::TooOld)));
    assert!(at_ms < START_MS + 41 * DAY_MS && scene.shown() == 0);
}

#[test]
fn a_workflow_hears_how_it_ends_where_it_waits_so_long_and_else_that_it_is_queued() {
    for (expires_at_ms, at_once) in [(OPENS_MS + 24 * HOUR_MS, 0), (OPENS_MS + 23 * HOUR_MS, 1)] {
        let scene = at_night();
        let callback = CallbackId::new("held");
        scene.world.crm.state.lock().unwrap().waiting.insert(callback.clone());
        scene.comes(&PushJob { expires_at_ms, contact: Some(ContactId::new("501")), ..scene.job() });
        let hears = |at_ms: i64| {
            run(scene.world.dispatch().dispatch(&scene.world.account.key, at_ms + 30_000)).expect("nothing fails here");
        };
        hears(START_MS);
        let outcomes = || {
            let crm = scene.world.crm.state.lock().unwrap();
            let told = crm.completed.get(&callback).cloned().unwrap_or_default();
            told.into_iter().map(|outputs| outputs["outcome"].clone()).collect::<Vec<String>>()
        };
        assert_eq!(outcomes(), vec!["queued"; at_once], "{expires_at_ms}");
        scene.at(OPENS_MS, true).released();
        hears(OPENS_MS);
        assert_eq!(outcomes(), [if at_once == 1 { "queued" } else { "accepted" }]);
    }
}

#[test]
fn whoever_is_erased_at_night_gets_nothing_in_the_morning_and_the_words_go_at_once() {
    let scene = waiting();
    let settle = Settle { channels: scene.world.channels.clone(), outbox: scene.world.outbox() };
    let erase = Erase { links: scene.world.links(), settle };
    let (account, channel) = (scene.world.account.key.clone(), scene.world.channel.id.clone());
    scene.at(START_MS + HOUR_MS, true);
    let receipt = run(erase.erase(&account, &channel, &Who::User(user(1)))).expect("nothing fails here");
    assert_eq!(receipt.removed.parked, 1);
    assert_eq!((scene.outcome().0, scene.held()), (PushOutcome::NotLinked, vec![]));
    scene.at(OPENS_MS, true).comes(&scene.job());
    assert_eq!((scene.released(), scene.shown()), (0, 0));
}

/// Somebody is erased while it is decided that something goes on waiting for them, at every moment of that.
#[test]
fn whoever_is_erased_while_it_goes_on_waiting_gets_nothing_and_leaves_no_words() {
    for gate in 0..40 {
        let mut scene = waiting();
        set(&mut scene, Some("daily 10:00-21:00"));
        scene.at(OPENS_MS, true);
        let until_ms = OPENS_MS + 30_000;
        assert_eq!(run(scene.release().release(&scene.world.account.key, until_ms)).expect("nothing fails here"), 1);
        let job = scene.world.push.receive(0).expect("it is queued");
        let settle = Settle { channels: scene.world.channels.clone(), outbox: scene.world.outbox() };
        let erase = Erase { links: scene.world.links(), settle };
        let (account, channel) = (scene.world.account.key.clone(), scene.world.channel.id.clone());
        let deliver = scene.deliver();
        {
            let mut work = pin!(deliver.deliver(&job.job));
            let mut context = Context::from_waker(Waker::noop());
            let mut is_over = false;
            for _ in 0..gate {
                is_over |= !is_over && work.as_mut().poll(&mut context).is_ready();
            }
            run(erase.erase(&account, &channel, &Who::User(user(1)))).expect("nothing fails here");
            while !is_over {
                is_over = work.as_mut().poll(&mut context).is_ready();
            }
        }
        scene.world.push.delete(job.id);
        while let Some(waiting) = scene.at(scene.world.clock.now_ms() + MINUTE_MS, true).world.push.receive(0) {
            scene.world.push.delete(waiting.id);
            scene.comes(&waiting.job);
        }
        assert_eq!((scene.outcome().0, scene.held()), (PushOutcome::NotLinked, vec![]), "at {gate}");
        scene.at(OPENS_MS + 3 * HOUR_MS, true).released();
        assert_eq!(scene.shown(), 0, "at {gate}");
    }
}

#[test]
fn a_stop_anywhere_loses_nothing_that_waits_and_shows_nothing_twice() {
    with_every_stop(|crash| {
        let mut scene = of(Faults::crashes_at(crash), WithoutQuota::Refuse);
        while until_a_crash(&scene, scene.deliver().deliver(&scene.job())).is_none() {}
        assert!(scene.is_held() && scene.held() == [OPENS_MS], "{crash:?}");
        // They begin two hours later than was said.
        set(&mut scene, Some("daily 10:00-21:00"));
        for opens_ms in [OPENS_MS, OPENS_MS + 2 * HOUR_MS] {
            scene.goes_on_whatever_stops(opens_ms, MINUTE_MS);
        }
        scene.ended_well(crash);
        scene.world.faults.gates()
    });
}
