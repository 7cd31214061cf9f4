//! The national base (BAN) as CSV: « adresses », with or without identifiers, and « lieux-dits ».
//! One row is one number. Repetition indices are anything (`bis`, `w1`, `p9`), streets often have identifiers that
//! are not FANTOIR's, and Paris names some streets by a single door of them: `25P9 Avenue d’Ivry`.

use csv::StringRecord;
use layers::{Commune, LonLat};

use crate::{
    Error,
    address::{Position, PositionKind},
    bal_fields::{self as fields, Faults, parse_uuid},
    ban_names::Names,
    house_number::HouseNumber,
    postcodes,
    reason::Reason,
    report::{Format, Report},
    row::Row,
    source::{Context, each_row, is_in_france},
    table::Table,
};

/// Where the columns are; the two files share most of them.
struct Columns {
    id: usize,
    name: usize,
    commune: usize,
    commune_name: usize,
    lon: usize,
    lat: usize,
    number: Option<usize>,
    suffix: Option<usize>,
    postcode: Option<usize>,
    former_code: Option<usize>,
    former_name: Option<usize>,
    kind: Option<usize>,
    alias: Option<usize>,
    afnor: Option<usize>,
    post: Option<usize>,
    complement: Option<usize>,
    certified: Option<usize>,
    parcels: Option<usize>,
    ban_address: Option<usize>,
    ban_street: Option<usize>,
    ban_commune: Option<usize>,
}

/// Which file of the national base a header is that of; none when it is something else.
pub(crate) fn recognise(headers: &StringRecord) -> Option<Format> {
    let has = |name: &str| headers.iter().any(|header| header == name);
    match has("code_insee") && has("id") {
        true if has("nom_voie") => Some(Format::BanAddresses),
        true if has("nom_lieu_dit") => Some(Format::BanLocalities),
        _ => None,
    }
}

/// Reads one of the two files, handing each accepted row over; the report counts them all.
///
/// Errors: the file cannot be read, columns are missing, or a quote is left open.
pub(crate) fn read(
    table: &mut Table,
    context: &Context,
    report: &mut Report,
    accept: &mut dyn FnMut(Row),
) -> Result<(), Error> {
    let columns = Columns::find(table)?;
    let mut names = Names::default();
    let read = |record: &StringRecord, faults: &mut Faults| columns.row(record, context, &mut names, faults);
    each_row(table, context.listed, report, read, accept)
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Error> {
        let at = |name: &str| table.column(name);
        let name = at("nom_voie").or(at("nom_lieu_dit"));
        let required = [("id", at("id")), ("code_insee", at("code_insee")), ("nom_commune", at("nom_commune"))];
        let places = [("lon", at("lon")), ("lat", at("lat"))];
        let ([Some(id), Some(commune), Some(commune_name)], [Some(lon), Some(lat)], Some(name)) =
            (required.map(|(_, at)| at), places.map(|(_, at)| at), name)
        else {
            let absent = required.iter().chain(&places).filter(|(_, at)| at.is_none()).map(|(name, _)| *name);
            return Err(table.missing(&absent.collect::<Vec<_>>().join(", ")));
        };
        Ok(Self {
            id,
            name,
            commune,
            commune_name,
            lon,
            lat,
            number: at("numero"),
            suffix: at("rep"),
            postcode: at("code_postal"),
            former_code: at("code_insee_ancienne_commune"),
            former_name: at("nom_ancienne_commune"),
            kind: at("type_position"),
            alias: at("alias"),
            afnor: at("nom_afnor"),
            post: at("libelle_acheminement"),
            complement: at("nom_ld"),
            certified: at("certification_commune"),
            parcels: at("cad_parcelles"),
            ban_address: at("id_ban_adresse"),
            ban_street: at("id_ban_toponyme"),
            ban_commune: at("id_ban_commune"),
        })
    }

    /// A row, or the commune it is of when that much can be read; what is wrong is then in `faults`.
    fn row(
        &self,
        record: &StringRecord,
        context: &Context,
        names: &mut Names,
        faults: &mut Faults,
    ) -> Result<Row, Option<Commune>> {
        let text = |at: Option<usize>| fields::trim(at.and_then(|at| record.get(at)).unwrap_or_default());
        let town = text(Some(self.commune_name));
        let commune = context.communes.find(text(Some(self.commune))).map(|code| context.communes.named(code, town));
        if commune.is_none() {
            faults.push(Reason::CommuneUnknown);
        }
        let number = self.number.and_then(|at| house(text(Some(at)), text(self.suffix), faults));
        let at = position(text(Some(self.lon)), text(Some(self.lat)), faults);
        let street = street(text(Some(self.name)), faults);
        let (Some(street), Some(commune), Some(at), true) = (street, commune.clone(), at, faults.is_empty()) else {
            return Err(commune);
        };
        let former = context.communes.former(text(self.former_code), text(self.former_name));
        let (commune, former) = context.communes.settle(commune, town, former);
        let other = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty() && *name != street);
        Ok(Row {
            commune_names: names.of_commune(&commune, text(self.post)),
            names: names.of_street(&street, [text(self.alias), text(self.afnor)]),
            complement: other(text(self.complement)),
            former,
            number,
            position: Some(Position { at, kind: PositionKind::from_bal(text(self.kind)) }),
            street_id: street_id(text(Some(self.id))),
            certified: text(self.certified) == "1",
            parcels: fields::parcels(text(self.parcels)),
            ban_address: parse_uuid(text(self.ban_address)),
            ban_street: parse_uuid(text(self.ban_street)),
            ban_commune: parse_uuid(text(self.ban_commune)),
            postcode: postcodes::parse(text(self.postcode)),
            street,
            ..Row::of_commune(commune)
        })
    }
}

