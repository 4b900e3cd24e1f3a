//! The canaries: every secret, token, text, name, address and LINE user ID of this world.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local::fake::hubspot::{ObjectType, OwnerSpec};
use local::fake::line::Friendship;
use local::seed::{
    BOT_USER_ID, CHANNEL_ID, CHANNEL_SECRET, CLIENT_SECRET, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID, PROVIDER,
};
use musubi::aws::RetryPolicy;
use musubi::ports::secrets::CrmToken;

use crate::app::{App, account};

/// A person whom nobody knew.
pub const BIRD: &str = "Ucafecafe0000000000000000000cafe1";
/// A person of another LINE provider.
pub const FOREIGN: &str = "Ucafecafe0000000000000000000cafe2";
/// A pasted channel access token.
pub const PASTED: &str = "canary-pasted-token";

pub struct Birds(Vec<String>);

impl Birds {
    pub fn of<const N: usize>(birds: [&str; N]) -> Self {
        Self(birds.map(str::to_owned).to_vec())
    }

    /// Names, addresses and IDs take their place in the world.
    pub async fn hatch(app: &App) -> Self {
        let (line, hubspot) = (&app.world.line, &app.world.hubspot);
        line.add_person_as(BIRD, PROVIDER, "canary-display-name", Some("https://example.com/canary-picture.png"));
        line.set_friendship(CHANNEL_ID, BIRD, Friendship::Friend);
        line.add_person_as(FOREIGN, "another provider", "canary-foreign-name", None);
        let person = [("firstname", "canary-given"), ("lastname", "canary-family"), ("email", "canary@canary.example")];
        hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &person);
        hubspot.add_owner(
            PORTAL_ID,
            OwnerSpec {
                owner_id: 77,
                user_id: 78,
                email: "canary-owner@canary.example".to_owned(),
                first_name: "canary-owner-given".to_owned(),
                last_name: "canary-owner-family".to_owned(),
            },
        );
        let mut birds = Self::of([
            "canary-",
            "canary@",
            "カナリア",
            "stateless.",
            "access-",
            "refresh-",
            "reply-token-bird",
            CHANNEL_SECRET,
            CLIENT_SECRET,
            BOT_USER_ID,
            LINKED_USER,
            NEW_USER,
            BIRD,
            FOREIGN,
            PASTED,
            "はなこ",
            "たろう",
            "花子",
            "田中",
            "hanako@example.com",
            "sato@example.com",
            "佐藤",
        ]);
        // As a log that shows bytes or base64 would have them.
        for secret in [CHANNEL_SECRET, CLIENT_SECRET] {
            birds.0.push(STANDARD.encode(secret));
        }
        birds.0.push(r"\xe3\x82\xab\xe3\x83\x8a".to_owned());
        birds.0.push(r"\u{30ab}\u{30ca}".to_owned());
        birds
    }

    /// The CRM's tokens, which were issued on the way.
    pub async fn learn_tokens(&mut self, app: &App) {
        let secrets = app.world.adapters(RetryPolicy::WORKER).expect("parts").secrets().expect("secrets");
        let Some(CrmToken::OAuth { access_token, refresh_token, .. }) =
            secrets.crm_token(&account()).await.expect("a token")
        else {
            panic!("the demo account has OAuth")
        };
        self.0.extend([access_token.expose().to_owned(), refresh_token.expose().to_owned()]);
    }

    /// A canary that is in there.
    pub fn found(&self, written: &str) -> Option<&str> {
        let written = written.to_lowercase();
        self.0.iter().map(String::as_str).find(|bird| written.contains(&bird.to_lowercase()))
    }

    /// Panics with the line that holds a canary.
    pub fn not_in(&self, what: &str, written: &str) {
        for line in written.lines() {
            if let Some(bird) = self.found(line) {
                let shown: String = line.chars().take(600).collect();
                panic!("{bird:?} is in {what}: {shown}");
            }
        }
    }
}
