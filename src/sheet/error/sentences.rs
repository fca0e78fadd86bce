//! The sentences of every [`ErrorKind`]: where, what, and what to do next. The options that they name are those of
//! `caseload`'s command line.

use super::{
    ChoiceFault, EncodingFault, Error, ErrorKind, FileFault, Foreign, LineFault, NotTurkish, PackageFault, SheetFault,
};
use crate::message::{Lang, Text, shown};
use crate::text;

/// Sheets that a sentence lists.
const MOST_SHEETS: usize = 20;

impl Error {
    /// The sentence in both languages.
    pub fn text(&self) -> Text {
        let name = &shown(&self.file);
        match &self.kind {
            ErrorKind::File(fault) => of_file(name, fault),
            ErrorKind::Foreign(foreign) => of_foreign(name, *foreign),
            ErrorKind::Encoding(fault) => of_encoding(name, fault),
            ErrorKind::Choice(fault) => of_choice(name, fault),
            ErrorKind::Line(line, fault) => of_line(name, *line, fault),
            ErrorKind::Package(fault) => of_package(name, fault),
            ErrorKind::Sheet(sheet, fault) => of_sheet(name, &shown(sheet), fault),
        }
    }

    /// The sentence in one language.
    pub fn sentence(&self, lang: Lang) -> String {
        self.text().into_string(lang)
    }
}

impl From<Error> for Text {
    fn from(error: Error) -> Self {
        error.text()
    }
}

fn of_file(name: &str, fault: &FileFault) -> Text {
    match fault {
        FileFault::NotFound => text!(
            "{name} bulunamadı. Dosyanın adını ve klasörünü denetleyin.",
            "{name} was not found. Check the file's name and folder."
        ),
        FileFault::NotAllowed => text!(
            "{name} dosyasını okuma izniniz yok. İzinlerini değiştirin ya da bir kopyasını kullanın.",
            "You may not read {name}. Change its permissions, or use a copy of it."
        ),
        FileFault::CannotOpen(error) => text!(
            "{name} açılamadı ({error}). Başka bir programda açıksa kapatıp yeniden deneyin.",
            "{name} could not be opened ({error}). If another program has it open, close it there and try again."
        ),
        FileFault::NotAFile => text!(
            "{name} bir dosya değil. Bir .xlsx ya da .csv dosyası verin.",
            "{name} is not a file. Give an .xlsx or a .csv file."
        ),
        FileFault::Changed => text!(
            "{name} okunurken değiştirildi. Dosyayı kaydedip kapatın ve komutu yeniden çalıştırın.",
            "{name} was changed while it was read. Save it, close it, and run the command again."
        ),
        FileFault::Empty => text!(
            "{name} boş. Başlık satırı ve veri içeren bir dosya verin.",
            "{name} is empty. Give a file with a header row and data."
        ),
        FileFault::UnpacksTooLarge(most) => {
            let most = most / (1024 * 1024 * 1024);
            text!(
                "{name} açılınca {most} GiB'den büyük oluyor. Arşivi kendiniz açıp dosyayı bölün.",
                "{name} unpacks to more than {most} GiB. Unpack it yourself, and split the file."
            )
        }
        FileFault::NoRoomToUnpack(error) => text!(
            "{name} geçici bir dosyaya açılamadı ({error}). Diskte yer açın ya da arşivi kendiniz açıp içindeki dosyayı verin.",
            "{name} could not be unpacked into a temporary file ({error}). Make room on the disk, or unpack it yourself and give the file that is in it."
        ),
        FileFault::TooManyCells(most) => {
            let millions = most / 1_000_000;
            text!(
                "{name} içinde boşlarla birlikte {millions} milyondan çok hücre var. Başlıkların sağındaki boş sütunları silin ya da dosyayı bölün.",
                "{name} has more than {millions} million cells, blank ones among them. Delete the empty columns on the right, or split the file."
            )
        }
        FileFault::Unreadable(error) => text!(
            "{name} okunamadı ({error}). Dosyayı bu bilgisayara kopyalayıp yeniden deneyin.",
            "{name} could not be read ({error}). Copy the file to this computer and try again."
        ),
    }
}

