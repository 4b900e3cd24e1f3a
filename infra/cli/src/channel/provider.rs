//! `channel add`: of which LINE provider the Official Account is.

use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::provider::ProviderNumber;
use musubi::domain::settings::Bilingual;
use musubi::domain::words::provider as words;
use musubi::flow::configure::{ChooseProvider, ChosenProvider, NoProvider, SaidProvider, known_providers};

use crate::args::ChannelAdd;
use crate::failure::Failure;
use crate::workspace::{Workspace, no_account};

/// Which one it is, by what was asked; the fields of a new one are made in the CRM.
///
/// # Errors
/// It was not said and must be, or cannot be so. Nothing of ours is changed.
pub async fn choose(
    workspace: &Workspace,
    asked: &ChannelAdd,
    account: &CrmAccountKey,
    id: &ChannelId,
) -> Result<ChosenProvider, Failure> {
    let accounts = workspace.change_account()?;
    let said = match &asked.same_provider_as {
        Some(other) => Some(SaidProvider::Known(number_of(workspace, account, &ChannelId::new(other)).await?)),
        None => asked.another_provider.then_some(SaidProvider::Another),
    };
    let set_up = workspace.crm_set_up(account.kind, workspace.adapters.secrets()?)?;
    let channels = workspace.channels()?;
    ChooseProvider { accounts, channels, set_up }.choose(account, id, said).await.map_err(not_chosen)
}

async fn number_of(
    workspace: &Workspace,
    account: &CrmAccountKey,
    other: &ChannelId,
) -> Result<ProviderNumber, Failure> {
    let account = workspace.accounts()?.find(account).await?.ok_or_else(no_account)?.value;
    let known = known_providers(&account).into_iter().find(|(_, of)| of.contains(&other));
    known.map(|(number, _)| number).ok_or_else(|| {
        Failure::usage(
            "--same-provider-as には、このCRMアカウントの公式アカウント（接続中、または連携を残して解除したもの）のチャネルIDを指定してください。",
            "Give --same-provider-as the channel ID of an Official Account of this CRM account: connected, or disconnected with its links kept.",
        )
    })
}

fn not_chosen(why: NoProvider) -> Failure {
    let failed = |words: Bilingual| Failure::failed(words.of(Language::Japanese), words.of(Language::English));
    match why {
        NoProvider::Unsaid => Failure::usage(
            format!(
                "{}\n同じプロバイダーなら --same-provider-as LINE_CHANNEL_ID を、別のプロバイダーなら --another-provider を付けて、もう一度実行してください。",
                words::WHY.of(Language::Japanese)
            ),
            format!(
                "{}\nRun it again with --same-provider-as LINE_CHANNEL_ID, or with --another-provider.",
                words::WHY.of(Language::English)
            ),
        ),
        NoProvider::NoSuch => failed(words::NO_SUCH),
        NoProvider::Stays => failed(words::STAYS),
        NoProvider::TooMany => failed(words::TOO_MANY),
        NoProvider::Fields(problems) => {
            let all = |language| {
                let each: Vec<String> =
                    problems.iter().map(|problem| format!("- {}", problem.words(language))).collect();
                format!("{}\n{}", words::FIELDS.of(language), each.join("\n"))
            };
            Failure::failed(all(Language::Japanese), all(Language::English))
        }
        NoProvider::Crm(_) => failed(words::NOT_NOW),
        NoProvider::Port(error) => error.into(),
    }
}
