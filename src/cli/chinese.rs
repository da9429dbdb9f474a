//! The help in Chinese. Where a line is missing here, clap shows the English one; a test finds it.

use clap::{Arg, ArgAction, Command};

use crate::diagnostic::Language;

/// The command as the reader's language has it.
pub fn localised(command: Command, language: Language) -> Command {
    match language {
        Language::En => command,
        Language::Zh => translate(command, ""),
    }
}

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

fn translate(command: Command, path: &str) -> Command {
    let own = if path.is_empty() { "hongyan".to_owned() } else { path.to_owned() };
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .disable_help_flag(true)
        .arg(answer("help", 'h', ArgAction::Help));
    if path.is_empty() {
        let version = answer("version", 'V', ArgAction::Version);
        command = command.disable_version_flag(true).arg(version);
    }
    if let Some(about) = find(&own) {
        command = command.about(about);
    }
    if command.get_after_help().is_some() {
        let examples = command.get_after_help().map(|help| help.to_string());
        command = command.after_help(examples.unwrap_or_default().replace("Examples:", "示例："));
    }
    let ids: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    for id in ids {
        let text = find(&format!("{own}.{id}")).or_else(|| find(&format!("*.{id}")));
        command = command.mut_arg(&id, |argument| translate_argument(argument, text));
    }
    let names: Vec<String> =
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in names {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |command| translate(command, &below));
    }
    command
}

fn translate_argument(argument: Arg, text: Option<&'static str>) -> Arg {
    let heading = match argument.get_help_heading() {
        Some(_) => "全局选项",
        None if argument.is_positional() => "参数",
        None => "选项",
    };
    // What it takes is told in Chinese, in the text.
    let argument = argument.help_heading(heading);
    let argument = match argument.get_action().takes_values() {
        true => argument.hide_possible_values(true),
        false => argument,
    };
    let Some(text) = text else { return argument };
    // As clap does it, for what a reader sees.
    let defaults = argument.get_default_values().join(", ".as_ref());
    match defaults.to_str() {
        None | Some("") => argument.help(text),
        Some(_) if !argument.get_action().takes_values() => argument.help(text),
        Some(usual) => argument.help(format!("{text}（默认：{usual}）")).hide_default_value(true),
    }
}

/// `--help` and `--version` are clap's own, in English, until they are declared.
fn answer(name: &'static str, short: char, action: ArgAction) -> Arg {
    Arg::new(name).short(short).long(name).action(action)
}

fn find(key: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}

