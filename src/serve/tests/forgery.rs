//! Keys, cookies, and what another site makes a browser do.

use super::*;

#[tokio::test]
async fn a_key_opens_the_page_once_and_leaves_the_address() {
    let page = Played::new(Setting::default());
    let first = page.key();
    assert_eq!(problem(client().get(page.url("/"))).await, (401, "sign-in-needed".into()));
    let answer = client().get(page.url(&format!("/?key={first}"))).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/");
    let set = answer.headers()[SET_COOKIE].to_str().unwrap();
    let name = format!("caseload-{}=", page.address.port());
    assert!(set.starts_with(&name) && set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
    let cookie = cookie(answer.headers());
    let start = client().get(page.url("/")).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(start.text().await.unwrap(), "Elif");
    assert_eq!(problem(client().get(page.url(&format!("/?key={first}")))).await, (401, "key-used".into()));
    // Who is in already comes to the start by an old link too.
    let again = client().get(page.url(&format!("/?key={first}"))).header("cookie", &cookie).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.headers().contains_key(SET_COOKIE)), (303, false));
    assert_ne!(page.key(), first);
    assert_ne!(page.come_in().await, cookie);
    assert_eq!(page.keys.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_key_is_a_bearer_token_and_needs_no_origin() {
    let page = Played::new(Setting::default());
    let send = |token: &str| client().post(page.url("/api/v1/send")).bearer_auth(token);
    let answer = send(&page.key()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(problem(send("guessed")).await, (401, "token-unknown".into()));
    assert_eq!(problem(send("")).await, (401, "token-unknown".into()));
    let basic = client().post(page.url("/api/v1/send")).basic_auth("elif", Some(page.key()));
    assert_eq!(problem(basic).await, (401, "token-unknown".into()));
    // A key that is not good does not fall back to the cookie.
    let cookie = page.come_in().await;
    let both = client().get(page.url("/")).header("cookie", cookie).bearer_auth("guessed");
    assert_eq!(problem(both).await, (401, "token-unknown".into()));
}

#[tokio::test]
async fn a_secret_in_an_address_is_refused_even_if_it_is_good() {
    let page = Played::new(Setting::default());
    let key = page.key();
    for path in ["/rows?key=", "/rows?access_token=", "/api/v1/send?token=", "/?token=", "/rows?csrf="] {
        let refused = problem(client().get(page.url(&format!("{path}{key}")))).await;
        assert_eq!(refused, (400, "token-in-address".into()), "{path}");
    }
    let posted = client().post(page.url(&format!("/?key={key}"))).header("origin", page.origin());
    assert_eq!(problem(posted).await, (400, "token-in-address".into()));
    // None of it used the key up.
    page.come_in().await;
}

#[tokio::test]
async fn a_session_that_nobody_began_is_none() {
    let page = Played::new(Setting::default());
    let name = format!("caseload-{}", page.address.port());
    let mine = page.come_in().await;
    let forged = "0".repeat(64);
    for cookie in [format!("{name}={forged}"), format!("{name}="), format!("{mine}; {name}=x"), "caseload-1=x".into()] {
        let refused = problem(client().get(page.url("/")).header("cookie", &cookie)).await;
        assert_eq!(refused, (401, "sign-in-needed".into()), "{cookie}");
    }
}

#[tokio::test]
async fn only_the_page_itself_sends_forms_by_a_cookie() {
    let page = Played::new(Setting::default());
    let cookie = page.come_in().await;
    let token = page.token(&cookie).await;
    let (own, form) = (page.origin(), "application/x-www-form-urlencoded");
    let post = |origin: Option<&str>, token: &str| {
        let request = client().post(page.url("/send")).header("cookie", &cookie).header("content-type", form);
        let request = request.body(format!("rows=7&csrf={token}"));
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    };
    let forged = (403, "forged-origin".to_owned());
    assert_eq!(problem(post(Some("http://evil.example"), &token)).await, forged);
    assert_eq!(problem(post(Some("null"), &token)).await, forged);
    assert_eq!(problem(post(None, &token)).await, forged);
    assert_eq!(problem(post(Some(&own), &token).header("sec-fetch-site", "cross-site")).await, forged);
    let no_token = (403, "form-token".to_owned());
    assert_eq!(problem(post(Some(&own), "")).await, no_token);
    assert_eq!(problem(post(Some(&own), &format!("{token}&csrf={token}"))).await, no_token);
    let other = page.token(&page.come_in().await).await;
    assert_eq!(problem(post(Some(&own), &other)).await, no_token);
    let sent = post(Some(&own), &token).send().await.unwrap();
    assert_eq!((sent.status().as_u16(), sent.text().await.unwrap()), (200, "sent 7".to_owned()));
    // A script shows the token by a header.
    let script = client().post(page.url("/send")).header("cookie", &cookie).header("content-type", form);
    let script = script.header("sec-fetch-site", "same-origin").header("x-csrf-token", &token).body("rows=8");
    assert_eq!(script.send().await.unwrap().text().await.unwrap(), "sent 8");
    // JSON by a cookie needs the origin too.
    let json = || client().post(page.url("/api/v1/send")).header("cookie", &cookie);
    assert_eq!(problem(json()).await, forged);
    assert_eq!(json().header("origin", &own).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_name_of_somebody_else_leads_nowhere() {
    let page = Played::new(Setting::default());
    let key = page.key();
    let with = |host: &str| client().get(page.url(&format!("/?key={key}"))).header("host", host);
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.0.2.1"] {
        assert_eq!(problem(with(host)).await, (421, "host-unknown".into()), "{host}");
    }
    let answer = with(&format!("localhost:{}", page.address.port())).send().await.unwrap();
    assert_eq!(answer.status(), 303);
}

#[tokio::test]
async fn how_the_page_is_read_is_chosen_and_kept() {
    let page = Played::new(Setting::default());
    let mine = page.come_in().await;
    let token = page.token(&mine).await;
    let choose = |path: &str, form: String| {
        let request = client().post(page.url(path)).header("cookie", &mine).header("origin", page.origin());
        request.header("content-type", "application/x-www-form-urlencoded").body(format!("{form}&csrf={token}"))
    };
    let answer = choose("/language", "lang=tr&back=/runs?q=1".into()).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/runs?q=1");
    let lang = cookie(answer.headers());
    let answer = choose("/theme", "theme=dark&back=//evil.example".into()).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/");
    let theme = cookie(answer.headers());
    let all = format!("{mine}; {lang}; {theme}");
    let seen = client().get(page.url("/lang")).header("cookie", all).send().await.unwrap();
    assert_eq!(seen.text().await.unwrap(), "Tr Dark");
    assert_eq!(problem(choose("/language", "lang=xx".into())).await, (400, "not-understood".into()));
}
