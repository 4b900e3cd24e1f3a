//! The contracts of LINE's Messaging API and of its list of friends, over the served fake platform.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use local::contract::friend_list::{self, FriendWorld, friend_list_contract};
use local::contract::messenger::{LineWorld, every_drift_is_seen, messenger_contract};
use local::fake::line::{Endpoint, Friendship};
use local::fake::{Fault, Plan};
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::ports::secrets::Secret;
use musubi::ports::{Clock, FriendList, Messenger};

use crate::harness::{CHANNEL, FRIEND, Scene, Time};

#[async_trait]
impl LineWorld for Scene {
    fn messenger(&self) -> Arc<dyn Messenger> {
        Arc::clone(&self.messenger) as Arc<dyn Messenger>
    }

    fn friend(&self) -> (ChannelId, LineUserId) {
        (ChannelId::new(CHANNEL), LineUserId::new(FRIEND))
    }

    fn shown(&self) -> usize {
        self.line.delivered().len()
    }

    fn lose_next_answer(&self) {
        self.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    }

    async fn reply_token(&self) -> Secret {
        let token = uuid::Uuid::new_v4().simple().to_string();
        self.line.know_reply_token(CHANNEL, &token, FRIEND, Time(self.clock.clone()).now_ms());
        Secret::new(token)
    }
}

#[tokio::test]
async fn lines_client_keeps_the_contract() {
    messenger_contract(&Scene::new().await).await;
}

#[tokio::test]
async fn every_drift_of_lines_client_would_be_seen() {
    every_drift_is_seen(|| Scene::new().boxed()).await;
}

impl FriendWorld for Scene {
    fn list(&self) -> Arc<dyn FriendList> {
        Arc::clone(&self.messenger) as Arc<dyn FriendList>
    }

    fn channel(&self) -> ChannelId {
        ChannelId::new(CHANNEL)
    }

    fn befriend(&self, friends: &[LineUserId]) {
        let known = (0..10).map(|n| format!("U{n:032x}")).chain([FRIEND.to_owned()]);
        for user in known {
            self.line.set_friendship(CHANNEL, &user, Friendship::None);
        }
        for friend in friends {
            self.line.add_person_as(friend.expose(), "provider", "友だち", None);
            self.line.set_friendship(CHANNEL, friend.expose(), Friendship::Friend);
        }
    }

    fn shorten_pages(&self) {
        self.line.switch(|switches| switches.follower_pages_are_short = true);
    }

    fn forget_pages(&self) {
        self.clock.advance_ms(25 * 3_600_000);
    }

    fn forbid(&self) {
        self.line.edit_channel(CHANNEL, |channel| channel.verified = false);
    }
}

#[tokio::test]
async fn lines_client_keeps_the_contract_of_the_list_of_friends() {
    friend_list_contract(&Scene::new().await).await;
}

#[tokio::test]
async fn every_drift_of_the_list_of_friends_would_be_seen() {
    friend_list::every_drift_is_seen(|| Scene::new().boxed()).await;
}
