//! A BAL file (Base Adresse Locale, AITF 1.1 to 1.5) → rows and refused rows.
//! One row is one position: an address with two doors has two rows. `numero` 99999 is a toponym without number.
//! A row is refused when the reference validator finds an error in it, with the same codes: `bal_fields` has the
//! rules of one column, this file those that look at several.

use csv::StringRecord;
use jiff::civil::Date;
use layers::{Commune, CommuneCode, LonLat};

use crate::{
    Error,
    address::{Position, PositionKind},
    bal_columns::{Cells, Columns},
    bal_fields::{self as fields, Faults, Key, TOPONYM},
    bal_ids::{IdUse, Ids},
    house_number::HouseNumber,
    reason::Reason,
    report::Report,
    row::Row,
    source::{Context, each_row, is_in_france},
    table::Table,
};

/// What the columns of one row hold, each by itself.
struct Values<'r> {
    key: Option<Key<'r>>,
    ids: Ids,
    street: Option<String>,
    number: Option<u32>,
    suffix: &'r str,
    commune: Option<CommuneCode>,
    degrees: Option<LonLat>,
    updated: Option<Date>,
}

/// Reads a BAL, handing each accepted row over; the report counts them all.
///
/// Errors: the file cannot be read, its header is not a BAL's, or a quote is left open.
pub(crate) fn read(
    table: &mut Table,
    context: &Context,
    report: &mut Report,
    accept: &mut dyn FnMut(Row),
) -> Result<(), Error> {
    let columns = Columns::find(table)?;
    columns.notices().into_iter().for_each(|notice| report.notice(notice));
    let mut ids = IdUse::default();
    let read = |record: &StringRecord, faults: &mut Faults| {
        row(Cells { columns: &columns, record }, context, &mut ids, faults)
    };
    each_row(table, context.listed, report, read, accept)?;
    ids.notice().into_iter().for_each(|notice| report.notice(notice));
    Ok(())
}

/// A row, or the commune it is of when that much can be read; what is wrong is then in `faults`.
fn row(cells: Cells<'_>, context: &Context, ids: &mut IdUse, faults: &mut Faults) -> Result<Row, Option<Commune>> {
    let columns = cells.columns;
    let values = values(cells, context, faults);
    let position = check(cells, &values, faults);
    ids.count(&values.ids, values.has_all_ids());
    faults.retain(|&fault| columns.profile.refuses(fault));
    let name = fields::trim(cells.text(columns.commune_name));
    let commune = values.commune.map(|code| context.communes.named(code, name));
    let number = values.house();
    if number.is_err() && faults.is_empty() {
        faults.push(Reason::SuffixLong); // nine characters that are more once their accents are taken off
    }
    let (Some(street), Some(commune), Ok(number), true) = (values.street, commune.clone(), number, faults.is_empty())
    else {
        return Err(commune);
    };
    let former = context.communes.former(cells.text(columns.former_code), cells.text(columns.former_name));
    let (commune, former) = context.communes.settle(commune, name, former);
    let complement = fields::trim(cells.text(columns.complement));
    Ok(Row {
        commune_names: cells.other_names(&columns.commune_names, &commune.name),
        names: cells.other_names(&columns.street_names, &street),
        complement: Some(complement).filter(|c| !c.is_empty() && *c != street).map(str::to_owned),
        complement_names: cells.other_names(&columns.complement_names, complement),
        position,
        street_id: values.key.and_then(|key| street_id(&key, &commune, former.as_ref())),
        certified: fields::trim(cells.text(columns.certified)) == "1",
        parcels: fields::parcels(cells.text(columns.parcels)),
        ban_address: values.ids.address.filter(|_| number.is_some()),
        ban_street: values.ids.street,
        ban_commune: values.ids.commune,
        updated: values.updated,
        number,
        former,
        street,
        ..Row::of_commune(commune)
    })
}

