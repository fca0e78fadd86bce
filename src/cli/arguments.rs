//! What was typed. What it means is [`task`](crate::cli::task)'s business.

use std::path::PathBuf;

use caseload_engine::{doubt, job};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Makes one API request of each row of a spreadsheet, checks every row first, and never sends a row twice.
#[derive(Debug, Parser)]
#[command(name = "caseload", version, about, after_help = EXIT_CODES, max_term_width = 110)]
pub struct Cli {
    /// Language of the messages: tr or en
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<String>,
    /// Take the settings from this file alone
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0    every row done, or was already (check: every row valid)
  1    finished, some rows were not
  2    could not start: usage, settings, unreadable file, columns missing
  3    stopped early; the same command goes on
  75   another process is sending this run
  130  interrupted (143: terminated); rows in flight were settled first";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check every row and write FILE.check.xlsx; sends nothing, needs no token
    Check(CheckArgs),
    /// Check, send, report. The same command again goes on, or says that all is done
    Submit(SubmitArgs),
    /// Write the result of a run again (the latest, if none is named)
    Report(ReportArgs),
    /// List the runs, or the rows of one that are not done
    Runs(RunsArgs),
    /// Find the run and row that an id, or the value of an order key, came from
    Find(FindArgs),
    /// Close rows whose outcome is unknown
    Resolve(ResolveArgs),
    /// Read by a GET operation: once for each row of a file, or a whole list; changes nothing
    Fetch(FetchArgs),
    /// Forget the rows of old runs for good
    Purge(PurgeArgs),
    /// Copy the ledger, take an older copy of it, or tell it that a server moved
    Ledger(LedgerCommandArgs),
    /// Write a workbook to fill in: headers, dropdowns, an example row, an explanation
    Template(TemplateArgs),
    /// List systems and operations, or describe one
    Contracts(ContractsArgs),
    /// Serve the contracts on loopback, with faults on request
    Sandbox(SandboxArgs),
    /// Serve the page: lists are dropped, checked, mended, sent and watched in a browser
    Serve(ServeArgs),
    /// The people of the page: add, list and remove them, their passwords, roles and tokens
    User(UserArgs),
    /// Print who did what on the page, when, and from where
    Audit(AuditArgs),
    /// Write a commented caseload.toml
    Init,
    /// Show which settings are in force and where they come from, or trust a settings file of somebody else
    Config(ConfigArgs),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

/// Options of check and submit.
#[derive(Debug, Clone, Default, Args)]
pub struct FileArgs {
    /// The operation, as SYSTEM/OPERATION; may be left out where the headers fit exactly one
    #[arg(long, value_name = "SYSTEM/OPERATION")]
    pub to: Option<String>,
    /// A profile of caseload.toml
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// A contract of your own (OpenAPI 3.1, YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// Only this sheet of the workbook
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Take a field from the column with this header
    #[arg(long = "map", value_name = "FIELD=HEADER")]
    pub maps: Vec<String>,
    /// Give a field the same value in every row; {Header} stands for that column's cell
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub sets: Vec<String>,
    /// Encoding of a CSV file, where it is guessed wrong (as in windows-1254)
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// What to do with rows that are hidden in the spreadsheet (default: send, with a warning)
    #[arg(long, value_enum)]
    pub hidden: Option<Hidden>,
    /// Refuse rows whose cells bring a warning: check digits that do not fit (TCKN, VKN), a number that the sheet shows otherwise
    #[arg(long)]
    pub strict: bool,
    /// The result file: .xlsx, .csv or .jsonl by its ending; "none" writes none
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print one JSON object to standard output
    #[arg(long)]
    pub json: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Spreadsheets: .xlsx or .csv
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub file: FileArgs,
    /// Look for duplicates in this ledger
    #[arg(long, value_name = "PATH")]
    pub ledger: Option<PathBuf>,
    /// Check as a run for this server: duplicates are known by it
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// Spreadsheets: .xlsx or .csv
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub file: FileArgs,
    #[command(flatten)]
    pub send: SendArgs,
}

/// Options of submit alone.
#[derive(Debug, Clone, Default, Args)]
pub struct SendArgs {
    /// Requests at most: 10/s, 600/m (default: 10/s; no limit on this machine's own addresses)
    #[arg(long, value_name = "RATE")]
    pub rate: Option<String>,
    /// Requests in flight at most (default: 8)
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
    /// The server, in place of the contract's
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Send to a sandbox that this command starts, and keep a ledger apart
    #[arg(long, conflicts_with = "base_url")]
    pub sandbox: bool,
    /// Faults of that sandbox: a script, as in samples/hatalar.yaml
    #[arg(long, value_name = "FILE", requires = "sandbox")]
    pub faults: Option<PathBuf>,
    /// Where the ledger is
    #[arg(long, value_name = "PATH")]
    pub ledger: Option<PathBuf>,
    /// How long to wait for an answer (default: 60s)
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Stop when more rows than this are rejected or unknown: N or N%
    #[arg(long, value_name = "N|N%")]
    pub max_errors: Option<String>,
    /// Send nothing unless every row is valid
    #[arg(long)]
    pub require_valid: bool,
    /// Rows that repeat one of this file or of an earlier run (default: skip)
    #[arg(long, value_enum)]
    pub duplicates: Option<Duplicates>,
    /// Send rows that are done at another server to this one too
    #[arg(long)]
    pub other_server: bool,
    /// Send a file that was submitted before under other flags, sheet, encoding or mapping
    #[arg(long)]
    pub other_flags: bool,
    /// Rows that were done longer ago than their rule's window (default: ask; where nobody answers, they stay)
    #[arg(long, value_enum, value_name = "WHAT")]
    pub past_window: Option<Choice>,
    /// Rows that were edited after they were done (default: ask; where nobody answers, they stay)
    #[arg(long, value_enum, value_name = "WHAT")]
    pub changed: Option<Choice>,
    /// Send every row anew, whatever was sent before
    #[arg(long)]
    pub again: bool,
    /// Send the rows again that the server rejected
    #[arg(long)]
    pub retry_rejected: bool,
    /// Do not ask before sending
    #[arg(short, long)]
    pub yes: bool,
}

/// What becomes of rows that repeat others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Duplicates {
    /// Not sent
    Skip,
    /// Sent, with a warning
    Warn,
    /// Sent
    Send,
}

