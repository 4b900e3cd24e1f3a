//! What the rows of a file of friends say. Values are never repeated: a bad row is named by its line and its mistake.

use std::collections::HashMap;

use musubi::domain::claim::{EmailAddress, Target};
use musubi::domain::ids::{ContactId, LineUserId};

use crate::failure::{Failure, Words};

/// Names and addresses of pictures are not longer, in characters.
const MAX_NAME: usize = 200;
const MAX_PICTURE: usize = 2_000;

/// A row that can be taken in.
pub struct Friend {
    /// In the file, from 1; the heading is line 1.
    pub line: u64,
    /// Who on LINE.
    pub user: LineUserId,
    /// Who in the CRM.
    pub target: Target,
    /// The name, where the row has one.
    pub name: Option<String>,
    /// The picture's address, where the row has one.
    pub picture: Option<String>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Another number of fields than the heading.
    Fields,
    /// No LINE user ID.
    NoUser,
    /// No LINE user ID by its form.
    User,
    /// No record ID of the CRM.
    Contact,
    /// A number that a spreadsheet has rounded.
    Rounded,
    /// No e-mail address.
    Email,
    /// A name too long, or with control characters.
    Name,
    /// A picture's address that is none.
    Picture,
    /// The same LINE user ID stands in an earlier line and says otherwise.
    UserTwice,
    /// The same contact stands in an earlier line for another person.
    ContactTwice,
    /// Everything of this person was erased.
    Erased,
}

impl Mistake {
    /// For people.
    pub fn words(self) -> Words {
        let (japanese, english) = match self {
            Self::Fields => ("列の数が見出しと違います", "another number of columns than the heading"),
            Self::NoUser => ("line_user_id が空です", "line_user_id is empty"),
            Self::User => (
                "line_user_id が「U」と半角の0～9・a～f 32文字の形式ではありません",
                "line_user_id is not U and 32 characters of 0-9 and a-f",
            ),
            Self::Contact => ("contact_id が数字ではありません", "contact_id is no number"),
            Self::Rounded => (
                "contact_id が表計算ソフトで丸められています（列を文字列にして保存し直してください）",
                "contact_id was rounded by a spreadsheet; make the column text and save again",
            ),
            Self::Email => ("email がメールアドレスの形式ではありません", "email is no e-mail address"),
            Self::Name => ("name が長すぎるか、使えない文字があります", "name is too long or has control characters"),
            Self::Picture => {
                ("picture が https:// で始まるURLではありません", "picture is no URL that begins with https://")
            }
            Self::UserTwice => (
                "前の行と同じ line_user_id で、内容が違います",
                "an earlier line has this line_user_id and says otherwise",
            ),
            Self::ContactTwice => (
                "前の行で、同じコンタクトに別の方を割り当てています",
                "an earlier line gives this contact to another person",
            ),
            Self::Erased => {
                ("この方の情報は消去済みのため、取り込みません", "everything of this person was erased; left out")
            }
        };
        Words::new(japanese, english)
    }
}

/// A file's rows.
pub struct Rows {
    /// Those that can be taken in. A row that says of a person what an earlier one says is not there again.
    pub good: Vec<Friend>,
    /// The others, by line.
    pub bad: Vec<(u64, Mistake)>,
}

/// Where the columns are.
struct Columns {
    user: usize,
    contact: Option<usize>,
    email: Option<usize>,
    name: Option<usize>,
    picture: Option<usize>,
    count: usize,
}

/// Reads the rows.
///
/// # Errors
/// The heading has no column `line_user_id`, or one twice.
pub fn read(text: &str) -> Result<Rows, Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut records = reader.records();
    let heading = records.next().and_then(Result::ok).unwrap_or_default();
    let columns = Columns::of(&heading)?;
    let mut rows = Rows { good: Vec::new(), bad: Vec::new() };
    let (mut users, mut contacts) = (HashMap::new(), HashMap::new());
    let mut lines = Lines { text, at: 0, line: 1 };
    for record in records {
        let Ok(record) = record else { continue };
        let line =
            record.position().and_then(|position| usize::try_from(position.byte()).ok()).map_or(0, |at| lines.of(at));
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        match columns.friend(&record, line) {
            Err(mistake) => rows.bad.push((line, mistake)),
            Ok(friend) => match place_of(&friend, &mut users, &mut contacts) {
                Ok(true) => rows.good.push(friend),
                Ok(false) => {}
                Err(mistake) => rows.bad.push((line, mistake)),
            },
        }
    }
    Ok(rows)
}

