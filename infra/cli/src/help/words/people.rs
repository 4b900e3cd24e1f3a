//! One person, and what operators decide.

use super::Line;

/// See [`super`].
pub const WORDS: &[Line] = &[
    ("parked decide", "PUSH_ID", "一覧に表示されたID"),
    ("parked decide", "--shown", "相手に届いていた"),
    ("parked decide", "--not-shown", "相手に届いていなかった"),
    (
        "person",
        "",
        "LINEの1人がCRMのだれかを確認・変更します。LINEユーザーIDは、画面に表示されない入力欄または標準入力から読み取ります",
    ),
    (
        "person show",
        "",
        "いつから、何によって連携しているか、友だちか、返信を待っているかを表示します。本文は表示しません",
    ),
    ("person show", "--channel", "Messaging APIのチャネルID"),
    ("person show", "--contact", "CRMのコンタクトID"),
    (
        "person link",
        "",
        "人とコンタクトを連携します（以前の連携は置き換わります）。--from-contact を指定しなければLINEユーザーIDを尋ねます",
    ),
    ("person link", "--channel", "Messaging APIのチャネルID"),
    ("person link", "--contact", "CRMのコンタクトID"),
    ("person link", "--from-contact", "このコンタクトと連携している人を移します"),
    ("person unlink", "", "人とコンタクトの連携を解除します。もう一度連携するまで、その人のコンタクトは作成されません"),
    ("person unlink", "--channel", "Messaging APIのチャネルID"),
    ("person unlink", "--contact", "このコンタクトと連携している人"),
    ("person unlink", "--user-stdin", "LINEユーザーIDを、画面に表示されない入力欄または標準入力から読み取ります"),
    (
        "person answered",
        "",
        "LINEのチャットや電話など、ほかの方法で返信したことを記録します。1分ほどで line_unanswered が「いいえ」になります",
    ),
    ("person answered", "--channel", "Messaging APIのチャネルID"),
    ("person answered", "--contact", "このコンタクトと連携している人"),
    ("person answered", "--user-stdin", "LINEユーザーIDを、画面に表示されない入力欄または標準入力から読み取ります"),
    ("person erase", "", "Musubiが持つその人の情報をすべて削除し、何を削除したか、CRMに何が残っているかを表示します"),
    ("person erase", "--channel", "Messaging APIのチャネルID"),
    ("person erase", "--contact", "このコンタクトと連携している人"),
    ("person erase", "--user-stdin", "LINEユーザーIDを、画面に表示されない入力欄または標準入力から読み取ります"),
    ("person erase", "--yes", "確認を省略します"),
    ("message", "", "ワークフローのメッセージを、送信する前に確かめます。プレビューと、チームの方へのテスト送信です"),
    (
        "message preview",
        "",
        "メッセージがコンタクトにどう届くかを表示します。コンタクトの値を差し込んだ内容、送信できない理由、LINEの確認の結果、送信の時刻、使う通数です。送信はしません",
    ),
    ("message preview", "--channel", "Messaging APIのチャネルID"),
    ("message preview", "--contact", "CRMのコンタクトID"),
    ("message preview", "--service", "受付確認など、同意のいらない送信"),
    (
        "message preview",
        "MESSAGE",
        "1件から5件のメッセージ。アクションの欄と同じく、テキスト、またはLINEのメッセージオブジェクト1つのJSON",
    ),
    (
        "message test",
        "",
        "公式アカウントの設定 testers に登録した宛先に、それぞれのコンタクトの値でテスト送信します。実行するたびに1回送信します",
    ),
    ("message test", "--channel", "Messaging APIのチャネルID"),
    (
        "message test",
        "MESSAGE",
        "1件から5件のメッセージ。アクションの欄と同じく、テキスト、またはLINEのメッセージオブジェクト1つのJSON",
    ),
    ("questions decide", "QUESTION", "一覧に表示されたID"),
    ("questions decide", "--same", "この人はこのコンタクトである（連携します）"),
    ("questions decide", "--different", "別人である"),
];