fn of_encoding(name: &str, fault: &EncodingFault) -> Text {
    match fault {
        EncodingFault::Unknown(label) => {
            let label = shown(label);
            text!(
                "\"{label}\" diye bir kodlama yok. utf-8, windows-1254, iso-8859-9 ya da utf-16le yazın.",
                "There is no encoding called \"{label}\". Write utf-8, windows-1254, iso-8859-9 or utf-16le."
            )
        }
        EncodingFault::Binary => text!(
            "{name} metin değil, ikili (binary) bir dosya. Bir .xlsx ya da .csv dosyası verin.",
            "{name} is not text but a binary file. Give an .xlsx or a .csv file."
        ),
        EncodingFault::Utf16WithoutMark(label) => text!(
            "{name} UTF-16 gibi görünüyor, ama başında bunu söyleyen işaret yok. --encoding {label} ile deneyin ya da dosyayı \"CSV UTF-8\" olarak kaydedin.",
            "{name} looks like UTF-16 without the mark that says so. Try --encoding {label}, or save the file as \"CSV UTF-8\"."
        ),
        EncodingFault::NotTurkish(place) => not_turkish(name, place),
    }
}

fn of_package(name: &str, fault: &PackageFault) -> Text {
    match fault {
        PackageFault::Damaged(why) => {
            let why = shown(why);
            text!(
                "{name} eksik ya da bozuk ({why}). Dosyayı yeniden indirin ya da kopyalayın; Excel açabiliyorsa orada yeniden kaydedin.",
                "{name} is cut short or damaged ({why}). Download or copy it again; if Excel can open it, save it again there."
            )
        }
        PackageFault::PartTooLarge(part) => {
            let part = shown(part);
            text!(
                "{name} okunamayacak kadar büyük bir bölüm içeriyor ({part}). Sayfayı .csv olarak kaydedip onu verin.",
                "{name} has a part that is too large to be read ({part}). Save the sheet as .csv and give that."
            )
        }
        PackageFault::OutOfPlace(cell) => {
            let cell = shown(cell);
            text!(
                "{name}: {cell} hücresi yerinde değil; dosya bozuk. Excel'de açıp yeniden kaydedin.",
                "{name}: cell {cell} is out of place; the file is damaged. Open it in Excel and save it again."
            )
        }
        PackageFault::NeverCalculated => text!(
            "{name} içindeki formüller hiç hesaplanmamış. Dosyayı Excel'de açıp kaydedin.",
            "The formulas in {name} were never calculated. Open it in Excel and save it."
        ),
    }
}

