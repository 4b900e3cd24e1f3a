//! Problems in Japanese. What stands in pointed brackets is put in by the caller.

use crate::line::message::problem::Problem;

pub(super) fn words(problem: &Problem) -> &'static str {
    match problem {
        Problem::NoMessage => "送るメッセージがありません。1つ以上の欄に入力してください。",
        Problem::Blank => "空白だけのメッセージは送れません。本文を入力するか、欄を空にしてください。",
        Problem::TooManyMessages { .. } => {
            "一度に送れるメッセージは<limit>件までです（現在<actual>件）。件数を減らしてください。"
        }
        Problem::RequestTooLarge { .. } => {
            "メッセージ全体が大きすぎます（上限<limit>バイト、現在<actual>バイト）。内容を減らしてください。"
        }
        Problem::NotJson { .. } => {
            "「{」で始まるためJSONとして読みましたが、<limit>行<actual>文字目付近に誤りがあります。引用符（\"）やカンマ、括弧の\
             対応を直してください。「{」で始まる文章をそのまま送る場合は、先頭に半角の「\\」（円記号で表示されることがあります）\
             を付けて「\\{」としてください。"
        }
        Problem::OddCharacter { .. } => {
            "「{」で始まるためJSONとして読みましたが、<limit>行<actual>文字目の<what>はJSONでは使えません。<instead>ください。「{」で\
             始まる文章をそのまま送る場合は、先頭に半角の「\\」を付けて「\\{」としてください。"
        }
        Problem::FenceAmongWords => {
            "コードブロック（```）の前後に文章があります。JSONを送る場合は、JSONだけを入力してください。文章としてそのまま送る場合は、\
             先頭に半角の「\\」を付けてください。"
        }
        Problem::ListOfValues => {
            "値が一覧です。短い文字列だけの一覧は「、」でつないで送れますが、それ以外は送れません。文字列のプロパティーを選ぶか、\
             本文を入力してください。"
        }
        Problem::NoAltText => {
            "Flex Messageの中に文字がないため、通知に表示する代替テキストを作れません。\
             {\"type\": \"flex\", \"altText\": \"代替テキスト\", \"contents\": ここに今のJSON} の形で入力してください。"
        }
        Problem::ListOfMessages => {
            "メッセージの配列は使えません。1つの欄にはメッセージオブジェクトを1つだけ入力し、残りは次の欄に入力してください。\
             文章として送る場合は、先頭に半角の「\\」を付けてください。"
        }
        Problem::NoType => {
            "JSONに文字列の「type」がありません。LINEのメッセージオブジェクトを入力してください。「{」で始まる文章を\
             そのまま送る場合は、先頭に半角の「\\」を付けて「\\{」としてください。"
        }
        Problem::TooDeep { .. } => "JSONの入れ子が深すぎます（上限<limit>段）。構造を簡単にしてください。",
        Problem::WrittenTwice { .. } => "<at>が同じオブジェクトの中に2回書かれています。1つにしてください。",
        Problem::TokenMalformed { .. } => {
            "<at>の差し込みの書き方が正しくありません。「{{line:firstname}}」のように、プロパティーの内部名\
             （半角英数字とアンダースコア）で書いてください。"
        }
        Problem::TokenUnknown { .. } => {
            "<at>の「{{line:<what>}}」のプロパティーは、HubSpotから送られてきません。内部名を確認してください。正しければ、\
             「musubi hubspot project --token-properties <what>」でプロジェクトを書き出し直し、アップロードしてください。"
        }
        Problem::TokenEmpty { .. } => {
            "<at>に差し込むコンタクトの<property>が空です。値を入力するか、「{{line:<what>|お客さま}}」のように、空のときに送る言葉を\
             「|」の後に書いてください。"
        }
        Problem::TokenOfAnother { .. } => {
            "<at>にHubSpotの差し込み「<what>」が、値に置き換わらないまま残っています。「{{line:firstname}}」のようにMusubiの差し込みで\
             書き直してください。文字としてそのまま送る場合は、「musubi portal set」で unfilled_tokens=send を設定してください。"
        }
        Problem::TokenWithoutPrefix { .. } => {
            "<at>の「{{<what>}}」は差し込みになりません。「{{line:<what>}}」と書いてください。文字としてそのまま送る場合は、\
             「musubi portal set」で unfilled_tokens=send を設定してください。"
        }
        Problem::TokenNotAllowed { .. } => {
            "<at>では差し込みを使えません。キーと「type」には決まった文字列を書いてください。"
        }
        Problem::TokenInHost { .. } => {
            "<at>の差し込みは、URLのホスト名より後ろ（「https://example.com/」の後など）でだけ使えます。位置を直してください。"
        }
        Problem::Missing { .. } => "<at>がありません。追加してください。",
        Problem::WrongKind { .. } => "<at>には<what>を指定してください。",
        Problem::UnknownType { .. } => {
            "<at>に指定された種類はここでは使えません。次のいずれかを指定してください：<what>。"
        }
        Problem::NotOneOf { .. } => "<at>には次のいずれかを指定してください：<what>。",
        Problem::ActionNotHere { .. } => "<at>のアクションは<what>でだけ使えます。別のアクションに変えてください。",
        Problem::Empty { .. } => {
            "<at>が空です。文字を入れてください。差し込みで空になった場合は、空のときに送る言葉を書いてください。"
        }
        Problem::TooLong { .. } => "<at>は<limit>文字までです（現在<actual>文字。<what>）。短くしてください。",
        Problem::TooSmall { .. } => "<at>には<limit>以上の数を指定してください。",
        Problem::TooFew { .. } => "<at>は<limit>個以上必要です（現在<actual>個）。追加してください。",
        Problem::TooMany { .. } => "<at>は<limit>個までです（現在<actual>個）。減らしてください。",
        Problem::TooLarge { .. } => {
            "<at>のJSONが大きすぎます（上限<limit>バイト、現在<actual>バイト）。内容を減らしてください。"
        }
        Problem::NotAnAddress { .. } => {
            "<at>のURLが正しくありません。使えるのは<what>で始まるURLです。日本語や空白はパーセントエンコードしてください。"
        }
        Problem::NotAWord { .. } => {
            "<at>に使えるのは、決められた長さまでの半角英数字とアンダースコア（_）だけです。直してください。"
        }
        Problem::NotADate { .. } => "<at>には、実在する日時を「<what>」の形で指定してください。",
        Problem::NotTogether { .. } => "<at>と「<what>」は同時に使えません。どちらかを消してください。",
        Problem::ReservedWord { .. } => "<at>に「<what>」という語は使えません。別の名前にしてください。",
        Problem::ColumnsDiffer { .. } => {
            "<at>が最初のカラムと揃っていません。アクションの数と、画像・タイトルの有無を、全カラムで揃えてください。"
        }
        Problem::EmojiMisplaced { .. } => {
            "<at>の位置の文字が「$」ではありません。位置は0から、UTF-16単位で数えてください。"
        }
        Problem::BraceAlone { .. } => {
            "<at>の波括弧が対になっていません。文字として使う場合は、「{{」「}}」と2つ重ねてください。"
        }
        Problem::PlaceholderUnknown { .. } => {
            "<at>の波括弧の中の名前が「substitution」にありません。追加するか、文字として使う場合は括弧を2つ重ねてください。"
        }
    }
}
