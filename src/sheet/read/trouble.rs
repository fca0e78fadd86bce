//! What keeps a workbook from being read, and the sentence that says it.

use std::io;

use zip::result::ZipError;

use crate::error::Error;
use crate::message::Text;
use crate::text;

/// What keeps a workbook from being read.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// The archive or a part of it is cut or damaged.
    Damaged(String),
    /// A part is larger than is read.
    TooLarge(String),
    /// A cell stands where none can, by its reference.
    OutOfPlace(String),
    /// More formulas without a result than are noted.
    Uncalculated,
    /// The archive is no workbook: `ods`, `xlsb`, `docx` or any `zip`.
    Other(&'static str),
}

impl From<ZipError> for Trouble {
    fn from(error: ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<quick_xml::Error> for Trouble {
    fn from(error: quick_xml::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl Trouble {
    pub fn stop(self, name: &str) -> Error {
        Error::new(match self {
            Trouble::Damaged(why) => {
                let why = crate::message::shown(&why);
                text!(
                    "{name} eksik ya da bozuk ({why}). Dosyayı yeniden indirin ya da kopyalayın; Excel açabiliyorsa orada yeniden kaydedin.",
                    "{name} is cut short or damaged ({why}). Download or copy it again; if Excel can open it, save it again there."
                )
            }
            Trouble::TooLarge(part) => {
                let part = crate::message::shown(&part);
                text!(
                    "{name} okunamayacak kadar büyük bir bölüm içeriyor ({part}). Sayfayı .csv olarak kaydedip onu verin.",
                    "{name} has a part that is too large to be read ({part}). Save the sheet as .csv and give that."
                )
            }
            Trouble::OutOfPlace(cell) => {
                let cell = crate::message::shown(&cell);
                text!(
                    "{name}: {cell} hücresi yerinde değil; dosya bozuk. Excel'de açıp yeniden kaydedin.",
                    "{name}: cell {cell} is out of place; the file is damaged. Open it in Excel and save it again."
                )
            }
            Trouble::Uncalculated => text!(
                "{name} içindeki formüller hiç hesaplanmamış. Dosyayı Excel'de açıp kaydedin.",
                "The formulas in {name} were never calculated. Open it in Excel and save it."
            ),
            Trouble::Other("ods") => open_document(name),
            Trouble::Other("xlsb") => text!(
                "{name} ikili türde (.xlsb) bir çalışma kitabı; hücrelerin nasıl göründüğü ondan kesin okunamıyor. Excel'de açın, Dosya > Farklı Kaydet > Excel Çalışma Kitabı (.xlsx) seçin ve o dosyayı verin.",
                "{name} is a binary workbook (.xlsb), of which it cannot be read for certain what its cells show. Open it in Excel, choose File > Save As > Excel Workbook (.xlsx), and give that file."
            ),
            Trouble::Other("docx") => word_document(name),
            Trouble::Other(_) => text!(
                "{name} bir zip arşivi, çalışma kitabı değil. Arşivi açıp içindeki .xlsx ya da .csv dosyasını verin.",
                "{name} is a zip archive, not a workbook. Unpack it and give the .xlsx or .csv file that is in it."
            ),
        })
    }
}

pub(super) fn open_document(name: &str) -> Text {
    text!(
        "{name} bir OpenDocument tablosu (.ods); hücrelerin nasıl göründüğü ondan kesin okunamıyor. LibreOffice'te ya da Excel'de açın, Dosya > Farklı Kaydet ile .xlsx olarak kaydedin ve o dosyayı verin.",
        "{name} is an OpenDocument spreadsheet (.ods), of which it cannot be read for certain what its cells show. Open it in LibreOffice or Excel, save it as .xlsx by File > Save As, and give that file."
    )
}

pub(super) fn word_document(name: &str) -> Text {
    text!(
        "{name} bir Word belgesi. İçindeki tabloyu Excel'e kopyalayıp .xlsx olarak kaydedin.",
        "{name} is a Word document. Copy its table into Excel and save it as .xlsx."
    )
}
