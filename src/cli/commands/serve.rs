//! `caseload serve`

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use caseload_engine::error::{Code, Error};
use caseload_engine::job::load_contracts;
use caseload_sandbox::Sandbox;
use caseload_serve::assets::Assets;
use caseload_serve::desk::{Desk, Places};
use caseload_serve::gate::{Gate, Keys, Opening};
use caseload_serve::house::House;
use caseload_serve::metrics::Metrics;
use caseload_serve::network::NotANetwork;
use caseload_serve::office::{Doorkeeper, List, Office};
use caseload_serve::options::{Limits, Options, Proxy, Tls};
use caseload_serve::problem::Problem;
use caseload_serve::rest::Stop;
use caseload_serve::server::Bound;
use caseload_serve::target::Targets;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};
use tokio::sync::watch;

use super::office;
use super::rehearsal::read_script;
use crate::cli::arguments::ServeArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::{Page, Settings, is_set, local_zone, marks_folder};
use crate::cli::progress::Terminal;
use crate::cli::signals;
use crate::cli::targets::Profiles;
use crate::cli::task::bad_value;

/// Serves the page until Ctrl-C or SIGTERM.
pub fn run(args: &ServeArgs, settings: Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let (options, limits) = (options(args)?, limits(&settings.page)?);
    let ledger = office::ledger(args.ledger.as_deref(), args.sandbox, &settings)?;
    let sandbox = args.sandbox.then(|| sandbox(args, &settings)).transpose()?;
    let kept = Arc::new(Office::open(&ledger)?);
    let targets = Profiles::new(settings, ledger.clone(), sandbox, lang)?;
    for name in targets.elsewhere() {
        terminal.note(&kept_elsewhere(name, lang));
    }
    options.allow(kept.has_people()?)?;
    let desk = desk(ledger, Arc::new(targets), Arc::clone(&kept));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| no_room(&error))?;
    runtime.block_on(async {
        let bound = Bound::new(&options)?;
        let gate = Arc::new(gate(&bound, Arc::clone(&kept), terminal)?);
        let house = Arc::new(House {
            desk: desk.clone(),
            gate: Arc::clone(&gate),
            office: Arc::clone(&kept),
            assets: Assets::default(),
            metrics: Metrics::default(),
            scratch: std::env::temp_dir(),
            limits,
            lang,
            zone: local_zone().zone,
            stop: Stop::default(),
            behind: vec![Arc::new(desk.clone())],
        });
        for (list, fault) in desk.go_on().map_err(|fault| cannot_go_on(fault.into()))? {
            terminal.error(&waits(&list, &fault.into(), lang));
        }
        let stopped = stopped();
        terminal.answer(&format!("listening on {}", bound.url()));
        if gate.is_keyed()? {
            gate.keys().print_next().map_err(|error| no_room(&error))?;
            if !args.no_open && has_desktop() {
                let key = gate.keys().unprinted().map_err(|error| no_room(&error))?;
                open(&format!("{}/?key={key}", bound.url()));
            }
        }
        bound.serve(house, stopped).await;
        Ok(Exit::Done)
    })
}

/// The desk beside a ledger, and where it keeps and finds things.
fn desk(ledger: PathBuf, targets: Arc<dyn Targets>, office: Arc<Office>) -> Desk {
    let (marks, zone) = (marks_folder(), local_zone());
    Desk::new(targets, office, Places { ledger, marks, scratch: std::env::temp_dir(), zone })
}

/// The runs that were cut short cannot be read.
fn cannot_go_on(why: Problem) -> Error {
    Code::LedgerUnreadable.cannot_start(why.detail.clone())
}

/// A run that was cut short, and waits for a person.
fn waits(list: &List, why: &Problem, lang: Lang) -> String {
    let (name, why) = (shown(&list.file_name), why.detail.get(lang));
    say!(
        lang,
        "\"{name}\" kaldığı yerden kendiliğinden sürmedi; sayfada bekliyor. {why}",
        "\"{name}\" did not go on by itself, and waits on the page. {why}"
    )
}

/// The gate of the page. People sign in; where the office has none, the key that the terminal prints opens it.
fn gate(bound: &Bound, kept: Arc<Office>, terminal: Terminal) -> Result<Gate, Error> {
    let url = bound.url();
    let clock: Arc<dyn Fn() -> jiff::Timestamp + Send + Sync> = Arc::new(jiff::Timestamp::now);
    let doorkeeper = Arc::new(Doorkeeper::new(kept, Arc::clone(&clock)));
    Gate::new(Opening {
        options: bound.options().clone(),
        people: Arc::clone(&doorkeeper) as _,
        sessions: doorkeeper,
        keys: Keys::new(move |key| terminal.answer(&format!("sign in: {url}/?key={key}"))),
        holder: office::account_name().unwrap_or_else(|| say!(terminal.lang, "Bu bilgisayar", "This machine")),
        clock,
    })
}

fn options(args: &ServeArgs) -> Result<Options, Error> {
    let tls = args.tls_cert.clone().zip(args.tls_key.clone());
    let peers = args.behind_proxy.iter().map(|text| text.parse().map_err(|why| not_a_network(text, why)));
    let peers = peers.collect::<Result<Vec<_>, _>>()?;
    let user_header = args.user_header.as_deref().map(|name| name.parse().map_err(|_| not_a_header(name)));
    let user_header = user_header.transpose()?;
    Ok(Options {
        listen: address(&args.listen)?,
        tls: tls.map(|(certificate, key)| Tls { certificate, key }),
        proxy: (!peers.is_empty()).then_some(Proxy { peers, user_header }),
    })
}

