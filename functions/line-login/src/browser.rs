//! The browser's own secret, kept in a cookie that no other host can set or read.

use axum::http::HeaderMap;
use musubi::browser;
use musubi::domain::route::RouteName;
use musubi::ports::PortError;
use musubi::ports::secrets::Secret;

/// `__Host-`: this host alone, over HTTPS alone, for all its paths.
const NAME: &str = "__Host-musubi-login";
/// A little longer than an attempt may take, in seconds.
const MAX_AGE_S: u32 = 900;

/// What the cookie holds: `secret.by_hand.route`. The secret is the browser's for as long as the cookie lives, so that two tabs
/// can log in; the rest lets a login that LINE's automatic login spoilt be taken up again, and proves nothing.
#[derive(Clone)]
pub struct Browser {
    /// 256 random bits.
    pub secret: Secret,
    /// The login that is under way is done by hand.
    pub by_hand: bool,
    /// The route that it came by.
    pub route: Option<RouteName>,
}

impl Browser {
    /// The browser that sends this request, if it has our cookie. Two cookies of this name are as good as none.
    pub fn known(headers: &HeaderMap) -> Option<Self> {
        let mut values = browser::cookie_values(headers, NAME);
        let value = values.next().filter(|_| values.next().is_none())?;
        let mut parts = value.split('.');
        let (secret, by_hand, route) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = browser::is_secret(secret) && parts.next().is_none();
        whole.then(|| Self { secret: Secret::new(secret), by_hand: by_hand == "1", route: RouteName::parse(route) })
    }

    /// The same browser, or a new one.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn of(headers: &HeaderMap) -> Result<Self, PortError> {
        match Self::known(headers) {
            Some(known) => Ok(known),
            None => Ok(Self { secret: browser::random_secret()?, by_hand: false, route: None }),
        }
    }

    /// The value of `Set-Cookie`. `Lax`: it comes along when LINE sends the person back.
    pub fn cookie(&self) -> String {
        let by_hand = u8::from(self.by_hand);
        let route = self.route.as_ref().map_or("", RouteName::as_str);
        let secret = self.secret.expose();
        format!("{NAME}={secret}.{by_hand}.{route}; Path=/; Max-Age={MAX_AGE_S}; Secure; HttpOnly; SameSite=Lax")
    }

    /// Proves that a form came from our own page in this browser.
    pub fn form_token(&self, form: &str) -> String {
        browser::form_token(&self.secret, form)
    }

    /// Whether the token is this browser's for this form.
    pub fn made(&self, form: &str, token: &str) -> bool {
        browser::is_form_token(&self.secret, form, token)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    fn sent(cookies: &[&str]) -> HeaderMap {
        cookies.iter().map(|cookie| (COOKIE, cookie.parse().unwrap())).collect()
    }

    #[test]
    fn what_was_set_is_read_and_nothing_else() {
        let route = RouteName::parse("shop");
        let browser = Browser { secret: Secret::new("a".repeat(43)), by_hand: true, route: route.clone() };
        let set = browser.cookie();
        let pair = set.split(';').next().unwrap();
        let read = Browser::known(&sent(&[&format!("other=1; {pair}")])).expect("ours");
        assert_eq!((read.secret, read.by_hand, read.route), (browser.secret, true, route));
        for bad in
            [String::new(), "x".to_owned(), format!("{NAME}=abc.0."), format!("{pair}.x"), format!("{pair}; {pair}")]
        {
            assert!(Browser::known(&sent(&[&bad])).is_none(), "{bad}");
        }
        assert!(set.contains("Secure; HttpOnly; SameSite=Lax") && set.contains("Path=/;") && !set.contains("Domain"));
    }

    #[test]
    fn a_forms_token_is_this_browsers_and_this_forms() {
        let browser = |secret: &str| Browser { secret: Secret::new(secret), by_hand: false, route: None };
        let token = browser("a").form_token("unlink");
        assert!(browser("a").made("unlink", &token));
        assert!(!browser("b").made("unlink", &token) && !browser("a").made("other", &token));
    }
}