/// Each column by itself.
fn values<'r>(cells: Cells<'r>, context: &Context, faults: &mut Faults) -> Values<'r> {
    let columns = cells.columns;
    let is_commune = |code: &str| context.communes.find(code).is_some();
    let key = columns.key.and_then(|_| fields::key(cells.text(columns.key), is_commune, faults));
    let ids = Ids::read(cells, faults);
    let street = fields::name(cells.text(columns.street), &fields::STREET, faults);
    let toponym = fields::name(cells.text(columns.toponym), &fields::TOPONYM_NAME, faults);
    let number = fields::number(cells.text(Some(columns.number)), faults);
    let suffix = fields::suffix(cells.text(columns.suffix), faults);
    let own = columns.commune.and_then(|_| commune(cells.text(columns.commune), context, faults));
    let commune = own.or_else(|| context.communes.find(key.as_ref()?.commune));
    // x and y are read for their faults only: the reference is in degrees.
    fields::decimal(cells.text(columns.x), (Reason::XInvalid, Reason::XComma), faults);
    fields::decimal(cells.text(columns.y), (Reason::YInvalid, Reason::YComma), faults);
    let lon = fields::decimal(cells.text(columns.lon), (Reason::LonInvalid, Reason::LonComma), faults);
    let lat = fields::decimal(cells.text(columns.lat), (Reason::LatInvalid, Reason::LatComma), faults);
    let degrees = lon.zip(lat).map(|(lon, lat)| LonLat { lon, lat });
    let updated = fields::date(cells.text(columns.updated), context.today, faults);
    Values { key, ids, street: street.or(toponym), number, suffix, commune, degrees, updated }
}

/// The columns together. Gives the position: any address with a number has one in France, a toponym may have none.
fn check(cells: Cells<'_>, values: &Values<'_>, faults: &mut Faults) -> Option<Position> {
    let columns = cells.columns;
    if let (Some(key), Some(number)) = (&values.key, values.number.filter(|&number| number != 0))
        && key.number != Some(u64::from(number))
    {
        faults.push(Reason::KeyOtherNumber);
    }
    if values.commune.is_none() && (values.key.is_none() || !columns.profile.refuses(Reason::KeyCommune)) {
        faults.push(Reason::CommuneMissing);
    }
    let has_degrees = !cells.text(columns.lon).is_empty() && !cells.text(columns.lat).is_empty();
    let at = values.degrees.filter(|&at| is_in_france(at));
    if values.number.is_some_and(|number| number != TOPONYM) && !has_degrees {
        faults.push(Reason::PositionEmpty);
    } else if at.is_none() && values.number != Some(TOPONYM) {
        faults.push(Reason::PositionOutside);
    }
    if values.number.is_none() || values.street.is_none() {
        faults.push(Reason::Incomplete);
    }
    if values.ids.are_used() && !values.has_all_ids() {
        faults.push(Reason::IdsIncomplete);
    }
    at.map(|at| Position { at, kind: PositionKind::from_bal(cells.text(columns.position)) })
}

/// `commune_insee`.
fn commune(raw: &str, context: &Context, faults: &mut Faults) -> Option<CommuneCode> {
    let text = fields::trim(raw);
    if text.len() != raw.len() {
        faults.push(Reason::CommuneSpaces);
    }
    let found = context.communes.find(text);
    if found.is_none() {
        faults.push(if text.is_empty() { Reason::CommuneEmpty } else { Reason::CommuneUnknown });
    }
    found
}

/// `69383_3300` of `69383_3300_00012_bis`, when the key is that of this commune or of the former one.
fn street_id(key: &Key<'_>, commune: &Commune, former: Option<&Commune>) -> Option<String> {
    let Key { commune: code, street, .. } = key;
    let is_ours = |commune: &Commune| commune.code.as_str().eq_ignore_ascii_case(code);
    let is_plain = street.len() <= 12 && street.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_plain && (is_ours(commune) || former.is_some_and(is_ours)))
        .then(|| format!("{}_{}", code.to_ascii_uppercase(), street.to_ascii_lowercase()))
}

