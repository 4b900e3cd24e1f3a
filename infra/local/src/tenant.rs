//! Another customer of the same stack: an Official Account, a HubSpot account, and one friend whose contact is known.

use musubi::aws::RetryPolicy;
use musubi::crm::CrmClients;
use musubi::crm::hubspot::setup;
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::channel::{Channel, ChannelSettings};
use musubi::domain::ids::{BotUserId, ChannelId, ContactId, CrmAccountId, CrmAppId, LineUserId};
use musubi::domain::language::Language;
use musubi::domain::link::ContactLink;
use musubi::http_client::HttpClient;
use musubi::ports::secrets::{CrmToken, LineSecrets, Secret};
use musubi::ports::{PortError, Secrets};

use crate::fake::hubspot::PortalSpec;
use crate::fake::line::{ChannelSpec, Friendship};
use crate::seed::{APP_ID, PROVIDER};
use crate::world::{World, WorldError};

/// Who moves in.
#[derive(Debug, Clone, Copy)]
pub struct Tenant<'a> {
    /// The Official Account's channel ID.
    pub channel: &'a str,
    /// Its channel secret.
    pub secret: &'a str,
    /// Its own user ID.
    pub bot: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// The HubSpot account. One that is there gets one more Official Account.
    pub portal: u64,
    /// The friend: a person whom LINE knows.
    pub user: &'a str,
    /// The friend's contact, by its record ID.
    pub contact: u64,
}

impl World {
    /// The tenant moves in, as an operator would set one up: the same app, the same LINE provider.
    ///
    /// # Errors
    /// As the ports'.
    pub async fn move_in(&self, tenant: &Tenant<'_>, settings: ChannelSettings) -> Result<(), WorldError> {
        self.line.add_channel(ChannelSpec {
            bot_user_id: tenant.bot.to_owned(),
            webhook_url: Some(format!("{}/line/{}/webhook", self.url, tenant.channel)),
            ..ChannelSpec::demo(tenant.channel, tenant.secret, PROVIDER)
        });
        self.line.set_friendship(tenant.channel, tenant.user, Friendship::Friend);
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(tenant.portal.to_string()) };
        let adapters = self.adapters(RetryPolicy::WORKER)?;
        let (secrets, accounts) = (adapters.secrets()?, adapters.accounts()?);
        let id = ChannelId::new(tenant.channel);
        secrets.store_line(&id, &secrets_of(tenant)).await?;
        let known = accounts.find(&key).await?;
        let version = known.as_ref().map_or(0, |known| known.version);
        let mut account = match known {
            Some(known) => known.value,
            None => self.account(tenant, key.clone(), &*secrets).await?,
        };
        if !self.hubspot.contacts(tenant.portal).iter().any(|contact| contact.id == tenant.contact) {
            self.hubspot.create_contact_as(tenant.portal, tenant.contact, &[("email", "hanako@example.com")]);
        }
        account.channels.push(id.clone());
        let crms = CrmClients::new(HttpClient::ready(), &self.vendor_urls.1, secrets as _, self.time());
        let api = crms.hubspot_api(&account);
        let failed = |failure: musubi::ports::crm::CrmFailure| PortError::permanent("set-up", failure.to_string());
        setup::prepare_properties(&api, account.language, account.providers()).await.map_err(failed)?;
        account.capabilities.unique_keys = setup::probe_unique_keys(&api, account.language).await.map_err(failed)?;
        let _ = accounts.put(&account, version).await?;
        let bot = BotUserId::new(tenant.bot);
        let channel = Channel { settings, ..Channel::new(id.clone(), bot, tenant.name, "@tenant", key.clone()) };
        let _ = adapters.channels()?.put(&channel, 0).await?;
        let link = ContactLink {
            channel: id,
            user: LineUserId::new(tenant.user),
            account: key,
            contact: ContactId::new(tenant.contact.to_string()),
            linked_at_ms: self.clock.now_ms(),
            by: None,
            is_new: false,
            provider: Default::default(),
        };
        let _ = adapters.links()?.link(&link).await?;
        Ok(())
    }

    /// A HubSpot account that has just installed the app.
    async fn account(
        &self,
        tenant: &Tenant<'_>,
        key: CrmAccountKey,
        secrets: &dyn Secrets,
    ) -> Result<CrmAccount, PortError> {
        self.hubspot.add_portal(PortalSpec::demo(tenant.portal));
        let refresh_token = Secret::new(self.hubspot.install(tenant.portal));
        let token =
            CrmToken::OAuth { access_token: Secret::new(""), refresh_token, expires_at_ms: 0, instance_url: None };
        secrets.store_crm_token(&key, &token).await?;
        let app = CrmAppId::new(APP_ID.to_string());
        let mut account = CrmAccount::new(key, app, Language::Japanese, "Asia/Tokyo");
        account.capabilities.workflows_wait = true;
        Ok(account)
    }
}

fn secrets_of(tenant: &Tenant<'_>) -> LineSecrets {
    LineSecrets {
        channel_secrets: vec![Secret::new(tenant.secret)],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    }
}
