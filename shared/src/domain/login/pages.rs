//! The pages that people may be sent to after logging in: each setting that holds one, held against the list of origins.

use std::fmt;

use thiserror::Error;

use super::LoginSettings;
use crate::domain::after_login::{AfterLogin, AfterLoginFault, AllowedOrigins};
use crate::domain::route::RouteName;

/// A setting that holds an address. Displayed by the name that operators write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageSetting {
    /// An entry of the list of origins, from 0.
    AllowedOrigin(usize),
    /// The Official Account's page.
    AfterLogin,
    /// A route's page.
    Route(RouteName),
}

impl fmt::Display for PageSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllowedOrigin(place) => write!(f, "allowed_origins[{}]", place + 1),
            Self::AfterLogin => f.write_str("after_login"),
            Self::Route(name) => write!(f, "after_login ({name})"),
        }
    }
}

/// An address that is not taken, or is of no allowed origin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{which} is not taken")]
pub struct BadPage {
    /// Which.
    pub which: PageSetting,
    /// Why, with words for the owner.
    #[source]
    pub fault: AfterLoginFault,
}

impl LoginSettings {
    /// Every page that people may be sent to after logging in is an address that is taken, and of an allowed origin.
    ///
    /// # Errors
    /// The first one that is not.
    pub fn check_pages(&self) -> Result<(), BadPage> {
        let bad = |which| |fault| BadPage { which, fault };
        let origins = AllowedOrigins::parse(&self.allowed_origins)
            .map_err(|(place, fault)| bad(PageSetting::AllowedOrigin(place))(fault))?;
        if let Some(page) = &self.after_login {
            AfterLogin::parse(page, &origins).map_err(bad(PageSetting::AfterLogin))?;
        }
        for (name, route) in &self.routes {
            if let Some(page) = &route.after_login {
                AfterLogin::parse(page, &origins).map_err(bad(PageSetting::Route(name.clone())))?;
            }
        }
        Ok(())
    }
}
