//! People: sign-in, sessions, roles, tokens, and a proxy's word.

use super::*;
use crate::gate::people::What;
use futures_util::StreamExt;

fn staff() -> Staff {
    let staff = Staff::default();
    staff.add(1, "elif@example.com", "sesame", Role::Preparer);
    staff.add(2, "can@example.com", "marble", Role::Reader);
    staff.token(2, "token-of-can");
    staff
}

fn with_people() -> Played {
    Played::new(Setting { staff: staff(), ..Setting::default() })
}

#[tokio::test]
async fn who_signs_in_gets_a_new_session_and_the_one_before_ends() {
    let page = with_people();
    // A page leads to where one signs in; a key opens nothing where there are people.
    let page_of = || client().get(page.url("/runs/r1?only=invalid")).header("accept", "text/html");
    let here = || client().get(page.url("/rows?after=1")).header("accept", "text/html");
    assert_eq!(page_of().send().await.unwrap().status(), 303);
    let led = here().send().await.unwrap();
    assert_eq!(
        (led.status().as_u16(), &led.headers()["location"]),
        (303, &"/sign-in?next=%2Frows%3Fafter%3D1".parse().unwrap())
    );
    assert_eq!(problem(client().get(page.url(&format!("/?key={}", page.key())))).await, (401, "key-used".into()));
    assert_eq!(problem(client().get(page.url("/")).bearer_auth(page.key())).await, (401, "token-unknown".into()));
    let form = client().get(page.url("/sign-in")).header("accept", "text/html").send().await.unwrap();
    assert!(form.text().await.unwrap().contains("data-test=\"sign-in\""));

    let first = page.sign_in("elif@example.com", "sesame").await;
    let answer = page.attempt("elif@example.com", "sesame").header("cookie", &first).send().await.unwrap();
    // The form of somebody who is in carries a token; that of another window does not, and changes nothing.
    assert_eq!(answer.status(), 403);
    let token = page.token(&first).await;
    let again = page.attempt("elif@example.com", "sesame").header("cookie", &first).header("x-csrf-token", token);
    let second = cookie(again.send().await.unwrap().headers());
    assert_ne!(first, second);
    let get = |cookie: &str| client().get(page.url("/")).header("cookie", cookie);
    assert_eq!(problem(get(&first)).await.0, 401);
    assert_eq!(get(&second).send().await.unwrap().text().await.unwrap(), "elif@example.com");

    let out = client().post(page.url("/sign-out")).header("cookie", &second).header("origin", page.origin());
    let out = out.header("x-csrf-token", page.token(&second).await).send().await.unwrap();
    assert_eq!(out.status(), 303);
    assert!(out.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(problem(get(&second)).await.0, 401);
    let noted: Vec<_> = page.staff.noted.lock().unwrap().iter().map(|entry| (entry.what, entry.person)).collect();
    assert_eq!(noted, [(What::SignedIn, Some(1)), (What::SignedIn, Some(1)), (What::SignedOut, Some(1))]);
}

#[tokio::test]
async fn how_a_person_reads_comes_along_to_another_browser() {
    let page = with_people();
    let cookie = page.sign_in("elif@example.com", "sesame").await;
    let token = page.token(&cookie).await;
    let choose = |path: &str, form: &str| {
        let request = client().post(page.url(path)).header("cookie", &cookie).header("origin", page.origin());
        request.header("content-type", "application/x-www-form-urlencoded").body(format!("{form}&csrf={token}"))
    };
    let dark = choose("/theme", "theme=dark").header("accept-language", "tr").send().await.unwrap();
    assert_eq!(dark.status(), 303);
    let answer = page.attempt("elif@example.com", "sesame").send().await.unwrap();
    let set: Vec<&str> = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(set.len(), 3);
    assert!(set[1].starts_with("caseload-lang=tr;") && set[2].starts_with("caseload-theme=dark;"), "{set:?}");
    let other = page.attempt("can@example.com", "marble").send().await.unwrap();
    assert_eq!(other.headers().get_all(SET_COOKIE).iter().count(), 1);
}

#[tokio::test]
async fn a_session_ends_without_use_and_when_its_person_goes() {
    let page = with_people();
    let cookie = page.sign_in("elif@example.com", "sesame").await;
    let get = || client().get(page.url("/")).header("cookie", &cookie);
    for _ in 0..3 {
        page.pass(29);
        assert_eq!(get().send().await.unwrap().status(), 200);
    }
    page.pass(30);
    assert_eq!(problem(get()).await, (401, "sign-in-needed".into()));
    let cookie = page.sign_in("elif@example.com", "sesame").await;
    page.staff.people.lock().unwrap().remove(0);
    assert_eq!(problem(client().get(page.url("/")).header("cookie", &cookie)).await.0, 401);
}

#[tokio::test]
async fn wrong_passwords_are_slowed_and_look_alike() {
    let page = with_people();
    let said = async |email: &str| {
        let answer = page.attempt(email, "guess").send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    };
    let (known, unknown) = (said("elif@example.com").await, said("nobody@example.com").await);
    assert_eq!(known, unknown);
    assert_eq!(known.0, 401);
    for _ in 0..4 {
        said("elif@example.com").await;
    }
    let slowed = page.attempt("elif@example.com", "sesame").send().await.unwrap();
    assert_eq!((slowed.status().as_u16(), slowed.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    page.pass(1);
    page.sign_in("elif@example.com", "sesame").await;
    // In a browser the sign-in says so, with what was typed but the password.
    let answer = page.attempt("can@example.com", "guess").header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let shown = answer.text().await.unwrap();
    assert!(shown.contains("Email or password is wrong") && shown.contains("can@example.com"), "{shown}");
    assert!(!shown.contains("guess"));
}

#[tokio::test]
async fn a_sign_in_from_another_site_is_none() {
    let page = with_people();
    let form = "email=elif@example.com&password=sesame";
    let forged = client().post(page.url("/sign-in")).header("origin", "https://evil.example").body(form);
    let forged = forged.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(problem(forged).await, (403, "forged-origin".into()));
}

#[tokio::test]
async fn each_role_may_do_its_own() {
    let page = with_people();
    let send = || client().post(page.url("/api/v1/send"));
    let refused = problem(send().bearer_auth("token-of-can")).await;
    assert_eq!(refused, (403, "role-missing".into()));
    let list = client().post(page.url("/api/v1/runs?name=a.csv")).bearer_auth("token-of-can").body("a,b\n1,2\n");
    assert_eq!(problem(list).await, (403, "role-missing".into()));
    assert_eq!(page.stored(), 0);
    page.staff.token(1, "token-of-elif");
    assert_eq!(send().bearer_auth("token-of-elif").send().await.unwrap().status(), 200);
    page.staff.tokens.lock().unwrap().clear();
    assert_eq!(problem(send().bearer_auth("token-of-elif")).await, (401, "token-unknown".into()));
}

#[tokio::test]
async fn a_proxys_word_counts_from_the_proxy_alone() {
    let proxy = |peers: &str| {
        Some(Proxy { peers: vec![peers.parse().unwrap()], user_header: Some("x-forwarded-email".parse().unwrap()) })
    };
    let get = |page: &Played, path: &str| {
        let request = client().get(page.url(path)).header("x-forwarded-email", "elif@example.com");
        request
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "cases.example")
    };
    let page = Played::new(Setting { staff: staff(), proxy: proxy("127.0.0.1"), ..Setting::default() });
    assert_eq!(get(&page, "/").send().await.unwrap().text().await.unwrap(), "elif@example.com");
    assert_eq!(get(&page, "/from").send().await.unwrap().text().await.unwrap(), "203.0.113.9");
    let unknown = client().get(page.url("/")).header("x-forwarded-email", "eve@example.com");
    assert_eq!(problem(unknown).await, (403, "person-unknown".into()));
    let two = get(&page, "/").header("x-forwarded-email", "can@example.com");
    assert_eq!(problem(two).await, (403, "person-unknown".into()));
    // Its cookies go with every request of the browser: the page's own forms are told apart.
    let post = || {
        client()
            .post(page.url("/api/v1/send"))
            .header("x-forwarded-email", "elif@example.com")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "cases.example")
    };
    assert_eq!(problem(post()).await, (403, "forged-origin".into()));
    assert_eq!(post().header("origin", "https://cases.example").send().await.unwrap().status(), 200);
    // Over https the browser guards the cookie.
    let signed = client()
        .post(page.url("/sign-in"))
        .header("origin", "https://cases.example")
        .header("x-forwarded-proto", "https");
    let signed =
        signed.header("x-forwarded-host", "cases.example").header("content-type", "application/x-www-form-urlencoded");
    let signed = signed.body("email=elif@example.com&password=sesame").send().await.unwrap();
    let set = signed.headers()[SET_COOKIE].to_str().unwrap();
    assert!(
        set.starts_with("__Host-caseload=") && set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"),
        "{set}"
    );

    let elsewhere = Played::new(Setting { staff: staff(), proxy: proxy("192.0.2.0/24"), ..Setting::default() });
    assert_eq!(problem(get(&elsewhere, "/")).await, (403, "only-by-proxy".into()));
    let without = Played::new(Setting { staff: staff(), ..Setting::default() });
    assert_eq!(problem(get(&without, "/")).await, (401, "sign-in-needed".into()));
}

#[tokio::test]
async fn ten_thousand_sign_ins_keep_nobody_else_out() {
    let staff = Staff { slowly: Duration::from_millis(20), ..staff() };
    let page = Played::new(Setting { staff, ..Setting::default() });
    let browser = client();
    let (url, origin) = (page.url("/sign-in"), page.origin());
    let flood = stream::iter(0..10_000).map(|n| {
        let body = format!("email=guess{n}@example.com&password=x");
        let request = browser.post(&url).header("origin", &origin).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let flood = async { flood.buffer_unordered(100).collect::<Vec<u16>>().await };
    let others = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let began = std::time::Instant::now();
            let answer = client().get(page.url("/")).bearer_auth("token-of-can").send().await.unwrap();
            assert_eq!(answer.status(), 200);
            slowest = slowest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(flood, others);
    assert!(answers.iter().all(|status| [401, 429, 503].contains(status)));
    let count = |wanted: u16| answers.iter().filter(|status| **status == wanted).count();
    // The address was slowed after its first wrong attempts: no password of the rest was looked at.
    assert!(count(401) <= 22, "{}", count(401));
    assert_eq!(answers.len(), 10_000);
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}