fn of_foreign(name: &str, foreign: Foreign) -> Text {
    match foreign {
        Foreign::OldWorkbook => text!(
            "{name} eski türde (.xls) bir çalışma kitabı; hücrelerin nasıl göründüğü ondan kesin okunamıyor. Excel'de açın, Dosya > Farklı Kaydet > Excel Çalışma Kitabı (.xlsx) seçin ve o dosyayı verin.",
            "{name} is a workbook of the old kind (.xls), of which it cannot be read for certain what its cells show. Open it in Excel, choose File > Save As > Excel Workbook (.xlsx), and give that file."
        ),
        Foreign::BinaryWorkbook => text!(
            "{name} ikili türde (.xlsb) bir çalışma kitabı; hücrelerin nasıl göründüğü ondan kesin okunamıyor. Excel'de açın, Dosya > Farklı Kaydet > Excel Çalışma Kitabı (.xlsx) seçin ve o dosyayı verin.",
            "{name} is a binary workbook (.xlsb), of which it cannot be read for certain what its cells show. Open it in Excel, choose File > Save As > Excel Workbook (.xlsx), and give that file."
        ),
        Foreign::Encrypted => text!(
            "{name} parolayla korunuyor. Excel'de açın, Dosya > Bilgi > Çalışma Kitabını Koru bölümünden parolayı kaldırıp kaydedin.",
            "{name} is password-protected. Open it in Excel, remove the password under File > Info > Protect Workbook, and save it."
        ),
        Foreign::OpenDocument => text!(
            "{name} bir OpenDocument tablosu (.ods); hücrelerin nasıl göründüğü ondan kesin okunamıyor. LibreOffice'te ya da Excel'de açın, Dosya > Farklı Kaydet ile .xlsx olarak kaydedin ve o dosyayı verin.",
            "{name} is an OpenDocument spreadsheet (.ods), of which it cannot be read for certain what its cells show. Open it in LibreOffice or Excel, save it as .xlsx by File > Save As, and give that file."
        ),
        Foreign::XmlSpreadsheet => text!(
            "{name} bir \"XML Elektronik Tablosu 2003\" dosyası. Excel'de açıp .xlsx olarak kaydedin.",
            "{name} is an \"XML Spreadsheet 2003\". Open it in Excel and save it as .xlsx."
        ),
        Foreign::WordDocument => text!(
            "{name} bir Word belgesi. İçindeki tabloyu Excel'e kopyalayıp .xlsx olarak kaydedin.",
            "{name} is a Word document. Copy its table into Excel and save it as .xlsx."
        ),
        Foreign::WebPage => text!(
            "{name} aslında bir web sayfası (HTML). Excel'de açıp .xlsx olarak kaydedin.",
            "{name} is really a web page (HTML). Open it in Excel and save it as .xlsx."
        ),
        Foreign::Zip => text!(
            "{name} bir zip arşivi, çalışma kitabı değil. Arşivi açıp içindeki .xlsx ya da .csv dosyasını verin.",
            "{name} is a zip archive, not a workbook. Unpack it and give the .xlsx or .csv file that is in it."
        ),
        Foreign::Format(format) => text!(
            "{name} bir {format} dosyası. Bir .xlsx ya da .csv dosyası verin.",
            "{name} is a {format} file. Give an .xlsx or a .csv file."
        ),
    }
}

