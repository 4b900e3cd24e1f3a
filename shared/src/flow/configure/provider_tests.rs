//! Of which LINE provider an Official Account is that was connected before.

use std::sync::Arc;

use super::set_up_tests::{granted, world};
use super::tests::{account, channel, key, put_account, put_channel, seen};
use super::*;
use crate::domain::channel::{Channel, FormerChannel};
use crate::domain::provider::ProviderNumber;
use crate::flow::testing::{Life, NoWaiting};
use crate::ports::Secrets;
use crate::ports::table::Commit;
use crate::store::{Accounts, Channels};

#[tokio::test]
async fn whose_links_were_kept_is_of_the_provider_of_before_in_an_account_that_is_connected_anew() {
    let [_, second, ..] = ProviderNumber::ALL;
    let id = seen("").id;
    for keeps_links in [true, false] {
        let known = Channel { provider: second, ..channel("1") };
        let world = world(Life::default(), vec![put_channel(&known), put_account(&account("1"))], None).await;
        world.secrets.store_crm_token(&key("1"), &granted("good")).await.unwrap();
        let channels = Channels::new(world.rows.clone());
        let version = channels.find_versioned(&id).await.unwrap().unwrap().version;
        let Channel { account: key_of, name, basic_id, provider, .. } = known;
        let former = FormerChannel { id: id.clone(), account: key_of, name, basic_id, at_ms: 1, keeps_links, provider };
        assert_eq!(channels.remove(&former, version).await.unwrap(), Commit::Done);
        let accounts = ChangeAccount { accounts: Accounts::new(world.rows.clone()), clock: Arc::new(NoWaiting) };
        let choose = ChooseProvider { accounts, channels, set_up: Arc::clone(&world.crm) as _ };
        let chosen = choose.choose(&key("1"), &id, None).await.unwrap();
        assert_eq!(chosen.number, if keeps_links { second } else { ProviderNumber::FIRST });
        // It is made ready again first, and what was decided is known to a second call when what is left is forgotten.
        *world.crm.is_odd.lock().unwrap() = true;
        let _ = choose.channels.put(&channel("1"), 0).await.unwrap();
        let end = choose.choose(&key("1"), &id, None).await;
        assert_eq!(matches!(end, Err(NoProvider::Fields(_))), keeps_links, "{end:?}");
        let otherwise = choose.choose(&key("1"), &id, Some(SaidProvider::Known(ProviderNumber::ALL[2]))).await;
        assert_eq!(matches!(otherwise, Err(NoProvider::Stays)), keeps_links, "{otherwise:?}");
    }
}
