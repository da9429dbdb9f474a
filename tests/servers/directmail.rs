//! A stand-in for Aliyun DirectMail that checks what it is sent, keeps what it accepts, and
//! misbehaves on request.

#![allow(dead_code)] // Each test file uses some of it.

#[path = "directmail/wire.rs"]
mod wire;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub use wire::Request;

pub const KEY_ID: &str = "LTAI-canary-key-id";
pub const KEY_SECRET: &str = "canary-key-secret";
pub const TOKEN: &str = "canary/sts+token==";
pub const ACCOUNT: &str = "notice@mail.example.com";

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// An error of the API
    Code(u16, String),
    /// Anything: status, headers, body
    Raw(u16, Vec<(String, String)>, Vec<u8>),
    /// The answer never comes
    Hang,
    /// The answer comes byte by byte
    Drip(Duration),
    /// The connection ends instead of an answer
    CloseBefore,
    /// It ends in the middle of the answer
    CloseMid,
    /// It is reset
    Reset,
    /// The answer is a success, and has this many bytes
    Huge(usize),
    /// `HTTP/1.1 100 Continue`, and nothing more
    ContinueOnly,
}

/// What happens to one request: a fault or none, and whether the mail is kept.
#[derive(Clone, Debug)]
pub struct Step {
    pub fault: Option<Fault>,
    pub accept: bool,
}

impl Step {
    pub const FINE: Step = Step { fault: None, accept: true };

    pub fn code(status: u16, code: &str) -> Step {
        Step::fault(Fault::Code(status, code.into()))
    }

    pub fn body(status: u16, body: impl AsRef<[u8]>) -> Step {
        Step::fault(Fault::Raw(status, Vec::new(), body.as_ref().to_vec()))
    }

    pub fn fault(fault: Fault) -> Step {
        Step { fault: Some(fault), accept: false }
    }

    /// The mail is kept all the same.
    pub fn accepted(self) -> Step {
        Step { accept: true, ..self }
    }
}

/// A mail: the fields of its request.
pub type Fields = BTreeMap<String, String>;

/// The server. It ends when it is dropped.
pub struct Server {
    pub url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

struct State {
    /// The pair that may sign
    key: (String, String),
    plan: VecDeque<Step>,
    always: Step,
    /// How far this server's clock is ahead, in seconds
    skew: i64,
    token: Option<String>,
    sender: String,
    account: Json,
    requests: Vec<Request>,
    nonces: HashSet<String>,
    mails: Vec<Fields>,
    written: usize,
}

impl Server {
    pub async fn start() -> Server {
        Server::start_for(KEY_ID, KEY_SECRET).await
    }