/// Commands by name, arguments by `<command>.<id>`; `*` stands for every command.
const TEXTS: &[(&str, &str)] = &[
    ("hongyan", "中英文事务邮件：声明邮件类型，编写 Jinja 模板，把信送到。"),
    ("*.project", "邮件项目：文件夹，或 `embedded` 使用内置的邮件类型"),
    ("*.env_file", "另外从此文件读取变量，可多次给出"),
    ("*.lang", "使用 `zh` 或 `en`"),
    ("*.json", "在标准输出只打印一个 JSON 文档，错误也是"),
    ("*.help", "显示帮助"),
    ("*.version", "显示版本"),
    ("init", "创建邮件项目：四种邮件、版式、文案、编辑器设置"),
    ("init.folder", "写到哪里"),
    ("new", "在项目中添加邮件类型或语言"),
    ("new kind", "添加邮件类型"),
    ("new kind.name", "名称：a–z、0–9 和 `_`"),
    ("new kind.from", "复制这个类型，而不是从简单的通知写起"),
    ("new locale", "添加一种语言（草稿），复制文案以供翻译"),
    ("new locale.tag", "BCP 47 标签，例如 `ja`"),
    ("new locale.from", "从哪种语言复制文案"),
    ("kinds", "列出邮件类型、语言和样例；加 --json 也列出变量"),
    ("render", "渲染邮件但不发送"),
    ("*.kind", "邮件类型"),
    ("*.locale", "语言：`zh-CN` 这样的标签，或整个 Accept-Language；默认为项目的语言"),
    ("*.sample", "样例：`typical`、`minimal`、`longest`、`hostile` 或自定义的样例"),
    ("*.vars", "从文件读取变量（JSON 对象），`-` 为标准输入"),
    ("*.var", "单个变量，按声明的类型读取；列表和对象写成 JSON"),
    ("render.to", "收件人：`姓名 <地址>` 或 `地址`"),
    ("render.format", "打印什么：完整邮件、HTML、纯文本、主题或全部（JSON）"),
    ("render.output", "写入文件而不是标准输出；批量时为文件夹或 .mbox 文件"),
    ("render.batch", "批量渲染：每行一个 JSON 对象 `{kind, locale, vars, to}`，`-` 为标准输入"),
    ("send", "立即发送邮件；每个 --to 是单独的一封"),
    ("send.to", "收件人：`姓名 <地址>` 或 `地址`"),
    ("send.via", "通道：服务商名称、`inbox:[目录]`、`file:目录`、`smtp://[用户@]主机:端口`"),
    ("send.attach", "附加文件"),
    ("preview", "打开预览台：边写边看邮件，发测试邮件，查看存下的邮件"),
    ("preview.listen", "在哪里监听；要让其他机器访问，必须设置 HONGYAN_PREVIEW_TOKEN"),
    ("preview.allow_host", "除本机名称外，还允许用此主机名打开预览台"),
    ("serve", "通过 HTTP 接收并投递邮件"),
    (
        "serve.listen",
        "监听的地址，默认 127.0.0.1:3026；监听本机以外的地址必须设置 HONGYAN_API_TOKENS",
    ),
    ("serve.no_worker", "不在此进程投递，由 `hongyan worker` 负责"),
    ("serve.watch", "文件变化时重新加载项目"),
    (
        "serve.drain_delay",
        "收到 SIGTERM 后继续工作多久，其间 `/readyz` 表示不再就绪，让负载均衡先得知，如 `5s`",
    ),
    ("openapi", "打印 HTTP 服务的 OpenAPI 文档，每种邮件类型一个路径"),
    ("check", "在发送之前找出项目中的所有问题"),
    ("check.kinds", "只检查这些类型"),
    ("check.format", "以何种格式打印结果：终端、JSON、SARIF、GitHub"),
    ("check.strict", "把警告也算作错误"),
    ("check.codes", "列出所有代码及其含义"),
    ("snapshot", "把所有邮件与 snapshots/ 下的文件比较"),
    (
        "snapshot.task",
        "check 列出差异，accept 接受变化，diff 逐行显示差异，report 写出供签字确认的网页",
    ),
    ("snapshot.since", "用于 report：与此 Git 版本的快照比较，而不是磁盘上的快照"),
    ("snapshot.output", "用于 report：网页写到哪里，`-` 为标准输出"),
    ("doctor", "检查到服务商的每一步：配置、DNS、TLS、登录、发件人，并给出处理办法"),
    ("doctor.send_to", "并向此地址发送一封测试邮件"),
    ("worker", "投递待发队列中的邮件，不启动 HTTP 服务"),
    ("health", "询问 HONGYAN_LISTEN 处的服务能否接收邮件；退出码 0 或 1"),
    ("health.url", "询问另一个服务：`http://主机:端口`"),
    ("outbox", "查看已接受的邮件，重试或停止"),
    ("outbox list", "列出邮件，新的在前"),
    (
        "outbox list.state",
        "只列出此状态，可多次给出：queued、leased、handing_over、sent、failed、expired、superseded、cancelled、unknown",
    ),
    ("outbox list.to", "只列出发给此地址的邮件"),
    ("outbox list.limit", "最多多少封（1 到 1000）"),
    ("outbox list.before", "只列出早于此邮件的：下一页"),
    ("outbox show", "说明一封邮件的经过，以及该怎么办"),
    ("*.id", "邮件编号"),
    ("outbox retry", "在有效期内重发失败或结果未知的邮件，或让等待中的邮件立即发送"),
    ("outbox cancel", "停止尚未发出的邮件"),
    ("outbox prune", "删除很久以前处理完的邮件记录"),
    ("outbox prune.older_than", "多久以前，如 `30d`；默认按 `outbox.retention`"),
    ("outbox stats", "统计邮件：等待多少、等了多久、结果如何、额度"),
    ("outbox suppressions", "列出永久拒收的地址，或恢复向某个地址发信"),
    ("outbox suppressions.lift", "恢复向此地址发信；也可写 --json 中的 `recipient`"),
    ("outbox migrate", "把待发队列升级到此版本；没有时创建"),
    ("token", "为 HTTP 服务生成令牌"),
    ("token new", "打印新令牌：先是客户端用的 bearer，再是写入 HONGYAN_API_TOKENS 的一项"),
    ("token new.name", "给谁用：英文字母、数字、`-` 和 `_`"),
    ("token new.kinds", "只能发送这些类型的邮件，用逗号分隔"),
    (
        "token new.scopes",
        "可以做什么，用逗号分隔：send 发信，read 查看结果，manage 取消、重试、解除拒收；默认 send,read，有 --kinds 时为 send",
    ),
    ("outbox.help", "显示帮助"),
    ("token.help", "显示帮助"),
    ("schema", "打印 JSON Schema：某类型的变量，或供编辑器使用的项目文件"),
    ("schema.kind", "描述哪个类型的变量"),
    ("schema.file", "描述哪个项目文件"),
    ("completions", "打印 shell 补全脚本"),
    ("completions.shell", "shell 名称"),
    ("new.help", "显示帮助"),
    ("new kind.help", "显示帮助"),
    ("new locale.help", "显示帮助"),
];

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::find;
    use crate::cli::args::Args;

    #[test]
    fn every_line_of_the_help_has_a_translation() {
        fn visit(command: &Command, path: &str) {
            let own = if path.is_empty() { "hongyan" } else { path };
            assert!(find(own).is_some(), "{own}");
            for argument in command.get_arguments() {
                let id = argument.get_id();
                let known = find(&format!("{own}.{id}")).or_else(|| find(&format!("*.{id}")));
                assert!(known.is_some(), "{own}.{id}");
            }
            for below in command.get_subcommands() {
                let name = below.get_name();
                visit(below, &if path.is_empty() { name.into() } else { format!("{path} {name}") });
            }
        }
        visit(&Args::command(), "");
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
        super::localised(Args::command(), crate::diagnostic::Language::Zh).debug_assert();
    }
}
