//! hongyan's side: so many mails over so many connections, and how long that took.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hongyan::Mailer;
use hongyan::config::{Preset, SmtpSettings, Tls};
use hongyan::snapshot::CLOCK;
use hongyan::transport::{Outgoing, SmtpTransport, Transport, Unrecorded};

use crate::{Failure, Mail, draft, profile};

/// What is asked for.
pub struct Load {
    port: u16,
    connections: usize,
    mails: usize,
}

impl Load {
    pub fn parse(port: &str, connections: &str, mails: &str) -> Result<Load, Failure> {
        let (port, connections, mails) = (port.parse()?, connections.parse()?, mails.parse()?);
        Ok(Load { port, connections, mails })
    }

    fn transport(&self) -> Result<SmtpTransport, Failure> {
        let ca_file = std::env::var_os("CA").map(Into::into);
        let settings = SmtpSettings {
            preset: Preset::by_host("127.0.0.1"),
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: if ca_file.is_some() { Tls::Implicit } else { Tls::None },
            login: None,
            ca_file,
        };
        Ok(SmtpTransport::new("sink", &settings, profile()?)?.connections(self.connections))
    }

    /// The rate of `one`: twice as many tasks as connections, so that none of them waits for work;
    /// the clock starts when all connections are open.
    async fn measure<F>(&self, one: impl Fn() -> F + Send + Sync + 'static) -> Result<f64, Failure>
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let one = Arc::new(one);
        self.all(self.connections * 2, &one).await?;
        let began = Instant::now();
        self.all(self.mails, &one).await?;
        Ok(self.mails as f64 / began.elapsed().as_secs_f64())
    }

    async fn all<F>(
        &self,
        mails: usize,
        one: &Arc<impl Fn() -> F + Send + Sync + 'static>,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let left = Arc::new(AtomicUsize::new(mails));
        let tasks: Vec<_> = (0..self.connections * 2)
            .map(|_| {
                let (left, one) = (left.clone(), one.clone());
                tokio::spawn(async move {
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
                    {
                        one().await?;
                    }
                    Ok::<(), String>(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(())
    }
}

fn one_less(left: usize) -> Option<usize> {
    left.checked_sub(1)
}

/// The same finished mail each time: what nodemailer does with `raw`.
pub async fn deliver(load: &Load) -> Result<f64, Failure> {
    let shared = Arc::new((load.transport()?, Mail::new()?));
    load.measure(move || {
        let shared = shared.clone();
        async move {
            let (transport, Mail { rendered, seal, message }) = &*shared;
            let deadline = Instant::now() + Duration::from_secs(120);
            let mail = Outgoing { rendered, seal, message, deadline };
            let result = transport.deliver(mail, &mut Unrecorded).await;
            result.map(drop).map_err(|error| error.to_string())
        }
    })
    .await
}

/// The whole way, rendering included. The fixed clock makes the bytes the ones that the sink knows.
pub async fn send(load: &Load) -> Result<f64, Failure> {
    let mailer = Mailer::builder().transport(load.transport()?).epoch(CLOCK).build()?;
    let draft = Arc::new(draft()?);
    load.measure(move || {
        let (mailer, draft) = (mailer.clone(), draft.clone());
        async move { mailer.send(&draft).await.map(drop).map_err(|error| error.to_string()) }
    })
    .await
}
