//! A workbook to fill in: the contract's headers, a list to choose from where there is one, an example
//! row, and a sheet that explains each column.

use std::path::Path;

use rust_xlsxwriter::{Color, DataValidation, Format, FormatBorder, Note, Workbook, Worksheet, XlsxError};

use crate::contract::{EnumValue, Field, Kind, Operation};
use crate::error::{Code, Error};
use crate::example;
use crate::message::Lang;
use crate::{say, text};

/// Rows below the header that get the drop-down lists.
const ROWS: u32 = 10_000;
/// Excel's limit for a list that stands in the cell's rule itself.
const LONGEST_LIST: usize = 255;

/// Writes the template of an operation; never over a file that is there.
pub fn write(path: &Path, operation: &Operation, lang: Lang) -> Result<(), Error> {
    let failed = |why: String| {
        let path = crate::message::shown(&path.display().to_string());
        Code::TemplateUnwritable.cannot_start(text!(
            "{path} şablonu yazılamadı: {why}. -o ile başka bir ad verin.",
            "The template {path} could not be written: {why}. Give another name by -o."
        ))
    };
    let mut workbook = build(operation, lang).map_err(|error| failed(error.to_string()))?;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| failed(error.to_string()))?;
    workbook.save_to_writer(file).map_err(|error| failed(error.to_string()))
}

fn build(operation: &Operation, lang: Lang) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(say!(lang, "Liste", "List"))?;
    fill_in(sheet, operation, lang)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(say!(lang, "Açıklama", "Explanation"))?;
    explain(sheet, operation, lang)?;
    Ok(workbook)
}

fn fill_in(sheet: &mut Worksheet, operation: &Operation, lang: Lang) -> Result<(), XlsxError> {
    let required =
        Format::new().set_bold().set_background_color(Color::RGB(0x00FF_E699)).set_border_bottom(FormatBorder::Thin);
    let optional =
        Format::new().set_bold().set_background_color(Color::RGB(0x00DD_EBF7)).set_border_bottom(FormatBorder::Thin);
    // Text, so that a spreadsheet keeps leading zeros and long numbers as they are typed.
    let as_text = Format::new().set_num_format("@");
    let as_example = as_text.clone().set_italic().set_font_color(Color::RGB(0x0080_8080));
    let examples = example::cells(operation, lang);
    for (column, field) in operation.fields.iter().enumerate() {
        let column = column as u16;
        let label = field.label.get(lang);
        sheet.write_string_with_format(0, column, label, if field.required { &required } else { &optional })?;
        sheet.insert_note(0, column, &Note::new(note(field, lang)))?;
        sheet.set_column_width(column, (label.chars().count() + 4).clamp(12, 50) as f64)?;
        if matches!(field.kind, Kind::Text | Kind::Enum(_)) {
            sheet.set_column_format(column, &as_text)?;
        }
        if let Some(choices) = choices(field, lang) {
            let rule = DataValidation::new().allow_list_strings(&choices)?;
            sheet.add_data_validation(1, column, ROWS, column, &rule)?;
        }
        if let Some(example) = &examples[usize::from(column)] {
            sheet.write_string_with_format(1, column, example, &as_example)?;
        }
    }
    if examples.iter().any(Option::is_some) {
        sheet.insert_note(1, 0, &Note::new(of_the_example(lang)))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn explain(sheet: &mut Worksheet, operation: &Operation, lang: Lang) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let title = format!("{}: {}", operation.full_name(), operation.label.get(lang));
    sheet.write_string_with_format(0, 0, title, &bold)?;
    let advice = say!(
        lang,
        "Gri satır örnektir: silin ya da üzerine kendi satırınızı yazın; olduğu gibi kalırsa gönderilmez. Sarı başlıklar zorunludur. Dosyayı .xlsx olarak kaydedip \"caseload check\" ile denetleyin.",
        "The grey row is an example: delete it or write your own row over it; as it stands it is not sent. Yellow headers are required. Save the file as .xlsx and check it by \"caseload check\"."
    );
    sheet.write_string(1, 0, advice)?;
    for (row, field) in (3..).zip(&operation.fields) {
        sheet.write_string_with_format(row, 0, field.label.get(lang), &bold)?;
        sheet.write_string(row, 1, &field.name)?;
        sheet.write_string(row, 2, note(field, lang))?;
    }
    for (row, family) in (3 + operation.fields.len() as u32..).zip(&operation.families) {
        sheet.write_string_with_format(row, 0, family.label.get(lang), &bold)?;
        sheet.write_string(row, 1, format!("{}.…", family.name))?;
        sheet.write_string(row, 2, family.explained(lang))?;
    }
    sheet.set_column_width(0, 28)?;
    sheet.set_column_width(1, 20)?;
    sheet.set_column_width(2, 90)?;
    Ok(())
}

fn of_the_example(lang: Lang) -> String {
    say!(
        lang,
        "Örnek satır. Olduğu gibi kalırsa gönderilmez; bir hücresi değişirse öteki satırlar gibi gönderilir.",
        "An example. As it stands it is not sent; with any cell changed it is sent like every other row."
    )
}

/// What may stand in a column.
fn note(field: &Field, lang: Lang) -> String {
    let mut words = vec![if field.required {
        say!(lang, "Zorunlu.", "Required.")
    } else {
        say!(lang, "İsteğe bağlı.", "Optional.")
    }];
    if let Some(most) = field.max_length {
        words.push(say!(lang, "En çok {most} karakter.", "{most} characters at most."));
    }
    words.push(match &field.kind {
        Kind::Text => say!(lang, "Metin.", "Text."),
        Kind::Integer => say!(lang, "Tam sayı.", "A whole number."),
        Kind::Number => say!(lang, "Sayı.", "A number."),
        Kind::Boolean => say!(lang, "Evet ya da Hayır.", "Yes or No."),
        Kind::Date => say!(lang, "Tarih: 31.12.2026.", "A date: 31.12.2026."),
        Kind::DateTime => say!(lang, "Tarih ve saat: 31.12.2026 09:30.", "A date and time: 31.12.2026 09:30."),
        Kind::NumberOrText => say!(lang, "Sayı ya da metin.", "A number or a text."),
        Kind::List(_) => say!(
            lang,
            "Birden çok değer noktalı virgülle ayrılır: a; b.",
            "Several values are separated by semicolons: a; b."
        ),
        Kind::Json => say!(lang, "JSON metni.", "Written as JSON."),
        Kind::Enum(values) => {
            let list = values.iter().map(|value| both(value, lang)).collect::<Vec<_>>().join(", ");
            say!(lang, "Şunlardan biri: {list}.", "One of: {list}.")
        }
    });
    words.join(" ")
}

fn both(value: &EnumValue, lang: Lang) -> String {
    let label = value.label.get(lang);
    if label == value.value { label.to_owned() } else { format!("{label} ({})", value.value) }
}

fn choices(field: &Field, lang: Lang) -> Option<Vec<String>> {
    let choices: Vec<String> = match &field.kind {
        Kind::Enum(values) => values.iter().map(|value| value.label.get(lang).to_owned()).collect(),
        Kind::Boolean => vec![say!(lang, "Evet", "Yes"), say!(lang, "Hayır", "No")],
        _ => return None,
    };
    let length: usize = choices.iter().map(|choice| choice.chars().count() + 1).sum();
    (length <= LONGEST_LIST).then_some(choices)
}
