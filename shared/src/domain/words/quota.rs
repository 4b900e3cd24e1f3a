//! How a month's messages stand, in words.

use crate::domain::language::Language;
use crate::domain::quota::QuotaState;

/// What was sent of what may be, and where the month is heading. `None`: LINE did not say.
pub fn month(state: Option<QuotaState>, language: Language) -> String {
    let Some(QuotaState { used, limit, forecast }) = state else {
        return language.pick("不明", "Not known").to_owned();
    };
    let so_far = match (limit, language) {
        (Some(limit), Language::Japanese) => format!("{used}／{limit}通"),
        (Some(limit), Language::English) => format!("{used} of {limit}"),
        (None, Language::Japanese) => format!("{used}通（上限なし）"),
        (None, Language::English) => format!("{used} (no limit)"),
    };
    match (forecast, language) {
        (None, _) => so_far,
        (Some(forecast), Language::Japanese) => format!("{so_far}（月末の見込み：{forecast}通）"),
        (Some(forecast), Language::English) => format!("{so_far}, heading for {forecast}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_told_with_its_limit_and_where_it_is_heading_as_far_as_they_are_known() {
        let state = |limit, forecast| Some(QuotaState { used: 10, limit, forecast });
        for (state, japanese, english) in [
            (None, "不明", "Not known"),
            (state(Some(15), None), "10／15通", "10 of 15"),
            (state(Some(15), Some(20)), "10／15通（月末の見込み：20通）", "10 of 15, heading for 20"),
            (state(None, Some(20)), "10通（上限なし）（月末の見込み：20通）", "10 (no limit), heading for 20"),
        ] {
            assert_eq!(
                (month(state, Language::Japanese), month(state, Language::English)),
                (japanese.into(), english.into())
            );
        }
    }
}
