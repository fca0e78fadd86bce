//! Slow clients, too many of them, and the end of the server.

use super::*;

/// Reads until the other end closes, or the time is over.
async fn is_closed_within(stream: &mut TcpStream, time: Duration) -> bool {
    let mut buffer = [0; 1024];
    let closed = async {
        loop {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    };
    tokio::time::timeout(time, closed).await.is_ok()
}

async fn connect(page: &Played, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(page.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

#[tokio::test]
async fn a_head_that_never_ends_holds_nobody_up() {
    let limits = Limits { head: Duration::from_millis(500), ..quick() };
    let page = Played::new(Setting { limits, ..Setting::default() });
    let mut slow = Vec::new();
    for _ in 0..100 {
        slow.push(connect(&page, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b").await);
    }
    assert_eq!(client().get(page.url("/healthz")).send().await.unwrap().status(), 200);
    for stream in &mut slow {
        // A byte now and then buys no time.
        let _ = stream.write_all(b"b").await;
    }
    for stream in &mut slow {
        assert!(is_closed_within(stream, Duration::from_secs(10)).await);
    }
    // An open connection that asks nothing is let go too.
    let mut idle = connect(&page, b"").await;
    assert!(is_closed_within(&mut idle, Duration::from_secs(10)).await);
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_makes_room_later() {
    let limits = Limits { connections: 5, head: Duration::from_secs(3), ..quick() };
    let page = Played::new(Setting { limits, ..Setting::default() });
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(connect(&page, b"GET").await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut sixth = TcpStream::connect(page.address).await.unwrap();
    assert!(is_closed_within(&mut sixth, Duration::from_secs(2)).await);
    for stream in &mut held {
        assert!(is_closed_within(stream, Duration::from_secs(10)).await);
    }
    assert_eq!(client().get(page.url("/healthz")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_body_that_stalls_is_told_so_and_nothing_is_stored() {
    let limits = Limits { idle: Duration::from_millis(400), ..quick() };
    let page = Played::new(Setting { limits, ..Setting::default() });
    let key = page.key();
    let head = format!(
        "POST /api/v1/runs?name=a.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Length: 1000\r\nConnection: close\r\n\r\na,b\n1,2\n"
    );
    let answer = page.raw(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"too-slow\""), "{answer}");
    page.stores_nothing().await;
}

#[tokio::test]
async fn who_takes_no_answer_is_let_go() {
    let limits = Limits { idle: Duration::from_millis(400), ..quick() };
    let page = Played::new(Setting { limits, ..Setting::default() });
    let request = format!("GET /many HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n", page.key());
    let stream = connect(&page, request.as_bytes()).await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if page.house.metrics.text().contains("caseload_http_connections 0") {
            return;
        }
    }
    drop(stream);
    panic!("the connection is still open");
}

#[tokio::test]
async fn a_broken_head_is_refused_and_too_long_a_one_too() {
    let page = Played::new(Setting::default());
    assert!(page.raw(b"nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400 "));
    let long = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let answer = page.raw(long.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    // Two lengths are a way past a proxy.
    let smuggled = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde";
    assert!(page.raw(smuggled).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn the_end_of_the_server_ends_streams_and_brings_all_to_rest() {
    let page = Played::new(Setting::default());
    let listen = |id: Option<&str>| {
        let request = client().get(page.url("/events")).bearer_auth(page.key());
        match id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        }
    };
    let mut events = listen(None).send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let mut seen = String::new();
    while !seen.contains("event 2") {
        seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
    }
    assert!(seen.starts_with("retry: 2000\n\nid: 1\nevent: tick\ndata: event 1\n\n"), "{seen}");
    let mut resumed = listen(Some("7")).send().await.unwrap();
    let mut seen = String::new();
    while !seen.contains("\n\nid: ") {
        seen.push_str(&String::from_utf8_lossy(&resumed.chunk().await.unwrap().unwrap()));
    }
    assert!(seen.contains("id: 8\n"), "{seen}");
    assert_eq!(client().get(page.url("/readyz")).send().await.unwrap().status(), 200);
    let (address, behind) = (page.address, Arc::clone(&page.behind));
    let began = std::time::Instant::now();
    page.stop().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert!(behind.0.load(Ordering::SeqCst));
    // Whole: the stream ended, it was not cut off.
    while events.chunk().await.unwrap().is_some() {}
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_request_under_way_is_answered_at_the_end() {
    let page = Played::new(Setting::default());
    let key = page.key();
    let head = format!(
        "POST /api/v1/runs?name=a.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Length: 8\r\n\r\na,b\n"
    );
    let mut stream = connect(&page, head.as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let ending = tokio::spawn(page.stop());
    tokio::time::sleep(Duration::from_millis(200)).await;
    stream.write_all(b"1,2\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"), "{answer}");
    ending.await.unwrap();
}
