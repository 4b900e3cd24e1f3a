//! Who may use the console.

use super::Line;

/// See [`super`].
pub const WORDS: &[Line] = &[
    ("console", "", "Musubiのコンソール（ブラウザの画面）を使える人を管理します"),
    ("console invite", "", "コンソールへの招待のアドレスを作ります。15分以内に1回だけ使えます"),
    ("console invite", "PORTAL", "CRMアカウント（HubSpotではアカウントID）"),
    ("console invite", "--name", "名前。同じ名前は同じ人です。新しいログイン用アドレスになり、権限も変わります"),
    ("console invite", "--role", "権限"),
    ("console invite", "--channel", "表示できるMessaging APIのチャネルID（複数指定可）。省略するとすべて"),
    ("console list", "", "コンソールを使える人の一覧を表示します"),
    ("console list", "PORTAL", "CRMアカウント（HubSpotではアカウントID）"),
    ("console remove", "", "コンソールを使えなくします。開いている画面も含めて、すぐに使えなくなります"),
    ("console remove", "PORTAL", "CRMアカウント（HubSpotではアカウントID）"),
    ("console remove", "--name", "名前"),
];
