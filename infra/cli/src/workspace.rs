//! Where to work: the stack's names, from its outputs or the environment, and the adapters behind them.

use std::path::Path;
use std::sync::Arc;

use musubi::aws::{Aws, AwsAdapters, RetryPolicy};
use musubi::config::{self, ConfigError, Environment, OF_THIS_MACHINE};
use musubi::crm::{self, SetUpUrls};
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::Channel;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::flow::configure::{ChangeAccount, ChangeChannel, ChangeError, ConnectChannel, LeaveInbox};
use musubi::flow::settle::Settle;
use musubi::http_client::HttpClient;
use musubi::line::{LineApiUrl, LineMessenger, OpenLine};
use musubi::ports::{Clock, CrmSetUp, LineConsoles, Secrets};
use musubi::store::{Accounts, Channels};
use musubi::wiring;
use serde_json::Value;
use url::Url;

use crate::args::Kind;
use crate::failure::Failure;

/// The template's outputs and the variables that mean the same.
const OUTPUTS: [(&str, &str); 14] = [
    ("PublicUrl", "MUSUBI_PUBLIC_URL"),
    ("KeyArn", "MUSUBI_KEY_ARN"),
    ("ChannelsTableName", "MUSUBI_CHANNELS_TABLE"),
    ("LinksTableName", "MUSUBI_LINKS_TABLE"),
    ("ConsoleTableName", "MUSUBI_CONSOLE_TABLE"),
    ("JournalTableName", "MUSUBI_JOURNAL_TABLE"),
    ("InboxQueueUrl", "MUSUBI_INBOX_QUEUE_URL"),
    ("InboxDeadLetterQueueUrl", "MUSUBI_INBOX_DLQ_URL"),
    ("PushQueueUrl", "MUSUBI_PUSH_QUEUE_URL"),
    ("PushDeadLetterQueueUrl", "MUSUBI_PUSH_DLQ_URL"),
    ("CrmQueueUrl", "MUSUBI_CRM_QUEUE_URL"),
    ("CrmDeadLetterQueueUrl", "MUSUBI_CRM_DLQ_URL"),
    ("NoticesQueueUrl", "MUSUBI_NOTICES_QUEUE_URL"),
    ("NoticesDeadLetterQueueUrl", "MUSUBI_NOTICES_DLQ_URL"),
];

/// The process's variables, and over them the stack's outputs.
///
/// # Errors
/// The file cannot be read or holds no outputs.
pub fn environment(outputs: Option<&Path>) -> Result<Environment, Failure> {
    let environment = Environment::process();
    let Some(path) = outputs else { return Ok(environment) };
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|_| Failure::usage(format!("{shown} を読み取れません。"), format!("{shown} cannot be read.")))?;
    let variables = variables(&text);
    let of_this_machine = of_this_machine(&serde_json::from_str(&text).unwrap_or_default())?;
    if variables.is_empty() {
        return Err(Failure::usage(
            format!(
                "{shown} にスタックの出力がありません。sam list stack-outputs --output json の出力を指定してください。"
            ),
            format!("{shown} holds no outputs of a stack. Make it with: sam list stack-outputs --output json"),
        ));
    }
    let marker = (!of_this_machine.is_empty()).then(|| (EMULATED.to_owned(), "yes".to_owned()));
    Ok(environment.with(variables).with(of_this_machine).with(marker))
}

/// Stands in the environment where the stack is emulated on this machine.
const EMULATED: &str = "MUSUBI_EMULATED";

/// The variables of a world on this machine. An address elsewhere is none of its: a file from a stranger leads nobody away.
fn of_this_machine(json: &Value) -> Result<Vec<(String, String)>, Failure> {
    let Some(given) = json["ThisMachine"].as_object() else { return Ok(Vec::new()) };
    let is_here = |address: &str| {
        let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]"))
    };
    OF_THIS_MACHINE
        .iter()
        .filter_map(|name| Some((*name, given.get(*name)?.as_str()?)))
        .map(|(name, value)| match name.contains("_URL") && !is_here(value) {
            false => Ok((name.to_owned(), value.to_owned())),
            true => Err(Failure::usage(
                format!("出力ファイルの {name} は、このコンピューターのアドレスではありません。"),
                format!("{name} in the outputs file is no address of this machine."),
            )),
        })
        .collect()
}

