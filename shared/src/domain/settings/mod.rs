//! Settings as data: what each is called, what it takes, what it means in both languages, and where it lies. The command line
//! parses, shows and explains by these declarations, and forms can be made of them; no other list of settings is kept.
//!
//! | list | of |
//! | --- | --- |
//! | [`CHANNEL`] | an Official Account |
//! | [`LOGIN`] | its LINE Login |
//! | [`ACCOUNT`] | a CRM account |

mod account;
mod account_link;
mod auto_reply;
mod channel;
mod fault;
mod login;
mod sends;
mod shape;
#[cfg(test)]
mod tests;
mod value;

pub use self::account::ACCOUNT;
pub use self::channel::CHANNEL;
pub use self::fault::SettingFault;
pub use self::login::LOGIN;
pub use self::shape::{ReadMessages, Shape};
pub use self::value::SettingValue;
use super::language::Language;

/// The same in two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bilingual {
    /// 日本語
    pub japanese: &'static str,
    /// English
    pub english: &'static str,
}

impl Bilingual {
    /// In this language.
    pub fn of(self, language: Language) -> &'static str {
        language.pick(self.japanese, self.english)
    }
}

/// One way to write a setting's value, and what it means. A line break stands where an explanation is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// `on|off`, `URL|none`
    pub written: &'static str,
    /// What it means.
    pub means: Bilingual,
}

/// One setting of a `T`.
pub struct Setting<T: 'static> {
    /// As operators write it.
    pub name: &'static str,
    /// As it is shown where the name alone says too little.
    pub label: Option<Bilingual>,
    /// What it takes.
    pub shape: Shape,
    /// How it is written. Empty: another setting's explanation speaks of it.
    pub forms: &'static [Form],
    /// Whether it is never shown.
    pub is_secret: bool,
    /// What is said of a value that it does not take, where its shape's words say too little.
    refusal: Option<Bilingual>,
    /// Whether it can be set as things are.
    needs: fn(&T) -> Result<(), SettingFault>,
    get: fn(&T) -> Option<SettingValue>,
    set: fn(&mut T, SettingValue),
}

impl<T> Setting<T> {
    const fn new(
        name: &'static str,
        shape: Shape,
        forms: &'static [Form],
        get: fn(&T) -> Option<SettingValue>,
        set: fn(&mut T, SettingValue),
    ) -> Self {
        Self { name, label: None, shape, forms, is_secret: false, refusal: None, needs: |_| Ok(()), get, set }
    }

    const fn labelled(mut self, japanese: &'static str, english: &'static str) -> Self {
        self.label = Some(Bilingual { japanese, english });
        self
    }

    const fn refusing(mut self, japanese: &'static str, english: &'static str) -> Self {
        self.refusal = Some(Bilingual { japanese, english });
        self
    }

    const fn needing(mut self, needs: fn(&T) -> Result<(), SettingFault>) -> Self {
        self.needs = needs;
        self
    }

    /// What is set. `None`: there is nothing to be set by itself, as things are.
    pub fn value(&self, of: &T) -> Option<SettingValue> {
        (self.get)(of)
    }
}

/// All settings of a `T`, in the order in which they are explained.
pub struct Settings<T: 'static> {
    /// Each.
    pub all: &'static [Setting<T>],
    /// What a new `T` has.
    new: fn() -> T,
    /// What is said of a name that none of them has.
    unknown: fn(&T, &str) -> SettingFault,
    /// What must hold after each change.
    each: fn(&T) -> Result<(), SettingFault>,
    /// What must hold after all changes.
    whole: fn(&T) -> Result<(), SettingFault>,
}

impl<T: Clone> Settings<T> {
    /// The setting of this name.
    pub fn find(&self, name: &str) -> Option<&Setting<T>> {
        self.all.iter().find(|setting| setting.name == name)
    }

    /// What a new one has. `None`: there is nothing to be set by itself before something else is.
    pub fn default_of(&self, setting: &Setting<T>) -> Option<SettingValue> {
        setting.value(&(self.new)())
    }

    /// What is set, by name.
    pub fn values(&self, of: &T) -> Vec<(&'static str, SettingValue)> {
        self.all.iter().filter_map(|setting| Some((setting.name, setting.value(of)?))).collect()
    }

    /// Changes settings, each written `NAME=VALUE`, one after the other: either all or none. Twice is the same as once.
    ///
    /// # Errors
    /// There is no such setting, it takes no such value, or what is set then does not go together.
    pub fn change<'a>(
        &self,
        of: &mut T,
        changes: impl IntoIterator<Item = &'a str>,
        messages: ReadMessages,
    ) -> Result<(), SettingFault> {
        let mut changed = of.clone();
        for change in changes {
            let (name, text) = change.split_once('=').ok_or(SettingFault::NotWritten)?;
            self.set_one(&mut changed, name.trim(), text.trim(), messages)?;
        }
        (self.whole)(&changed)?;
        *of = changed;
        Ok(())
    }

    fn set_one(&self, of: &mut T, name: &str, text: &str, messages: ReadMessages) -> Result<(), SettingFault> {
        let setting = self.find(name).ok_or_else(|| (self.unknown)(of, name))?;
        (setting.needs)(of)?;
        let value =
            setting.shape.read(setting.name, text, messages).map_err(|fault| match (fault, setting.refusal) {
                (SettingFault::Unknown, _) => (self.unknown)(of, name),
                (_, Some(words)) => SettingFault::Refused(words),
                (fault, None) => fault,
            })?;
        (setting.set)(of, value);
        (self.each)(of)
    }
}
