//! Closed sets of words, spelled the same in the database, on the command line and in JSON.

/// Declares an enum whose members each have one spelling: `as_str`, `FromStr`, `Display`, `Serialize`.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident is $what:literal { $($(#[$member_meta:meta])* $member:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$member_meta])* $member,)* }

        impl $name {
            /// Every member, in the order of their documentation.
            pub const ALL: &'static [Self] = &[$(Self::$member,)*];

            /// Its one spelling.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            fn from_str(text: &str) -> Result<Self, crate::Error> {
                Self::ALL.iter().copied().find(|member| member.as_str() == text).ok_or_else(|| crate::Error::Invalid {
                    what: $what,
                    value: text.chars().take(40).collect(),
                    expected: [$($text,)*].join(", "),
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use text_enum;
