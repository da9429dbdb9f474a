//! One table a fault type: what is wrong and what to do, in English and in Chinese.

/// Makes an error enum out of a table of sentences.
///
/// `Name { field: Type } [Code] = "english", "中文" => "remedy", "办法";` The English sentence is the
/// `Display` text too. No sentence may hold the refused value: errors reach logs.
macro_rules! faults {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(
                $variant:ident $({ $($field:ident: $type:ty),* })? [$code:ident] =
                    $en:literal, $zh:literal => $hint_en:literal, $hint_zh:literal;
            )*
        }
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $(
                #[doc = $en]
                #[error($en)]
                $variant $({ $(#[doc = "the detail that the sentence names"] $field: $type),* })?,
            )*
        }

        impl $name {
            /// The fault with its remedy, as it is shown to people.
            pub fn diagnostic(&self) -> $crate::diagnostic::Diagnostic {
                use $crate::diagnostic::{Code, Diagnostic};
                match self {
                    $(
                        $name::$variant $({ $($field),* })? => {
                            Diagnostic::error(Code::$code, $crate::text!($en, $zh))
                                .hint($crate::text!($hint_en, $hint_zh))
                        }
                    )*
                }
            }
        }
    };
}

pub(crate) use faults;
