//! CRM accounts and the developer project.

use super::Line;

/// See [`super`].
pub const WORDS: &[Line] = &[
    ("portal", "", "CRMアカウント"),
    (
        "portal add",
        "",
        "CRMアカウントを接続、または接続し直します。クライアントIDとクライアントシークレットを入力し、HubSpotの画面でアクセスを許可すると、コンタクトのプロパティーを作成します",
    ),
    (
        "portal add",
        "--app",
        "URLに使うアプリ名（hubspot project で指定したもの）。半角英数字、-、_。アプリIDでも指定できます",
    ),
    (
        "portal add",
        "--private-token",
        "OAuthの代わりにプライベートトークンを使います。続けてクライアントシークレットを尋ねます（空欄可）",
    ),
    (
        "portal add",
        "--port",
        "HubSpotからブラウザが戻るポート（http://localhost:PORT/callback）。プロジェクトと同じ値にします",
    ),
    ("portal add", "--wait", "ブラウザの操作を待つ秒数"),
    (
        "portal add",
        "--no-automation",
        "スコープ automation を要求しません（付与できない契約の場合）。ワークフローは送信結果を待たなくなります",
    ),
    ("portal add", "--app-events", "スコープ timeline も要求します（プロジェクトを --app-events で作成した場合）"),
    (
        "portal add",
        "--inbox",
        "HubSpotの受信トレイのスコープも要求します（portal inbox を参照）。Sales HubまたはService HubのProfessional以上で付与できます",
    ),
    (
        "portal add",
        "--token-properties",
        "メッセージの差し込みで使うコンタクトのプロパティー（hubspot project で指定したもの）。省略すると、このアプリのほかのアカウントと同じです",
    ),
    ("portal add", "--portal-lang", "プロパティーの名前と理由の言語。省略すると --lang と同じです"),
    (
        "portal add",
        "--forget-old-secret",
        "これまでのクライアントシークレットを破棄します。指定しなければ、どちらも有効です",
    ),
    ("portal list", "", "すべてのCRMアカウントを表示します"),
    ("portal inbox", "", "HubSpotの受信トレイに、LINE公式アカウントの会話を表示し、そこから返信できるようにします"),
    ("portal inbox", "PORTAL", "CRMのアカウントID"),
    ("portal inbox", "--channel", "LINE公式アカウントのチャネルID。1つだけの場合は省略できます"),
    ("portal inbox", "--inbox", "接続する受信トレイのID。1つだけの場合は省略できます"),
    (
        "portal inbox",
        "--make-channel",
        "先にHubSpotのチャネルを作成します（アプリのすべてのアカウントで1回）。アプリIDと開発者APIキーを尋ねます。キーはこのときだけ使い、どこにも保存しません",
    ),
    ("portal inbox", "--off", "受信トレイへの接続を解除します。これまでのメッセージは残ります"),
    ("portal set", "", "設定を KEY=VALUE の形式で変更します"),
    ("portal set", "PORTAL", "CRMのアカウントID"),
    ("portal set", "SETTINGS", "KEY=VALUE"),
    (
        "portal remove",
        "",
        "CRMアカウントの接続を解除します。アプリをアンインストールし、アクセス権を削除し、コンソールを閉じます。LINE公式アカウントは、先に channel remove で接続を解除します",
    ),
    ("portal remove", "PORTAL", "CRMのアカウントID"),
    (
        "portal remove",
        "--keep-app",
        "アプリをCRMに残します（CRMが応答しない場合や、CRMの管理者がアンインストールする場合）",
    ),
    ("portal remove", "--yes", "確認せずに実行します"),
    ("portal show", "", "CRMアカウントを1つ表示します"),
    ("portal show", "PORTAL", "CRMのアカウントID"),
    ("hubspot", "", "HubSpotの開発者プロジェクト"),
    (
        "hubspot app",
        "",
        "アプリのクライアントIDとクライアントシークレットを、HubSpotで確認してから保存します。以後、コンソールからアカウントを接続できます",
    ),
    ("hubspot app", "--app", "URLに使うアプリ名（hubspot project と同じもの）。半角英数字、-、_"),
    (
        "hubspot app",
        "--forget-old-secret",
        "これまでのクライアントシークレットを破棄します。指定しなければ、どちらも有効です",
    ),
    (
        "hubspot project",
        "",
        "このスタックのURLを入れたプロジェクトを書き出します。hs project upload でアップロードします",
    ),
    ("hubspot project", "--out", "書き出すフォルダー"),
    (
        "hubspot project",
        "--public-url",
        "スタックの公開URL。省略すると、スタックの出力 PublicUrl または MUSUBI_PUBLIC_URL を使います",
    ),
    ("hubspot project", "--app", "URLに使うアプリ名（portal add と同じもの）。半角英数字、-、_"),
    ("hubspot project", "--port", "portal add のポート"),
    (
        "hubspot project",
        "--token-properties",
        "通常のものに加えて、メッセージの差し込みで使うコンタクトのプロパティー。portal add にも同じものを指定します",
    ),
    ("hubspot project", "--force", "内容の異なるファイルを上書きします"),
    (
        "hubspot project",
        "--app-events",
        "会話をアプリイベントとして書き込めるようにします。HubSpotの承認が必要で、アプリはマーケットプレイス用になります",
    ),
];
