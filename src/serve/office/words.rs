//! What a person reads where the office does not do what it was asked.

use std::path::Path;

use caseload_sheet::message::{Text, shown};
use caseload_sheet::text;

use super::{Editor, Error};
use crate::state::RunState;

impl Error {
    /// What a person reads: what is wrong, and what to do next.
    pub fn words(&self) -> Text {
        match self {
            Error::Foreign(folder, owner) => foreign(folder, owner),
            Error::Exposed(folder) => exposed(folder),
            Error::Link(place) => link(place),
            Error::Newer(_) => text!(
                "Sayfanın kayıtlarını bu programın daha yeni bir sürümü yazmış. O sürümü kullanın.",
                "A newer version of this program has written the records of the page. Use that version."
            ),
            Error::Unfit | Error::Damaged(_) => damaged(self),
            Error::NoSuchList => {
                text!("Böyle bir liste yok; silinmiş olabilir.", "There is no such list; it may have been deleted.")
            }
            Error::NotNow(state) => not_now(*state),
            Error::Edited(editor) => edited(editor),
            Error::Changed(_) => text!(
                "Liste siz baktıktan sonra değişti. Yeniden bakıp yineleyin.",
                "The list has changed since you looked. Look again, and repeat."
            ),
            Error::NoSuchPerson => text!(
                "Böyle bir kişi yok. \"caseload user list\" herkesi listeler.",
                "There is no such person. \"caseload user list\" lists everybody."
            ),
            Error::EmailTaken(email) => taken(email),
            Error::OwnWork => text!(
                "Bu listeyi yükleyen, düzelten ya da onun için bir soruyu yanıtlayan onaylayamaz. Başka bir onaylayan gerekir.",
                "Who uploaded this list, changed it or answered a question about it cannot approve it. Another approver has to."
            ),
            Error::Refused(text) => text.clone(),
            Error::Sqlite(_) if self.is_busy() => text!(
                "Başka bir işlem sayfanın kayıtlarını tutuyor. Biraz sonra yeniden deneyin.",
                "Another process holds the records of the page. Try again in a little while."
            ),
            Error::Ledger(_) => misplaced(self),
            Error::Sqlite(_) | Error::Io(_) => failed(self),
        }
    }
}

fn foreign(folder: &Path, owner: &str) -> Text {
    let (folder, owner) = (shown(&folder.display().to_string()), shown(owner));
    text!(
        "{folder} klasörü {owner} kullanıcısının. Sayfa yalnız kendi klasöründe kayıt tutar: komutu o kullanıcıyla çalıştırın ya da --ledger ile başka bir yer gösterin.",
        "The folder {folder} belongs to {owner}. The page keeps records only in a folder of its own: run the command as that user, or name another place by --ledger."
    )
}

fn exposed(folder: &Path) -> Text {
    let folder = shown(&folder.display().to_string());
    text!(
        "{folder} klasörüne başkaları da girebiliyor. İçinde listeler ve kişiler var: \"chmod 700\" ile kapatıp yeniden deneyin.",
        "Others may enter the folder {folder}. It holds lists and people: close it by \"chmod 700\" and try again."
    )
}

fn link(place: &Path) -> Text {
    let place = shown(&place.display().to_string());
    text!(
        "{place} bir bağlantı ya da beklenmeyen bir şey; kayıtlar oraya yazılmaz. Kaldırıp yeniden deneyin.",
        "{place} is a link, or something unexpected; no records are written there. Remove it and try again."
    )
}

fn damaged(error: &Error) -> Text {
    let why = shown(&error.to_string());
    text!(
        "Sayfanın kayıtları okunamıyor: {why}. Bir yedeği varsa onu yerine koyun.",
        "The records of the page cannot be read: {why}. If you have a backup, put it in place."
    )
}

fn not_now(state: RunState) -> Text {
    let Text { tr, en } = state.word();
    text!(
        "Bu listede şimdi bir şey değiştirilemez. Durumu: {tr}.",
        "Nothing can be changed in this list now. Its state: {en}."
    )
}

fn edited(editor: &Editor) -> Text {
    let name = shown(&editor.by.name);
    text!(
        "Listeyi şu anda düzelten: {name}. Siz düzeltecekseniz devralın.",
        "{name} is mending the list at the moment. To mend it yourself, take over."
    )
}

fn taken(email: &str) -> Text {
    let email = shown(email);
    text!(
        "{email} adresli biri var. Rolünü \"caseload user role\", parolasını \"caseload user password\" değiştirir.",
        "There is a person of the address {email}. \"caseload user role\" changes the roles, \"caseload user password\" the password."
    )
}

fn misplaced(error: &Error) -> Text {
    let why = shown(&error.to_string());
    text!(
        "Sayfanın kayıtları defterin yanında durur, ama defter orada duramaz: {why}. --ledger ile bu makinenin diskinde, tek adı olan bir yer gösterin.",
        "The records of the page lie beside the ledger, and the ledger cannot lie there: {why}. Name a place on a disk of this machine, under one name, by --ledger."
    )
}

fn failed(error: &Error) -> Text {
    let why = shown(&error.to_string());
    text!(
        "Sayfanın kayıtları açılamadı ya da yazılamadı: {why}. Disk alanına ve izinlere bakın.",
        "The records of the page could not be opened or written: {why}. Check disk space and permissions."
    )
}