fn of_line(name: &str, line: u64, fault: &LineFault) -> Text {
    match *fault {
        LineFault::OpenQuote => text!(
            "{name}, satır {line}: bu satırdaki bir hücre tırnak (\") ile açılıyor ve kapanmıyor; ardındaki satırları yutardı. Tırnağı kapatın ya da silin.",
            "{name}, line {line}: a cell on this line opens with a quote (\") that is never closed, which would swallow the lines after it. Close the quote or delete it."
        ),
        LineFault::AfterQuote => text!(
            "{name}, satır {line}: bir hücrede kapanış tırnağından (\") sonra metin var. Hücrenin içindeki tırnakları çift (\"\") yazın ya da silin.",
            "{name}, line {line}: a cell has text after its closing quote (\"). Double the quotes inside the cell (\"\"), or delete them."
        ),
        LineFault::StrayQuotes => text!(
            "{name}, satır {line}: tırnak (\") bir hücrenin içinde açılıp başka bir hücrenin sonunda kapanıyor; aradaki ayırıcı metnin parçası olabilir. Önünde eksik bir ayırıcı varsa ekleyin; tırnak metnin parçasıysa hücreyi tırnak içine alıp içindekileri çift (\"\") yazın.",
            "{name}, line {line}: a quote (\") opens within a cell and another ends a later cell, so the delimiter between them may be text. If a delimiter is missing before the quote, add it; if the quotes are text, put the cell in quotes and double those inside (\"\")."
        ),
        LineFault::TooLong => text!(
            "{name}, satır {line}: bu satırda başlayan kayıt 1 MiB'den uzun. Dosyanın satır sonlarını ve tırnaklarını denetleyin.",
            "{name}, line {line}: the record that begins here is longer than 1 MiB. Check the file's line ends and quotes."
        ),
        LineFault::LongCell => text!(
            "{name}, satır {line}: bu satırda tırnak (\") ile açılan bir hücre 1 MiB'den uzun. Kapanmamış bir tırnaksa kapatın ya da silin.",
            "{name}, line {line}: a cell on this line opens with a quote (\") and is longer than 1 MiB. If the quote was never closed, close it or delete it."
        ),
        LineFault::Swallowed => text!(
            "{name}, satır {line}: tırnak (\") ile açılan bir hücre ardındaki satırları da içine alıyor. Kapanmamış tırnağı kapatın ya da silin; hücrenin kendisi bir tabloysa dosyayı .xlsx olarak kaydedip onu verin.",
            "{name}, line {line}: a cell that opens with a quote (\") takes in the rows below it. Close the quote or delete it; if the cell itself holds a table, save the file as .xlsx and give that."
        ),
        LineFault::Zero => text!(
            "{name}, satır {line}: metinde sıfır (NUL) baytı var; dosya bozuk ya da metin değil. Dosyayı \"CSV UTF-8\" olarak yeniden kaydedin.",
            "{name}, line {line}: there is a zero (NUL) byte in the text; the file is damaged, or no text. Save it again as \"CSV UTF-8\"."
        ),
        LineFault::TooWide(most) => text!(
            "{name}, satır {line}: dosya okunamayacak kadar büyük (en çok {most} sütun, 4 milyar satır). Ayırıcıyı denetleyin ya da dosyayı bölün.",
            "{name}, line {line}: the file is larger than can be read (at most {most} columns, 4 billion lines). Check the delimiter, or split the file."
        ),
        LineFault::RaggedAbove { cells: fields, above } => text!(
            "{name}, satır {line}: {fields} hücre var, üstündeki satırlarda ise {above}. Satırdaki ayırıcıları ve tırnakları düzeltin; dosya Excel'den geliyorsa .xlsx olarak kaydedip onu verin.",
            "{name}, line {line}: it has {fields} cells, but the rows above have {above}. Mend the delimiters and quotes of the line; if the file comes from Excel, save it as .xlsx and give that."
        ),
        LineFault::Ragged { cells: fields, columns } if fields < columns => text!(
            "{name}, satır {line}: {fields} hücre var, başlık satırında ise {columns} sütun. Satırdaki ayırıcıları düzeltin; dosya Excel'den geliyorsa .xlsx olarak kaydedip onu verin.",
            "{name}, line {line}: it has {fields} cells, but the header row has {columns} columns. Mend the delimiters of the line; if the file comes from Excel, save it as .xlsx and give that."
        ),
        LineFault::Ragged { cells: fields, columns } => text!(
            "{name}, satır {line}: {fields} hücre var, başlık satırında ise {columns} sütun. Satırdaki ayırıcıları ve tırnakları düzeltin; ayırıcı içeren metni tırnak (\") içine alın.",
            "{name}, line {line}: it has {fields} cells, but the header row has {columns} columns. Mend the delimiters and quotes of the line; put text that holds a delimiter in quotes (\")."
        ),
    }
}

fn of_sheet(file: &str, sheet: &str, fault: &SheetFault) -> Text {
    match fault {
        SheetFault::Unreadable(why) => {
            let why = shown(why);
            text!(
                "{file}, \"{sheet}\" sayfası okunamadı ({why}). Dosyayı Excel'de açıp yeniden kaydedin.",
                "{file}: sheet \"{sheet}\" could not be read ({why}). Open the file in Excel and save it again."
            )
        }
        SheetFault::ErrorCell { row, value } => {
            let value = shown(value);
            text!(
                "{file}, \"{sheet}\" sayfası, satır {row} ya da sonrası: {value} hatası olan bir hücre var. Hücreyi düzeltip dosyayı kaydedin.",
                "{file}, sheet \"{sheet}\", row {row} or below: a cell holds the error {value}. Mend the cell and save the file."
            )
        }
        SheetFault::OutOfPlace(cell) => text!(
            "{file}, \"{sheet}\" sayfası: {cell} hücresi yerinde değil; dosya bozuk. Excel'de açıp yeniden kaydedin.",
            "{file}, sheet \"{sheet}\": cell {cell} is out of place; the file is damaged. Open it in Excel and save it again."
        ),
        SheetFault::LongCell { cell, most } => text!(
            "{file}, \"{sheet}\" sayfası: {cell} hücresinde {most} karakterden uzun metin var. Metni kısaltın.",
            "{file}, sheet \"{sheet}\": cell {cell} holds more than {most} characters. Shorten the text."
        ),
    }
}