    /// A server that knows another key.
    pub async fn start_for(key_id: &str, secret: &str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            key: (key_id.into(), secret.into()),
            plan: VecDeque::new(),
            always: Step::FINE,
            skew: 0,
            token: None,
            sender: ACCOUNT.into(),
            account: json!({
                "RequestId": "R-0", "DailyQuota": 2000, "MonthQuota": "60000", "QuotaLevel": "2",
                "UserStatus": 0,
            }),
            requests: Vec::new(),
            nonces: HashSet::new(),
            mails: Vec::new(),
            written: 0,
        }));
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Server { url, state, task }
    }

    /// What becomes of the next requests; those behind them are as [`Server::always`] says.
    pub fn plan(&self, steps: impl IntoIterator<Item = Step>) {
        self.state().plan = steps.into_iter().collect();
    }

    pub fn always(&self, step: Step) {
        self.state().always = step;
    }

    pub fn skew(&self, seconds: i64) {
        self.state().skew = seconds;
    }

    /// Temporary credentials only.
    pub fn want_token(&self) {
        self.state().token = Some(TOKEN.into());
    }

    /// The account, in place of [`ACCOUNT`].
    pub fn send_from(&self, address: &str) {
        self.state().sender = address.into();
    }

    /// What `DescAccountSummary` answers.
    pub fn account(&self, account: Json) {
        self.state().account = account;
    }

    pub fn mails(&self) -> Vec<Fields> {
        self.state().mails.clone()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// How many bytes of huge answers went out.
    pub fn written(&self) -> usize {
        self.state().written
    }

    /// The environment of a client of this server.
    pub fn variables(&self) -> Vec<(String, String)> {
        let state = self.state();
        let mut variables = vec![
            ("EMAIL_PROVIDER", "aliyun"),
            ("ALIYUN_ACCESS_KEY_ID", KEY_ID),
            ("ALIYUN_ACCESS_KEY_SECRET", KEY_SECRET),
            ("ALIYUN_ACCOUNT_NAME", &state.sender),
            ("ALIYUN_ENDPOINT", &self.url),
        ];
        variables.extend(state.token.as_deref().map(|token| ("ALIYUN_SECURITY_TOKEN", token)));
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    while let Some(request) = Request::read(&mut stream).await {
        let (step, verdict, skew) = state.lock().unwrap().take(request);
        let usual = wire::answer(verdict.0, skew, &[], verdict.1.to_string().as_bytes());
        let Some(fault) = step.fault else {
            if stream.write_all(&usual).await.is_err() {
                return;
            }
            continue;
        };
        misbehave(&mut stream, fault, &usual, &state).await;
        return;
    }
}

impl State {
    /// Judges a request, and keeps its mail. The verdict is a status and a JSON body.
    fn take(&mut self, request: Request) -> (Step, (u16, Json), i64) {
        let step = self.plan.pop_front().unwrap_or_else(|| self.always.clone());
        let number = self.requests.len() + 1;
        let refused = self.judge(&request).err();
        let action = request.header("x-acs-action").to_owned();
        let fields = request.fields();
        self.requests.push(request);
        let verdict = match (refused, action.as_str()) {
            (Some(code), _) => {
                // A wrong fault would hide a wrong request.
                let step = Step { fault: None, accept: false };
                return (step, (400, wire::error(code, number)), self.skew);
            }
            (None, "DescAccountSummary") => self.account.clone(),
            (None, _) => {
                json!({"EnvId": format!("60000000{number}"), "RequestId": format!("R-{number}")})
            }
        };
        if step.accept && action == "SingleSendMail" {
            self.mails.push(fields);
        }
        (step, (200, verdict), self.skew)
    }

    fn judge(&mut self, request: &Request) -> Result<(), &'static str> {
        let (id, secret) = &self.key;
        request.check_signature(id, secret, self.token.as_deref())?;
        request.check_time(self.skew)?;
        if !self.nonces.insert(request.header("x-acs-signature-nonce").to_owned()) {
            return Err("SignatureNonceUsed");
        }
        match request.header("x-acs-action") {
            "DescAccountSummary" => Ok(()),
            "SingleSendMail" => wire::check_fields(&request.fields(), &self.sender),
            _ => Err("InvalidAction.NotFound"),
        }
    }
}

async fn misbehave(stream: &mut TcpStream, fault: Fault, usual: &[u8], state: &Mutex<State>) {
    let skew = state.lock().unwrap().skew;
    match fault {
        Fault::Code(status, code) => {
            let body = wire::error(&code, 1).to_string();
            let _ = stream.write_all(&wire::answer(status, skew, &[], body.as_bytes())).await;
        }
        Fault::Raw(status, headers, body) => {
            let _ = stream.write_all(&wire::answer(status, skew, &headers, &body)).await;
        }
        Fault::Hang => std::future::pending().await,
        Fault::Drip(pause) => {
            for byte in usual {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        }
        Fault::CloseBefore => {}
        Fault::CloseMid => drop(stream.write_all(&usual[..usual.len() - 10]).await),
        Fault::Reset => drop(stream.set_zero_linger()),
        Fault::Huge(length) => {
            let head = wire::head(200, skew, &[], length);
            let mut chunk = [head, b"{\"EnvId\":\"".to_vec()].concat();
            while stream.write_all(&chunk).await.is_ok() && state.lock().unwrap().written < length {
                state.lock().unwrap().written += chunk.len();
                chunk = vec![b'9'; 16 * 1024];
            }
        }
        Fault::ContinueOnly => drop(stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await),
    }
}