/// Numbers lines as an editor does. The reader's own numbers are those of where the row before ended.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the row that begins at this byte or after line breaks there. Bytes come in order.
    fn of(&mut self, at: usize) -> u64 {
        let rest = self.text.get(at..).unwrap_or_default();
        let start = at + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        let between = self.text.get(self.at..start).unwrap_or_default();
        self.line += between.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.at = start.max(self.at);
        self.line
    }
}

/// Whether the row is new. A person has one row, and a contact one person.
fn place_of(
    friend: &Friend,
    users: &mut HashMap<LineUserId, Target>,
    contacts: &mut HashMap<Target, LineUserId>,
) -> Result<bool, Mistake> {
    if let Some(earlier) = users.get(&friend.user) {
        return if *earlier == friend.target { Ok(false) } else { Err(Mistake::UserTwice) };
    }
    if friend.target != Target::ByLineUserId
        && contacts.insert(friend.target.clone(), friend.user.clone()).is_some_and(|other| other != friend.user)
    {
        return Err(Mistake::ContactTwice);
    }
    users.insert(friend.user.clone(), friend.target.clone());
    Ok(true)
}

impl Columns {
    fn of(heading: &csv::StringRecord) -> Result<Self, Failure> {
        let names: Vec<String> = heading.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let find = |wanted: &'static str| -> Result<Option<usize>, Failure> {
            let mut places = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(place, _)| place);
            match (places.next(), places.next()) {
                (place, None) => Ok(place),
                _ => Err(Failure::usage(
                    format!("見出しに {wanted} が2つあります。"),
                    format!("The heading has {wanted} twice."),
                )),
            }
        };
        let user = find("line_user_id")?.ok_or_else(|| {
            Failure::usage(
                "見出しに line_user_id がありません。1行目は line_user_id,contact_id,name のような列の名前にしてください（区切りはコンマ）。",
                "The heading has no line_user_id. The first line names the columns, such as line_user_id,contact_id,name, with commas between.",
            )
        })?;
        Ok(Self {
            user,
            contact: find("contact_id")?,
            email: find("email")?,
            name: find("name")?,
            picture: find("picture")?,
            count: names.len(),
        })
    }

    fn friend(&self, record: &csv::StringRecord, line: u64) -> Result<Friend, Mistake> {
        if record.len() != self.count {
            return Err(Mistake::Fields);
        }
        let field = |place: Option<usize>| {
            place.and_then(|place| record.get(place)).map(str::trim).filter(|text| !text.is_empty())
        };
        let user = field(Some(self.user)).ok_or(Mistake::NoUser)?;
        if !LineUserId::is_well_formed(user) {
            return Err(Mistake::User);
        }
        let target = match (field(self.contact), field(self.email)) {
            (Some(contact), _) => Target::Contact(contact_id(contact)?),
            (None, Some(email)) => Target::Email(EmailAddress::parse(email).ok_or(Mistake::Email)?),
            (None, None) => Target::ByLineUserId,
        };
        let name = field(self.name);
        if name.is_some_and(|name| name.chars().count() > MAX_NAME || name.chars().any(char::is_control)) {
            return Err(Mistake::Name);
        }
        let picture = field(self.picture);
        let is_address = |text: &str| text.starts_with("https://") && url::Url::parse(text).is_ok();
        if picture.is_some_and(|picture| picture.len() > MAX_PICTURE || !is_address(picture)) {
            return Err(Mistake::Picture);
        }
        Ok(Friend {
            line,
            user: LineUserId::new(user),
            target,
            name: name.map(str::to_owned),
            picture: picture.map(str::to_owned),
        })
    }
}

