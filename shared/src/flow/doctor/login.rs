//! LINE Login of an Official Account. Whether it is published, its callback URL and its linked Official Account cannot be asked.

use super::webhook::host;
use super::{Doctor, cannot};
use crate::domain::addresses;
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Finding};
use crate::domain::words::findings::login as words;
use crate::ports::checkup::SeenLogin;
use crate::ports::secrets::LineSecrets;

impl Doctor {
    /// What is wrong, where it is set up.
    pub(super) async fn login(&self, channel: &Channel, secrets: &LineSecrets) -> Vec<Finding> {
        let Some(login) = &channel.login else { return Vec::new() };
        let finding = |complaint| Finding::new(complaint, About::Channel(channel.id.clone()));
        let Some(secret) = secrets.login_secrets.first() else { return vec![finding(&words::SECRET_MISSING)] };
        let apps = match self.line.login(&login.channel, secret).await {
            Ok(SeenLogin::Good(apps)) => apps,
            Ok(SeenLogin::Refused) => return vec![finding(&words::REFUSED)],
            Ok(SeenLogin::MessagingApi) => return vec![finding(&words::IS_MESSAGING_API)],
            Err(error) => return vec![finding(&words::UNCHECKED).with("because", cannot::because(&error))],
        };
        let Some(liff) = &login.liff else { return Vec::new() };
        let Some(app) = apps.iter().find(|app| app.id == *liff) else { return vec![finding(&words::LIFF_MISSING)] };
        let (ours, mut findings) = (addresses::page(&self.public_url, &channel.id, "liff"), Vec::new());
        if app.url != ours {
            findings.push(finding(&words::LIFF_URL_DIFFERS).with("host", host(&app.url)).with("url", ours));
        }
        if !app.has_openid {
            findings.push(finding(&words::LIFF_WITHOUT_OPENID));
        }
        findings
    }
}
