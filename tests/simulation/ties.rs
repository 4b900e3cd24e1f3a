//! Links, seen at every moment.

use musubi::domain::link::ContactLink;

use crate::said::user;
use crate::world::World;

impl World {
    /// A link is two rows: each must have its other half at every moment.
    pub fn see_ties(&mut self) {
        let rows = self.links_rows.all();
        for (partition, _, body) in &rows {
            let half = if partition.starts_with("user:") { "contact:" } else { "user:" };
            let halves = rows.iter().filter(|(other, _, same)| other.starts_with(half) && same == body).count();
            assert_eq!(halves, 1, "half a link");
        }
        let mine = rows.iter().find(|(at, _, body)| at.starts_with("user:") && body.contains(user(1).expose()));
        let tied = mine.map_or("-".to_owned(), |(_, _, body)| {
            serde_json::from_str::<ContactLink>(body).expect("a link").contact.to_string()
        });
        if self.ties.last() != Some(&tied) {
            self.ties.push(tied);
        }
    }
}
