//! LINE Login, routes, friends.

use super::Line;

/// See [`super`].
pub const WORDS: &[Line] = &[
    (
        "login",
        "",
        "LINE公式アカウントのLINEログイン。ログインした人がどのコンタクトかを確実に結び付けます",
    ),
    (
        "login set",
        "",
        "LINEログインのチャネルを接続、または新しいシークレットを保存します。設定を KEY=VALUE の形式で変更することもできます",
    ),
    ("login set", "--login-channel-id", "LINEログインのチャネルID。同じプロバイダーの、Messaging APIとは別のチャネルです"),
    ("login set", "--liff-id", "LIFFアプリのID（ある場合）"),
    ("login set", "--make-liff", "LINEにLIFFアプリを作成します。すでにあれば、URLなどを最新にします"),
    (
        "login set",
        "--forget-old-secret",
        "これまでのLINEログインのチャネルシークレットを破棄します。指定しなければ、どちらも有効です",
    ),
    ("login set", "SETTINGS", "KEY=VALUE"),
    ("login show", "", "設定と、LINEに登録するURLを表示します"),
    ("login links", "", "ログイン用のリンクとQRコード、案内文を表示します"),
    ("login links", "--route", "この経路だけ。省略すると、すべての経路と経路なしのリンク"),
    ("login links", "--qr-dir", "QRコード（SVGとPNG）を書き出すフォルダー"),
    (
        "login remove",
        "",
        "LINEログインの使用をやめ、シークレットを破棄します。連携済みの人はそのままです",
    ),
    ("login remove", "--yes", "確認を省略します"),
    ("route", "", "経路：友だちがどこから来たか。経路ごとにログイン用のリンクとQRコードがあります"),
    ("route add", "", "経路を作成、または移動先のページを変更します"),
    (
        "route add",
        "NAME",
        "経路の名前。半角の英小文字または数字で始まり、英小文字、数字、-、_ で40文字まで。コンタクトの line_route になります",
    ),
    ("route add", "--after-login", "この経路の人のログイン後の移動先。省略するとチャネルの設定に従います"),
    ("route list", "", "LINE公式アカウントのすべての経路を表示します"),
    (
        "route remove",
        "",
        "経路を削除します。リンクからのログインは引き続きできますが、経路はコンタクトに書き込まれません",
    ),
    ("route remove", "NAME", "経路の名前"),
    ("friends", "", "Musubiを使う前からの友だち"),
    (
        "friends import",
        "",
        "ファイルまたはLINEから友だちを取り込みます。繰り返しても結果は変わらず、中断したときは続きから再開します",
    ),
    (
        "friends import",
        "*",
        "\
ファイルは、見出し行のあるCSV（UTF-8またはCP932（Shift_JIS））です。列：
line_user_id          U と 0-9、a-f の32文字。このアカウントのプロバイダーのもの
contact_id か email   CRMのコンタクト。空欄または列がなくてもかまいません（同じLINEユーザーIDのコンタクトに結び付けます）
name、picture         空欄または列がなくてもかまいません（LINEに問い合わせます）",
    ),
    ("friends import", "--csv", "CSVファイル"),
    ("friends import", "--from-line", "LINEの友だち一覧（認証済アカウントとプレミアムアカウントのみ）"),
    ("friends import", "--dry-run", "ファイルで何が行われるかを表示するだけで、変更しません"),
    (
        "friends export",
        "",
        "公式アカウントの人の一覧（LINEユーザーID、コンタクトID、いつ何によって連携したか）を新しいファイルに書き出します。本文は含みません",
    ),
    ("friends export", "FILE", "まだないファイル。名前の末尾で形式を選びます（.csv または .json）"),
    ("friends count", "", "LINEの一覧にあった友だちの数と、そのうち新しい友だちの数を表示します"),
    ("dead-letters", "", "処理できなかったメッセージ。本文は表示しません"),
    (
        "dead-letters list",
        "",
        "何が、いつから、なぜ残っているかを表示します。表示したものは、最長1分ほかの人から見えなくなります",
    ),
    ("dead-letters list", "--queue", "このキューだけ"),
    (
        "dead-letters redrive",
        "",
        "元のキューに戻して処理をやり直します。済んでいることが繰り返されることはありません",
    ),
    ("dead-letters redrive", "--queue", "このキューだけ"),
    ("dead-letters redrive", "--id", "一覧に表示されたメッセージID"),
    ("dead-letters redrive", "--all", "いま残っているものすべて"),
    ("parked", "", "届いたか確認できないLINEメッセージ。人が判断します"),
    ("parked list", "", "判断を待っているものを表示します"),
    ("parked list", "--account", "このCRMアカウントだけ"),
    (
        "parked decide",
        "",
        "LINEのトークで確認した結果を記録します。メッセージが再び送信されることはありません",
    ),
];