impl Values<'_> {
    /// None for a toponym. Errors: a suffix the tables cannot hold.
    fn house(&self) -> Result<Option<HouseNumber>, crate::NotAHouseNumber> {
        let number = self.number.filter(|&number| number != TOPONYM);
        number.map(|number| HouseNumber::new(number, self.suffix)).transpose()
    }

    fn has_all_ids(&self) -> bool {
        self.ids.are_complete(self.number == Some(TOPONYM))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{reason::Notice, report::FileReport, sample::BAL_COLUMNS as HEADER, source};

    fn check(bytes: &[u8]) -> Result<(Vec<Row>, FileReport), Error> {
        let (rows, mut report) = source::rows_of(bytes)?;
        assert_eq!(report.accepted(), rows.len() as u64);
        let communes: u64 = report.communes.values().map(|commune| commune.accepted).sum();
        assert_eq!(communes, report.accepted());
        Ok((rows, report.files.remove(0)))
    }

    fn check_row(row: &str) -> Result<Row, Vec<Reason>> {
        let (mut rows, report) = check(format!("{HEADER}\r\n{row}\r\n").as_bytes()).unwrap();
        rows.pop().ok_or_else(|| report.first[0].reasons.clone())
    }

    #[test]
    fn a_row_becomes_an_address() {
        let row = "69029_0455_00012_bis;Avenue Jean Jaurès;12;bis;69029;Bron;entrée;;;4.911;45.738;2024-02-29;1";
        let row = check_row(row).unwrap();
        assert_eq!(row.commune.code.as_str(), "69029");
        assert_eq!(row.number.unwrap().to_string(), "12bis");
        assert_eq!(row.position.unwrap().kind, PositionKind::Entrance);
        assert_eq!(row.street_id.as_deref(), Some("69029_0455"));
        assert_eq!(row.updated, Some(jiff::civil::date(2024, 2, 29)));
        assert!(row.certified);
    }

    #[test]
    fn ninety_nine_thousand_is_a_toponym_and_needs_no_position() {
        let row = check_row("69029_b001_99999;Le Vinatier;99999;;69029;Bron;;;;;;;0").unwrap();
        assert_eq!((row.number, row.position), (None, None));
    }

    #[test]
    fn every_bad_row_says_everything_that_is_wrong() {
        use Reason as R;
        let key = "69029_0455_00001";
        for (row, reasons) in [
            (format!("{key};Rue A;1;;6902;Bron;;;;4.9;45.7;;0"), vec![R::CommuneUnknown]),
            (format!("{key};Rue A;1;;69123;Lyon;;;;4.9;45.7;;0"), vec![R::CommuneUnknown]),
            (format!("{key};Rue A;1;; 69029;Bron;;;;4.9;45.7;;0"), vec![R::CommuneSpaces]),
            (format!("{key}; - ;1;;69029;Bron;;;;4.9;45.7;;0"), vec![R::StreetShort, R::Incomplete]),
            (format!("{key};Rue A;1 bis;;69029;Bron;;;;4.9;45.7;;0"), vec![R::NumberType, R::Incomplete]),
            (format!("{key};Rue A;;;69029;Bron;;;;4.9;45.7;;0"), vec![R::NumberEmpty, R::Incomplete]),
            (format!("{key};Rue A;2;;69029;Bron;;;;4.9;45.7;;0"), vec![R::KeyOtherNumber]),
            (format!("{key};Rue A;01;;69029;Bron;;;;4.9;45.7;;0"), vec![R::NumberZeros]),
            (format!("{key};Rue A;1;appartement;69029;Bron;;;;4.9;45.7;;0"), vec![R::SuffixLong]),
            (format!("{key};Rue A;1; bis;69029;Bron;;;;4.9;45.7;;0"), vec![R::SuffixSpaces]),
            (format!("{key};Rue A;1;;69029;Bron;;848700;6516900;;;;0"), vec![R::PositionEmpty]),
            (format!("{key};Rue A;1;;69029;Bron;;;;45.7;4.9;;0"), vec![R::PositionOutside]),
            (format!("{key};Rue A;1;;69029;Bron;;;;4,9;45,7;;0"), vec![R::LonComma, R::LatComma]),
            (format!("{key};Rue A;1;;69029;Bron;;;;4.9;45.7;1/2/2024;0"), vec![R::DateInvalid]),
            (format!("{key};Rue A;1;;69029;Bron;;;;4.9;45.7;"), vec![R::FieldCount]),
            ("69029_1;Rue A;1;;;;;;;4.9;45.7;;0".to_owned(), vec![R::KeyShape, R::CommuneEmpty, R::CommuneMissing]),
        ] {
            assert_eq!(check_row(&row), Err(reasons), "{row}");
        }
    }

    #[test]
    fn what_the_reference_validator_only_warns_about_costs_nothing() {
        for row in [
            "69029_xxxx_00001;RUE_A;1;;69029;BRON;au fond;;;4.9;45.7;2099-01-01;oui",
            "69029_0455_00000;Rue A;0;;69029;;;;;4.9;45.7;1999-01-01;",
            "69029_12345_00001;Rue A;1;é;69029;Bron;;1;2;4.9;45.7;;",
        ] {
            let row = row.replace(";é;", ";aé;");
            assert!(check_row(&row).is_ok(), "{row}");
        }
        assert_eq!(check_row("69029_xxxx_00001;RUE_A;1;;69029;;;;;4.9;45.7;;").unwrap().street, "RUE A");
    }

    #[test]
    fn the_1_5_columns_carry_identifiers_names_parcels_and_complement() {
        let header = "id_ban_commune;id_ban_toponyme;id_ban_adresse;toponyme;toponyme_frp;lieudit_complement_nom;numero;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;long;lat;cad_parcelles";
        let [a, b, c] = [
            "0246e48c-f33d-433a-8984-034219be842e",
            "8a3bab10-f329-4ce3-9c7d-280d91a8053a",
            "3c87abe4-887b-46ee-9192-5c1b35a06625",
        ];
        let row = |a, b, c| {
            format!(
                "{header}\n{a};{b};{c};Rue de l'Église;Rua de l'égllése;Le Bourg;9;69149;Oullins-Pierre-Bénite;69152;Pierre-Bénite;4.82;45.7;69152000AB0012|69152000AB0013\n"
            )
        };
        let (rows, _) = check(row(a, b, c).as_bytes()).unwrap();
        let read = &rows[0];
        assert_eq!(read.ban_street.unwrap()[..2], [0x8a, 0x3b]);
        assert!(read.ban_commune.is_some() && read.ban_address.is_some());
        assert_eq!(read.names, ["Rua de l'égllése"]);
        assert_eq!(read.complement.as_deref(), Some("Le Bourg"));
        assert_eq!(read.parcels.len(), 2);
        assert_eq!(read.former.as_ref().unwrap().name, "Pierre-Bénite");
        let (rows, report) = check(row(a, "", c).as_bytes()).unwrap();
        assert_eq!((rows.len(), &report.first[0].reasons), (0, &vec![Reason::IdsIncomplete]));
    }

    #[test]
    fn a_1_3_uid_holds_the_identifiers() {
        let header = "cle_interop;uid_adresse;voie_nom;numero;commune_nom;long;lat";
        let row = "69029_0455_00009;@c:0246e48c-f33d-433a-8984-034219be842e @v:8a3bab10-f329-4ce3-9c7d-280d91a8053a @a:3c87abe4-887b-46ee-9192-5c1b35a06625;Rue A;9;Bron;4.9;45.7";
        let (rows, report) = check(format!("{header}\n{row}\n").as_bytes()).unwrap();
        assert_eq!(rows[0].commune.code.as_str(), "69029", "from the key");
        assert_eq!(rows[0].ban_address.unwrap()[0], 0x3c);
        assert_eq!(report.notices, [Notice::NoCommune]);
    }

    #[test]
    fn a_quote_left_open_is_an_error_and_not_a_short_file() {
        let row = "69029_0455_00012;Avenue Jean Jaurès;12;;69029;Bron;entrée;;;4.911;45.738;;1";
        let open = format!("{HEADER}\n{row}\n{}\n{row}\n{row}\n", row.replace(";Avenue", ";\"Avenue"));
        assert!(matches!(check(open.as_bytes()), Err(Error::OpenQuote { line: 3, .. })));
        let closed = format!("{HEADER}\n{}\n", row.replace("Avenue Jean Jaurès", "\"Avenue Jean Jaurès\""));
        assert_eq!(check(closed.as_bytes()).unwrap().0[0].street, "Avenue Jean Jaurès");
    }

    #[test]
    fn gzip_is_read_through_and_half_a_gzip_is_an_error() {
        let plain = format!("\u{feff}{HEADER}\n69029_0455_00001;Rue A;1;;69029;Bron;;;;4.9;45.7;;0\n");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(plain.as_bytes()).unwrap();
        let mut bytes = gzip.finish().unwrap();
        assert_eq!(check(&bytes).unwrap().1.accepted, 1);
        bytes.truncate(bytes.len() / 2);
        assert!(matches!(check(&bytes), Err(Error::Read { .. })));
    }

    #[test]
    fn windows_1252_is_decoded_and_said() {
        let mut bytes = format!("{HEADER}\n").into_bytes();
        bytes.extend_from_slice(b"69029_0455_00001;All\xe9e B;1;;69029;Bron;;;;4.9;45.7;;0\n");
        let (rows, report) = check(&bytes).unwrap();
        assert_eq!((rows[0].street.as_str(), report.notices), ("Allée B", vec![Notice::Encoding]));
    }

    #[test]
    fn a_header_that_is_not_a_bal_says_what_is_missing() {
        let error = check(b"gml_id,cli\n1,CLI 4\n").unwrap_err().to_string();
        assert!(error.contains("commune_insee (or cle_interop), voie_nom (or toponyme), numero"), "{error}");
        assert!(error.contains("gml_id;cli"), "{error}");
        assert!(matches!(check(b""), Err(Error::MissingColumns { .. })));
    }
}
