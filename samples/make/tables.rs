//! What stands in the samples. All persons, shops and numbers are invented.
//!
//! One text a row, its cells divided by `|`. Marks in front of a cell: `#` a number, `#8` a number
//! shown with eight digits, `ƒ` a formula and after `→` the value that it had when the file was
//! saved. `~` in front of a row hides it. The first text holds the headers.

pub const INSTALL_LIST_TITLE: &str = "Aralık 2026 Kurulum Listesi – Örnek Yazarkasa Bölge Müdürlüğü";

/// The list of a month: 27 rows for the field service, good ones first, then one of each usual mistake.
pub const INSTALL_LIST: &[&str] = &[
    "Talep Tipi|Arıza Kodu|Mali No|Terminal No|Üye İşyeri No|Ayrıntı|Öncelik|Marka|Model|GMP3|Bölge Sorumlusu",
    "Kurulum|psu|FU00001201|#8 4171|7000100011|Kasa 1, kontak Ayşe Örnek, 0212 000 00 00|P2|Örnek|S1|Evet|Deniz Misal",
    "KURULUM|psu|FU00001202|#8 4172|7000100012|Kasa 2, kontak Ayşe Örnek, 0212 000 00 00|P2|Örnek|S1|Evet|Deniz Misal",
    "kurulum|psu|00120000345|#8 4173|7000100013|Şube girişi, öğleden sonra gelinsin|P3|Örnek|Tiger|Hayır|Deniz Misal",
    "Install|psu|HN0000000417|#8 90004174|7000100014|Çarşı içi, kontak Mehmet Deneme, 0312 000 00 00||Örnek|Tiger|x|Deniz Misal",
    // The old terminal has to go before the new one comes.
    "Banka Silme|psu|FU00001205|#8 4175|7000100015|Eski banka uygulaması silinsin|P1|Örnek|S1|Evet|Deniz Misal",
    "Kurulum|psu|FU00001205|#8 4275|7000200015|Yeni banka kurulumu, silme bittikten sonra|P1|Örnek|S1|Evet|Deniz Misal",
    "Arıza|psu|FU00001206|#8 4176|7000100016|Güç kaynağı ısınıyor, cihaz kapanıyor|P1|Örnek|S1|Evet|Işıl Taslak",
    "ARIZA|psu|HN0000000418|||Ekran açılmıyor, kontak Zeynep Örnek, 0232 000 00 00|P1|Örnek|Tiger|Hayır|Işıl Taslak",
    "Bakım|psu|FU00001208|#8 4178|7000100018|Yıllık bakım; rulo haznesi de temizlensin|P3|Örnek|S1||Işıl Taslak",
    "EĞİTİM|psu|FU00001209|||Yeni personele gün sonu eğitimi, 2 kişi|P3|Örnek|S1||Işıl Taslak",
    "Versiyon Güncelleme|psu|00120000346|#8 4180|7000100020|Sürüm yükseltme, mesai bitiminde|P2|Örnek|Tiger|Hayır|Işıl Taslak",
    "güncelleme|psu|FU00001211|#8 4181|7000100021|Sürüm yükseltme, \"B\" blok zemin kat|P2|Örnek|S1|evet|Işıl Taslak",
    "Söküm|psu|FU00001212|#8 4182|7000100022|Dükkân kapanıyor, cihaz geri alınacak|P2|Örnek|S1|Evet|Işıl Taslak",
    "Kurulum|psu|HN0000000419|#8 4183|7000100023|ƒ=\"Sorumlu: \"&K{row}&\", kasa \"&(1+1)→Sorumlu: Işıl Taslak, kasa 2|P2|Örnek|Tiger|X|Işıl Taslak",
    // A text that only looks like a formula: has to arrive as it stands.
    "Kurulum|psu|FU00001214|#8 4184|7000100024|=Kasa 3 ile aynı dolapta, anahtar güvenlikte|P2|Örnek|S1|Evet|Işıl Taslak",
    // Entered through another system.
    "Kurulum|psu|FT00001215|#8 4185|7000100025|Kasa 1, kontak Ali Uydurma, 0242 000 00 00|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    // An install without its terminal.
    "Kurulum|psu|FU00001216||7000100026|Kasa 2, kontak Ali Uydurma, 0242 000 00 00|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    // Thirteen characters.
    "Kurulum|psu|FU00000012170|#8 4187|7000100027|Kasa 3, kontak Ali Uydurma, 0242 000 00 00|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    // A slip of the pen.
    "Kurlum|psu|FU00001218|#8 4188|7000100028|Kasa 4, kontak Ali Uydurma, 0242 000 00 00|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    // The first row of the list once more.
    "Kurulum|psu|FU00001201|#8 4171|7000100011|Kasa 1, kontak Ayşe Örnek, 0212 000 00 00|P2|Örnek|S1|Evet|Deniz Misal",
    // One terminal, two merchants (two figures changed places).
    "Bakım|psu|FU00001206|#8 4176|7000100061|Isınan güç kaynağı değiştikten sonra kontrol|P3|Örnek|S1|Evet|Cem Örnekoğlu",
    // No priority of this name.
    "Arıza|psu|FU00001222|||Yazıcı kâğıdı sıkıştırıyor|Acil|Örnek|S1|Evet|Cem Örnekoğlu",
    // A prefix that no device has.
    "Arıza|psu|XU00001223|||Klavye tuşları basmıyor|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    // Neither yes nor no.
    "Arıza|psu|FU00001224|||Müşteri ekranı soluk|P2|Örnek|S1|belki|Cem Örnekoğlu",
    // Somebody filtered the list and forgot it.
    "~Kurulum|psu|FU00001225|#8 4195|7000100035|Ertelendi, ocak ayında sorulacak|P3|Örnek|S1|Evet|Cem Örnekoğlu",
    "Kurulum|psu|FU00001226|#8 4196|7000100036|Pazar yeri, kontak Çiğdem Örnek, 0222 000 00 00|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    "Kurulum|psu|FU00001227|#8 4197|7000100037|Otogar 1. peron, kontak Çiğdem Örnek, 0222 000 00 00|P2|Örnek|S1|Evet|Cem Örnekoğlu",
    "||||||||||",
    "Toplam||ƒ=COUNTA(C4:C30)→27||||||||",
    "||||||||||",
    "||||||||||",
];

