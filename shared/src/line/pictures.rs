//! Pictures that LINE's servers show to any browser: of people, as their profiles name them, and of stickers.
//!
//! LINE documents where neither lies. Profiles name addresses of these hosts; where a sticker's picture lies is what LINE's own shop and
//! other tools use: this is the one place that says so.

/// From where pages load them: a source of a `Content-Security-Policy`.
pub const SOURCE: &str = "https://*.line-scdn.net";

const HOST: &str = ".line-scdn.net";
const STICKERS: &str = "https://stickershop.line-scdn.net/stickershop/v1/sticker";
/// LINE's IDs of stickers have fewer digits.
const MAX_DIGITS: usize = 20;

/// The address of a person's picture, if it is one of LINE's own: a contact's field may say anything.
pub fn of_profile(address: &str) -> Option<&str> {
    let url = url::Url::parse(address).ok().filter(|url| url.scheme() == "https" && url.port().is_none())?;
    url.host_str().is_some_and(|host| host.ends_with(HOST)).then_some(address)
}

/// The address of a sticker's picture. It may have none: custom and message stickers do not.
pub fn of_sticker(sticker_id: &str) -> Option<String> {
    let is_id = (1..=MAX_DIGITS).contains(&sticker_id.len()) && sticker_id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| format!("{STICKERS}/{sticker_id}/android/sticker.png"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_own_pictures_are_shown() {
        for (address, shown) in [
            (
                "https://profile.line-scdn.net/0h8pWWElvzZ19qLk3ywQYYCFZraTIdAGEXEhx9ak56MDxDHiUIVEEsPBspMG1EGSEPAk4uP01t0m5G",
                true,
            ),
            ("https://sprofile.line-scdn.net/a", true),
            ("http://profile.line-scdn.net/a", false),
            ("https://profile.line-scdn.net:8443/a", false),
            ("https://profile.line-scdn.net.evil.example/a", false),
            ("https://evil-line-scdn.net/a", false),
            ("https://evil.example/.line-scdn.net", false),
            ("https://a.line-scdn.net@evil.example/", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            assert_eq!(of_profile(address).is_some(), shown, "{address}");
        }
    }

    #[test]
    fn a_sticker_that_is_no_number_has_no_picture() {
        let address = of_sticker("52002734").expect("an address");
        assert!(address.ends_with("/52002734/android/sticker.png") && of_profile(&address).is_some());
        for other in ["", "../1", "1?x", "１", "1/2", &"9".repeat(21)] {
            assert_eq!(of_sticker(other), None, "{other}");
        }
    }
}
