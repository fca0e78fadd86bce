//! `caseload sandbox`

use std::io::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

use caseload_engine::error::Error;
use caseload_engine::job::load_contracts;
use caseload_engine::submit::pace::{RATE_EXAMPLES, Rate};
use caseload_sandbox::{Options, serve};
use caseload_sheet::message::Lang;
use caseload_sheet::{files, say, text};
use tokio::net::TcpListener;

use super::rehearsal::read_script;
use crate::cli::arguments::SandboxArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;
use crate::cli::signals;
use crate::cli::task::{bad_value, parse_duration};

/// Serves until Ctrl-C.
pub fn run(args: SandboxArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let contracts = load_contracts(args.contract.as_deref(), &[])?;
    let options = options(&args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await.map_err(|e| failed(&e))?;
        let address = listener.local_addr().map_err(|e| failed(&e))?;
        terminal.answer(&format!("http://{address}"));
        terminal.note(&say!(
            lang,
            "Deneme sunucusu çalışıyor; herhangi bir token geçer. Durdurmak için Ctrl-C.",
            "The sandbox is running; any token will do. Ctrl-C stops it."
        ));
        let (sender, mut stopped) = tokio::sync::watch::channel(());
        signals::on_each(move |signal, nth| {
            if nth > 1 {
                signals::leave(signal);
            }
            sender.send_replace(());
        });
        serve(listener, &contracts, options, async move { drop(stopped.changed().await) }).await.map_err(|e| failed(&e))
    })?;
    Ok(Exit::Done)
}

fn options(args: &SandboxArgs) -> Result<Options, Error> {
    let script = args.faults.as_deref().map(read_script).transpose()?.unwrap_or_default();
    let limit_per_s = args
        .limit
        .as_deref()
        .map(|text| Rate::parse(text).ok_or_else(|| bad_value("--limit", text, RATE_EXAMPLES)))
        .transpose()?;
    let duration = |given: &Option<String>, flag: &str, example: &str| {
        given.as_deref().map(|text| parse_duration(text).ok_or_else(|| bad_value(flag, text, example))).transpose()
    };
    let latency = duration(&args.latency, "--latency", "20ms")?;
    let token_lifetime = duration(&args.token_lifetime, "--token-lifetime", "30s")?;
    let log = match &args.log {
        Some(path) => {
            let file = files::append(path).map_err(|e| failed(&e))?;
            Some(Box::new(file) as Box<dyn Write + Send>)
        }
        None => None,
    };
    Ok(Options {
        script,
        limit_per_s: limit_per_s.map(Rate::per_second),
        latency: latency.unwrap_or(Duration::ZERO),
        log,
        token_lifetime,
        ..Options::default()
    })
}

fn failed(error: &std::io::Error) -> Error {
    Error::cannot_start(text!(
        "Deneme sunucusu çalışamıyor: {error}. Başka bir --port ya da --log deneyin.",
        "The sandbox cannot run: {error}. Try another --port or --log."
    ))
}
