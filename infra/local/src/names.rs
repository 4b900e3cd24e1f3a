//! The demo's names in Japanese and English, so that whoever reads one of them alone can follow.

use musubi::domain::language::Language;
use musubi::domain::properties::LINE_USER_NAME;

use crate::demo::Demo;
use crate::fake::hubspot::ObjectType;

/// One name, in Japanese and in English.
type Name = (&'static str, &'static str);

/// The Official Account.
pub const ACCOUNT: Name = ("結び珈琲", "Musubi Coffee");
/// One that nobody has connected yet.
pub const FREE_ACCOUNT: Name = ("結びベーカリー", "Musubi Bakery");
/// A HubSpot account that nothing is connected to.
pub const EMPTY_PORTAL: Name = FREE_ACCOUNT;
/// Whose it is.
pub const COMPANY: Name = ("結び珈琲株式会社", "Musubi Coffee Inc.");
/// People who are there from the beginning, as they call themselves on LINE.
pub const PEOPLE: [Name; 4] = [("はなこ", "Hanako"), ("たろう", "Taro"), ("じろう", "Jiro"), ("けんじ", "Kenji")];
/// The known contact: given and family name.
pub const CONTACT: [Name; 2] = [("花子", "Hanako"), ("田中", "Tanaka")];
/// Its owner: given and family name.
pub const OWNER: [Name; 2] = [("美咲", "Misaki"), ("佐藤", "Sato")];
/// People who come later.
const NEWCOMERS: [Name; 8] = [
    ("佐藤 ひなた", "Hinata Sato"),
    ("鈴木 蓮", "Ren Suzuki"),
    ("高橋 結衣", "Yui Takahashi"),
    ("伊藤 湊", "Minato Ito"),
    ("渡辺 凛", "Rin Watanabe"),
    ("山本 葵", "Aoi Yamamoto"),
    ("中村 陽翔", "Haruto Nakamura"),
    ("小林 紬", "Tsumugi Kobayashi"),
];

/// A name in one of the languages.
pub fn pick(name: Name, language: Language) -> &'static str {
    language.pick(name.0, name.1)
}

/// The name of the next person to come, given those that are taken.
pub fn next(taken: &[String], language: Language) -> String {
    let is_free = |(ja, en): &&Name| !taken.iter().any(|name| name == ja || name == en);
    match NEWCOMERS.iter().find(is_free) {
        Some(name) => pick(*name, language).to_owned(),
        None => format!("{} {}", pick(NEWCOMERS[0], language), taken.len()),
    }
}

/// Gives everybody whose name is one of the demo's that name in this language: on LINE, in the CRM, and where both meet. Names
/// that somebody typed stay as they are.
pub fn speak(demo: &Demo, language: Language) {
    let on_line: Vec<Name> = PEOPLE.into_iter().chain(NEWCOMERS).collect();
    let provider = demo.line.channel(&demo.channel_id).map(|spec| spec.provider).unwrap_or_default();
    for (user_id, name, _) in demo.line.people(&provider) {
        if let Some(name) = other(&on_line, &name, language) {
            demo.line.rename_person(&user_id, name);
        }
    }
    demo.line.edit_channel(&demo.channel_id, |spec| {
        if let Some(name) = other(&[ACCOUNT], &spec.name, language) {
            spec.name = name.to_owned();
        }
    });
    let (hubspot, portal) = (&demo.hubspot, demo.portal_id);
    for contact in hubspot.contacts(portal) {
        let said = |name: &str| contact.properties.get(name).map_or("", String::as_str);
        let names: [(&str, &[Name]); 3] = [("firstname", &CONTACT), ("lastname", &CONTACT), (LINE_USER_NAME, &on_line)];
        let changes: Vec<(&str, &str)> =
            names.iter().filter_map(|(name, known)| Some((*name, other(known, said(name), language)?))).collect();
        if !changes.is_empty() {
            hubspot.change(portal, ObjectType::Contact, contact.id, &changes);
        }
    }
    for spec in hubspot.portals() {
        if let Some(name) = other(&[ACCOUNT, EMPTY_PORTAL], &spec.name, language) {
            hubspot.edit_portal(spec.portal_id, |spec| spec.name = name.to_owned());
        }
    }
    hubspot.edit_owners(portal, |owner| {
        for name in [&mut owner.first_name, &mut owner.last_name] {
            if let Some(translated) = other(&OWNER, name, language) {
                *name = translated.to_owned();
            }
        }
    });
}

/// The name in this language, where it is one of these and said in the other.
fn other(known: &[Name], text: &str, language: Language) -> Option<&'static str> {
    let found = known.iter().find(|(ja, en)| *ja == text || *en == text)?;
    Some(pick(*found, language)).filter(|name| *name != text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_new_has_a_name_that_is_there_in_either_language() {
        let taken = vec!["佐藤 ひなた".to_owned(), "Ren Suzuki".to_owned()];
        assert_eq!(next(&taken, Language::English), "Yui Takahashi");
        assert_eq!(next(&taken, Language::Japanese), "高橋 結衣");
    }
}