/// What becomes of rows in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// They stay duplicates of the row that was done
    Skip,
    /// They are sent
    Send,
}

impl From<Choice> for doubt::Choice {
    fn from(typed: Choice) -> Self {
        match typed {
            Choice::Skip => Self::Skip,
            Choice::Send => Self::Send,
        }
    }
}

impl From<Duplicates> for job::Duplicates {
    fn from(typed: Duplicates) -> Self {
        match typed {
            Duplicates::Skip => Self::Skip,
            Duplicates::Warn => Self::Warn,
            Duplicates::Send => Self::Send,
        }
    }
}

/// What becomes of hidden rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Hidden {
    /// Not sent
    Skip,
    /// Sent, with a warning
    Send,
}

/// Which ledger, and how to print.
#[derive(Debug, Clone, Default, Args)]
pub struct LedgerArgs {
    /// Where the ledger is
    #[arg(long, value_name = "PATH")]
    pub ledger: Option<PathBuf>,
    /// The sandbox's ledger
    #[arg(long, conflicts_with = "ledger")]
    pub sandbox: bool,
    /// Print JSON to standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The run, as `caseload runs` lists it
    pub run: Option<String>,
    /// The result file: .xlsx, .csv or .jsonl by its ending
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct RunsArgs {
    pub run: Option<String>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct FindArgs {
    /// An id that the server gave, or the value by which rows are put in order (x-caseload.order-by)
    pub text: String,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct ResolveArgs {
    pub run: String,
    /// The row, as the spreadsheet numbers it
    #[arg(long, value_name = "N")]
    pub row: Option<u32>,
    /// The sheet of the row, where the run has several
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// It was done: the id that the system gave
    #[arg(long, value_name = "ID", conflicts_with = "not_done")]
    pub done: Option<String>,
    /// It was not done; the same submit sends it again
    #[arg(long)]
    pub not_done: bool,
    /// Close the rows of which this workbook decides: columns Reference, Decision (done, not-done), Id, Why
    #[arg(long, value_name = "WORKBOOK", conflicts_with_all = ["row", "done", "not_done"])]
    pub from: Option<PathBuf>,
    /// Write the unknown rows as a workbook to fill in
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["row", "from"])]
    pub output: Option<PathBuf>,
    /// Do not ask the server first, where the contract has a look-up
    #[arg(long)]
    pub no_lookup: bool,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Clone, Default, Args)]
