//! URLs: https, a plain host name, nothing that two readers may read differently.

use super::problem::Problem;
use super::{URL_LENGTH, Value};
use crate::diagnostic::Text;
use crate::mail;
use crate::text;

pub(super) fn url(text: &str, hosts: &[String], most: usize) -> Result<Value, Problem> {
    let refuse = |reason: Text| Err(Problem::Url(reason));
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if !text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")) {
        return refuse(text!("the URL does not begin with `https://`", "网址不以 `https://` 开头"));
    }
    if text.contains(odd) {
        return refuse(text!(
            "the URL holds a space, control or backslash",
            "网址含空格、控制符或反斜杠"
        ));
    }
    if text.len() > URL_LENGTH.max(most) {
        return refuse(text!("the URL is longer than {most} bytes", "网址超过 {most} 字节"));
    }
    let Ok(url) = url::Url::parse(text) else {
        return refuse(text!("the URL cannot be read", "网址无法解析"));
    };
    let authority = text[8..].split(['/', '?', '#']).next().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
        return refuse(text!("the URL holds a user name", "网址中含有用户名"));
    }
    let Some(host) = url.host_str().filter(|host| mail::is_host_name(host)) else {
        return refuse(text!("the URL's host is not a plain host name", "网址的主机不是普通域名"));
    };
    if !hosts.is_empty() && !hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) {
        return refuse(text!(
            "the URL leads to a host that is not allowed",
            "网址指向未允许的主机"
        ));
    }
    if url.as_str().len() > most {
        return refuse(text!("the URL is longer than {most} bytes", "网址超过 {most} 字节"));
    }
    Ok(Value::Url(url.into()))
}
