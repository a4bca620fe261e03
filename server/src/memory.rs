//! What lies in the program's memory stays there: credentials do not get into core dumps.

/// Sets the core-dump limit to nothing, and tells Linux that the program is not to be dumped or traced by others of the same user.
///
/// What this does not do: memory is not locked, so that a system that swaps or hibernates may write it to a disk; what AWS's SDK
/// and the TLS library copy is theirs to wipe; and who is root reads everything.
///
/// # Errors
/// What the system said. The program can go on, and should say it.
#[cfg(unix)]
pub fn keep_private() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Other systems dump nothing unless they are told to.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn keep_private() -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn nothing_is_dumped() {
        super::keep_private().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
