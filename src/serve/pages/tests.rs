//! Every screen, in each of its states and both languages: sound HTML, nothing left in the other language, everything
//! escaped, and no more script than the policy lets through.

mod html;

use std::collections::{BTreeSet, HashMap, HashSet};

use caseload_sheet::message::Lang;

use self::html::{Element, parse};
use super::only::Only;
use super::result::ResultFilter;
use super::samples;

const BOTH: [Lang; 2] = [Lang::Tr, Lang::En];

/// Every screen, parsed.
fn pages() -> Vec<(String, String, Element)> {
    let of =
        |lang| samples::all(lang).into_iter().map(move |(name, page)| (format!("{name} {lang:?}"), page.into_string()));
    let all = BOTH.into_iter().flat_map(of);
    all.map(|(name, text)| {
        let root = parse(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        (name, text, root)
    })
    .collect()
}

#[test]
fn ids_are_unique_and_every_reference_has_its_target() {
    for (name, _, root) in pages() {
        let all = root.all();
        let ids: Vec<&str> = all.iter().filter_map(|element| element.attribute("id")).collect();
        let unique: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        for element in &all {
            let listed =
                ["for", "aria-describedby", "aria-labelledby"].into_iter().filter_map(|key| element.attribute(key));
            let targets: Vec<&str> = listed.flat_map(str::split_whitespace).collect();
            let link = element.attribute("href").and_then(|href| href.strip_prefix('#'));
            for target in targets.into_iter().chain(link) {
                assert!(unique.contains(target), "{name}: nothing is called {target}");
            }
        }
    }
}

#[test]
fn headings_stand_in_order_and_each_page_has_one_of_the_first_level() {
    for (name, _, root) in pages() {
        let level = |element: &&Element| element.name.strip_prefix('h').and_then(|level| level.parse::<u16>().ok());
        let visible = root.all().into_iter().filter(|element| element.name != "template");
        let levels: Vec<u16> = visible.filter_map(|element| level(&element)).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}: {levels:?}");
        assert_eq!(levels.first(), Some(&1), "{name}");
        for pair in levels.windows(2) {
            assert!(pair[1] <= pair[0] + 1, "{name}: {levels:?}");
        }
    }
}

#[test]
fn every_control_has_a_name_and_every_posting_form_the_token_first() {
    for (name, _, root) in pages() {
        let all = root.all();
        let labelled: HashSet<&str> =
            all.iter().filter(|it| it.name == "label").filter_map(|it| it.attribute("for")).collect();
        let within: HashSet<*const Element> =
            all.iter().filter(|it| it.name == "label").flat_map(|it| it.all()).map(std::ptr::from_ref).collect();
        for element in &all {
            let is_field = ["input", "select", "textarea"].contains(&element.name.as_str())
                && element.attribute("type") != Some("hidden");
            let is_named = element.attribute("id").is_some_and(|id| labelled.contains(id))
                || element.attribute("aria-label").is_some()
                || within.contains(&std::ptr::from_ref(*element));
            assert!(!is_field || is_named, "{name}: {element:?}");
            let is_spoken = !element.text().trim().is_empty() || element.attribute("aria-label").is_some();
            assert!(
                !["a", "button", "summary", "label", "th"].contains(&element.name.as_str()) || is_spoken,
                "{name}: {element:?}"
            );
            if element.name == "form" && element.attribute("method") == Some("post") {
                let first = element.all().into_iter().nth(1).and_then(|field| field.attribute("name"));
                assert_eq!(first, Some("csrf"), "{name}: {element:?}");
            }
        }
    }
}

