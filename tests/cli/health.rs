use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use crate::place::{Place, keys};

/// A server that answers one request with this line.
fn answering(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "GET /readyz HTTP/1.1\r\n");
        write!(stream, "{status}\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    address
}

#[test]
fn ready_or_not() {
    let ready = Place::new().env("HONGYAN_LISTEN", &answering("HTTP/1.1 200 OK"));
    let json = ready.run(["health", "--json"]).exits(0).json();
    assert_eq!(keys(&json), ["ready", "address", "status", "detail"]);
    assert_eq!((&json["ready"], &json["status"]), (&true.into(), &200.into()));
    let place = Place::new();
    let url = format!("http://{}", answering("HTTP/1.1 503 Service Unavailable"));
    let ran = place.run(["health", "--url", &url, "--lang", "zh"]).exits(1);
    assert!(ran.text().ends_with("不可用：HTTP 503\n"), "{}", ran.screen());
    let url = format!("http://{}", answering("220 mail.example.com ESMTP"));
    place.run(["health", "--url", &url]).exits(1);
}

#[test]
fn every_address_means_this_machine() {
    let port = answering("HTTP/1.1 200 OK").rsplit(':').next().unwrap().to_owned();
    let place = Place::new().env("HONGYAN_LISTEN", &format!("0.0.0.0:{port}"));
    assert_eq!(place.run(["health"]).exits(0).text(), format!("ready at 127.0.0.1:{port}\n"));
}

#[test]
fn nobody_there() {
    let place = Place::new().env("HONGYAN_LISTEN", "127.0.0.1:1");
    place.run(["health"]).exits(1);
    place.run(["health", "--url", "https://127.0.0.1:1"]).exits(2);
    // What is wrong elsewhere is not for a health check to tell.
    let broken = Place::new().env("HONGYAN_LISTEN", "127.0.0.1:1").env("SMTP_PASSWORD_FILE", "no");
    broken.run(["health"]).exits(1);
}
