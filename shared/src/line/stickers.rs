//! The stickers that operators can choose: a few of those that every Official Account may send.
//!
//! Source: LINE's documentation "Stickers" (sticker list, 2026-08), which names packages, their titles and the numbers of their stickers.
//! What a sticker says, its picture says.

use crate::domain::language::Language;
use crate::domain::push::OutgoingMessage;
use crate::domain::settings::Bilingual;
use crate::line::message;

/// Some stickers of one package.
struct Package {
    id: &'static str,
    title: Bilingual,
    stickers: [u32; OF_EACH],
}

const OF_EACH: usize = 3;

const CHOICE: [Package; 7] = [
    package("446", "ムーン スペシャル", "Moon: Special Edition", [1988, 1990, 1993]),
    package("789", "サリー スペシャル", "Sally: Special Edition", [10855, 10857, 10862]),
    package("1070", "ムーン スペシャル", "Moon: Special Edition", [17839, 17843, 17849]),
    package("6136", "謝罪のプロ！LINEキャラクターズ", "LINE Characters: Making Amends", [10551376, 10551380, 10551389]),
    package("11537", "ブラウン＆コニー＆サリー", "Brown & Cony & Sally", [52002734, 52002739, 52002770]),
    package("11538", "チョコ＆フレンズ", "CHOCO & Friends", [51626494, 51626501, 51626520]),
    package("11539", "UNIVERSTAR BT21", "UNIVERSTAR BT21", [52114110, 52114117, 52114131]),
];

const fn package(id: &'static str, japanese: &'static str, english: &'static str, stickers: [u32; OF_EACH]) -> Package {
    Package { id, title: Bilingual { japanese, english }, stickers }
}

/// A sticker to choose.
pub struct Sticker {
    /// Names it in a form.
    pub name: String,
    /// What it is called: its package's title and its number.
    pub title: String,
    /// Its number, which its picture has, too.
    pub id: String,
}

/// All of them, a package after the other.
pub fn all(language: Language) -> impl Iterator<Item = Sticker> {
    CHOICE.iter().flat_map(move |package| {
        package.stickers.map(|id| Sticker {
            name: format!("{}/{id}", package.id),
            title: format!("{} {id}", language.pick(package.title.japanese, package.title.english)),
            id: id.to_string(),
        })
    })
}

/// The sticker of this name, as a message. `None`: it is none of these.
pub fn chosen(name: &str) -> Option<OutgoingMessage> {
    let (package_id, sticker_id) = name.split_once('/')?;
    let package = CHOICE.iter().find(|package| package.id == package_id)?;
    let is_there = package.stickers.iter().any(|id| id.to_string() == sticker_id);
    is_there.then(|| message::sticker(package_id, sticker_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::Content;

    #[test]
    fn each_sticker_can_be_sent_by_its_name_and_nothing_else_can() {
        let mut seen = 0;
        for sticker in all(Language::Japanese) {
            let message = chosen(&sticker.name).expect("a sticker");
            let Content::Sticker { sticker_id, .. } = &message.said else { panic!("{:?}", message.said) };
            assert_eq!(*sticker_id, sticker.id);
            seen += 1;
        }
        assert_eq!(seen, CHOICE.len() * OF_EACH);
        for other in ["", "446", "446/", "446/1989", "789/1988", "446/01988", "446/1988/", " 446/1988"] {
            assert!(chosen(other).is_none(), "{other}");
        }
    }
}
