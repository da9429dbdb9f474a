//! What the states and lanes are called where people read.

use crate::diagnostic::Text;
use crate::outbox::{Lane, State};
use crate::text;

/// In one word. `sent` is never told as delivered: the provider has it, and nobody here can know
/// more.
pub fn state(state: State) -> Text {
    match state {
        State::Queued => text!("queued", "等待发送"),
        State::Leased => text!("leased", "即将投递"),
        State::HandingOver => text!("handing_over", "正在移交"),
        State::Sent => text!("sent", "服务商已接收"),
        State::Failed => text!("failed", "失败"),
        State::Expired => text!("expired", "已过期"),
        State::Superseded => text!("superseded", "已被新邮件取代"),
        State::Cancelled => text!("cancelled", "已取消"),
        State::Unknown => text!("unknown", "结果未知（可能已发出）"),
    }
}

/// The priority lane.
pub fn lane(lane: Lane) -> Text {
    match lane {
        Lane::Security => text!("security", "安全邮件"),
        Lane::Transactional => text!("transactional", "事务邮件"),
        Lane::Notification => text!("notification", "通知"),
    }
}
