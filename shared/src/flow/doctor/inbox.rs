//! The CRM's own inbox, where Official Accounts of an account are in it.

use std::collections::BTreeMap;

use super::{Doctor, cannot, crm};
use crate::domain::account::CrmAccount;
use crate::domain::addresses;
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Finding};
use crate::domain::settings::Bilingual;
use crate::domain::words::findings::inbox as words;
use crate::ports::checkup::CrmCheckup;

const INBOX: Bilingual = Bilingual { japanese: "受信トレイへの接続", english: "The connection to the inbox" };

impl Doctor {
    /// What is wrong with it. `missing`: what the account has not granted of it. Where nobody is in it, nothing is asked.
    pub(super) async fn inbox(
        &self,
        crm: &dyn CrmCheckup,
        account: &CrmAccount,
        channels: &[Channel],
        missing: &[&'static str],
    ) -> Vec<Finding> {
        let places = channels.iter().filter(|channel| channel.account == account.key);
        let places: Vec<_> =
            places.filter_map(|channel| channel.crm_inbox.as_ref().map(|place| (channel, place))).collect();
        if places.is_empty() {
            return Vec::new();
        }
        let mut findings: Vec<Finding> = self.call_address(account).await.into_iter().collect();
        if !missing.is_empty() {
            let about = About::Account(account.key.clone());
            findings.push(Finding::new(&words::SCOPES_MISSING, about).with("scopes", missing.join(", ")));
            return findings;
        }
        let mut seen = BTreeMap::new();
        for (_, place) in &places {
            if seen.contains_key(place.channel.as_str()) {
                continue;
            }
            match crm.inbox_places(account, &place.channel).await {
                Ok(all) => {
                    seen.insert(place.channel.as_str(), all);
                }
                // It would say nothing else of another.
                Err(failure) => {
                    findings.push(crm::unchecked(account, INBOX, &failure));
                    return findings;
                }
            }
        }
        for (channel, place) in places {
            let all = seen.get(place.channel.as_str()).into_iter().flatten();
            let complaint = match all.into_iter().find(|seen| seen.account == place.account) {
                Some(seen) if seen.is_open => continue,
                Some(_) => &words::CLOSED,
                None => &words::GONE,
            };
            let finding = Finding::new(complaint, About::Channel(channel.id.clone()));
            let finding = finding.with("portal", account.key.id.as_str()).with("channel", channel.id.as_str());
            findings.push(finding);
        }
        findings
    }

    /// Whether the CRM was told an address that is not ours any more.
    async fn call_address(&self, account: &CrmAccount) -> Option<Finding> {
        let about = || About::Account(account.key.clone());
        let told = match self.inboxes.find(account.key.kind, &account.app).await {
            Ok(inbox) => inbox?.value.call_base?,
            Err(error) => return Some(cannot::read(about(), cannot::ACCOUNTS, &error)),
        };
        let ours = addresses::inbox_calls(&self.public_url, account.key.kind, &account.app);
        let differs = Finding::new(&words::ADDRESS_DIFFERS, about());
        (told != ours).then(|| differs.with("told", told).with("ours", ours).with("portal", account.key.id.as_str()))
    }
}
