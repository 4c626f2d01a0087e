//! A mail server that serves one connection after another, each by its own script, and remembers every message.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
    time::timeout,
};

use super::smtp::{Event, Script, Seen, serve};

/// Nothing that a test waits for takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// The left side of its Message-ID.
    pub(crate) id: String,
    /// The address in its To header.
    pub(crate) to: String,
    /// All of it.
    pub(crate) text: String,
}

impl Arrived {
    /// Reads the headers of a mail.
    pub(crate) fn read(text: &str) -> Arrived {
        let header = |name: &str| {
            let line = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("a mail without {name}: {text}")).trim()
        };
        let id = header("Message-ID: <").split('@').next().expect("a Message-ID").to_owned();
        Arrived { id, to: header("To: ").to_owned(), text: text.to_owned() }
    }
}

/// The server. It closes with the value.
pub(crate) struct Office {
    /// Where it listens.
    pub(crate) at: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    events: UnboundedReceiver<Event>,
    task: JoinHandle<()>,
}

impl Office {
    /// Listens on a free port of the loopback interface. `script` is asked for each connection, counted from 0.
    pub(crate) async fn open(script: impl FnMut(usize) -> Script + Send + 'static) -> Office {
        Office::open_at(SocketAddr::from(([127, 0, 0, 1], 0)), script).await
    }

    /// The same, at an address where one was before.
    pub(crate) async fn open_at(at: SocketAddr, mut script: impl FnMut(usize) -> Script + Send + 'static) -> Office {
        let listener = TcpListener::bind(at).await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let (sender, events) = unbounded_channel();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrived);
        let task = tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.expect("a client");
                let script = script(connection);
                let (kept, sender) = (Arc::clone(&kept), sender.clone());
                tokio::spawn(async move {
                    let (listener, mut heard) = unbounded_channel();
                    let forward = tokio::spawn(async move {
                        while let Some(event) = heard.recv().await {
                            if let Event::Message(bytes) = &event {
                                let text = String::from_utf8_lossy(bytes).into_owned();
                                kept.lock().unwrap_or_else(PoisonError::into_inner).push(Arrived::read(&text));
                            }
                            let _ = sender.send(event);
                        }
                    });
                    let mut seen = Seen { listener: Some(listener), ..Seen::default() };
                    serve(stream, &script, &mut seen).await;
                    drop(seen);
                    forward.await.expect("events are passed on");
                });
            }
        });
        Office { at, arrived, events, task }
    }

    /// A server that takes everything.
    pub(crate) async fn willing() -> Office {
        Office::open(|_| Script::willing()).await
    }

    /// Every message that has arrived, in order.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next thing that happens.
    pub(crate) async fn event(&mut self) -> Event {
        timeout(PATIENCE, self.events.recv()).await.expect("the mail server waits in vain").expect("the server stands")
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.task.abort();
    }
}
