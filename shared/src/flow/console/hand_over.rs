//! Somebody who is signed in to the CRM opens the console from there.
//!
//! ```text
//! the CRM says who asks -> hand_over: a one-time address, 60 seconds -> enter: a session
//! ```
//!
//! The CRM tells who somebody is and not what they may. So whoever is an operator already keeps their role; whoever is not comes
//! in as a member, once an admin is there who can look after them; and whoever was removed stays out until an admin lets them
//! again. Who is who is known by their number in the CRM: the row of the person names their operator, and goes on naming them
//! when they are one no more.

use thiserror::Error;
use tracing::info;

use super::Console;
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::CrmUserId;
use crate::domain::operator::audit::Deed;
use crate::domain::operator::hand_over::{AT_MOST_WAITING, CrmPerson, HANDED_OVER_MS, HandOver, name_of_user};
use crate::domain::operator::session::Session;
use crate::domain::operator::{Operator, Role, operator_id};
use crate::flow::retry::{Contended, retry_on_conflict};
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::ports::table::{Commit, Versioned};
use crate::store::operators;

/// Why somebody of the CRM does not come in.
#[derive(Debug, Error)]
pub enum NotLetIn {
    /// They were removed from the console, and no admin has let them again.
    #[error("they were removed")]
    Removed,
    /// They are nobody here yet, and no admin is there.
    #[error("there is no admin yet")]
    NoAdmin,
    /// They have as many unused addresses as one person may have.
    #[error("they have too many unused addresses")]
    TooMany,
    /// The address opens nothing, or no more.
    #[error("the address opens nothing")]
    Used,
    /// Perhaps later.
    #[error("it could not be recorded")]
    NotNow(#[from] PortError),
}

impl From<Contended> for NotLetIn {
    fn from(contended: Contended) -> Self {
        Self::NotNow(contended.into())
    }
}

/// Somebody of the CRM as they would come in now.
struct Who {
    person: CrmPerson,
    person_version: u64,
    operator: Operator,
    /// 0: they would be new.
    operator_version: u64,
}

/// The one-time address, under the public one.
pub fn hand_over_address(public_url: &str, code: &Secret) -> String {
    format!("{public_url}/console/enter?code={}", code.expose())
}

impl Console {
    /// Whoever brings this code within the next 60 seconds, and first, is this person. `account` and `user` are as the CRM says
    /// under its signature, and whoever asks has checked that the account is connected. `code`: at least 128 random bits, made for
    /// this call. A second call with another code: both count, each once.
    ///
    /// # Errors
    /// See [`NotLetIn`]; nothing is stored then.
    pub async fn hand_over(&self, account: &CrmAccountKey, user: &CrmUserId, code: &Secret) -> Result<(), NotLetIn> {
        retry_on_conflict(&*self.clock, "hand over", || self.try_hand_over(account, user, code)).await
    }

    async fn try_hand_over(
        &self,
        account: &CrmAccountKey,
        user: &CrmUserId,
        code: &Secret,
    ) -> Result<Option<()>, NotLetIn> {
        let now_ms = self.clock.now_ms();
        let Who { mut person, person_version, .. } = self.who(account, user, now_ms).await?;
        person.waiting_until_ms.retain(|until_ms| *until_ms > now_ms);
        if person.waiting_until_ms.len() >= AT_MOST_WAITING {
            return Err(NotLetIn::TooMany);
        }
        let until_ms = now_ms + HANDED_OVER_MS;
        person.waiting_until_ms.push(until_ms);
        let hand_over = HandOver { account: account.clone(), user: user.clone(), until_ms };
        let writes =
            vec![operators::person(&person, person_version, now_ms), operators::handed_over(code, &hand_over, now_ms)];
        let done = self.operators.commit(writes).await? == Commit::Done;
        Ok(done.then(|| info!(crm.account = %account, "console.handed_over")))
    }

    /// Who this is, for something that they do in the CRM itself. Whoever is new is an operator from now on, so that an admin sees them
    /// in the list and can take them out again. Twice is the same as once.
    ///
    /// # Errors
    /// See [`NotLetIn`]; nothing is stored then.
    pub async fn let_in(&self, account: &CrmAccountKey, user: &CrmUserId) -> Result<Operator, NotLetIn> {
        retry_on_conflict(&*self.clock, "let in", || self.try_let_in(account, user)).await
    }

