//! Taking in while serving: what is there already can be searched at once, and the rest as it comes.

use std::path::PathBuf;
use std::time::Duration;

use archive::{IntakeOptions, Stop, Writer};
use cloudtrail::intake::{Outcome, Report};
use tokio::task::JoinHandle;

use crate::error::{Error, Result, chain};
use crate::services::TakingIn;

/// How often watched folders are looked at.
const EVERY: Duration = Duration::from_secs(5);

/// What is to be taken in.
pub struct Intake {
    writer: Writer,
    prepare: Option<Prepare>,
    folders: Vec<PathBuf>,
    watch: bool,
    hold: bool,
}

/// What has to be done first: it blocks, and may fail.
type Prepare = Box<dyn FnOnce() -> Result<()> + Send>;

impl Intake {
    /// These folders, and with `watch` also what appears in them later.
    pub fn of_folders(writer: Writer, folders: Vec<PathBuf>, watch: bool) -> Intake {
        Intake { writer, prepare: None, folders, watch, hold: false }
    }

    /// The same, after something else.
    pub fn after(self, prepare: impl FnOnce() -> Result<()> + Send + 'static) -> Intake {
        Intake { prepare: Some(Box::new(prepare)), ..self }
    }

    /// The same, keeping the archive for this process also when everything is taken in.
    pub fn holding(self) -> Intake {
        Intake { hold: true, ..self }
    }

    /// Starts; a failure is logged, and what was taken in before stays.
    pub fn start(self, taking_in: TakingIn) -> Running {
        let stop = self.writer.stop_handle();
        taking_in.start();
        let task = tokio::spawn(async move {
            if let Err(error) = self.run(&taking_in).await {
                tracing::error!(cause = chain(&error), "taking in failed");
            }
            taking_in.finish();
        });
        Running { task, stop }
    }

    async fn run(mut self, taking_in: &TakingIn) -> Result<()> {
        if let Some(prepare) = self.prepare.take() {
            tokio::task::spawn_blocking(prepare)
                .await
                .map_err(|error| Error::Argument(format!("a task stopped unexpectedly: {error}")))??;
        }
        let options = IntakeOptions::default();
        let progress = taking_in.clone();
        let report = self.writer.take_in(&self.folders, &options, move |now| progress.progress(&now)).await?;
        log(&report);
        taking_in.finish();
        if self.watch {
            self.writer.watch(&self.folders, &options, EVERY, log).await?;
        }
        if self.hold {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// Taking in that goes on.
pub struct Running {
    task: JoinHandle<()>,
    stop: Stop,
}

impl Running {
    /// Ends it. What was not finished is taken in the next time.
    pub async fn stop(self) {
        self.stop.stop();
        self.task.abort();
        // It was told to end; how it does so makes no difference.
        let _ = self.task.await;
    }
}

fn log(report: &Report) {
    tracing::info!(
        files = report.files,
        unchanged = report.unchanged,
        events = report.added,
        duplicates = report.duplicates,
        skipped = report.count(Outcome::Skipped),
        partial = report.count(Outcome::Partial),
        warned = report.count(Outcome::Warned),
        "logs taken in"
    );
}
