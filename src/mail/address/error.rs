use crate::mail::fault::faults;

faults! {
    /// Why an address or a mailbox is refused. Never holds what was typed.
    AddressError {
        Empty [AddressInvalid] =
            "the address is empty", "邮箱地址为空"
            => "write it as `name@example.com`", "请写成 `name@example.com` 的形式";
        NoAtSign [AddressInvalid] =
            "the address has no `@`", "邮箱地址中没有 `@`"
            => "write it as `name@example.com`", "请写成 `name@example.com` 的形式";
        FullWidthAtSign [AddressInvalid] =
            "the address has a full-width at-sign", "邮箱地址中的 `＠` 是全角字符"
            => "switch the keyboard to half-width and type `@`", "请切换到半角输入 `@`";
        SeveralAtSigns [AddressInvalid] =
            "the address has more than one `@`", "邮箱地址中有多个 `@`"
            => "give one address, written as `name@example.com`", "只写一个地址，形如 `name@example.com`";
        SeveralAddresses [AddressInvalid] =
            "several addresses stand where one belongs", "此处只能写一个地址，却写了多个"
            => "give each recipient on its own: each gets a mail", "请逐个填写收件人，每人一封邮件";
        Group [AddressInvalid] =
            "an address group stands where one address belongs", "此处只能写一个地址，不能写地址组"
            => "give each recipient on its own: each gets a mail", "请逐个填写收件人，每人一封邮件";
        Route [AddressInvalid] =
            "the address holds a route", "邮箱地址中含有转发路由"
            => "leave only `name@example.com`", "只保留 `name@example.com` 部分";
        DisplayName [AddressInvalid] =
            "a display name stands in a field for a bare address", "此处只能写邮箱地址，不能带显示名称"
            => "put the name in its own field, or leave only what is between `<` and `>`", "名称请写入单独的字段，或只保留 `<` 与 `>` 之间的部分";
        AngleBracket [AddressInvalid] =
            "a `<` or `>` stands out of place", "`<` 或 `>` 的位置不对"
            => "write `Name <name@example.com>` or `name@example.com`", "请写成 `名称 <name@example.com>` 或 `name@example.com`";
        Mailto [AddressInvalid] =
            "the address begins with `mailto:`", "邮箱地址以 `mailto:` 开头"
            => "leave out `mailto:`", "请去掉 `mailto:`";
        Comment [AddressInvalid] =
            "the address holds parentheses", "邮箱地址中含有括号"
            => "leave out the parentheses and what is in them", "请去掉括号及其中的内容";
        LineBreak [AddressInvalid] =
            "the address holds a line break", "邮箱地址中含有换行符"
            => "give it on one line; a trailing newline counts too", "请写在一行内，末尾的换行也要去掉";
        Control [AddressInvalid] =
            "the address holds a control character", "邮箱地址中含有控制字符"
            => "type the address anew instead of pasting it", "请重新手工输入，不要粘贴";
        Invisible [AddressInvalid] =
            "the address holds an invisible character", "邮箱地址中含有不可见字符"
            => "type the address anew instead of pasting it", "请重新手工输入，不要粘贴";
        SpaceAround [AddressInvalid] =
            "the address begins or ends with a space", "邮箱地址开头或结尾有空格"
            => "remove the space; full-width and no-break spaces count too", "请去掉空格，全角空格和不换行空格也算";
        SpaceInside [AddressInvalid] =
            "the address holds a space", "邮箱地址中有空格"
            => "remove the space; full-width and no-break spaces count too", "请去掉空格，全角空格和不换行空格也算";
        TooLong [AddressInvalid] =
            "the address is longer than 254 characters", "邮箱地址超过 254 个字符"
            => "check that only one address was given", "请确认只填写了一个地址";
        LocalPartEmpty [AddressInvalid] =
            "nothing stands before the `@`", "`@` 前面没有内容"
            => "write it as `name@example.com`", "请写成 `name@example.com` 的形式";
        LocalPartTooLong [AddressInvalid] =
            "the part before the `@` is longer than 64 characters", "`@` 前的部分超过 64 个字符"
            => "check the address with its owner", "请与地址主人核对";
        LocalPartNotAscii [AddressLocalPartNotAscii] =
            "the part before the `@` has characters beyond ASCII", "`@` 前的部分含有非 ASCII 字符"
            => "use the owner's ASCII address; few servers take others", "请改用只含英文字母和数字的地址，多数服务器不接受其他地址";
        LocalPartQuoted [AddressInvalid] =
            "the address holds quotation marks", "邮箱地址中含有引号"
            => "quoted addresses are not sent to; leave out the quotation marks", "不支持带引号的地址，请去掉引号";
        LocalPartDots [AddressInvalid] =
            "the part before the `@` begins or ends with a dot, or has two in a row", "`@` 前的部分以点开头、结尾，或有连续的点"
            => "check the address with its owner", "请与地址主人核对";
        LocalPartRouting [AddressInvalid] =
            "the part before the `@` looks like a route, an option, a pipe or a path", "`@` 前的部分像是路由、选项、管道或路径"
            => "`%`, `!` and `|`, and a leading `-` or `/`, are not sent to", "不允许 `%`、`!`、`|`，也不允许以 `-` 或 `/` 开头";
        LocalPartCharacter { character: char } [AddressInvalid] =
            "the part before the `@` holds `{character}`", "`@` 前的部分含有 `{character}`"
            => "check the address with its owner", "请与地址主人核对";
        EncodedWord [AddressInvalid] =
            "the address holds an encoded word", "邮箱地址中含有编码字（encoded word）"
            => "`=?` is refused: later readers might decode it", "不允许 `=?`，后续程序可能会将其解码";
        DomainEmpty [AddressInvalid] =
            "nothing stands behind the `@`", "`@` 后面没有内容"
            => "write it as `name@example.com`", "请写成 `name@example.com` 的形式";
        DomainOneLabel [AddressInvalid] =
            "the domain has no dot", "域名中没有点"
            => "give the whole domain, such as `example.com`", "请写完整的域名，例如 `example.com`";
        DomainDots [AddressInvalid] =
            "the domain begins or ends with a dot, or has two in a row", "域名以点开头、结尾，或有连续的点"
            => "remove the surplus dot", "请去掉多余的点";
        DomainLiteral [AddressInvalid] =
            "the domain is an address in brackets", "域名处是方括号中的 IP 地址"
            => "give a domain name", "请改用域名";
        DomainNumeric [AddressInvalid] =
            "the domain does not end in a top-level domain", "域名末尾不是顶级域名"
            => "give a domain name, not an IP address", "请使用域名，而不是 IP 地址";
        DomainCharacter { character: char } [AddressInvalid] =
            "the domain holds `{character}`", "域名中含有 `{character}`"
            => "a domain has letters, digits, hyphens and dots", "域名只能包含字母、数字、连字符和点";
        DomainFullWidth [AddressInvalid] =
            "the domain has full-width characters or an ideographic full stop", "域名中有全角字符或中文句号"
            => "switch the keyboard to half-width and type the domain anew", "请切换到半角，重新输入域名";
        DomainHyphen [AddressInvalid] =
            "a part of the domain begins or ends with a hyphen", "域名的某一段以连字符开头或结尾"
            => "check the domain with its owner", "请与域名主人核对";
        DomainTooLong [AddressInvalid] =
            "the domain, or a part of it, is too long", "域名或其中一段过长"
            => "253 characters in all and 63 between dots are the most", "总长不超过 253 个字符，每段不超过 63 个字符";
        DomainInvalid [AddressInvalid] =
            "the domain is not a valid internationalised name", "国际化域名无效"
            => "check its spelling; the `xn--` form can be given too", "请检查拼写，也可以填写 `xn--` 形式";
        DomainNotLetters [AddressInvalid] =
            "the domain has characters that are neither letters nor digits", "域名中有既非字母也非数字的字符"
            => "symbols and emoji are not allowed in domains", "域名中不允许符号和表情";
        MixedScripts [AddressInvalid] =
            "a part of the domain mixes scripts that look alike", "域名的某一段混用了形近的不同文字"
            => "type the domain anew: one letter may be Cyrillic or Greek", "请重新输入域名，其中可能混入了西里尔或希腊字母";
        NameLineBreak [NameInvalid] =
            "the display name holds a line break or a NUL", "显示名称中含有换行符或空字符"
            => "give the name on one line", "请将名称写在一行内";
        NameTooLong [NameInvalid] =
            "the display name is longer than 128 characters", "显示名称超过 128 个字符"
            => "shorten it", "请缩短名称";
        NameEmpty [NameInvalid] =
            "the display name has no visible character", "显示名称没有可见字符"
            => "leave the name out", "请不要填写名称";
    }
}