/// Reads what `sam list stack-outputs` or `aws cloudformation describe-stacks` writes, or a plain object.
fn variables(text: &str) -> Vec<(String, String)> {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let list = match &json {
        Value::Array(list) => Some(list),
        _ => json["Stacks"][0]["Outputs"].as_array(),
    };
    let output = |name: &str| -> Option<String> {
        let value = match list {
            Some(list) => list.iter().find(|output| output["OutputKey"] == name).map(|output| &output["OutputValue"]),
            None => json.get(name),
        };
        value?.as_str().map(str::to_owned)
    };
    let mut all: Vec<(String, String)> =
        OUTPUTS.iter().filter_map(|(name, variable)| Some(((*variable).to_owned(), output(name)?))).collect();
    let stack = output("SecretsPrefix");
    let stack = stack.as_deref().and_then(|prefix| prefix.strip_prefix("musubi/")?.strip_suffix('/'));
    all.extend(stack.map(|stack| ("MUSUBI_STACK".to_owned(), stack.to_owned())));
    all
}

/// A stack to work on.
pub struct Workspace {
    /// Its adapters.
    pub adapters: AwsAdapters,
    /// Its names.
    pub environment: Environment,
}

impl Workspace {
    /// Connects, as an operator's machine does.
    ///
    /// # Errors
    /// Names what is malformed.
    pub async fn open(environment: Environment) -> Result<Self, ConfigError> {
        // Whoever has profiles for AWS does not sign calls to an emulator with them.
        let aws = match environment.get(EMULATED) {
            Some(_) => Aws::from_environment(&environment, RetryPolicy::WORKER)?,
            None => Aws::from_default_chain(&environment, RetryPolicy::WORKER).await?,
        };
        let adapters = AwsAdapters::over(aws, environment.clone(), Arc::new(musubi::ports::clock::SystemClock));
        Ok(Self { adapters, environment })
    }

    /// CRM accounts.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn accounts(&self) -> Result<Accounts, ConfigError> {
        self.adapters.accounts()
    }

    /// Official Accounts.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn channels(&self) -> Result<Channels, ConfigError> {
        self.adapters.channels()
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.adapters.clock()
    }

    /// LINE, with these secrets.
    ///
    /// # Errors
    /// The address is malformed.
    pub fn line(&self, secrets: Arc<dyn Secrets>) -> Result<LineMessenger, ConfigError> {
        Ok(LineMessenger::new(HttpClient::when_first_used(), self.line_api()?, secrets, self.clock(), 1))
    }

    /// LINE, with whichever secrets.
    ///
    /// # Errors
    /// The address is malformed.
    pub fn line_consoles(&self) -> Result<Arc<dyn LineConsoles>, ConfigError> {
        Ok(Arc::new(OpenLine { http: HttpClient::when_first_used(), base: self.line_api()?, clock: self.clock() }))
    }

    /// Where LINE's API is.
    ///
    /// # Errors
    /// The address is malformed.
    pub fn line_api(&self) -> Result<LineApiUrl, ConfigError> {
        LineApiUrl::of_api(&config::line_urls(&self.environment)?)
    }

    /// Who connects accounts of a CRM; what is granted is stored in these secrets.
    ///
    /// # Errors
    /// An address is malformed.
    pub fn crm_set_up(&self, kind: CrmKind, secrets: Arc<dyn Secrets>) -> Result<Arc<dyn CrmSetUp>, Failure> {
        let set_up = crm::set_up(kind, HttpClient::when_first_used(), self.set_up_urls()?, secrets, self.clock());
        set_up.ok_or_else(|| {
            Failure::usage("このmusubiでは、このCRMを接続できません。", "This musubi cannot connect this CRM.")
        })
    }

    /// Gives up places in a CRM's own inbox.
    ///
    /// # Errors
    /// As [`crm_set_up`](Self::crm_set_up).
    pub fn inbox_exit(&self, kind: CrmKind) -> Result<LeaveInbox, Failure> {
        let set_up = self.crm_set_up(kind, self.adapters.secrets()?)?;
        Ok(LeaveInbox { set_up, accounts: self.accounts()?, inboxes: self.adapters.inboxes()? })
    }

    /// Where the CRMs are.
    ///
    /// # Errors
    /// An address is malformed.
    pub fn set_up_urls(&self) -> Result<SetUpUrls, ConfigError> {
        wiring::set_up_urls(&self.environment)
    }

    /// Ends sends.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn settle(&self) -> Result<Settle, ConfigError> {
        Ok(Settle { channels: self.channels()?, outbox: self.adapters.outbox()? })
    }

    /// Changes Official Accounts.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn change_channel(&self) -> Result<ChangeChannel, ConfigError> {
        Ok(ChangeChannel { channels: self.channels()?, clock: self.clock() })
    }

    /// Changes CRM accounts.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn change_account(&self) -> Result<ChangeAccount, ConfigError> {
        Ok(ChangeAccount { accounts: self.accounts()?, clock: self.clock() })
    }

    /// Connects Official Accounts.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn connect_channel(&self) -> Result<ConnectChannel, ConfigError> {
        Ok(ConnectChannel { channels: self.channels()?, accounts: self.change_account()? })
    }

    /// A CRM account that must be there.
    ///
    /// # Errors
    /// It is not.
    pub async fn account(&self, kind: Kind, portal: &str) -> Result<CrmAccount, Failure> {
        let key = CrmAccountKey { kind: kind.into(), id: CrmAccountId::new(portal) };
        self.accounts()?.find(&key).await?.map(|found| found.value).ok_or_else(no_account)
    }

    /// An Official Account that must be there.
    ///
    /// # Errors
    /// It is not. The ID is not repeated: it may be a secret pasted by mistake.
    pub async fn channel(&self, id: &str) -> Result<Channel, Failure> {
        self.channels()?.find(&ChannelId::new(id)).await?.ok_or_else(no_channel)
    }
}

