//! The columns added to a row: their names and order, those of the national service, and what each holds of the answer
//! and of the one after it.

use std::borrow::Cow;

use super::Task;
use crate::{Kind, Suggestion, ban_api};

/// A column added to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Longitude,
    Latitude,
    ResultLongitude,
    ResultLatitude,
    Distance,
    Score,
    ScoreNext,
    Label,
    Type,
    Id,
    HouseNumber,
    Name,
    Street,
    Postcode,
    City,
    Context,
    CityCode,
    OldCityCode,
    OldCity,
    District,
    Match,
    Status,
}

use Column as C;

const NAMES: [(Column, &str); 22] = [
    (C::Longitude, "longitude"),
    (C::Latitude, "latitude"),
    (C::ResultLongitude, "result_longitude"),
    (C::ResultLatitude, "result_latitude"),
    (C::Distance, "result_distance"),
    (C::Score, "result_score"),
    (C::ScoreNext, "result_score_next"),
    (C::Label, "result_label"),
    (C::Type, "result_type"),
    (C::Id, "result_id"),
    (C::HouseNumber, "result_housenumber"),
    (C::Name, "result_name"),
    (C::Street, "result_street"),
    (C::Postcode, "result_postcode"),
    (C::City, "result_city"),
    (C::Context, "result_context"),
    (C::CityCode, "result_citycode"),
    (C::OldCityCode, "result_oldcitycode"),
    (C::OldCity, "result_oldcity"),
    (C::District, "result_district"),
    (C::Match, "result_match"),
    (C::Status, "result_status"),
];

impl Column {
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(column, _)| *column)
    }

    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| name)
    }

    /// Those that a task adds when none is named. `result_match` is ours: it comes only when named.
    pub(super) fn of(task: Task) -> Vec<Self> {
        let other: &[Self] = match task {
            Task::Search => &[C::ResultLongitude, C::ResultLatitude, C::Distance, C::Match],
            Task::Reverse => &[C::Longitude, C::Latitude, C::Score, C::ScoreNext, C::Match],
        };
        NAMES.iter().map(|(column, _)| *column).filter(|column| !other.contains(column)).collect()
    }

    /// Holds only what this crate writes: a number, or a word of a fixed list. It can be no formula.
    fn is_ours(self) -> bool {
        matches!(
            self,
            C::Longitude
                | C::Latitude
                | C::ResultLongitude
                | C::ResultLatitude
                | C::Distance
                | C::Score
                | C::ScoreNext
                | C::Type
                | C::Match
                | C::Status
        )
    }

    /// The cell for an answer; `next` is the score of the second best.
    pub(super) fn cell(self, answer: &Suggestion, next: Option<f32>) -> Cow<'_, str> {
        let text = self.text(answer, next);
        if !self.is_ours() && is_formula(&text) { Cow::Owned(format!("'{text}")) } else { text }
    }

    fn text(self, answer: &Suggestion, next: Option<f32>) -> Cow<'_, str> {
        let some = |text: &'_ Option<String>| Cow::Owned(text.clone().unwrap_or_default());
        let borrowed = |text| Cow::Borrowed(text);
        let former = answer.old_insee.is_some();
        match self {
            C::Longitude | C::ResultLongitude => format!("{:.6}", answer.position.at.lon).into(),
            C::Latitude | C::ResultLatitude => format!("{:.6}", answer.position.at.lat).into(),
            C::Distance => answer.distance_m.map(|metres| format!("{metres:.0}")).unwrap_or_default().into(),
            C::Score => format!("{:.4}", answer.score.total()).into(),
            C::ScoreNext => next.map(|score| format!("{score:.4}")).unwrap_or_default().into(),
            C::Label => ban_api::label(answer).into(),
            C::Type => borrowed(ban_api::word(answer.kind)),
            C::Id => borrowed(&answer.id),
            C::HouseNumber => some(&answer.house_number),
            C::Name => ban_api::full_name(answer).into(),
            C::Street if matches!(answer.kind, Kind::House | Kind::Street) => borrowed(&answer.name),
            C::Postcode => some(&answer.postcode),
            C::City => borrowed(&answer.city),
            C::Context => ban_api::context(&answer.insee).unwrap_or_default().into(),
            C::CityCode => borrowed(&answer.insee),
            C::OldCityCode => some(&answer.old_insee),
            C::OldCity if former => some(&answer.district),
            C::District if !former => some(&answer.district),
            C::Match => borrowed(answer.match_type.as_str()),
            C::Street | C::OldCity | C::District | C::Status => borrowed(""),
        }
    }
}

/// What a spreadsheet would compute instead of showing.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_the_order_of_the_national_service() {
        let names = |task| Column::of(task).into_iter().map(Column::name).collect::<Vec<_>>().join(",");
        assert_eq!(
            names(Task::Search),
            "longitude,latitude,result_score,result_score_next,result_label,result_type,result_id,result_housenumber,\
             result_name,result_street,result_postcode,result_city,result_context,result_citycode,result_oldcitycode,\
             result_oldcity,result_district,result_status"
        );
        assert_eq!(
            names(Task::Reverse),
            "result_longitude,result_latitude,result_distance,result_label,result_type,result_id,result_housenumber,\
             result_name,result_street,result_postcode,result_city,result_context,result_citycode,result_oldcitycode,\
             result_oldcity,result_district,result_status"
        );
    }

    #[test]
    fn what_a_spreadsheet_would_compute_is_recognised() {
        for formula in ["=1+1", "+33", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert!(is_formula(formula), "{formula:?}");
        }
        for text in ["", "12 Rue -", "'=1", "Rue=", "1+1"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
