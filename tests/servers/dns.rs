//! A name server for tests: TXT records from a table, and of every other name that it is not there.
//! It answers until the process ends.

use std::net::UdpSocket;

/// The query type TXT.
const TXT: u16 = 16;
/// Flags of an answer: recursion was asked for and is there.
const ANSWER: u16 = 0x8180;
/// The name does not exist (NXDOMAIN).
const NO_SUCH_NAME: u16 = 3;

/// Answers at an address in a thread of its own.
pub fn serve(address: &str, records: &'static [(&'static str, &'static str)]) {
    let socket = UdpSocket::bind(address).unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((length, asker)) = socket.recv_from(&mut buffer) {
            if let Some(answer) = answer(&buffer[..length], records) {
                let _ = socket.send_to(&answer, asker);
            }
        }
    });
}

fn answer(query: &[u8], records: &[(&str, &str)]) -> Option<Vec<u8>> {
    let (name, end) = name(query.get(12..)?)?;
    let question = query.get(12..12 + end + 4)?;
    let kind = u16::from_be_bytes([question[end], question[end + 1]]);
    let known = records.iter().find(|(known, _)| *known == name);
    let found = known.filter(|_| kind == TXT);
    let code = if known.is_some() { 0 } else { NO_SUCH_NAME };
    let counts = [1, u16::from(found.is_some()), 0, 0];
    let mut answer = query[..2].to_vec();
    answer.extend((ANSWER | code).to_be_bytes());
    answer.extend(counts.iter().flat_map(|count: &u16| count.to_be_bytes()));
    answer.extend(question);
    if let Some((_, text)) = found {
        let length = u8::try_from(text.len()).unwrap();
        // The name of the question, TXT, IN, for a minute.
        answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        answer.extend(text.as_bytes());
    }
    Some(answer)
}

/// A name of labels, and how long it is.
fn name(bytes: &[u8]) -> Option<(String, usize)> {
    let (mut labels, mut at) = (Vec::new(), 0);
    loop {
        let length = usize::from(*bytes.get(at)?);
        if length == 0 {
            return Some((labels.join(".").to_ascii_lowercase(), at + 1));
        }
        labels.push(String::from_utf8_lossy(bytes.get(at + 1..at + 1 + length)?).into_owned());
        at += 1 + length;
    }
}
