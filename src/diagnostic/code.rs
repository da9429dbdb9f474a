macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $en:literal, $zh:literal;)*) => {
        /// What kind of fault it is: the name that scripts compare, never translated.
        /// `hongyan check --codes` lists them.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $en] $name,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The name in snake_case (lint rules: in kebab-case).
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// What it means, in one line.
            pub fn describe(self) -> super::Text {
                match self {
                    $(Code::$name => super::Text { en: $en.into(), zh: $zh.into() },)*
                }
            }
        }
    };
}

codes! {
    FileNotUtf8 = "file_not_utf8", "a file is not UTF-8 text", "文件不是 UTF-8 文本";
    FileTooLarge = "file_too_large", "a file is larger than is read", "文件超过可读取的大小";
    FileUnreadable = "file_unreadable", "a file or folder cannot be read", "文件或文件夹无法读取";
    FileOutsideProject = "file_outside_project", "a symbolic link leads out of the project", "符号链接指向项目之外";
    YamlSyntax = "yaml_syntax", "the YAML cannot be read", "YAML 无法解析";
    YamlDuplicateKey = "yaml_duplicate_key", "a key stands twice", "同一个键出现两次";
    YamlUnknownKey = "yaml_unknown_key", "a key that is not known here", "此处不认识的键";
    YamlMissingKey = "yaml_missing_key", "a required key is missing", "缺少必需的键";
    YamlWrongType = "yaml_wrong_type", "a value of the wrong type", "值的类型不对";
    YamlBadValue = "yaml_bad_value", "a value that is not allowed here", "此处不允许的值";
    YamlLimit = "yaml_limit", "too deep, too many aliases or too large", "嵌套过深、别名过多或内容过大";
    YamlUnquotedBrace = "yaml_unquoted_brace", "a text that begins with `{` is not in quotes", "以 `{` 开头的文本没有加引号";
}