/// HubSpot's record IDs are numbers. A spreadsheet shows a long one as `1.23E+11`, and saves it so.
fn contact_id(text: &str) -> Result<ContactId, Mistake> {
    if text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(ContactId::new(text));
    }
    let rounded = text.to_ascii_uppercase().split_once("E+").is_some_and(|(number, _)| number.parse::<f64>().is_ok());
    Err(if rounded { Mistake::Rounded } else { Mistake::Contact })
}

#[cfg(test)]
mod tests {
    use super::*;
    use musubi::domain::language::Language;

    const A: &str = "U0000000000000000000000000000000a";
    const B: &str = "U0000000000000000000000000000000b";

    fn rows(text: &str) -> Rows {
        read(text).unwrap()
    }

    fn mistakes(text: &str) -> Vec<(u64, Mistake)> {
        rows(text).bad
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let text = format!(
            "Name, LINE_USER_ID ,note,email,contact_id,picture\n\
             \"Taro, \"\"T\"\"\",{A},x,Taro@Example.com,,https://a.example/1.png\n\n,{B},,t@example.com,101,\n"
        );
        let good = rows(&text).good;
        assert_eq!(good[0].target, Target::Email(EmailAddress::parse("taro@example.com").unwrap()));
        assert_eq!((good[0].line, good[0].name.as_deref()), (2, Some("Taro, \"T\"")));
        assert_eq!(good[0].picture.as_deref(), Some("https://a.example/1.png"));
        assert_eq!((good[1].line, &good[1].target, &good[1].name), (4, &Target::Contact(ContactId::new("101")), &None));
        let bare = rows(&format!("line_user_id\r\n{A}\r\n")).good;
        assert_eq!((bare[0].user.expose(), &bare[0].target), (A, &Target::ByLineUserId));
    }

    #[test]
    fn every_mistake_is_told_by_line_and_the_others_are_taken() {
        let heading = "line_user_id,contact_id,email,name,picture";
        let user = |n: u32| format!("U{n:032x}");
        let long = "x".repeat(201);
        let lines = [
            (format!("{},1,,,,", user(1)), Mistake::Fields),
            (",1,,,".to_owned(), Mistake::NoUser),
            (format!("{},1,,,", user(2).to_uppercase().replace('U', "V")), Mistake::User),
            (format!("{},1,,,", &user(3)[1..]), Mistake::User),
            (format!("{},abc,,,", user(4)), Mistake::Contact),
            (format!("{},1.23E+11,,,", user(5)), Mistake::Rounded),
            (format!("{},,taro,,", user(6)), Mistake::Email),
            (format!("{},,,{long},", user(7)), Mistake::Name),
            (format!("{},,,,http://a.example/", user(8)), Mistake::Picture),
        ];
        for (line, mistake) in &lines {
            let text = format!("{heading}\n{line}\n{},7,,,\n", user(99));
            let read = rows(&text);
            assert_eq!(read.bad, [(2, *mistake)], "{mistake:?}");
            assert_eq!((read.good.len(), read.good[0].line), (1, 3), "{mistake:?}");
        }
    }

    #[test]
    fn a_person_has_one_row_and_a_contact_one_person() {
        let heading = "line_user_id,contact_id";
        assert_eq!(mistakes(&format!("{heading}\n{A},1\n{A},2\n")), [(3, Mistake::UserTwice)]);
        assert_eq!(mistakes(&format!("{heading}\n{A},1\n{B},1\n")), [(3, Mistake::ContactTwice)]);
        let same = rows(&format!("{heading}\n{A},1\n{A},1\n{B},\n"));
        assert_eq!((same.good.len(), same.bad.len()), (2, 0));
    }

    #[test]
    fn without_a_heading_nothing_is_read_and_no_value_repeated() {
        for text in [String::new(), format!("{A},1\n{B},2\n"), format!("line_user_id;name\n{A};x\n")] {
            let Err(refused) = read(&text) else { panic!("no heading") };
            let words = refused.words(Language::English);
            assert!(words.contains("has no line_user_id") && !words.contains(A), "{words}");
        }
        let Err(refused) = read("line_user_id,line_user_id\n") else { panic!("a column twice") };
        assert!(refused.words(Language::English).contains("twice"));
    }
}