pub struct FetchArgs {
    /// SYSTEM/OPERATION
    pub operation: String,
    /// A spreadsheet, for one read a row; without it one list is read, with all of its pages
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Only this sheet of the workbook
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Take a field from the column with this header
    #[arg(long = "map", value_name = "FIELD=HEADER")]
    pub maps: Vec<String>,
    /// Give a field a value: a filter of a list, or the same in every row
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub sets: Vec<String>,
    /// Encoding of a CSV file, where it is guessed wrong (as in windows-1254)
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Requests at most: 10/s, 600/m (default: 10/s; no limit on this machine's own addresses)
    #[arg(long, value_name = "RATE")]
    pub rate: Option<String>,
    /// Rows that are read for side by side, at most (default: 8)
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
    /// How long to wait for an answer (default: 60s)
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Read from a sandbox that this command starts
    #[arg(long, conflicts_with = "base_url")]
    pub sandbox: bool,
    /// The result: .xlsx, .csv or .jsonl by its ending (default: OPERATION.xlsx, or FILE.OPERATION.xlsx)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print one JSON object to standard output
    #[arg(long)]
    pub json: bool,
    /// Do not ask before reading
    #[arg(short, long)]
    pub yes: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Whose contract, and which server.
#[derive(Debug, Clone, Default, Args)]
pub struct PlaceArgs {
    /// A profile of caseload.toml
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// A contract of your own (OpenAPI 3.1, YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// The server, in place of the contract's
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

impl FetchArgs {
    /// The same as the arguments of a command that sends: how the file is read, and how requests go.
    pub fn parts(&self) -> (FileArgs, SendArgs) {
        let file = FileArgs {
            profile: self.place.profile.clone(),
            contract: self.place.contract.clone(),
            sheet: self.sheet.clone(),
            maps: self.maps.clone(),
            sets: self.sets.clone(),
            encoding: self.encoding.clone(),
            output: self.output.clone(),
            json: self.json,
            quiet: self.quiet,
            ..FileArgs::default()
        };
        let send = SendArgs {
            rate: self.rate.clone(),
            concurrency: self.concurrency,
            base_url: self.place.base_url.clone(),
            sandbox: self.sandbox,
            timeout: self.timeout.clone(),
            yes: self.yes,
            ..SendArgs::default()
        };
        (file, send)
    }
}

#[derive(Debug, Args)]
pub struct PurgeArgs {
    /// Runs that ended longer ago than this: 180d, 26w, 12h
    #[arg(long, value_name = "AGE")]
    pub older_than: String,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct LedgerCommandArgs {
    #[command(subcommand)]
    pub command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Write a copy of the ledger to a new file, also while a run goes on
    Backup(BackupArgs),
    /// Take an older copy of the ledger that was put back: rows sent since it was made are not known, and would go again
    Restore(RestoreArgs),
    /// Say that two addresses are one server, which moved: rows that are done at one are done
    Same(SameArgs),
}

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The copy; a file that exists is never written over
    #[arg(value_name = "FILE")]
    pub copy: PathBuf,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The ledger (default: the one that runs use)
    #[arg(value_name = "PATH")]
    pub older: Option<PathBuf>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct SameArgs {
    /// The address that it had
    #[arg(value_name = "OLD-URL")]
    pub old: String,
    /// The address that it has
    #[arg(value_name = "NEW-URL")]
    pub new: String,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// SYSTEM/OPERATION
    pub operation: String,
    /// A contract of your own
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// The workbook (default: OPERATION.xlsx)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ContractsArgs {
    #[command(subcommand)]
    pub command: Option<ContractsCommand>,
    /// A system, SYSTEM/OPERATION, or a contract file of your own
    pub name: Option<String>,
    /// A contract of your own
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
    /// Print the system's YAML, to start one's own from
    #[arg(long, requires = "name")]
    pub export: bool,
}

#[derive(Debug, Subcommand)]
pub enum ContractsCommand {
    /// Read the values that fields may have from the server, and write them into a copy of the contract
    Refresh(RefreshArgs),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: Option<ConfigCommand>,
    /// A profile of caseload.toml
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Print one JSON object to standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Take a settings file of somebody else for your own, as it is now
    Trust {
        /// The file (default: the first caseload.toml going up from the working folder)
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The system
    pub system: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Read from a sandbox that this command starts
    #[arg(long, conflicts_with = "base_url")]
    pub sandbox: bool,
    /// Where the copy goes (default: the contract file in use, else SYSTEM.yaml)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not ask before reading
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// A script of faults, as in samples/hatalar.yaml
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Answer 429 above this many requests a second: 5/s
    #[arg(long, value_name = "RATE")]
    pub limit: Option<String>,
    /// Take this long for an answer: 20ms
    #[arg(long, value_name = "TIME")]
    pub latency: Option<String>,
    /// Let the tokens that it gives end after this long: 30s (default: an hour)
    #[arg(long, value_name = "TIME")]
    pub token_lifetime: Option<String>,
    /// Append what was received and committed, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// A contract of your own
    #[arg(long, value_name = "FILE")]
    pub contract: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Where the ledger is
    #[arg(long, value_name = "PATH")]
    pub ledger: Option<PathBuf>,
    /// Send to a sandbox that this command starts, and keep a ledger apart
    #[arg(long)]
    pub sandbox: bool,
    /// Faults of that sandbox: a script, as in samples/hatalar.yaml
    #[arg(long, value_name = "FILE", requires = "sandbox")]
    pub faults: Option<PathBuf>,
    /// The certificate of the page (PEM), for TLS of its own
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// A proxy before the page connects from these addresses: 10.0.0.5, 10.0.0.0/24; what it says of clients is believed
    #[arg(long = "behind-proxy", value_name = "CIDR")]
    pub behind_proxy: Vec<String>,
    /// The header by which that proxy names the person it has signed in, by email; it has to strip it from its clients
    #[arg(long, value_name = "NAME", requires = "behind_proxy")]
    pub user_header: Option<String>,
    /// Open no browser
    #[arg(long)]
    pub no_open: bool,
}

#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    pub command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person, who signs in with an email address and a password
    Add(UserAddArgs),
    /// List the people and their roles
    List(UserListArgs),
    /// Remove a person, with password, sessions and tokens; what that person did stays told
    Remove(UserRemoveArgs),
    /// Give a person another password; sessions under the old one end
    Password(UserPasswordArgs),
    /// Give a person other roles, in place of those from before
    Role(UserRoleArgs),
    /// Make a token for a person's programs, and print it once; or list and take back
    Token(UserTokenArgs),
}

#[derive(Debug, Args)]
pub struct UserAddArgs {
    /// The person's email address
    pub email: String,
    /// The name that others see (default: the email address)
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What the person may do; may be given several times (default: preparer)
    #[arg(long = "role", value_enum, value_name = "ROLE")]
    pub roles: Vec<RoleName>,
    /// Read the password as one line from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// No password: the proxy before the page says who it is
    #[arg(long, conflicts_with = "password_stdin")]
    pub no_password: bool,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct UserListArgs {
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct UserRemoveArgs {
    /// The person's email address
    pub email: String,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct UserPasswordArgs {
    /// The person's email address
    pub email: String,
    /// Read the password as one line from standard input
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct UserRoleArgs {
    /// The person's email address
    pub email: String,
    /// What the person may do from now on
    #[arg(required = true, value_enum, value_name = "ROLE")]
    pub roles: Vec<RoleName>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[derive(Debug, Args)]
pub struct UserTokenArgs {
    /// The person's email address
    pub email: String,
    /// What the token is called: the program that uses it
    #[arg(long, value_name = "NAME", required_unless_present_any = ["list", "revoke"])]
    pub name: Option<String>,
    /// End it after this long: 90d, 26w, 12h (default: when it is taken back)
    #[arg(long, value_name = "AGE", requires = "name")]
    pub expires: Option<String>,
    /// Take the token of this name back
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "list"])]
    pub revoke: Option<String>,
    /// List the person's tokens, and when each was last used
    #[arg(long, conflicts_with = "name")]
    pub list: bool,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

/// What a person may do on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Uploads, mends, asks for approval, sends where none is needed
    Preparer,
    /// Approves what others prepared
    Approver,
    /// Manages people and mappings; neither sends nor approves
    Administrator,
    /// Sees all runs, and changes nothing
    Reader,
}

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Only from this time on: 30d, 12h, or a day as in 2026-11-26
    #[arg(long, value_name = "AGE|DAY")]
    pub since: Option<String>,
    /// Only of this run
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    #[command(flatten)]
    pub ledger: LedgerArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