#[test]
fn nothing_needs_inline_script_or_style_and_nothing_is_asked_of_others() {
    for (name, text, root) in pages() {
        for element in root.all() {
            for (key, value) in &element.attributes {
                let is_code = key == "style"
                    || key.starts_with("on")
                    || key.starts_with("hx-on")
                    || value.contains("js:")
                    || value.contains("javascript:");
                assert!(!is_code, "{name}: {key}={value}");
                let is_trigger_with_code = key == "hx-trigger" && value.contains('[');
                assert!(!is_trigger_with_code, "{name}: {value}");
                let is_address = ["href", "src", "action", "hx-get", "hx-post"].contains(&key.as_str());
                assert!(
                    !is_address || value.starts_with('/') && !value.starts_with("//") || value.starts_with('#'),
                    "{name}: {key}={value}"
                );
            }
            assert!(
                element.name != "script" || element.attribute("src").is_some() && element.children.is_empty(),
                "{name}"
            );
            assert!(element.name != "style", "{name}");
        }
        assert!(text.contains(r#""includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true"#)
 || text.contains("&quot;includeIndicatorStyles&quot;:false,&quot;allowEval&quot;:false,&quot;selfRequestsOnly&quot;:true"), "{name}");
    }
}

#[test]
fn every_file_that_a_page_asks_for_is_in_the_program() {
    let assets = crate::assets::Assets::default();
    let known: HashSet<String> = assets.names().map(|name| format!("/assets/{name}")).collect();
    let mut used: HashSet<String> = HashSet::new();
    for (_, _, root) in pages() {
        let all = root.all();
        let addresses = all.iter().flat_map(|it| ["href", "src"].map(|key| it.attribute(key))).flatten();
        let files = addresses.filter(|address| address.starts_with("/assets/"));
        used.extend(files.map(|address| address.split('#').next().unwrap_or_default().to_owned()));
    }
    assert_eq!(used, known);
}

#[test]
fn every_icon_that_a_page_shows_is_drawn() {
    let icons = include_str!("../assets/icons.svg");
    for (name, _, root) in pages() {
        for it in root.all().into_iter().filter(|it| it.name == "use") {
            let (_, id) = it.attribute("href").and_then(|href| href.split_once('#')).unwrap();
            assert!(icons.contains(&format!("id=\"{id}\"")), "{name}: {id}");
        }
    }
}

#[test]
fn script_of_others_stands_as_it_was_released() {
    use sha2::{Digest, Sha256};
    let sum = Sha256::digest(include_bytes!("../assets/vendor/htmx.min.js"));
    let sum = caseload_engine::keyed::hex(&sum);
    assert!(include_str!("../assets/vendor/README.md").contains(&format!("`{sum}`")), "{sum}");
}

#[test]
fn our_script_makes_no_code_of_text_and_asks_nobody_else() {
    let scripts = [
        include_str!("../assets/page.js"),
        include_str!("../assets/drop.js"),
        include_str!("../assets/mend.js"),
        include_str!("../assets/sheet.js"),
        include_str!("../assets/live.js"),
    ];
    for script in scripts {
        for code in ["eval(", "new Function", "innerHTML", "outerHTML =", "http:", "https:", "document.write", ".style"]
        {
            assert!(!script.contains(code), "{code}");
        }
    }
}

#[test]
fn browsers_of_2022_find_something_plain_before_what_they_do_not_know() {
    let style = include_str!("../assets/style.css");
    let (before, pairs) = style.split_once("@supports (color: light-dark(#000, #fff)) {").unwrap();
    let (pairs, after) = pairs.split_once("[data-theme=").unwrap();
    assert!(!before.replace("light-dark() pair", "").contains("light-dark(") && !after.contains("light-dark("));
    let token = |line: &str| line.trim().strip_prefix("--").and_then(|rest| rest.split(':').next()).map(str::to_owned);
    let tokens: Vec<String> = pairs.lines().filter_map(token).collect();
    assert!(tokens.len() > 20, "{tokens:?}");
    for token in tokens {
        assert!(before.contains(&format!("--{token}: ")), "{token} has no plain value");
    }
    for line in style.lines().filter(|line| line.contains("color-mix(") && !line.trim().starts_with("the plain")) {
        let before = line.split("color-mix(").next().unwrap();
        assert!(before.matches("background:").count() == 2, "{line}");
    }
    // A selector list with `:has()` in it is dropped whole.
    for line in
        style.lines().filter(|line| line.contains(":has(") && line.contains(" {") && !line.contains("@supports"))
    {
        let selectors = line.split(" {").next().unwrap().replace(":is(a, span)", "");
        assert!(!selectors.contains(','), "{line}");
    }
    assert!(!style.contains("url("), "a style that asks for files");
}

#[test]
fn every_cell_name_and_number_is_escaped() {
    let mut seen = 0;
    for (name, text, root) in pages() {
        assert!(!text.contains("<script>"), "{name}");
        seen += root.texts().iter().filter(|text| text.contains("<script>alert(1)")).count();
    }
    assert!(seen >= 4, "the samples carry it into cells and names: {seen}");
}

/// Words that are the same in both languages: names, and what people type.
fn is_the_same_in_both(text: &str) -> bool {
    const SAME: [&str; 30] = [
        "caseload audit",
        "HTTP 401",
        ", HuginOps TEST",
        "D, E",
        "TEST",
        "Excel",
        "TR",
        "EN",
        "Türkçe",
        "English",
        "caseload",
        "caseload ·",
        "HuginOps",
        "token",
        "Terminal",
        "min",
        "Enter",
        "Ctrl",
        "Esc",
        "Home",
        "End",
        "PgUp",
        "PgDn",
        "F2",
        "Alt ↓",
        "Alt ↑",
        "Ctrl Enter",
        "Ctrl Z",
        "client_id",
        "client_secret",
    ];
    if let Some((one, other)) = text.split_once(" · ") {
        return is_the_same_in_both(one) && is_the_same_in_both(other) || one.len() == 1;
    }
    let is_size = text
        .split_once(' ')
        .is_some_and(|(count, unit)| count.parse::<u64>().is_ok() && ["KB", "MB", "GB"].contains(&unit));
    let has_letters = !is_size && text.chars().any(char::is_alphabetic);
    let bare = |text: &str| text.trim_matches(|letter| "“”(), .·:".contains(letter)).to_owned();
    !has_letters || SAME.contains(&text) || data().contains(text) || data().iter().any(|data| bare(data) == bare(text))
}

/// The invented data of the samples: what stands in quotes in their source.
fn data() -> &'static HashSet<&'static str> {
    use std::sync::OnceLock;
    static DATA: OnceLock<HashSet<&'static str>> = OnceLock::new();
    DATA.get_or_init(|| {
        let source = include_str!("samples.rs");
        let quoted = source.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
        quoted.filter(|text| !text.is_empty()).chain([samples::EVIL]).collect()
    })
}

#[test]
fn no_sentence_is_left_in_the_other_language() {
    let english: HashMap<String, BTreeSet<String>> = samples::all(Lang::En)
        .into_iter()
        .map(|(name, page)| (name, parse(&page.into_string()).unwrap().texts().into_iter().collect()))
        .collect();
    for (name, page) in samples::all(Lang::Tr) {
        let turkish: BTreeSet<String> = parse(&page.into_string()).unwrap().texts().into_iter().collect();
        let same: Vec<&String> =
            turkish.intersection(&english[&name]).filter(|text| !is_the_same_in_both(text)).collect();
        assert!(same.is_empty(), "{name}: {same:?}");
        assert_eq!(turkish.is_empty(), english[&name].is_empty());
    }
}

#[test]
fn the_language_of_a_page_is_said_and_so_is_that_of_the_switch() {
    for (name, _, root) in pages() {
        let all = root.all();
        let tag = if name.ends_with("Tr") { "tr" } else { "en" };
        let page = all.iter().find(|it| it.name == "html").unwrap();
        assert_eq!(page.attribute("lang"), Some(tag), "{name}");
        let switch: Vec<Option<&str>> =
            all.iter().filter(|it| it.attribute("name") == Some("lang")).map(|it| it.attribute("lang")).collect();
        assert_eq!(switch, [Some("tr"), Some("en")], "{name}");
    }
}

#[test]
fn what_tests_look_for_is_there_and_once_where_it_has_to_be() {
    let names = [
        "drop",
        "file",
        "columns",
        "row-problem",
        "cell-edit",
        "replace-all",
        "undo",
        "send",
        "confirm",
        "approve",
        "progress",
        "pause",
        "resume",
        "stop",
        "result",
        "to-fix",
        "unknown",
        "resolve-done",
        "resolve-not-done",
        "history",
        "find",
        "sign-in",
    ];
    let mut seen: HashSet<String> = HashSet::new();
    for (name, _, root) in pages() {
        let marks: Vec<&str> = root.all().into_iter().filter_map(|it| it.attribute("data-test")).collect();
        for mark in &marks {
            assert!(names.contains(mark), "{name}: {mark}");
            let is_many = ["row-problem", "cell-edit"].contains(mark);
            assert!(is_many || marks.iter().filter(|other| other == &mark).count() == 1, "{name}: {mark} twice");
        }
        seen.extend(marks.into_iter().map(str::to_owned));
    }
    let missing: Vec<&str> = names.into_iter().filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_list_that_lost_a_row_shows_an_error_and_no_tiles() {
    let all = samples::all(Lang::En);
    for name in ["check-lost", "running-lost", "result-lost"] {
        let (_, page) = all.iter().find(|(of, _)| of == name).unwrap();
        let page = &page.0;
        assert!(
            page.contains("The balance does not add up")
                && !page.contains("class=\"tile")
                && !page.contains("The balance adds up"),
            "{name}"
        );
    }
    let (_, sound) = all.iter().find(|(of, _)| of == "check").unwrap();
    assert!(sound.0.contains("The balance adds up: 4,651 + 124 + 37 = 4,812"));
}

#[test]
fn live_asks_for_the_number_and_never_fills_it_in() {
    for lang in BOTH {
        let all = samples::all(lang);
        let of = |name: &str| parse(&all.iter().find(|(of, _)| of == name).unwrap().1.0).unwrap();
        for name in ["confirm", "confirm-doubts", "approve", "approve-wrong"] {
            let root = of(name);
            let field = root.all().into_iter().find(|it| it.attribute("name") == Some("rows")).unwrap();
            assert_eq!((field.attribute("type"), field.attribute("value")), (None, None), "{name}");
            assert!(field.attribute("required").is_some(), "{name}");
        }
        let test = of("confirm-test");
        let field = test.all().into_iter().find(|it| it.attribute("name") == Some("rows")).unwrap();
        assert_eq!(field.attribute("type"), Some("hidden"));
    }
}

#[test]
fn the_main_sentences_stand_as_they_were_agreed() {
    let said: HashSet<String> = BOTH
        .into_iter()
        .flat_map(samples::all)
        .flat_map(|(_, page)| {
            let root = parse(&page.into_string()).unwrap();
            let whole = root.all().into_iter().map(|element| element.text().trim().to_owned()).collect::<Vec<_>>();
            root.texts().into_iter().chain(whole)
        })
        .collect();
    for sentence in include_str!("tests/sentences.txt").lines().filter(|line| !line.is_empty()) {
        assert!(said.iter().any(|text| text.contains(sentence)), "{sentence}");
    }
}

#[test]
fn filters_are_found_by_their_names() {
    let all = [
        Only::All,
        Only::Valid,
        Only::Invalid,
        Only::Warned,
        Only::Duplicate,
        Only::LeftOut,
        Only::Mended,
        Only::Problem("x:y".into()),
    ];
    for only in all {
        assert_eq!(Only::named(&only.name()), Some(only));
    }
    assert_eq!(Only::named("problem:"), None);
    assert_eq!(Only::named("rejected"), None);
    for filter in ["to-do", "all", "done", "done-without-id", "unknown", "not-sent"] {
        assert_eq!(ResultFilter::named(filter).map(ResultFilter::name), Some(filter));
    }
    assert_eq!(ResultFilter::named("open"), None);
}

/// Writes every screen into the folder of `CASELOAD_SCREENS`, for people who want to look at them.
#[test]
#[ignore = "writes files to look at"]
fn screens_to_look_at() {
    let folder =
        std::path::PathBuf::from(std::env::var_os("CASELOAD_SCREENS").expect("CASELOAD_SCREENS names a folder"));
    for lang in BOTH {
        let into = folder.join(if lang == Lang::Tr { "tr" } else { "en" });
        std::fs::create_dir_all(&into).unwrap();
        for (name, page) in samples::all(lang) {
            std::fs::write(into.join(format!("{name}.html")), page.into_string()).unwrap();
        }
    }
}
