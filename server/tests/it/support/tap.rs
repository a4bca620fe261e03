//! Somebody between the server and AWS who writes down what is said: so tests know the secrets that were handed out.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use sandbox::Running;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Where the server takes AWS to be.
pub struct Tap {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    /// In front of a sandbox.
    pub async fn before(running: &Running) -> Tap {
        // Addresses in what is said are changed in place, so that they must be of one length.
        let listener = loop {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            if address.to_string().len() == running.address().to_string().len() {
                break listener;
            }
        };
        let (address, behind) = (listener.local_addr().unwrap(), running.address());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let tap = Tap { address, heard: heard.clone() };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let aws = TcpStream::connect(behind).await.unwrap();
                let ((from_client, to_client), (from_aws, to_aws)) = (client.into_split(), aws.into_split());
                tokio::spawn(pass(from_client, to_aws, None));
                tokio::spawn(pass(from_aws, to_client, Some((behind, address, heard.clone()))));
            }
        });
        tap
    }

    /// Its own address, for AWS's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The values that stand in what was said after `before` and up to `after`.
    pub fn heard(&self, before: &str, after: &str) -> Vec<String> {
        let heard = self.heard.lock().unwrap().clone();
        let text = String::from_utf8_lossy(&heard).into_owned();
        let values = text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0.to_owned()));
        values.collect()
    }
}

type Changed = (SocketAddr, SocketAddr, Arc<Mutex<Vec<u8>>>);

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    changed: Option<Changed>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if let Some((is, becomes, heard)) = &changed {
            let (is, becomes) = (is.to_string().into_bytes(), becomes.to_string().into_bytes());
            for at in 0..length.saturating_sub(is.len()) {
                if buffer[at..].starts_with(&is) {
                    buffer[at..at + is.len()].copy_from_slice(&becomes);
                }
            }
            heard.lock().unwrap().extend_from_slice(&buffer[..length]);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