/// There is no such CRM account.
pub fn no_account() -> Failure {
    Failure::not_found(
        "このCRMアカウントは接続されていません。musubi portal list で確認し、musubi portal add で接続してください。",
        "This CRM account is not connected. See musubi portal list; connect it with musubi portal add.",
    )
}

/// There is no such Official Account.
pub fn no_channel() -> Failure {
    Failure::not_found(
        "このチャネルは接続されていません。musubi channel list で確認してください。",
        "This channel is not connected. See musubi channel list.",
    )
}

/// Why nothing was changed, in words: what is not there, and what is refused, by these.
pub fn unchanged<E>(
    error: ChangeError<E>,
    absent: impl FnOnce() -> Failure,
    refused: impl FnOnce(E) -> Failure,
) -> Failure {
    match error {
        ChangeError::Absent => absent(),
        ChangeError::Refused(why) => refused(why),
        ChangeError::Contended(_) => contended(),
        ChangeError::Port(error) => error.into(),
    }
}

/// Somebody else keeps changing the same row.
fn contended() -> Failure {
    Failure::failed(
        "ほかの操作が同時に行われています。もう一度実行してください。",
        "Somebody else is changing the same. Run this again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_in_every_shape_they_come_in() {
        let sam = r#"[{"OutputKey":"PublicUrl","OutputValue":"https://a.example","Description":"x"},
            {"OutputKey":"SecretsPrefix","OutputValue":"musubi/shop/"}]"#;
        let aws = format!(r#"{{"Stacks":[{{"Outputs":{sam}}}]}}"#);
        let plain = r#"{"PublicUrl":"https://a.example","SecretsPrefix":"musubi/shop/"}"#;
        for text in [sam, &aws, plain] {
            let environment = Environment::of(variables(text));
            assert_eq!(environment.get("MUSUBI_PUBLIC_URL").as_deref(), Some("https://a.example"), "{text}");
            assert_eq!(environment.get("MUSUBI_STACK").as_deref(), Some("shop"), "{text}");
        }
        assert!(variables("[]").is_empty() && variables("no json").is_empty());
    }

    #[test]
    fn an_outputs_file_leads_to_this_machine_or_to_aws_and_nowhere_else() {
        let of = |name: &str, value: &str| of_this_machine(&serde_json::json!({"ThisMachine": {name: value}}));
        for here in ["http://127.0.0.1:8801", "http://localhost:1/x", "http://[::1]:9"] {
            let read = of("AWS_ENDPOINT_URL_SQS", here).unwrap();
            assert_eq!(read, [("AWS_ENDPOINT_URL_SQS".to_owned(), here.to_owned())]);
        }
        for elsewhere in
            ["https://sqs.evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.example", "x"]
        {
            for name in ["AWS_ENDPOINT_URL_SQS", "MUSUBI_LINE_API_URL"] {
                assert!(matches!(of(name, elsewhere), Err(Failure::Usage(_))), "{elsewhere}");
            }
        }
        assert!(of("PATH", "x").unwrap().is_empty(), "no other variable is taken from a file");
    }
}
