//! What can be wrong with an address, in words for the owner.

use crate::domain::language::Language;

/// Why an address, or an entry of the list of origins, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AfterLoginFault {
    /// Longer than [`MAX_ADDRESS_BYTES`](super::MAX_ADDRESS_BYTES).
    #[error("the address is too long")]
    TooLong,
    /// A blank, a backslash, a control character (also a percent-encoded one) or one that is not ASCII.
    #[error("the address has a character that cannot stand there")]
    Characters,
    /// One of the two readers sees no address.
    #[error("it is no address")]
    NoAddress,
    /// Neither `https` nor LINE's; `http` is for the loopback alone.
    #[error("the address does not begin with https://")]
    Scheme,
    /// No host.
    #[error("the address has no host")]
    NoHost,
    /// Something and `@` before the host.
    #[error("the address has a user before its host")]
    Userinfo,
    /// A host of other characters than letters, digits, hyphens and dots, or with an empty part.
    #[error("the host is written in a way that is not taken")]
    Host,
    /// A port that is no plain number from 1 to 65535.
    #[error("the port is no number from 1 to 65535")]
    Port,
    /// The two readers see different addresses.
    #[error("two readers of addresses see it differently")]
    ReadersDiffer,
    /// Its origin is not on the list.
    #[error("the origin is not on the list")]
    NotListed,
    /// LINE's host or scheme, but not one of the addresses that are taken.
    #[error("this address of LINE's is not one of those taken")]
    NotLines,
    /// An entry of the list with a path, a query or a fragment.
    #[error("an origin ends after its host and port")]
    NotAnOrigin,
}

impl AfterLoginFault {
    /// What is wrong and what to do about it.
    pub fn words(self, language: Language) -> &'static str {
        let (japanese, english) = self.both();
        language.pick(japanese, english)
    }

    fn both(self) -> (&'static str, &'static str) {
        match self {
            Self::TooLong => {
                ("URLが長すぎます。2,000文字以内にしてください。", "The URL is too long. Use at most 2,000 characters.")
            }
            Self::Characters => (
                "URLに使えない文字（空白、円記号・バックスラッシュ、改行、全角文字など）が入っています。日本語のドメインは「xn--」で始まる形で、パスの日本語は%でエンコードした形で入力してください。",
                "The URL has a character that cannot stand in it (a space, a backslash, a line break, a full-width letter, ...). Write a domain of other letters in its form that begins with xn--, and percent-encode the path.",
            ),
            Self::NoAddress => (
                "URLとして読み取れません。「https://」から始まるURLをそのまま貼り付けてください。",
                "This cannot be read as a URL. Paste the whole URL, from https:// on.",
            ),
            Self::Scheme => ("「https://」で始まるURLを入力してください。", "Use a URL that begins with https://."),
            Self::NoHost => (
                "「https://」の直後にドメインがありません。例：https://shop.example/thanks",
                "There is no domain right after https://. Example: https://shop.example/thanks",
            ),
            Self::Userinfo => (
                "ドメインの前に「@」を含むURLは使えません。「@」とその前の部分を消してください。",
                "A URL with @ before its domain cannot be used. Delete the @ and what stands before it.",
            ),
            Self::Host => (
                "ドメインの書き方が正しくありません。半角の英数字、ハイフン、ピリオドだけを使い、末尾のピリオドは消してください。",
                "The domain is not written plainly. Use only letters, digits, hyphens and dots, and no dot at the end.",
            ),
            Self::Port => (
                "ポート番号が正しくありません。1～65535の数字にするか、「:」ごと消してください。",
                "The port is not valid. Use a number from 1 to 65535, or delete it together with the colon.",
            ),
            Self::ReadersDiffer => (
                "ブラウザによって開く先が変わるおそれがあるURLです。ブラウザのアドレス欄からURLをコピーし直してください。",
                "Browsers could open different pages for this URL. Copy it again from your browser's address bar.",
            ),
            Self::NotListed => (
                "このURLのドメインは「許可するドメイン」にありません。先に許可するドメインへ追加してください（サブドメインやポート番号が違うと、別のドメインとして扱います）。",
                "The origin of this URL is not on the list of allowed origins. Add it there first. Another subdomain or port is another origin.",
            ),
            Self::NotLines => (
                "LINEのURLは、https://line.me/R/…、https://lin.ee/…、https://liff.line.me/…、https://miniapp.line.me/…、line://ti/p/@… などが使えます。「@」から始まるIDも確認してください。",
                "Of LINE's URLs, https://line.me/R/..., https://lin.ee/..., https://liff.line.me/..., https://miniapp.line.me/... and line://ti/p/@... can be used, among a few others. Check the ID with its @, too.",
            ),
            Self::NotAnOrigin => (
                "許可するドメインには、パスや「?」「#」を付けずに入力してください。例：https://shop.example",
                "An allowed origin has no path, no ? and no #. Example: https://shop.example",
            ),
        }
    }
}
