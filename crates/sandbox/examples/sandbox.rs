//! Starts the sandbox: `cargo run -p sandbox --example sandbox -- [LISTEN] [STATE]`. It stops with its standard input.

use std::io::Read as _;

use sandbox::{Options, Sandbox, Who};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options::default();
    if let Some(listen) = arguments.next() {
        options.listen = listen.parse()?;
    }
    options.state = arguments.next().map(Into::into);
    let running = Sandbox::start(options).await?;
    for who in [Who::Administrator, Who::Auditor, Who::Mfa, Who::Newcomer] {
        println!("# {who:?}\n{}", running.exports(who));
    }
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    running.stop().await;
    Ok(())
}
