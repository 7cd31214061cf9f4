//! Why a row is refused and what is said of a file, under the codes of the reference BAL validator
//! (`@ban-team/validateur-bal`), so that whoever keeps the file finds the same words in both places.
//! A row is refused when that validator finds an error in it; what it calls a warning costs nothing. Some codes are
//! ours: those of what only an index can see.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An enum whose variants are written as a stable code and shown as a French sentence.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $code:literal $sentence:literal)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $code] #[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the columns.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code, also its serialized form.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The sentence shown to the person who keeps the address file.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} ({})", self.sentence(), self.code())
            }
        }
    };
}

coded! {
    /// Why a row was refused.
    Reason {
        FieldCount "row.nombre_de_champs" "la ligne n’a pas autant de champs que l’en-tête"
        LineUnreadable "row.json_illisible" "la ligne n’est pas un objet JSON de la base : voie, lieu-dit ou commune"
        KeyEmpty "cle_interop.valeur_manquante" "la clé d’interopérabilité est vide"
        KeyCase "cle_interop.casse_invalide" "la clé d’interopérabilité doit être en minuscules"
        KeyShape "cle_interop.structure_invalide" "la clé d’interopérabilité doit avoir au moins trois parties non vides"
        KeyCommune "cle_interop.commune_invalide" "la clé d’interopérabilité commence par un code de commune inconnu"
        KeyNumber "cle_interop.numero_invalide" "le numéro de la clé d’interopérabilité n’est pas un nombre"
        KeyNumberWidth "cle_interop.numero_prefixe_manquant" "le numéro de la clé d’interopérabilité doit avoir cinq chiffres"
        IdCommune "id_ban_commune.type_invalide" "id_ban_commune n’est pas un UUID de version 4"
        IdStreet "id_ban_toponyme.type_invalide" "id_ban_toponyme n’est pas un UUID de version 4"
        IdAddress "id_ban_adresse.type_invalide" "id_ban_adresse n’est pas un UUID de version 4"
        StreetShort "voie_nom.trop_court" "le nom de la voie a moins de trois caractères"
        StreetLong "voie_nom.trop_long" "le nom de la voie a plus de deux cents caractères"
        StreetDamaged "voie_nom.caractere_invalide" "le nom de la voie contient un caractère illisible"
        ToponymShort "toponyme.trop_court" "le toponyme a moins de trois caractères"
        ToponymLong "toponyme.trop_long" "le toponyme a plus de deux cents caractères"
        ToponymDamaged "toponyme.caractere_invalide" "le toponyme contient un caractère illisible"
        NumberEmpty "numero.valeur_manquante" "le numéro est vide"
        NumberType "numero.type_invalide" "le numéro n’est pas un nombre entier"
        NumberLarge "numero.trop_grand" "le numéro dépasse 99999"
        NumberZeros "numero.contient_prefixe" "le numéro est précédé de zéros"
        SuffixSpaces "suffixe.espaces_debut_fin" "le suffixe commence ou finit par une espace"
        SuffixStart "suffixe.debut_invalide" "le suffixe doit commencer par une lettre sans accent ou un chiffre"
        SuffixLong "suffixe.trop_long" "le suffixe a plus de neuf caractères"
        CommuneEmpty "commune_insee.valeur_manquante" "le code INSEE de la commune est vide"
        CommuneSpaces "commune_insee.espaces_debut_fin" "le code INSEE de la commune commence ou finit par une espace"
        CommuneUnknown "commune_insee.commune_invalide" "le code INSEE n’est celui d’aucune commune (à Paris, Lyon et Marseille : l’arrondissement)"
        XInvalid "x.valeur_invalide" "x n’est pas un nombre"
        XComma "x.separateur_decimal_invalide" "x est écrit avec une virgule : le séparateur décimal est le point"
        YInvalid "y.valeur_invalide" "y n’est pas un nombre"
        YComma "y.separateur_decimal_invalide" "y est écrit avec une virgule : le séparateur décimal est le point"
        LonInvalid "long.valeur_invalide" "long n’est pas un nombre"
        LonComma "long.separateur_decimal_invalide" "long est écrit avec une virgule : le séparateur décimal est le point"
        LatInvalid "lat.valeur_invalide" "lat n’est pas un nombre"
        LatComma "lat.separateur_decimal_invalide" "lat est écrit avec une virgule : le séparateur décimal est le point"
        DateInvalid "date_der_maj.date_invalide" "date_der_maj n’est pas une date AAAA-MM-JJ"
        KeyOtherNumber "row.incoherence_numero" "le numéro n’est pas celui de la clé d’interopérabilité"
        CommuneMissing "row.commune_manquante" "aucun code de commune utilisable sur la ligne"
        PositionEmpty "row.longlat_vides" "une adresse numérotée doit avoir long et lat"
        PositionOutside "row.longlat_invalides" "long et lat sont hors du territoire français, ou illisibles"
        Incomplete "row.adresse_incomplete" "il manque un numéro ou un nom de voie utilisable"
        IdsIncomplete "row.lack_of_id_ban" "il manque un identifiant BAN : une ligne les a tous ou n’en a aucun"
        Unplaced "row.sans_position" "ni cette ligne ni aucune autre de sa commune n’a de position : elle n’est nulle part"
    }
}

coded! {
    /// What is said of a file whose rows are read all the same.
    Notice {
        Encoding "file.encoding.non_standard" "le fichier n’est pas en UTF-8 ; il a été lu comme du Windows-1252"
        Delimiter "file.delimiter.non_standard" "le séparateur n’est pas le point-virgule"
        LineBreak "file.linebreak.non_standard" "les lignes finissent à l’ancienne (CR seul)"
        NoRow "rows.empty" "le fichier n’a aucune ligne"
        NoKey "field.cle_interop.missing" "la colonne cle_interop n’existe pas"
        NoCommune "field.commune_insee.missing" "la colonne commune_insee n’existe pas ; la commune est lue dans la clé"
        NoStreet "field.voie_nom.missing" "la colonne voie_nom n’existe pas ; le nom est lu dans toponyme"
        NoLon "field.long.missing" "la colonne long n’existe pas ; aucune adresse numérotée n’est reprise"
        NoLat "field.lat.missing" "la colonne lat n’existe pas ; aucune adresse numérotée n’est reprise"
        SeveralCommuneIds "rows.multi_id_ban_commune" "le fichier a plusieurs id_ban_commune"
        SomeIds "rows.every_line_required_id_ban" "des lignes ont des identifiants BAN et d’autres n’en ont pas"
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_distinct_and_is_what_is_stored() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for &reason in Reason::ALL {
            let stored = serde_json::to_string(&reason).unwrap();
            assert_eq!(stored, format!("\"{}\"", reason.code()));
            assert_eq!(serde_json::from_str::<Reason>(&stored).unwrap(), reason);
        }
    }
}
