//! Where in a message object something is wrong, without telling what was written there.

use std::fmt;

/// A place in a message object, such as `template.actions[2].label`.
///
/// Only the names that LINE documents are spelt; any other key is shown as `?`, so a path never carries content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(String);

impl JsonPath {
    /// The place as text; empty for the message object itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place that is written in our own code, and so no content either.
impl From<&'static str> for JsonPath {
    fn from(place: &'static str) -> Self {
        Self(place.to_owned())
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name as LINE documents it, where it documents one.
pub(super) type Names = fn(&str) -> Option<&'static str>;

/// The way from the message object to here, kept on the stack and spelt only when something is wrong.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// The message object, and which names may be spelt.
    Root(Names),
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    pub(super) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }

    fn names(&self) -> Names {
        match self {
            Self::Root(names) => *names,
            Self::Key(parent, _) | Self::Index(parent, _) => parent.names(),
        }
    }

    pub(super) fn spell(&self) -> JsonPath {
        match self {
            Self::Root(_) => JsonPath(String::new()),
            Self::Index(parent, index) => JsonPath(format!("{}[{index}]", parent.spell())),
            Self::Key(parent, key) => {
                let parent = parent.spell();
                let dot = if parent.0.is_empty() { "" } else { "." };
                JsonPath(format!("{parent}{dot}{}", self.names()(key).unwrap_or("?")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::line::message::ROOT;

    #[test]
    fn documented_names_are_spelt_and_others_are_not() {
        let (root, contents, first) = (ROOT, ROOT.key("contents").spell(), ROOT.key("Taro Yamada").spell());
        let actions = root.key("actions");
        let third = actions.index(2);
        assert_eq!(third.key("label").spell().as_str(), "actions[2].label");
        assert_eq!(contents.as_str(), "contents");
        assert_eq!(first.as_str(), "?");
        assert_eq!(root.spell().as_str(), "");
    }
}
