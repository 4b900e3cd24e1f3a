//! Which page says what, in the frame and the parts of `musubi::pages`. Nothing is loaded from elsewhere but LINE's SDK on the
//! LIFF page, and a page names nothing of what stands behind it.

pub mod liff;
pub mod login_end;
pub mod route_qr;
pub mod sample_login;
pub mod samples;
pub mod success;
#[cfg(test)]
mod tests;
pub mod unlink;

use musubi::domain::addresses;
use musubi::domain::ids::ChannelId;
use musubi::domain::route::RouteName;

/// Our own pages are linked by path alone.
pub(crate) const HERE: &str = "";

/// The Official Account that a page speaks for.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// Its channel.
    pub channel: &'a ChannelId,
    /// Its name as people see it in LINE.
    pub name: &'a str,
    /// Its basic or premium ID, with the `@`.
    pub basic_id: &'a str,
    /// What opens LINE itself, without a slash at its end.
    pub line_app_url: &'a str,
}

/// The login that a button starts once more.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// The channel.
    pub channel: &'a ChannelId,
    /// Where the person came from.
    pub route: Option<&'a RouteName>,
}

impl Login<'_> {
    /// The path of this login, such as `/line/1657000001/login?route=flyer`.
    pub fn path(&self) -> String {
        addresses::login(HERE, self.channel, self.route)
    }
}

/// A path below the channel's.
fn path_of(channel: &ChannelId, end: &str) -> String {
    addresses::page(HERE, channel, end)
}
