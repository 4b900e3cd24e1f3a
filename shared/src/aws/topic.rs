//! A topic of SNS as [`Team`]: mail addresses and a chat's channel subscribe to it, in the template or by hand.
//!
//! Each way of reaching people gets its own text in one call (SNS API reference, `Publish`, `MessageStructure`): `https` is what Amazon Q
//! Developer in chat applications reads (and whoever else subscribes by https gets the same), `default` is for everybody else. The attribute
//! `channel` is the Official Account's ID: a subscription's filter policy may ask for some of them alone. SNS's standard topics deliver once
//! or, occasionally, more than once.

use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use serde_json::json;

use super::fault::port_error;
use crate::domain::team_message::TeamMessage;
use crate::ports::{PortError, Team};

/// The team's topic.
pub struct SnsTopic {
    client: Client,
    arn: String,
}

impl SnsTopic {
    /// The topic of this ARN.
    pub fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }
}

#[async_trait]
impl Team for SnsTopic {
    async fn tell(&self, message: &TeamMessage) -> Result<(), PortError> {
        let channel = MessageAttributeValue::builder().data_type("String").string_value(&message.channel).build();
        let texts = json!({"default": message.text, "https": message.chat}).to_string();
        let asked = self.client.publish().topic_arn(&self.arn);
        let asked = asked.subject(&message.subject).message_structure("json").message(texts);
        let asked = asked
            .message_attributes("channel", channel.map_err(|error| PortError::permanent("team", error.to_string()))?);
        asked.send().await.map(drop).map_err(|error| port_error("team", error))
    }
}