fn of_choice(name: &str, fault: &ChoiceFault) -> Text {
    match fault {
        ChoiceFault::SheetOfText(sheet) => {
            let sheet = shown(sheet);
            text!(
                "{name} bir metin dosyası; içinde \"{sheet}\" adlı bir sayfa olamaz. Komuttan --sheet seçeneğini çıkarın ya da çalışma kitabını verin.",
                "{name} is a text file, which has no sheet \"{sheet}\". Leave --sheet out, or give the workbook."
            )
        }
        ChoiceFault::NoData => text!(
            "{name} içinde başlık satırının altında veri yok; gönderilecek bir şey yok. Satırları ekleyip kaydedin.",
            "{name} has no data below its header row: there is nothing to send. Add the rows and save it."
        ),
        ChoiceFault::NoVisibleSheet => {
            text!(
                "{name} içinde görünür sayfa yok. Sayfayı Excel'de gösterin ya da --sheet ile adını verin.",
                "{name} has no visible sheet. Unhide the sheet in Excel, or name it with --sheet."
            )
        }
        ChoiceFault::NoSuchSheet { named, sheets, close } => no_such_sheet(name, named, sheets, close.as_deref()),
    }
}

fn no_such_sheet(file: &str, named: &str, sheets: &[String], close: Option<&str>) -> Text {
    let list =
        sheets.iter().take(MOST_SHEETS).map(|name| format!("\"{}\"", shown(name))).collect::<Vec<_>>().join(", ");
    let named = shown(named);
    let (tr, en) = close.map_or_else(Default::default, |name| {
        let name = shown(name);
        (format!(" \"{name}\" mi demek istediniz?"), format!(" Did you mean \"{name}\"?"))
    });
    text!(
        "{file} içinde \"{named}\" adlı sayfa yok. Sayfaları: {list}.{tr}",
        "{file} has no sheet called \"{named}\". Its sheets: {list}.{en}"
    )
}

fn not_turkish(name: &str, place: &NotTurkish) -> Text {
    let NotTurkish { line, as_turkish: here, proposed: encoding, as_proposed: sample } = place;
    let (here, sample, label) = (shown(here), shown(sample), encoding.to_ascii_lowercase());
    let mut message = text!(
        "{name}, satır {line}: dosya UTF-8 değil; Windows-1254 (Türkçe) olarak okununca \"{here}\" çıkıyor, Türkçe gibi değil. Dosyayı \"CSV UTF-8\" olarak kaydedin ya da kodlamasını söyleyin:",
        "{name}, line {line}: the file is not UTF-8, and read as Windows-1254 (Turkish) this is \"{here}\", which is not Turkish. Save it as \"CSV UTF-8\", or name its encoding:"
    );
    if label == "windows-1254" {
        message.tr.push_str(" bu metin doğruysa --encoding windows-1254.");
        message.en.push_str(" if that text is right, --encoding windows-1254.");
    } else {
        message.tr.push_str(&format!(" {encoding} ise (\"{sample}\") --encoding {label}."));
        message.en.push_str(&format!(" if it is {encoding} (\"{sample}\"), --encoding {label}."));
    }
    message
}

pub(super) fn question(file: &str, place: &NotTurkish) -> Text {
    let NotTurkish { line, proposed: encoding, as_proposed: sample, .. } = place;
    let (name, sample) = (shown(file), shown(sample));
    text!(
        "{name}, satır {line}: harfler Türkçe gibi değil. {encoding} olarak okununca \"{sample}\" çıkıyor. Dosya {encoding} olarak okunsun mu?",
        "{name}, line {line}: the letters are not those of Turkish. Read as {encoding} they are \"{sample}\". Read the file as {encoding}?"
    )
}
