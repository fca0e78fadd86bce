//! `caseload user`

use caseload_engine::error::Error;
use caseload_engine::submit::event::now_ms;
use caseload_serve::office::{Member, NewMember, Office, Token};
use caseload_serve::person::Role;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};
use serde_json::{Value, json};

use super::office;
use crate::cli::arguments::{
    LedgerArgs, RoleName, UserAddArgs, UserCommand, UserPasswordArgs, UserRoleArgs, UserTokenArgs,
};
use crate::cli::exit::Exit;
use crate::cli::password::{from_stdin, typed_twice};
use crate::cli::profile::{Settings, local_time};
use crate::cli::progress::Terminal;
use crate::cli::task::{bad_value, parse_age};

/// What is done about the people of the page.
pub fn run(command: &UserCommand, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let open = |args: &LedgerArgs| office::open(args, settings);
    match command {
        UserCommand::Add(args) => add(args, &open(&args.ledger)?, terminal),
        UserCommand::List(args) => list(&args.ledger, settings, terminal),
        UserCommand::Remove(args) => remove(&args.email, &open(&args.ledger)?, args.ledger.json, terminal),
        UserCommand::Password(args) => password(args, &open(&args.ledger)?, terminal),
        UserCommand::Role(args) => role(args, &open(&args.ledger)?, terminal),
        UserCommand::Token(args) => token(args, &open(&args.ledger)?, terminal),
    }
}

fn add(args: &UserAddArgs, office: &Office, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    if let Some(known) = office.person_of(&args.email)? {
        return Err(caseload_serve::office::Error::EmailTaken(known.email).into());
    }
    let password = match (args.no_password, args.password_stdin) {
        (true, _) => None,
        (_, true) => Some(from_stdin()?),
        _ => Some(typed_twice(lang)?),
    };
    let roles = if args.roles.is_empty() { vec![Role::Preparer] } else { roles(&args.roles) };
    let name = args.name.clone().unwrap_or_else(|| args.email.trim().to_owned());
    let new = NewMember { email: args.email.clone(), name, roles, password };
    let added = office.add_person(&new, &office::actor(lang), now_ms())?;
    if args.ledger.json {
        terminal.json(&as_json(&added));
        return Ok(Exit::Done);
    }
    let (email, roles) = (&added.email, role_words(&added, lang));
    terminal.answer(&say!(lang, "Eklendi: {email} ({roles})", "Added: {email} ({roles})"));
    if is_kept_apart(&added) {
        terminal.note(&say!(
            lang,
            "Yönetici gönderemez ve onaylayamaz; bunu yapacak kişilere kendi rollerini verin.",
            "An administrator neither sends nor approves; give those roles to the people who do."
        ));
    }
    Ok(Exit::Done)
}

/// Nobody is told from a page that was never opened: both have no people.
fn list(args: &LedgerArgs, settings: &Settings, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let people = office::find(args, settings)?.map(|office| office.people()).transpose()?.unwrap_or_default();
    for member in &people {
        if args.json {
            terminal.json(&as_json(member));
        } else {
            terminal.answer(&line(member, lang));
        }
    }
    if people.is_empty() && !args.json {
        terminal.note(&say!(
            lang,
            "Henüz kimse yok. \"caseload user add E-POSTA\" ekler.",
            "There is nobody yet. \"caseload user add EMAIL\" adds a person."
        ));
    }
    Ok(Exit::Done)
}

fn remove(email: &str, office: &Office, is_json: bool, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let gone = existing(office, email)?;
    office.remove_person(gone.id, &office::actor(lang), now_ms())?;
    if is_json {
        terminal.json(&json!({"email": gone.email, "removed": true}));
        return Ok(Exit::Done);
    }
    let email = gone.email;
    terminal.answer(&say!(lang, "Kaldırıldı: {email}", "Removed: {email}"));
    if !office.has_people()? {
        terminal.note(&say!(
            lang,
            "Artık kimse yok: sayfa yalnız bu makinede, terminaldeki bağlantıyla açılır.",
            "Nobody is left: the page opens on this machine alone, by the link in the terminal."
        ));
    }
    Ok(Exit::Done)
}

fn password(args: &UserPasswordArgs, office: &Office, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let member = existing(office, &args.email)?;
    let password = if args.password_stdin { from_stdin()? } else { typed_twice(lang)? };
    office.set_password(member.id, &password, &office::actor(lang), now_ms())?;
    if args.ledger.json {
        terminal.json(&json!({"email": member.email, "changed": true}));
        return Ok(Exit::Done);
    }
    let email = member.email;
    terminal.answer(&say!(
        lang,
        "Parola değişti: {email}. Açık oturumları bitti; tokenları geçiyor.",
        "The password was changed: {email}. Open sessions have ended; tokens stay good."
    ));
    Ok(Exit::Done)
}

fn role(args: &UserRoleArgs, office: &Office, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let member = existing(office, &args.email)?;
    let member = office.set_roles(member.id, &roles(&args.roles), &office::actor(lang), now_ms())?;
    if args.ledger.json {
        terminal.json(&as_json(&member));
    } else {
        terminal.answer(&line(&member, lang));
    }
    Ok(Exit::Done)
}

