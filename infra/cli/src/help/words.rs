//! The Japanese words of the help: the command's path (`...`: every command), what they are about (empty: the command itself, `*`: what stands below its
//! help, else an argument), and the words.

mod channel;
mod console;
mod login;
mod people;
mod portal;

/// Where, what about, what.
pub type Line = (&'static str, &'static str, &'static str);

const COMMON: &[Line] = &[
    ("", "", "CRMアカウントとLINE公式アカウントをMusubiに接続し、処理できなかったものを確認・対処します。"),
    (
        "",
        "*",
        "\
終了コード：0 成功、1 失敗、2 使い方の誤り、3 対象が見つからない

操作するスタック：--outputs FILE で指定します。FILEは次のコマンドで作成します。
  sam list stack-outputs --stack-name NAME --output json > FILE
関数と同じ MUSUBI_* 環境変数でも指定できます。AWSの認証情報とリージョンはAWS CLIと同じです。
エミュレーターを使うときは AWS_ENDPOINT_URL* を設定します。

シークレットは画面に表示されない入力欄、または標準入力（1行に1つ、尋ねられる順）から読み取ります。",
    ),
    (
        "doctor",
        "",
        "問題と影響、対処方法を表示します。LINE、CRM、スタックに問い合わせるだけで、何も変更しません。終了コード1は、対処が必要な問題があることを示します（お知らせだけの場合は0です）",
    ),
    ("...", "--json", "結果を1つのJSONとして標準出力に出力します（プログラムから使う場合）"),
    ("...", "--lang", "表示する言語。省略すると LC_ALL または LANG に従います"),
    ("...", "--outputs", "スタックの出力（JSON）のファイル。MUSUBI_* 環境変数より優先されます"),
    ("...", "--help", "ヘルプを表示します"),
    ("...", "--version", "バージョンを表示します"),
    ("...", "--kind", "CRMの種類"),
    ("...", "CHANNEL", "Messaging APIのチャネルID"),
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Line> {
    [COMMON, portal::WORDS, channel::WORDS, login::WORDS, people::WORDS, console::WORDS].into_iter().flatten()
}

/// The words for one place, else those for every command.
pub fn of(path: &str, name: &str) -> Option<&'static str> {
    let at = |place: &str| all().find(|(path, about, _)| *path == place && *about == name).map(|(_, _, words)| *words);
    at(path).or_else(|| at("..."))
}
