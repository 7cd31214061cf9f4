//! A parcel asked by parts of its identifier rather than by a text, each checked as the Géoplateforme does.

use geocoder::ParcelParts;

use crate::http::{
    problem::Problem,
    query::{Parameters, one},
};

/// The parts sent, at their full length; refused when one cannot be what it is called.
pub(super) fn parts(sent: &Parameters) -> Result<ParcelParts, Problem> {
    let digits = |most: usize| move |text: &str| (1..=most).contains(&text.len()) && is_digits(text);
    let three = "de trois chiffres";
    let is_three = |text: &str| text.len() == 3 && is_digits(text);
    part(sent, "sheet", digits(2), "de un ou deux chiffres")?; // no data here has them
    let district = part(sent, "districtcode", is_three, three)?;
    let commune = part(sent, "municipalitycode", digits(3), three)?;
    Ok(ParcelParts {
        department: part(sent, "departmentcode", is_department, "un département, comme 69")?,
        commune: district.or(commune).map(|code| format!("{code:0>3}")),
        former: part(sent, "oldmunicipalitycode", is_three, three)?,
        section: part(sent, "section", is_section, "une section, comme AB ou 0D")?.map(|text| format!("{text:0>2}")),
        number: part(sent, "number", digits(4), "de un à quatre chiffres")?.map(|text| format!("{text:0>4}")),
    })
}

/// Refuses parts that are to say by themselves which parcels are meant, and cannot; around a centre any part may be
/// missing.
pub(super) fn check(sent: &Parameters, parts: &ParcelParts, has_centre: bool) -> Result<(), Problem> {
    if one(sent, "sheet")?.is_some() {
        return Err(Problem::BadRequest(
            "Les feuilles cadastrales ne sont pas connues ici : retirez le paramètre sheet.".into(),
        ));
    }
    if !has_centre && (parts.department.is_none() || parts.commune.is_none()) {
        return Err(Problem::BadRequest(
            "Une parcelle se cherche par q, autour de lon et lat, ou par departmentcode et municipalitycode \
             (districtcode à Paris, Lyon ou Marseille), avec oldmunicipalitycode, section et number s'ils sont connus."
                .into(),
        ));
    }
    Ok(())
}

/// A part in capitals, without spaces around it.
fn part(sent: &Parameters, name: &str, is_one: impl Fn(&str) -> bool, meant: &str) -> Result<Option<String>, Problem> {
    let text = one(sent, name)?.map(|text| text.trim().to_ascii_uppercase()).filter(|text| !text.is_empty());
    match text {
        Some(text) if !is_one(&text) => Err(Problem::BadRequest(format!("Le paramètre {name} est {meant}."))),
        text => Ok(text),
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn is_department(text: &str) -> bool {
    matches!(text, "2A" | "2B") || (text.len() == 2 && is_digits(text) && text != "00" && text != "20")
}

/// Two digits, or a letter alone, after a zero or another letter.
fn is_section(text: &str) -> bool {
    match text.as_bytes() {
        [one] => one.is_ascii_alphanumeric(),
        [first, last] => {
            let is_number = first.is_ascii_digit() && last.is_ascii_digit();
            is_number || (last.is_ascii_uppercase() && (first.is_ascii_uppercase() || *first == b'0'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::parameters;

    fn read(query: &str) -> Result<ParcelParts, Problem> {
        let sent = parameters(Some(query)).unwrap();
        let parts = parts(&sent)?;
        check(&sent, &parts, false).map(|()| parts)
    }

    #[test]
    fn parts_are_brought_to_their_length() {
        let whole = read("departmentcode=69&municipalitycode=29&section=d&number=12&oldmunicipalitycode=000").unwrap();
        let text = |text: &str| Some(text.to_owned());
        let expected = ParcelParts {
            department: text("69"),
            commune: text("029"),
            former: text("000"),
            section: text("0D"),
            number: text("0012"),
        };
        assert_eq!(whole, expected);
        let lyon = read("departmentcode=69&municipalitycode=123&districtcode=383&section=AB").unwrap();
        assert_eq!((lyon.commune.as_deref(), lyon.number), (Some("383"), None));
        assert_eq!(check(&Vec::new(), &ParcelParts::default(), true), Ok(()), "around a centre nothing is needed");
    }

    #[test]
    fn parts_that_cannot_be_are_refused_and_so_is_a_sheet() {
        let commune = "departmentcode=69&municipalitycode=266";
        for bad in [
            "",
            "section=AB&number=12",
            "departmentcode=69&section=AB",
            "municipalitycode=266&section=AB",
            "departmentcode=20&municipalitycode=004",
            "departmentcode=690&municipalitycode=266",
            "departmentcode=69&municipalitycode=2666",
            "departmentcode=69&districtcode=38",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        for bad in ["section=ABC", "section=A1", "section=1A", "number=12345", "number=x", "oldmunicipalitycode=12"] {
            assert!(read(&format!("{commune}&{bad}")).is_err(), "{bad}");
        }
        let Err(Problem::BadRequest(why)) = read(&format!("{commune}&section=AB&sheet=1")) else { panic!("accepted") };
        assert!(why.contains("feuilles"), "{why}");
        let Err(Problem::BadRequest(why)) = read(&format!("{commune}&sheet=x")) else { panic!("accepted") };
        assert!(why.contains("chiffres"), "{why}");
    }
}