/// The limits of the settings over those that are built in.
fn limits(page: &Page) -> Result<Limits, Error> {
    let mut limits = Limits::default();
    if let Some(text) = &page.upload_limit {
        limits.upload = size(text).ok_or_else(|| bad_value("page.upload_limit", text, "50MB, 512KB, 1GB"))?;
    }
    limits.connections = page.connections.unwrap_or(limits.connections).clamp(8, 65_536);
    Ok(limits)
}

/// `50MB`, `512KB`, `1GB`, in bytes.
fn size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_uppercase();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[split..].trim() {
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return None,
    };
    text[..split].parse::<u64>().ok()?.checked_mul(unit).filter(|bytes| *bytes > 0)
}

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
fn address(text: &str) -> Result<SocketAddr, Error> {
    let here = text.trim().strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    here.as_deref().unwrap_or(text.trim()).parse().map_err(|_| {
        let text = shown(text);
        Code::OptionInvalid.cannot_start(text!(
            "--listen için \"{text}\" anlaşılmadı. Örnekler: 127.0.0.1:8080, 0.0.0.0:443, [::1]:8080.",
            "\"{text}\" is not understood for --listen. Examples: 127.0.0.1:8080, 0.0.0.0:443, [::1]:8080."
        ))
    })
}

/// The sandbox plays every contract that lists of this page can be for.
fn sandbox(args: &ServeArgs, settings: &Settings) -> Result<Sandbox, Error> {
    let profile = settings.profile(None)?;
    let contracts = load_contracts(profile.contract.as_deref(), &profile.lists.into_iter().collect::<Vec<_>>())?;
    let script = args.faults.as_deref().map(read_script).transpose()?.unwrap_or_default();
    let options = caseload_sandbox::Options { script, ..caseload_sandbox::Options::default() };
    caseload_sandbox::spawn(&contracts, options).map_err(|error| {
        Code::System.cannot_start(text!(
            "Deneme sunucusu başlatılamadı: {error}.",
            "The sandbox could not be started: {error}."
        ))
    })
}

/// Ready at the first signal. The second ends the process.
fn stopped() -> impl Future<Output = ()> {
    let (sender, mut told) = watch::channel(());
    signals::on_each(move |signal, nth| {
        if nth > 1 {
            signals::leave(signal);
        }
        sender.send_replace(());
    });
    // An error means that no thread listens: the system's own handling ends the process.
    async move {
        if told.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Whether somebody sits before this terminal, with a desktop around it.
fn has_desktop() -> bool {
    let has_display = cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    has_display && std::io::stdout().is_terminal()
}

/// Opens the desktop's browser. Without one, the printed link is there.
fn open(url: &str) {
    let (program, args): (&str, &[&str]) = match std::env::consts::OS {
        "windows" => ("cmd", &["/C", "start", ""]),
        "macos" => ("open", &[]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(args).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Ok(mut child) = command.spawn() {
        // It is waited for, so that it leaves no dead process behind.
        let _ = std::thread::Builder::new().name("browser".to_owned()).spawn(move || child.wait());
    }
}

fn kept_elsewhere(name: &str, lang: Lang) -> String {
    let name = shown(name);
    say!(
        lang,
        "\"{name}\" profilinin kendi defteri var; bu sayfada görünmez. Onun için ayrı bir sayfa açın: caseload serve --ledger DEFTER.",
        "The profile \"{name}\" has a ledger of its own, and is not on this page. Serve a page for it: caseload serve --ledger PATH."
    )
}

fn not_a_network(text: &str, why: NotANetwork) -> Error {
    let text = shown(text);
    Code::OptionInvalid.cannot_start(match why {
        NotANetwork::Form => text!(
            "--behind-proxy için \"{text}\" anlaşılmadı. Örnekler: 10.0.0.5, 10.0.0.0/24, fd00::/8.",
            "\"{text}\" is not understood for --behind-proxy. Examples: 10.0.0.5, 10.0.0.0/24, fd00::/8."
        ),
        NotANetwork::Everybody => text!(
            "--behind-proxy {text} herkesi proxy sayar; o zaman isteyen istediği kişi olur. Yalnız proxy'nin adresini yazın.",
            "--behind-proxy {text} takes everybody for the proxy, and so anybody could be anyone. Name the proxy's address alone."
        ),
    })
}

fn not_a_header(name: &str) -> Error {
    let name = shown(name);
    Code::OptionInvalid.cannot_start(text!(
        "--user-header için \"{name}\" bir başlık adı değil. Örnek: X-Forwarded-Email.",
        "\"{name}\" for --user-header is no name of a header. Example: X-Forwarded-Email."
    ))
}

fn no_room(error: &dyn std::fmt::Display) -> Error {
    Code::System.cannot_start(text!("Sayfa sunulamıyor: {error}.", "The page cannot be served: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_its_unit() {
        assert_eq!((size("50MB"), size(" 512 kb"), size("1GB")), (Some(50 << 20), Some(512 << 10), Some(1 << 30)));
        for bad in ["", "50", "0MB", "MB", "-1MB", "5TB", "99999999999999999999GB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
        assert!(limits(&Page { upload_limit: Some("much".to_owned()), ..Page::default() }).is_err());
        assert_eq!(limits(&Page { connections: Some(0), ..Page::default() }).unwrap().connections, 8);
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        assert_eq!(address("localhost:0").unwrap().to_string(), "127.0.0.1:0");
        assert_eq!(address(" [::1]:8080").unwrap().to_string(), "[::1]:8080");
        for bad in ["8080", ":8080", "127.0.0.1", "example.com:80", "localhost:x", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
