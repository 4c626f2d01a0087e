//! The program: parses the command line and hands over to `cli`.

use std::process::ExitCode;

/// Wording a message and speaking to the ledger are thousands of small texts; the C library's allocator takes a quarter longer
/// over a morning's mail.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    duewatch::cli::main()
}
