//! Starts the sandbox: `cargo run -p sandbox --example sandbox -- [LISTEN] [STATE]`. It stops with its standard input; each line
//! there lets the trails deliver log files and digests.

use tokio::io::{AsyncBufReadExt as _, BufReader};

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
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        running.deliver();
        running.deliver_digests();
        println!("# delivered");
    }
    running.stop().await;
    Ok(())
}