/// The name of a street, as written: one named by a door of it (`25P9 Avenue d’Ivry`) has an identifier of its own,
/// and taking the door off would make it another street.
pub(crate) fn street(name: &str, faults: &mut Faults) -> Option<String> {
    let name = fields::name(name, &fields::STREET, faults);
    if name.is_none() && !faults.contains(&Reason::StreetShort) && !faults.contains(&Reason::StreetLong) {
        faults.push(Reason::Incomplete);
    }
    name
}

/// A number and its repetition index.
pub(crate) fn house(number: &str, suffix: &str, faults: &mut Faults) -> Option<HouseNumber> {
    let number = fields::number(number, faults).filter(|&number| number != fields::TOPONYM)?;
    let house = HouseNumber::new(number, suffix);
    if house.is_err() {
        faults.push(Reason::SuffixLong);
    }
    house.ok()
}

fn position(lon: &str, lat: &str, faults: &mut Faults) -> Option<LonLat> {
    let lon = fields::decimal(lon, (Reason::LonInvalid, Reason::LonComma), faults);
    let lat = fields::decimal(lat, (Reason::LatInvalid, Reason::LatComma), faults);
    let at = lon.zip(lat).map(|(lon, lat)| LonLat { lon, lat }).filter(|&at| is_in_france(at));
    if at.is_none() {
        faults.push(Reason::PositionOutside);
    }
    at
}

/// `75113_1qx8as` of `75113_1qx8as_00025_p9`; the identifier of a lieu-dit is its own.
pub(crate) fn street_id(id: &str) -> Option<String> {
    let mut parts = id.splitn(3, '_');
    let (commune, street) = (parts.next()?, parts.next()?);
    let is_plain = |part: &str, longest| {
        !part.is_empty() && part.len() <= longest && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (is_plain(commune, 5) && is_plain(street, 12))
        .then(|| format!("{}_{}", commune.to_ascii_uppercase(), street.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::rows_of;

    const HEADER: &str = "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles";

    #[test]
    fn a_street_named_by_one_door_keeps_its_name() {
        let row = "75113_1qx8as_00025_p9;;25;p9;25P9 Avenue d’Ivry;75013;75113;Paris 13e Arrondissement;;;654002.2;6858505.7;2.3726;48.8245;parcelle;;;PARIS;25P9 AVENUE D IVRY;commune;commune;1;";
        let (rows, report) = rows_of(format!("{HEADER}\n{row}\n")).unwrap();
        let read = &rows[0];
        assert_eq!((read.street.as_str(), read.number.as_ref().unwrap().suffix.as_str()), ("25P9 Avenue d’Ivry", "p9"));
        assert_eq!(read.street_id.as_deref(), Some("75113_1qx8as"));
        assert_eq!((read.postcode, read.certified), (Some(75013), true));
        assert_eq!(report.files[0].format, Format::BanAddresses);
    }

    #[test]
    fn identifiers_aliases_and_former_communes_are_read() {
        let row = "69152_0110_00014;69152_0110;14;;Boulevard de l’Europe;69310;69149;Oullins-Pierre-Bénite;69152;Pierre-Bénite;841000;6513000;4.825;45.703;entrée;Route du Sud;Le Bourg;PIERRE BENITE;BOULEVARD DE L EUROPE;commune;commune;0;69152000AB0012;3c87abe4-887b-46ee-9192-5c1b35a06625;8a3bab10-f329-4ce3-9c7d-280d91a8053a;0246e48c-f33d-433a-8984-034219be842e";
        let (rows, _) = rows_of(format!("{HEADER};id_ban_adresse;id_ban_toponyme;id_ban_commune\n{row}\n")).unwrap();
        let read = &rows[0];
        assert_eq!(read.names, ["Route du Sud"]);
        assert_eq!(read.commune_names, ["PIERRE BENITE"]);
        assert_eq!(read.complement.as_deref(), Some("Le Bourg"));
        assert_eq!(read.former.as_ref().unwrap().name, "Pierre-Bénite");
        assert_eq!(read.parcels, ["69152000AB0012"]);
        assert_eq!(read.ban_address.unwrap()[0], 0x3c);
    }

    #[test]
    fn a_lieu_dit_has_no_number() {
        let text = "id;nom_lieu_dit;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;source_position;source_nom_voie\n\
                    01004_b042;Bramafan;01500;01004;Ambérieu-en-Bugey;;;882408;6543019;5.3712;45.9614;commune;commune\n\
                    01004_b043;La Ville;01500;01004;Ambérieu-en-Bugey;;;;;;;commune;commune\n";
        let (rows, report) = rows_of(text).unwrap();
        assert_eq!((rows[0].street.as_str(), &rows[0].number, rows[0].postcode), ("Bramafan", &None, Some(1500)));
        assert_eq!(report.files[0].first[0].reasons, [Reason::PositionOutside]);
    }
}
