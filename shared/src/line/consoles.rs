//! LINE, opened by secrets of one's own choice.

use std::sync::Arc;

use super::api::LineApiUrl;
use super::checkup::LineDoctor;
use super::liff::LineLoginConsole;
use super::messaging::LineMessenger;
use crate::domain::ids::LoginChannelId;
use crate::http_client::HttpClient;
use crate::ports::proposed::Proposed;
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::{ChannelConsole, Clock, LineCheckup, LineConsoles, LoginConsole, Secrets};

/// Opens LINE.
pub struct OpenLine {
    /// Calls.
    pub http: HttpClient,
    /// Its API.
    pub base: LineApiUrl,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl LineConsoles for OpenLine {
    fn checkup(&self, secrets: Arc<dyn Secrets>) -> Arc<dyn LineCheckup> {
        Arc::new(LineDoctor::new(self.http.clone(), self.base.clone(), secrets, Arc::clone(&self.clock)))
    }

    fn channel(&self, secrets: Arc<dyn Secrets>) -> Arc<dyn ChannelConsole> {
        Arc::new(LineMessenger::new(self.http.clone(), self.base.clone(), secrets, Arc::clone(&self.clock), 1))
    }

    fn login(&self, login: &LoginChannelId, secret: &Secret) -> Arc<dyn LoginConsole> {
        let secrets = Arc::new(Proposed::line(LineSecrets::of(secret.clone(), None)));
        let (http, base, clock) = (self.http.clone(), self.base.clone(), Arc::clone(&self.clock));
        Arc::new(LineLoginConsole::new(http, base, login, secrets, clock))
    }
}
