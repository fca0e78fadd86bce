//! Samples of the other systems and of an API of one's own, in the notation of [`tables`](crate::tables).
//! The case numbers are those that the sandbox begins with.

/// The last two: a type that the server does not have, a date that is none.
pub const THALAMUS_CASES: &[&str] = &[
    "Kategori Kodu|Tür Kodu|Durum|Çözüm|Yorum|Yorum 2|caseData.SiparisNo:number|caseData.Tutar:decimal|caseData.TeslimTarihi:date|caseData.Acil:boolean|Ekler",
    "Reclamo|Telefonico|Created||Öğleden sonra aransın|Adres güncel|#4711|149,90|03.12.2026|Evet|",
    "Reclamo|Eposta|Open||||#4712|1.250,00|04.12.2026|Hayır|[{\"name\": \"fatura.pdf\"}]",
    "Bilgi|Web|Created|Resolved|Kampanya koşulları soruldu||||||",
    "Siparis|Iade|Open||Kutu açılmamış||#4713|89,95|05.12.2026|Evet|",
    "Bilgi|Telgraf|Open||Tür kodu listede yok||||||",
    "Siparis|Iade|Open||Teslim tarihi belli değil||#4714|59,00|yakında||",
];

/// The third has a number that a case has already, the last says nothing of what it is about.
pub const COMPLAINTS: &[&str] = &[
    "Başvuru No|Müşteri No|Müşteri Adı|Başvuru Türü|Önem|Açıklama|İletişim Türü|Yanıt Adresi|Kaydeden",
    "WI2026000001|1000000000001|Ayşe Örnek|Complaint|Standard|Hesap işletim ücretinin iadesini istiyor|Email|ayse@ornek.invalid|Deniz Misal",
    "WI2026000002|1000000000002|Mehmet Deneme|Complaint|Low|Şubede çok bekledi; sıra makinesi bozuktu|Email|mehmet@ornek.invalid|Deniz Misal",
    "WI0000497261|1000000000003|Zeynep Örnek|Complaint|Standard|Kart aidatı iki kez alınmış|Email|zeynep@ornek.invalid|Işıl Taslak",
    "|1000000000001|Ayşe Örnek|Complaint|Low|Ekstre e-postayla gelmiyor|Email|ayse@ornek.invalid|Işıl Taslak",
    "WI2026000005|1000000000002|Mehmet Deneme|Complaint|Standard||Email|mehmet@ornek.invalid|Işıl Taslak",
];

pub const SERVICE_REQUESTS: &[&str] = &[
    "Müşteri No|Müşteri Adı|Başvuru Türü|Önem|Açıklama|Sözleşme No|Kaydeden",
    "1000000000001|Ayşe Örnek|Service request|Standard|Kartın teslim adresi değişsin|2650000000000000017|Deniz Misal",
    "1000000000002|Mehmet Deneme|Service request|Low|İnternet şubesi şifresi yenilensin||Deniz Misal",
    "|Zeynep Örnek|Service request|Standard|Hesap kapatılsın||Deniz Misal",
];

/// The last does not say when.
pub const CALLBACKS: &[&str] = &[
    "Aranacak Müşteri No|Konu|Aranma Zamanı",
    "1000000000001|Cards|22.12.2026 13:30",
    "1000000000002|Loans|23.12.2026 10:00",
    "1000000000003|Cards|",
];

/// No case has the last number.
pub const DOCUMENTS: &[&str] = &[
    "Başvuru No|Belge No|Belge Adı|Müşteri No",
    "WI0000497262|F-2001|dilekçe.pdf|1000000000003",
    "WI0000497262|F-2002|dekont.pdf|1000000000003",
    "WI0000497263|F-2003|kimlik fotokopisi.pdf|1000000000001",
    "WI0000999999|F-2004|dekont.pdf|1000000000001",
];

pub const UPDATES: &[&str] = &[
    "Başvuru No|Başvuru Türü|İşlemi Yapan|Durum|Çözüm",
    "WI0000497264|Complaint|Işıl Taslak|Resolved|Ücret iade edildi",
    "WI0000497266|Complaint|Işıl Taslak|Resolved|Bilgi verildi",
    "WI0000999999|Complaint|Işıl Taslak|Resolved|Ücret iade edildi",
];

/// One row without its number.
pub const CLOSINGS: &[&str] = &[
    "Başvuru No|Başvuru Türü|İşlemi Yapan|Çözüm",
    "WI0000497265|Complaint|Işıl Taslak|Müşteri bilgilendirildi",
    "WI0000497270|Complaint|Işıl Taslak|Müşteri bilgilendirildi",
    "|Complaint|Işıl Taslak|Müşteri vazgeçti",
    "WI0000999999|Complaint|Işıl Taslak|Müşteri vazgeçti",
];

/// The last case has no such document.
pub const DETACHMENTS: &[&str] =
    &["Başvuru No|Belge No", "WI0000497261|F-1001", "WI0000497273|F-1013", "WI0000497262|F-9999"];

/// Cases to read; no case has the last number.
pub const CASE_NUMBERS: &[&str] = &["Başvuru No", "WI0000497261", "WI0000497265", "WI0000497270", "WI0000999999"];

/// Then: a TCKN whose check digits do not fit, a company without its tax office, a code that was there.
pub const CUSTOMERS: &[&str] = &[
    "Müşteri Kodu|Kurumsal|Firma Adı|Ad|Soyad|T.C. Kimlik No|Yabancı Uyruklu|Pasaport No|Vergi No|Vergi Dairesi|E-posta|Cep Telefonu|Ülke Kodu|Şehir Kodu|İlçe Kodu|Para Birimi|ERP Kodu|Aktif|Müşteri Temsilcileri",
    "501|Hayır||Ayşe|Örnek|10000000146|Hayır||||ayse@ornek.invalid|5000000001|TR|10|#494|TRY|C-501|Evet|00000000-0000-4000-8000-000000000001",
    "502|Evet|Örnek Kırtasiye Ltd. Şti.||||||1234567890|Silifke|muhasebe@ornek.invalid|5000000002|TR|33|#1892|#1|C-502|Evet|00000000-0000-4000-8000-000000000001; 00000000-0000-4000-8000-000000000002",
    "503|Hayır||Jane|Sample||Evet|U00000000|||jane@ornek.invalid|5000000003|TR|34||EUR|C-503|Evet|",
    "504|Hayır||Mehmet|Deneme|00000000000|Hayır||||mehmet@ornek.invalid|5000000004|TR|10|#494|TRY|C-504|Hayır|",
    "505|Evet|Deneme Gıda A.Ş.||||||1000000018||bilgi@deneme.invalid|5000000005|TR|6||TRY|C-505|Evet|",
    "501|Hayır||Ayşe|Örnek|10000000146|Hayır||||ayse@ornek.invalid|5000000001|TR|10|#494|TRY|C-501|Evet|",
];

/// The last asks for no copy.
pub const LOANS: &[&str] = &[
    "branch|member|book.isbn|book.title|copies|due|renewable|tags",
    "harbour|M-1001|9780000000019|An Invented Atlas|1|2026-12-21|yes|reference; maps",
    "harbour|M-1002|9780000000026|Knots for Beginners|2|2026-12-28|no|",
    "hill|M-1003|9780000000033|The Weather of Nowhere|1|2027-01-04||science",
    "hill|M-1003|9780000000040|A Town by the Sea|0|2027-01-04|yes|",
];
