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
    FileExists = "file_exists", "a file is there already", "文件已存在";
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
    VariableBadName = "variable_bad_name", "a name that a variable cannot have", "不能用作变量名的名称";
    VariableUnknownType = "variable_unknown_type", "a variable type that does not exist", "不存在的变量类型";
    VarUnknown = "var_unknown", "a variable that is not declared was given", "传入了未声明的变量";
    VarMissing = "var_missing", "a required variable was not given", "缺少必需的变量";
    VarWrongType = "var_wrong_type", "a variable's value has the wrong type", "变量值的类型不对";
    VarOutOfRange = "var_out_of_range", "a variable's value is too long, too large or too small", "变量值过长、过大或过小";
    VarNotInEnum = "var_not_in_enum", "a variable's value is none of those declared", "变量值不在声明的取值之中";
    VarPattern = "var_pattern", "a variable's value does not match its pattern", "变量值不符合其格式";
    VarBadForm = "var_bad_form", "a date, duration, number or amount cannot be read", "日期、时长、数字或金额无法解析";
    VarBadUrl = "var_bad_url", "a URL is not a plain https URL", "网址不是普通的 https 网址";
    VarsNotJson = "vars_not_json", "the variables are not a JSON object", "变量不是 JSON 对象";
    ImageWrongType = "image_wrong_type", "an image of a type that mail clients do not show", "邮件客户端不支持的图片类型";
    LocaleUndeclared = "locale_undeclared", "a locale has strings but is not declared", "语言有文案但未声明";
    LocaleDraft = "locale_draft", "a draft lacks strings", "草稿语言缺少文案";
    LocaleMissing = "locale_missing", "a locale that is named has no strings", "所指的语言没有文案";
    StringDuplicate = "string_duplicate", "a string stands in two places", "文案出现在两处";
    StringBadPlaceholder = "string_bad_placeholder", "a brace that is no placeholder", "花括号不是占位符";
    KindUnknown = "kind_unknown", "a kind that does not exist", "不存在的邮件类型";
    KindBadName = "kind_bad_name", "a name that a kind cannot have", "不能用作邮件类型的名称";
    KindMissing = "kind_missing", "the project declares no kind", "项目没有声明邮件类型";
    SampleUnknown = "sample_unknown", "a sample that does not exist", "不存在的样例";
    SampleMissing = "sample_missing", "a kind without a typical sample", "邮件类型缺少典型样例";
    OptOutMissing = "opt_out_missing", "a notification that nobody can opt out of", "通知类邮件缺少退订";
    SubjectLines = "subject_lines", "a subject or preheader of several lines", "主题或预览文字不止一行";
    LocaleMalformed = "locale_malformed", "a locale is not a BCP 47 tag", "语言标签不符合 BCP 47";
    LocaleUnavailable = "locale_unavailable", "no locale that these readers can be served in", "没有可供此类读者使用的语言";
    ValueMalformed = "value_malformed", "a value that is not written as its type asks", "值的写法不符合其类型";
    TimeZoneUnknown = "time_zone_unknown", "a time zone that the tz database does not have", "时区数据库中没有的时区";
    OptionalUnguarded = "optional_unguarded", "an optional variable is printed where it may be missing", "可选变量在可能缺失处被打印";
    StringUnknownPlaceholder = "string_unknown_placeholder", "a placeholder that nothing fills", "没有内容填入的占位符";
    StringMissing = "string_missing", "a string that a locale does not have", "某语言缺少文案";
    StringCases = "string_cases", "a string's cases do not fit what picks them", "文案的分支与选择它的变量不符";
    StringMarkup = "string_markup", "markup that a string may not hold", "文案中不允许的标记";
    StringsDiffer = "strings_differ", "locales differ in keys, placeholders or links", "各语言的键、占位符或链接不一致";
    StringUnused = "string_unused", "a string that no kind uses", "没有被使用的文案";
    TemplateSyntax = "template_syntax", "a template cannot be read", "模板无法解析";
    TemplateUnknownFilter = "template_unknown_filter", "a filter that does not exist", "不存在的过滤器";
    TemplateUnknownTest = "template_unknown_test", "a test that does not exist", "不存在的测试";
    TemplateUnknownFunction = "template_unknown_function", "a function that does not exist", "不存在的函数";
    TemplateNotFound = "template_not_found", "a template that does not exist", "不存在的模板";
    TemplateDynamicName = "template_dynamic_name", "a template named by an expression", "用表达式指定的模板名";
    TemplateUndefined = "template_undefined", "an undefined value is used", "使用了未定义的值";
    TemplateTooMuchWork = "template_too_much_work", "a template does too much work or writes too much", "模板的计算或输出过大";
    TemplateTooComplex = "template_too_complex", "a template nests too deep", "模板嵌套过深";
    TemplateFailed = "template_failed", "a template cannot be rendered", "模板无法渲染";
    TemplateBadPlace = "template_bad_place", "a value stands where it is not safe", "值出现在不安全的位置";
    TemplateBranches = "template_branches", "branches end in different places of the HTML", "分支结束在 HTML 的不同位置";
    TemplateUnsafe = "template_unsafe", "escaping is switched off", "关闭了转义";
    TemplateForbiddenTag = "template_forbidden_tag", "a tag or attribute that mail must not hold", "邮件中不允许的标签或属性";
    TemplateRemote = "template_remote", "something is loaded from elsewhere", "从外部加载内容";
    TemplateMissing = "template_missing", "a kind has no body", "邮件类型没有正文模板";
    UnknownVariable = "unknown_variable", "a template uses a variable that is not declared", "模板使用了未声明的变量";
    ImageMissing = "image_missing", "an image that does not exist", "不存在的图片";
    VariableUnused = "variable_unused", "a variable that no template uses", "没有被模板使用的变量";
    AddressInvalid = "address_invalid", "an e-mail address is not one that mail can be sent to", "邮箱地址无法使用";
    AddressLocalPartNotAscii = "address_local_part_not_ascii", "the part before the `@` has characters beyond ASCII", "`@` 前的部分含非 ASCII 字符";
    NameInvalid = "name_invalid", "a display name that cannot stand in a header", "显示名称无法写入邮件头";
    HeaderNotAllowed = "header_not_allowed", "a header that a caller may not set", "不允许自行设置的邮件头";
    HeaderInvalid = "header_invalid", "a header's value is malformed", "邮件头的值格式有误";
    AttachmentInvalid = "attachment_invalid", "an attachment's name, type or content is refused", "附件的名称、类型或内容不被接受";
    AttachmentTooLarge = "attachment_too_large", "an attachment is larger than may be sent", "附件超过允许的大小";
    AttachmentsTooLarge = "attachments_too_large", "the attachments of all mails of a request are larger together than is taken at once", "一次请求中所有邮件的附件合计超过允许的大小";
    MessageMalformed = "message_malformed", "the finished mail breaks the rules of the wire", "生成的邮件不符合传输格式";
    SendFailed = "send_failed", "the transport did not take the mail", "通道没有接收邮件";
    SendNetwork = "send_network", "the server cannot be reached", "无法连接到服务器";
    SendTls = "send_tls", "the connection cannot be encrypted as it must be", "无法建立符合要求的加密连接";
    SendProtocol = "send_protocol", "the server does not keep to the protocol", "服务器的应答不符合协议";
    SendAuth = "send_auth", "the provider refused the login", "服务商拒绝了登录";
    SendConfiguration = "send_configuration", "the provider refuses the sender or the account", "服务商拒绝了发件人或账户";
    SendClock = "send_clock", "the clock of this machine is wrong", "本机时钟不准";
    SendRate = "send_rate", "too many mails in a short time", "短时间内发信过多";
    SendQuota = "send_quota", "the provider's quota is used up", "服务商的发信额度已用完";
    SendTransient = "send_transient", "the provider asks to try again later", "服务商要求稍后再试";
    SendRecipient = "send_recipient", "the recipient was refused", "收件人被拒绝";
    SendPolicy = "send_policy", "the receiver's rules refuse the mail", "收件方的规则拒绝了邮件";
    SendContent = "send_content", "the content was refused", "邮件内容被拒绝";
    SendSize = "send_size", "the mail is too large for the provider", "邮件超过服务商允许的大小";
    SendInDoubt = "send_in_doubt", "handed over, and the answer was lost: it may have been sent", "已移交但未收到答复：可能已经发出";
    PlanImpossible = "plan_impossible", "no transport of the route can carry the mail", "没有通道能够携带这封邮件";
    CopyRefused = "copy_refused", "security mail has one recipient", "安全邮件只能有一个收件人";
    NeedsOutbox = "needs_outbox", "a wish that needs an outbox", "需要待发队列才能满足的要求";
    SendAtRefused = "send_at_refused", "a time at which the mail cannot leave", "邮件无法在该时间发出";
    LimitReached = "limit_reached", "as many mails as are allowed in this time", "已达到该时间内允许的邮件数";
    RecipientSuppressed = "recipient_suppressed", "the recipient refused mail for good before", "收件人此前已永久拒收";
    IdempotencyKeyReused = "idempotency_key_reused", "the idempotency key was used for another request", "该幂等键已用于另一个请求";
    OutboxBusy = "outbox_busy", "the outbox cannot take it now", "待发队列暂时繁忙";
    OutboxFull = "outbox_full", "the outbox has no room", "待发队列没有空间";
    OutboxBroken = "outbox_broken", "the outbox cannot be used", "待发队列无法使用";
    MailNotFound = "mail_not_found", "there is no such mail", "没有这封邮件";
    WrongState = "wrong_state", "the mail is in a state that does not allow it", "邮件当前的状态不允许此操作";
    BodyErased = "body_erased", "the mail's content was erased", "邮件内容已被清除";
    LeaseLost = "lease_lost", "another worker has the mail now", "邮件已由另一个进程接手";
    ProjectNotFound = "project_not_found", "there is no mail project", "找不到邮件项目";
    GitUnreadable = "git_unreadable", "git, its repository or a revision cannot be read", "git、仓库或版本无法读取";
    SnapshotDiffers = "snapshot_differs", "a mail differs from its snapshot", "邮件与快照不一致";
    GmailClip = "gmail-clip", "Gmail cuts the mail off", "Gmail 会截断邮件";
    SubjectLength = "subject-length", "the subject is too long", "主题过长";
    InlineFailed = "inline_failed", "the CSS cannot be inlined", "CSS 无法内联";
    EnvSyntax = "env_syntax", "a line of an env file cannot be read", "环境文件中的某一行无法读取";
    EnvDuplicate = "env_duplicate", "a variable stands twice in an env file", "环境文件中同一变量出现两次";
    EnvConflict = "env_conflict", "two variables contradict each other", "两个环境变量互相矛盾";
    EnvComment = "env_comment", "a variable's value still holds a comment", "环境变量的值里还带着注释";
    EnvPlaceholder = "env_placeholder", "a variable still holds a placeholder", "环境变量仍是占位文字";
    EnvFileUnread = "env_file_unread", "an env file is there but was not asked for", "存在未被要求读取的环境文件";
    ConfigMissing = "config_missing", "a required variable is not set", "缺少必需的环境变量";
    ConfigBadValue = "config_bad_value", "a variable has a value that cannot be used", "环境变量的值不可用";
    ConfigInsecure = "config_insecure", "a secret stands in the open or would travel unencrypted", "机密信息以明文保存或传输";
    ConfigSuspect = "config_suspect", "a variable looks wrong for this provider", "环境变量与该服务商的要求不符";
    ConfigForeignName = "config_foreign_name", "a variable under another framework's name", "使用了其他框架的变量名";
    ConfigNote = "config_note", "how a variable was understood", "对环境变量的理解方式";
    RouteUnreachable = "route_unreachable", "a route that no mail can take", "不会有邮件走到的路由";
    RouteMissing = "route_missing", "mails that no route takes", "有邮件不属于任何路由";
    PortInUse = "port_in_use", "another program listens on the port", "端口已被其他程序占用";
    ListenFailed = "listen_failed", "the address cannot be listened on", "无法监听该地址";
    OutboxUnusable = "outbox_unusable", "the outbox's file is damaged or is no outbox", "待发队列文件已损坏，或不是待发队列";
    OutboxNewer = "outbox_newer", "the outbox was written by a newer version", "待发队列由更新的版本写成";
    OutboxKey = "outbox_key", "the key of the outbox is missing, malformed or another one", "待发队列的密钥缺失、格式有误或不匹配";
    OutboxMissing = "outbox_missing", "there is no outbox here", "此处没有待发队列";
    ListenOpen = "listen_open", "other machines could ask without a token", "其他机器无需令牌即可访问";
    HostRefused = "host_refused", "a request names a host that is not ours", "请求中的主机名不是本服务的";
    OriginRefused = "origin_refused", "a request comes from another page", "请求来自其他网页";
    TokenMissing = "token_missing", "the token is missing or wrong", "缺少令牌或令牌错误";
    SessionMissing = "session_missing", "the page is older than the studio that runs", "页面早于正在运行的预览台";
    RequestMalformed = "request_malformed", "a request cannot be read", "请求无法解析";
    FieldUnknown = "field_unknown", "a request holds a field that is not known", "请求中有不认识的字段";
    FieldMissing = "field_missing", "a request lacks a field", "请求缺少字段";
    FieldInvalid = "field_invalid", "a field of a request has a value that cannot be used", "请求中字段的值不可用";
    ParameterInvalid = "parameter_invalid", "a parameter of the address cannot be used", "地址中的参数不可用";
    IdempotencyKeyInvalid = "idempotency_key_invalid", "the idempotency key is not 1 to 256 visible ASCII characters", "幂等键不是 1 到 256 个可见 ASCII 字符";
    ScopeMissing = "scope_missing", "the token may not be used for this", "该令牌没有此权限";
    MethodNotAllowed = "method_not_allowed", "the address does not take this method", "该地址不支持此方法";
    MediaTypeUnsupported = "media_type_unsupported", "the headers do not say that the body is plain JSON", "请求头没有说明正文是未压缩的 JSON";
    ShuttingDown = "shutting_down", "the service is shutting down", "服务正在停止";
    InternalFault = "internal_fault", "the service has a fault", "服务出现故障";
    RequestTooLarge = "request_too_large", "a request is too large", "请求过大";
    RequestTooSlow = "request_too_slow", "a request takes too long", "请求耗时过长";
    TooManyStreams = "too_many_streams", "too many pages listen", "监听的页面过多";
    NotFound = "not_found", "there is nothing under this address", "此地址下没有内容";
    DraftGone = "draft_gone", "the data that was posted is no longer kept", "提交的数据已不再保留";
    NoMailYet = "no_mail_yet", "no mail came in time", "在等待时间内没有收到邮件";
    SampleExists = "sample_exists", "a sample of this name is there already", "同名样例已存在";
    SampleUnwritable = "sample_unwritable", "the sample cannot be written into the file", "样例无法写入文件";
    SendToRefused = "send_to_refused", "an address that tests may not be sent to", "不允许向该地址发送测试邮件";
    Usage = "usage", "the command line is wrong", "命令行有误";
    ViaInvalid = "via_invalid", "`--via` is none of its forms", "`--via` 的写法不正确";
    ViaPassword = "via_password", "`--via` holds a password", "`--via` 中含有密码";
}