fn token(args: &UserTokenArgs, office: &Office, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let member = existing(office, &args.email)?;
    if let Some(name) = &args.revoke {
        return revoke(&member, name, office, args.ledger.json, terminal);
    }
    let Some(name) = args.name.as_deref() else { return list_tokens(&member, office, args.ledger.json, terminal) };
    let age = args
        .expires
        .as_deref()
        .map(|text| parse_age(text).ok_or_else(|| bad_value("--expires", text, "90d, 26w, 12h")))
        .transpose()?;
    let now = now_ms();
    let expires = age.map(|age| now.saturating_add(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)));
    let (token, secret) = office.add_token(member.id, name, expires, &office::actor(lang), now)?;
    if args.ledger.json {
        terminal.json(&json!({
            "email": member.email, "name": token.name, "token": secret, "expires": token.expires_ms.map(local_time),
        }));
        return Ok(Exit::Done);
    }
    terminal.answer(&secret);
    terminal.note(&say!(
        lang,
        "Token yalnız şimdi gösterilir; saklayın. Authorization: Bearer ile gönderilir, \"caseload user token --revoke\" geri alır.",
        "The token is shown this once; keep it safe. It is sent as Authorization: Bearer, and \"caseload user token --revoke\" takes it back."
    ));
    Ok(Exit::Done)
}

fn list_tokens(member: &Member, office: &Office, is_json: bool, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let tokens = office.tokens(member.id)?;
    for token in &tokens {
        if is_json {
            terminal.json(&json!({
                "name": token.name,
                "made": local_time(token.made_ms),
                "used": token.used_ms.map(local_time),
                "expires": token.expires_ms.map(local_time),
            }));
        } else {
            terminal.answer(&token_line(token, lang));
        }
    }
    if tokens.is_empty() && !is_json {
        terminal.note(&say!(lang, "Bu kişinin tokenı yok.", "This person has no token."));
    }
    Ok(Exit::Done)
}

fn revoke(member: &Member, name: &str, office: &Office, is_json: bool, terminal: Terminal) -> Result<Exit, Error> {
    let lang = terminal.lang;
    let shown_name = shown(name);
    if !office.revoke_token(member.id, name, &office::actor(lang), now_ms())? {
        return Err(Error::cannot_start(text!(
            "Bu kişinin \"{shown_name}\" adında bir tokenı yok. \"caseload user token --list\" hepsini listeler.",
            "That person has no token \"{shown_name}\". \"caseload user token --list\" lists them."
        )));
    }
    if is_json {
        terminal.json(&json!({"email": member.email, "name": name, "revoked": true}));
    } else {
        terminal.answer(&say!(lang, "Geri alındı: {shown_name}", "Taken back: {shown_name}"));
    }
    Ok(Exit::Done)
}

fn existing(office: &Office, email: &str) -> Result<Member, Error> {
    Ok(office.person_of(email)?.ok_or(caseload_serve::office::Error::NoSuchPerson)?)
}

fn roles(typed: &[RoleName]) -> Vec<Role> {
    let role = |name: &RoleName| match name {
        RoleName::Preparer => Role::Preparer,
        RoleName::Approver => Role::Approver,
        RoleName::Administrator => Role::Administrator,
        RoleName::Reader => Role::Reader,
    };
    typed.iter().map(role).collect()
}

fn role_words(member: &Member, lang: Lang) -> String {
    member.roles.iter().map(|role| role.word().into_string(lang)).collect::<Vec<_>>().join(", ")
}

/// Whether a person manages the page and can do nothing else on it.
fn is_kept_apart(member: &Member) -> bool {
    member.roles == [Role::Administrator]
}

fn as_json(member: &Member) -> Value {
    json!({
        "email": member.email,
        "name": member.name,
        "roles": member.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(),
        "password": member.has_password,
        "barred": member.is_barred,
        "added": local_time(member.added_ms),
        "seen": member.seen_ms.map(local_time),
    })
}

fn line(member: &Member, lang: Lang) -> String {
    let (email, name, roles) = (&member.email, &member.name, role_words(member, lang));
    let seen = member.seen_ms.map_or_else(|| say!(lang, "hiç girmedi", "never came"), local_time);
    let barred = if member.is_barred { say!(lang, "girişi kapalı", "may not come in") } else { String::new() };
    let name = if name == email { String::new() } else { name.clone() };
    let parts = [email.clone(), name, roles, seen, barred];
    parts.iter().filter(|part| !part.is_empty()).map(|part| shown(part)).collect::<Vec<_>>().join("  ")
}

fn token_line(token: &Token, lang: Lang) -> String {
    let (name, made) = (shown(&token.name), local_time(token.made_ms));
    let used = token.used_ms.map_or_else(|| say!(lang, "hiç kullanılmadı", "never used"), local_time);
    let ends = token.expires_ms.map_or_else(|| say!(lang, "süresiz", "no end"), local_time);
    say!(
        lang,
        "{name}  verildi: {made}  son kullanım: {used}  sonu: {ends}",
        "{name}  made: {made}  last used: {used}  ends: {ends}"
    )
}
