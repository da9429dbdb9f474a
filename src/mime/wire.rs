//! The last look at finished bytes, whatever wrote them.

use crate::mail::fault::faults;

/// The most octets of a line, its CRLF aside (RFC 5322 §2.1.1).
pub const MAX_LINE: usize = 998;

/// Headers that stand exactly once.
const REQUIRED: [&str; 6] = ["Date", "Message-ID", "From", "To", "Subject", "MIME-Version"];
/// Headers that stand at most once (RFC 5322 §3.6, RFC 2045, RFC 3282).
const SINGLE: [&str; 14] = [
    "Cc",
    "Bcc",
    "Sender",
    "Reply-To",
    "In-Reply-To",
    "References",
    "Return-Path",
    "Content-Type",
    "Content-Language",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Importance",
];

faults! {
    /// A mail that must not leave. Holds nothing of the mail but the names of standard headers.
    WireFault {
        BareLineEnd { line: usize } [MessageMalformed] =
            "line {line} of the finished mail holds a bare CR or LF", "生成的邮件第 {line} 行含有单独的 CR 或 LF"
            => "nothing was sent; servers read such a line as the start of another mail", "邮件未发出，服务器可能将其当作另一封邮件的开头";
        Nul { line: usize } [MessageMalformed] =
            "line {line} of the finished mail holds a NUL", "生成的邮件第 {line} 行含有空字符"
            => "nothing was sent; look at the headers of this mail", "邮件未发出，请检查此邮件的邮件头";
        EightBit { line: usize } [MessageMalformed] =
            "line {line} of the finished mail is not ASCII", "生成的邮件第 {line} 行含有非 ASCII 字节"
            => "nothing was sent; look at the headers of this mail", "邮件未发出，请检查此邮件的邮件头";
        LongLine { line: usize } [MessageMalformed] =
            "line {line} of the finished mail is longer than 998 octets", "生成的邮件第 {line} 行超过 998 字节"
            => "nothing was sent; look for a header without spaces", "邮件未发出，请检查没有空格的长邮件头";
        End [MessageMalformed] =
            "the finished mail does not end in exactly one CRLF", "生成的邮件不是以恰好一个 CRLF 结尾"
            => "nothing was sent; report this with the kind's name", "邮件未发出，请附上邮件类型名称反馈此问题";
        NotAHeader { line: usize } [MessageMalformed] =
            "line {line} of the finished mail is not a header", "生成的邮件第 {line} 行不是邮件头"
            => "nothing was sent; look at the headers of this mail", "邮件未发出，请检查此邮件的邮件头";
        HeadWithoutEnd [MessageMalformed] =
            "the finished mail has no empty line behind its headers", "生成的邮件在邮件头之后没有空行"
            => "nothing was sent; report this with the kind's name", "邮件未发出，请附上邮件类型名称反馈此问题";
        Missing { name: &'static str } [MessageMalformed] =
            "the header `{name}` is missing", "缺少邮件头 `{name}`"
            => "nothing was sent; receivers drop such mails", "邮件未发出，收件方会丢弃这样的邮件";
        Repeated { name: &'static str } [MessageMalformed] =
            "the header `{name}` stands more than once", "邮件头 `{name}` 出现多次"
            => "nothing was sent; leave the header to hongyan or set it once", "邮件未发出，请只设置一次或交由 hongyan 设置";
        ContentId [MessageMalformed] =
            "a Content-ID is repeated or is not of the form `name@domain`", "Content-ID 重复或不是 `name@domain` 的形式"
            => "nothing was sent; look at the names of the images", "邮件未发出，请检查图片名称";
    }
}

/// Whether the bytes may be given to a server as they are.
pub fn check(bytes: &[u8]) -> Result<(), WireFault> {
    let text = ascii(bytes)?;
    let lines = text.strip_suffix('\n').filter(|_| ends_once(text)).ok_or(WireFault::End)?;
    let mut head = Head::default();
    for (number, line) in lines.split('\n').enumerate() {
        let line = check_line(line, number + 1)?;
        head.take(line, number + 1)?;
    }
    head.finish()
}

fn ascii(bytes: &[u8]) -> Result<&str, WireFault> {
    let wrong = if bytes.is_ascii() && !bytes.contains(&0) {
        None
    } else {
        bytes.iter().position(|byte| !matches!(byte, 1..128))
    };
    let Some(at) = wrong else { return std::str::from_utf8(bytes).or(Err(WireFault::End)) };
    let line = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
    Err(if bytes[at] == 0 { WireFault::Nul { line } } else { WireFault::EightBit { line } })
}

/// The dot that ends the mail is sent as `.` CRLF; a second CRLF here would add an empty line.
fn ends_once(text: &str) -> bool {
    text.ends_with("\r\n") && !text.ends_with("\r\n\r\n")
}

fn check_line(line: &str, number: usize) -> Result<&str, WireFault> {
    match line.strip_suffix('\r') {
        Some(line) if line.len() > MAX_LINE => Err(WireFault::LongLine { line: number }),
        Some(line) if !line.contains('\r') => Ok(line),
        _ => Err(WireFault::BareLineEnd { line: number }),
    }
}

/// What was seen of the head so far.
#[derive(Default)]
struct Head {
    ended: bool,
    seen: Vec<&'static str>,
}

impl Head {
    fn take(&mut self, line: &str, number: usize) -> Result<(), WireFault> {
        if self.ended {
            return Ok(());
        }
        match line.as_bytes() {
            [] => self.ended = true,
            [b' ' | b'\t', ..] if number > 1 && !line.trim().is_empty() => {}
            _ => self.header(line).ok_or(WireFault::NotAHeader { line: number })??,
        }
        Ok(())
    }

    /// `None` if the line has no header name.
    fn header(&mut self, line: &str) -> Option<Result<(), WireFault>> {
        let (name, _) = line.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut known = REQUIRED.iter().chain(&SINGLE);
        let known = known.find(|known| known.eq_ignore_ascii_case(name));
        Some(known.map_or(Ok(()), |name| self.once(name)))
    }

    fn once(&mut self, name: &'static str) -> Result<(), WireFault> {
        if self.seen.contains(&name) {
            return Err(WireFault::Repeated { name });
        }
        self.seen.push(name);
        Ok(())
    }

    fn finish(self) -> Result<(), WireFault> {
        if !self.ended {
            return Err(WireFault::HeadWithoutEnd);
        }
        match REQUIRED.iter().find(|name| !self.seen.contains(name)) {
            Some(name) => Err(WireFault::Missing { name }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "Date: d\r\nMessage-ID: m\r\nFrom: f\r\nTo: t\r\nSubject: s\r\nMIME-Version: 1.0\r\n";

    fn of(rest: &str) -> Result<(), WireFault> {
        check(format!("{HEAD}{rest}").as_bytes())
    }

    #[test]
    fn each_fault_is_found() {
        let long = format!("\r\n{}\r\n", "x".repeat(999));
        assert_eq!(of("\r\nbody\r\n"), Ok(()));
        let cases = [
            ("\r\nbody", WireFault::End),
            ("\r\nbody\r\n\r\n", WireFault::End),
            ("\r\na\nb\r\n", WireFault::BareLineEnd { line: 8 }),
            ("\r\na\rb\r\n", WireFault::BareLineEnd { line: 8 }),
            ("\r\na\r\r\nb\r\n", WireFault::BareLineEnd { line: 8 }),
            ("\r\na\r\r\n", WireFault::BareLineEnd { line: 8 }),
            ("\r\na\0b\r\n", WireFault::Nul { line: 8 }),
            ("\r\né\r\n", WireFault::EightBit { line: 8 }),
            (&long, WireFault::LongLine { line: 8 }),
            ("no header\r\n\r\nbody\r\n", WireFault::NotAHeader { line: 7 }),
            ("X A: b\r\n\r\nbody\r\n", WireFault::NotAHeader { line: 7 }),
            ("subject: again\r\n\r\nbody\r\n", WireFault::Repeated { name: "Subject" }),
            ("X-A: b\r\n", WireFault::HeadWithoutEnd),
        ];
        for (rest, fault) in cases {
            assert_eq!(of(rest), Err(fault), "{rest:?}");
        }
        assert_eq!(check(b"From: f\r\n\r\nb\r\n"), Err(WireFault::Missing { name: "Date" }));
    }
}