    async fn try_let_in(&self, account: &CrmAccountKey, user: &CrmUserId) -> Result<Option<Operator>, NotLetIn> {
        let now_ms = self.clock.now_ms();
        let Who { mut person, person_version, operator, operator_version } = self.who(account, user, now_ms).await?;
        if person.operator.as_ref() == Some(&operator.id) && operator_version > 0 {
            return Ok(Some(operator));
        }
        person.operator = Some(operator.id.clone());
        let writes = vec![
            operators::person(&person, person_version, now_ms),
            operators::operator(&operator, operator_version),
            self.audited(account, operator.actor(), Deed::CameFromCrm, user.expose()),
        ];
        let done = self.operators.commit(writes).await? == Commit::Done;
        Ok(done.then_some(operator))
    }

    /// Who would come in by this code now. It may be asked as often as one likes.
    ///
    /// # Errors
    /// See [`NotLetIn`].
    pub async fn handed_over(&self, code: &Secret) -> Result<Operator, NotLetIn> {
        let now_ms = self.clock.now_ms();
        let HandOver { account, user, .. } = self.waiting(code, now_ms).await?.value;
        Ok(self.who(&account, &user, now_ms).await?.operator)
    }

    /// Whoever brings the code is signed in by this session from now on, and nobody is by the code again: operator, session and
    /// the line in the list come with the code's end, in one transaction, and with the end of the session that the browser had
    /// `before`. `session`: 256 random bits, made for this call.
    ///
    /// # Errors
    /// See [`NotLetIn`]. The answer may be lost after it was done: then the code is used up and nobody has the session; ask for
    /// another.
    pub async fn enter(&self, code: &Secret, session: &Secret, before: Option<&Secret>) -> Result<Operator, NotLetIn> {
        retry_on_conflict(&*self.clock, "enter", || self.try_enter(code, session, before)).await
    }

    async fn try_enter(
        &self,
        code: &Secret,
        session: &Secret,
        before: Option<&Secret>,
    ) -> Result<Option<Operator>, NotLetIn> {
        let now_ms = self.clock.now_ms();
        let Versioned { value: HandOver { account, user, until_ms }, version } = self.waiting(code, now_ms).await?;
        let Who { mut person, person_version, operator, operator_version } = self.who(&account, &user, now_ms).await?;
        person.operator = Some(operator.id.clone());
        if let Some(at) = person.waiting_until_ms.iter().position(|other_ms| *other_ms == until_ms) {
            person.waiting_until_ms.remove(at);
        }
        let began = Session {
            operator: operator.id.clone(),
            account: account.clone(),
            began_at_ms: now_ms,
            used_at_ms: now_ms,
        };
        let mut writes = vec![
            operators::entered(code, version),
            operators::person(&person, person_version, now_ms),
            // As they are: a removal in between is a conflict.
            operators::operator(&operator, operator_version),
            operators::session(session, &began, 0),
            self.audited(&account, operator.actor(), Deed::CameFromCrm, session.expose()),
        ];
        writes.extend(self.session_before(before).await?);
        // On a conflict somebody else was faster with the code, or the operator was changed: it is looked at anew.
        if self.operators.commit(writes).await? == Commit::Conflict {
            return Ok(None);
        }
        info!(crm.account = %account, operator = %operator.id, is_new = operator_version == 0, "console.entered");
        Ok(Some(operator))
    }

    async fn waiting(&self, code: &Secret, now_ms: i64) -> Result<Versioned<HandOver>, NotLetIn> {
        let found = self.operators.hand_over(code).await?;
        found.filter(|hand_over| !hand_over.value.is_over(now_ms)).ok_or(NotLetIn::Used)
    }

    async fn who(&self, account: &CrmAccountKey, user: &CrmUserId, now_ms: i64) -> Result<Who, NotLetIn> {
        let found = self.operators.person(account, user).await?;
        let unknown = || (CrmPerson::unknown(account.clone(), user.clone()), 0);
        let (person, person_version) = found.map_or_else(unknown, |found| (found.value, found.version));
        let name = name_of_user(user).ok_or(NotLetIn::Used)?;
        let id = person.operator.clone().unwrap_or_else(|| operator_id(account, &name));
        if let Some(known) = self.operators.find(account, &id).await? {
            return Ok(Who { person, person_version, operator: known.value, operator_version: known.version });
        }
        if person.operator.is_some() {
            return Err(NotLetIn::Removed);
        }
        if !self.operators.all(account).await?.into_iter().any(|operator| operator.is(Role::Admin)) {
            return Err(NotLetIn::NoAdmin);
        }
        let account = account.clone();
        let operator = Operator { id, account, name, role: Role::Member, channels: None, since_ms: now_ms };
        Ok(Who { person, person_version, operator, operator_version: 0 })
    }
}
