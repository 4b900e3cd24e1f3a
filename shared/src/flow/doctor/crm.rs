//! A CRM account: our leave to work in it, and our fields.

use super::{Doctor, cannot};
use crate::domain::account::CrmAccount;
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Complaint, Fact, Finding};
use crate::domain::settings::Bilingual;
use crate::domain::words::findings::crm as words;
use crate::ports::checkup::{ActionTry, CrmCheckup, FieldFault, LeaveStanding};
use crate::ports::crm::CrmFailure;

const LEAVE: Bilingual = Bilingual { japanese: "HubSpotへの接続", english: "The connection to HubSpot" };
const FIELDS: Bilingual =
    Bilingual { japanese: "コンタクトのプロパティー", english: "The contact properties" };
const ACTION: Bilingual = Bilingual {
    japanese: "ワークフローアクションの呼び出し先",
    english: "Where HubSpot calls the workflow action",
};
const KEYS: Bilingual =
    Bilingual { japanese: "メモとタスクのプロパティー", english: "The property on notes and tasks" };

const DAY_MS: i64 = 86_400_000;
/// Whoever renews certificates by themselves does so long before: AWS Certificate Manager 60 days, others a month.
const RENEWED_BEFORE_MS: i64 = 14 * DAY_MS;

impl Doctor {
    /// What is wrong at the CRM.
    pub(super) async fn account(&self, account: &CrmAccount, channels: &[Channel]) -> Vec<Finding> {
        let Some(crm) = self.crms.of(account.key.kind) else { return Vec::new() };
        let finding = |complaint| Finding::new(complaint, About::Account(account.key.clone()));
        let (missing, workflows_wait, inbox_missing) = match crm.leave(account).await {
            Ok(LeaveStanding::Good { missing, workflows_wait, inbox_missing }) => {
                (missing, workflows_wait, inbox_missing)
            }
            Ok(LeaveStanding::NoToken) => return vec![finding(&words::TOKEN_MISSING)],
            Ok(LeaveStanding::NoAppSecret) => return vec![finding(&words::APP_SECRET_MISSING)],
            Ok(LeaveStanding::AppRefused) => return vec![finding(&words::APP_REFUSED)],
            Ok(LeaveStanding::Revoked) => return vec![finding(&words::REVOKED)],
            // It would say nothing else either.
            Err(failure) => return vec![unchecked(account, LEAVE, &failure)],
        };
        let mut findings = Vec::new();
        match (account.capabilities.workflows_wait, workflows_wait) {
            (true, Some(false)) => findings.push(finding(&words::CANNOT_WAIT)),
            (false, Some(true)) => findings.push(finding(&words::COULD_WAIT)),
            _ => {}
        }
        if !missing.is_empty() {
            findings.push(finding(&words::SCOPES_MISSING).with("scopes", missing.join(", ")));
        }
        let (fields, action, inbox) = futures::join!(
            self.fields(crm, account),
            crm.try_action(account, &self.public_url),
            self.inbox(crm, account, channels, &inbox_missing),
        );
        findings.extend(inbox);
        match action {
            Ok(ActionTry::Good(ends_at_ms)) => findings.extend(self.certificate_ends(account, ends_at_ms)),
            Ok(ActionTry::Status(status)) => {
                let refused = finding(&words::ACTION_REFUSED).with("url", self.public_url.clone());
                findings.push(refused.with("status", status.to_string()));
            }
            Ok(ActionTry::NoAnswer) => {
                findings.push(finding(&words::ACTION_UNREACHABLE).with("url", self.public_url.clone()));
            }
            Err(failure) => findings.push(unchecked(account, ACTION, &failure)),
        }
        // What is refused for want of a scope is told by the scope.
        let is_told = |refused: &CrmFailure| !missing.is_empty() && *refused == CrmFailure::Disconnected;
        match fields {
            Ok(more) => findings.extend(more),
            Err((_, refused)) if is_told(&refused) => {}
            Err((part, failure)) => findings.push(unchecked(account, part, &failure)),
        }
        findings
    }

    /// Whether our address's certificate should have been renewed by now.
    fn certificate_ends(&self, account: &CrmAccount, at_ms: Option<i64>) -> Option<Finding> {
        let left_ms = at_ms? - self.clock.now_ms();
        let finding = || Finding::new(&words::CERTIFICATE_ENDS, About::Account(account.key.clone()));
        let days = (left_ms / DAY_MS).max(0).to_string();
        (left_ms < RENEWED_BEFORE_MS).then(|| finding().with("url", self.public_url.clone()).with("days", days))
    }

    async fn fields(
        &self,
        crm: &dyn CrmCheckup,
        account: &CrmAccount,
    ) -> Result<Vec<Finding>, (Bilingual, CrmFailure)> {
        let finding = |complaint| Finding::new(complaint, About::Account(account.key.clone()));
        let faults = crm.fields(account).await.map_err(|failure| (FIELDS, failure))?;
        let mut findings: Vec<Finding> = faults
            .into_iter()
            .map(|(name, fault)| match fault {
                FieldFault::Missing => finding(&words::PROPERTY_MISSING).with("property", name),
                FieldFault::NotUnique => finding(&words::PROPERTY_NOT_UNIQUE).with("property", name),
                FieldFault::Type { expected, found } => {
                    let finding = finding(&words::PROPERTY_TYPE).with("property", name);
                    finding.with("expected", expected).with("found", found)
                }
            })
            .collect();
        let has_keys = crm.has_unique_keys(account).await.map_err(|failure| (KEYS, failure))?;
        match (account.capabilities.unique_keys, has_keys) {
            (true, false) => findings.push(finding(&words::UNIQUE_KEYS_MISSING)),
            (false, true) => findings.push(finding(&words::UNIQUE_KEYS_UNUSED)),
            _ => {}
        }
        Ok(findings)
    }
}

/// Whether it says that our public address does not answer a CRM.
pub(super) fn is_of_our_address(complaint: &Complaint) -> bool {
    [&words::ACTION_REFUSED, &words::ACTION_UNREACHABLE].iter().any(|it| it.code == complaint.code)
}

pub(super) fn unchecked(account: &CrmAccount, part: Bilingual, failure: &CrmFailure) -> Finding {
    let because: Fact = match failure {
        CrmFailure::Unknown | CrmFailure::Later { .. } => cannot::no_answer(),
        _ => cannot::refused(),
    };
    let finding = Finding::new(&words::UNCHECKED, About::Account(account.key.clone()));
    finding.with("part", part).with("because", because)
}
