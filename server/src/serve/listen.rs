//! Listening on loopback, until it is time to stop.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::signal;
use crate::error::{Error, Result};

/// How long answers that are being sent may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// An open port of this machine.
pub struct Listener {
    inner: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Where it listens: with the port that was chosen, if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Who may reach a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Only this machine: there is no sign-in for others.
    ThisMachine,
    /// Whoever can.
    Everybody,
}

/// Opens a port.
pub async fn bind(address: SocketAddr, who: Who) -> Result<Listener> {
    if who == Who::ThisMachine && !address.ip().is_loopback() {
        return Err(Error::Argument(format!(
            "{address} is not an address of this machine alone; Waymark listens on loopback, such as 127.0.0.1:{}",
            address.port()
        )));
    }
    let listen = |source| Error::Listen { address, source };
    let inner = TcpListener::bind(address).await.map_err(listen)?;
    let address = inner.local_addr().map_err(listen)?;
    Ok(Listener { inner, address })
}

/// Serves until Ctrl-C or SIGTERM; then takes no more requests and lets those that run come to an end, for a while.
pub async fn serve(
    main: Listener,
    router: Router,
    admin: Option<(Listener, Router)>,
    stop: CancellationToken,
) -> Result<()> {
    let stopper = stop.clone();
    tokio::spawn(async move {
        signal::stopped().await;
        tracing::info!("stopping");
        stopper.cancel();
    });
    let admin_stop = stop.clone();
    let admin = async move {
        match admin {
            Some((listener, router)) => serve_one(listener, router, admin_stop).await,
            None => Ok(()),
        }
    };
    let all = async { tokio::try_join!(serve_one(main, router, stop.clone()), admin).map(|_| ()) };
    let grace = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = all => served,
        () = grace => {
            tracing::warn!("some answers were cut off");
            Ok(())
        }
    }
}

async fn serve_one(listener: Listener, router: Router, stop: CancellationToken) -> Result<()> {
    let address = listener.address;
    axum::serve(listener.inner, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
        .map_err(|source| Error::Listen { address, source })
}
