//! Official Accounts.

use super::Line;

/// See [`super`].
pub const WORDS: &[Line] = &[
    ("channel", "", "LINE公式アカウント"),
    (
        "channel add",
        "",
        "LINE公式アカウントをCRMアカウントに接続、または新しいシークレットを保存します。チャネルシークレットを尋ねます",
    ),
    ("channel add", "--account", "CRMのアカウントID"),
    ("channel add", "--channel-id", "Messaging APIのチャネルID"),
    (
        "channel add",
        "--long-lived-token",
        "チャネルアクセストークン（長期）も尋ねます。指定しなければ、保存済みのトークンが有効な間はそれを使い、なければ必要なときに短期のものを発行します",
    ),
    (
        "channel add",
        "--forget-long-lived-token",
        "保存済みのチャネルアクセストークン（長期）を破棄し、必要なときに短期のものを発行します",
    ),
    ("channel add", "--yes", "アカウントの確認を省略します"),
    (
        "channel add",
        "--keep-webhook",
        "LINEに設定されているWebhook URLを変更しません。手で設定するためのURLを表示します",
    ),
    (
        "channel add",
        "--forget-old-secret",
        "これまでのチャネルシークレットを破棄します。指定しなければ、どちらも有効です",
    ),
    (
        "channel add",
        "--same-provider-as",
        "指定した公式アカウント（このCRMアカウントに接続中、または連携を残して解除したもの）と同じLINEのプロバイダーのものです",
    ),
    (
        "channel add",
        "--another-provider",
        "このCRMアカウントのどの公式アカウントとも違うLINEのプロバイダーのものです。コンタクトに専用のプロパティーを作成します",
    ),
    ("channel check", "", "必要な設定がそろっているかLINEに問い合わせます。そろっていなければ終了コードは1です"),
    ("channel list", "", "すべてのLINE公式アカウントを表示します"),
    ("channel show", "", "LINE公式アカウント1つと、その設定を表示します"),
    ("channel set", "", "設定を KEY=VALUE の形式で変更します"),
    ("channel set", "SETTINGS", "KEY=VALUE"),
    ("channel key", "", "自社サイトからアカウント連携を求めるための鍵を作成し、その秘密の値を一度だけ表示します"),
    (
        "channel webhook-secret",
        "",
        "ほかのシステムへの通知（Webhook）の署名に使うシークレットを作成し、一度だけ表示します。前のものも、破棄するまで署名に使われます",
    ),
    ("channel webhook-secret", "--forget-old", "作成せずに、前のシークレットを破棄します"),
    ("channel key", "NAME", "鍵の名前（任意）。同じ名前があれば、秘密の値が新しくなります"),
    ("channel key", "--forget", "作成せずに、この鍵を破棄します"),
    (
        "channel remove",
        "",
        "LINE公式アカウントの接続を解除します。失われるものと残るものを示し、LINEのWebhook URLを元に戻します。1分ほどかかり、中断したときは、もう一度実行すると続きから再開します",
    ),
    ("channel remove", "--keep-links", "どのLINEユーザーIDがどのコンタクトかを残します"),
    (
        "channel remove",
        "--erase-links",
        "この公式アカウントの人の情報をすべて消去します。残した連携を、後から消去することもできます",
    ),
    (
        "channel remove",
        "--no-wait",
        "止めるだけで、1分待ちません。もう一度実行すると、残りを削除します。終了コードは1です",
    ),
    ("channel remove", "--yes", "確認を省略します"),
    ("questions", "", "オペレーターへの質問：この人はこのコンタクトか"),
    ("questions list", "", "回答を待っている質問を表示します"),
    ("questions decide", "", "コンタクトとトークを確認したうえで、質問に回答します"),
];