/// Two equal rows are two reservations; one row asks for nothing.
pub const RESERVATIONS: &[&str] = &["Cihaz Modeli|Adet", "Tiger|#2", "s1|#5", "S1|#3", "Tiger|#2", "tiger|#0", "S1|#1"];

/// Cases and reservations in one sheet; the last row names an operation that there is not.
pub const MIXED: &[&str] = &[
    "İşlem|Talep Tipi|Arıza Kodu|Mali No|Terminal No|Üye İşyeri No|Ayrıntı|Cihaz Modeli|Adet",
    "create-case|Kurulum|psu|FU00001301|#8 4301|7000300001|Kasa 1, kontak Ayşe Örnek, 0212 000 00 00|S1|",
    "rezervasyon|||||||Tiger|#2",
    "Talep açma|Arıza|psu|HN0000000431|||Ekran açılmıyor, kontak Mehmet Deneme, 0312 000 00 00||",
    "Cihaz rezervasyonu|||||||s1|#1",
    "TALEP|Bakım|psu|FU00001303|#8 4303|7000300003|Yıllık bakım, sabah saatlerinde|S1|",
    "create-reservation|||||||tiger|#4",
    "rezervasyn|||||||Tiger|#1",
];

pub const CASES_SHEET: &[&str] = &[
    "Talep Tipi|Arıza Kodu|Mali No|Terminal No|Üye İşyeri No|Ayrıntı|Öncelik",
    "Banka Silme|psu|FU00001401|#8 4401|7000400001|Eski banka uygulaması silinsin|P1",
    "Kurulum|psu|FU00001401|#8 4501|7000500001|Yeni banka kurulumu, silme bittikten sonra|P1",
    "Arıza|psu|00120000347|||Güç kaynağı ısınıyor, kontak Zeynep Örnek, 0232 000 00 00|P2",
    "Eğitim|psu|HN0000000441|||Yeni personele gün sonu eğitimi|P3",
];

pub const RESERVATIONS_SHEET: &[&str] = &["Cihaz Modeli|Adet", "Tiger|#2", "S1|#1", "S1|#1"];

pub const NOTES_SHEET: &[&str] = &[
    "Notlar",
    "Liste her ayın ilk iş günü Ayşe Örnek'e gönderilir.",
    "Telefonlar (0212 000 00 00 gibi) örnektir.",
    "Soru olursa: destek@ornek.invalid",
];
