//! Nothing leaves for an address that is not public, however it is written and whatever a name leads to.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::domain::ids::ChannelId;
use crate::domain::notice::Audience;
use crate::domain::public_address::tests::NOT_PUBLIC as NOT_PUBLIC_ADDRESSES;
use crate::ports::clock::SystemClock;

/// Answers the first question with some addresses and every later one with others.
struct Names(Vec<Vec<IpAddr>>, AtomicUsize);

impl Names {
    fn leading(to: &[&[&str]]) -> Arc<Self> {
        let read = |list: &&[&str]| list.iter().map(|text| text.parse().expect("an address")).collect();
        Arc::new(Self(to.iter().map(read).collect(), AtomicUsize::new(0)))
    }
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        let asked = self.1.fetch_add(1, Ordering::Relaxed);
        Ok(self.0[asked.min(self.0.len() - 1)].clone())
    }
}

fn notice() -> Notice {
    let (id, kind) = ("msg_1".to_owned(), "text".to_owned());
    Notice { id, channel: ChannelId::new("1"), contact: None, kind, at_ms: 0, to: Audience::Webhook, tries: 0 }
}

async fn told(reach: Reach, names: Arc<Names>, address: &str) -> EndpointAnswer {
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    Outward::within(reach, names, Arc::new(SystemClock)).tell(address, &[secret], &notice()).await
}

/// The same of a file that somebody names.
async fn fetched(reach: Reach, names: Arc<Names>, address: &str, most_bytes: usize) -> FetchAnswer {
    Outward::within(reach, names, Arc::new(SystemClock)).fetch(address, most_bytes).await
}

/// Neither a webhook nor a file goes beyond what is everybody's.
async fn is_forbidden(names: impl Fn() -> Arc<Names>, address: &str, why: ForbiddenAddress) {
    assert_eq!(told(Reach::PUBLIC, names(), address).await, EndpointAnswer::Forbidden(why), "{address}");
    assert_eq!(fetched(Reach::PUBLIC, names(), address, 100).await, FetchAnswer::Forbidden(why), "{address}");
}

const NOT_PUBLIC: EndpointAnswer = EndpointAnswer::Forbidden(ForbiddenAddress::NotPublic);

#[tokio::test]
async fn an_address_that_is_not_public_is_refused_however_it_is_written() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "127.0.0.1.",
        "①27.0.0.1",
        "0",
        "10.0.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "100.64.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[2002:7f00:1::]",
        "192.168.1.1:8443",
        "172.16.0.1",
        "255.255.255.255",
    ] {
        let names = || Names::leading(&[&["8.8.8.8"]]);
        is_forbidden(names, &format!("https://{host}/hook"), ForbiddenAddress::NotPublic).await;
    }
    for address in [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://:a@example.com/",
        "example.com",
        "https://",
    ] {
        is_forbidden(|| Names::leading(&[&["8.8.8.8"]]), address, ForbiddenAddress::NotHttps).await;
    }
}

#[tokio::test]
async fn none_of_the_addresses_that_are_not_everybodys_is_reached_neither_as_they_are_nor_by_a_name() {
    for text in NOT_PUBLIC_ADDRESSES {
        let host = if text.contains(':') { format!("[{text}]") } else { text.to_owned() };
        let names = || Names::leading(&[&[text]]);
        for host in [host.as_str(), "files.example.com"] {
            is_forbidden(names, &format!("https://{host}/a.png"), ForbiddenAddress::NotPublic).await;
        }
    }
}

#[tokio::test]
async fn a_name_is_refused_by_what_it_leads_to_also_where_only_one_of_several_is_not_public() {
    for leads in [
        &["127.0.0.1"][..],
        &["10.1.2.3"],
        &["169.254.169.254"],
        &["fd00:ec2::254"],
        &["::1"],
        &["100.64.1.1"],
        &["::ffff:10.0.0.1"],
        &["64:ff9b::a9fe:a9fe"],
        &["8.8.8.8", "127.0.0.1"],
        &["::1", "2606:4700:4700::1111"],
        &["0.0.0.0"],
    ] {
        is_forbidden(|| Names::leading(&[leads]), "https://hooks.example.com/", ForbiddenAddress::NotPublic).await;
    }
}

/// A machine beside ours that nobody may reach; how often somebody did.
async fn neighbour() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (port, reached) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&reached);
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            count.fetch_add(1, Ordering::Relaxed);
            let mut read = [0; 4_096];
            let _ = stream.read(&mut read).await;
            let answer =
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/secret\r\ncontent-length: 99999999\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, reached)
}

fn all_but_9(address: IpAddr) -> bool {
    address != IpAddr::from([127, 0, 0, 9])
}

/// DNS rebinding: the name is public when it is looked at and a machine beside ours when it is looked up again. Nobody looks it up
/// again: what is connected to is what was looked at.
#[tokio::test]
async fn a_name_that_leads_elsewhere_a_moment_later_does_not_lead_us_there() {
    let (port, reached) = neighbour().await;
    let reach = Reach { allows: is_public, https_only: false };
    let address = format!("http://hooks.example.com:{port}/");
    // 192.0.2.0/24 would be refused; nothing answers at this one within the time that a connection has.
    let names = Names::leading(&[&["127.0.0.1"], &["127.0.0.1"]]);
    assert_eq!(told(reach, Arc::clone(&names), &address).await, NOT_PUBLIC);
    assert_eq!(reached.load(Ordering::Relaxed), 0);
    // Looked at once; what a second look would say is not asked for.
    let reach = Reach { allows: all_but_9, https_only: false };
    let names = Names::leading(&[&["127.0.0.1"], &["127.0.0.9"]]);
    assert_eq!(told(reach, Arc::clone(&names), &address).await, EndpointAnswer::Refused { status: 302 });
    assert_eq!((names.1.load(Ordering::Relaxed), reached.load(Ordering::Relaxed)), (1, 1));
    let names = || Names::leading(&[&["127.0.0.9"], &["127.0.0.1"]]);
    assert_eq!(told(reach, names(), &address).await, NOT_PUBLIC);
    let forbidden = FetchAnswer::Forbidden(ForbiddenAddress::NotPublic);
    assert_eq!(fetched(reach, names(), &address, 100).await, forbidden);
    assert_eq!(reached.load(Ordering::Relaxed), 1);
}

/// The answer says that it is 100 MB and never sends them; the call ends with its head, and the redirect is not followed.
#[tokio::test]
async fn a_redirect_is_an_answer_and_no_body_is_waited_for() {
    let (port, reached) = neighbour().await;
    let reach = Reach { allows: |_| true, https_only: false };
    let answer = told(reach, Names::leading(&[&["127.0.0.1"]]), &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!((answer, reached.load(Ordering::Relaxed)), (EndpointAnswer::Refused { status: 302 }, 1));
}

/// A machine that answers each question with this.
async fn answering(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut read = [0; 4_096];
            let _ = stream.read(&mut read).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    format!("http://127.0.0.1:{port}/a.png")
}

/// No more is read than was asked for, whatever the answer says of its length, and a redirect is not followed.
#[tokio::test]
async fn a_file_is_as_large_as_was_asked_for_at_most_and_whole_or_not_there() {
    let reach = Reach { allows: |_| true, https_only: false };
    let ok = |length: usize, bytes: usize| {
        [
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n").into_bytes(),
            vec![7; bytes],
        ]
        .concat()
    };
    let unsaid = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec(), vec![7; 300]].concat();
    let elsewhere = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n".to_vec();
    for (answer, came) in [
        (ok(100, 100), FetchAnswer::Here(vec![7; 100].into())),
        (ok(0, 0), FetchAnswer::Here(bytes::Bytes::new())),
        (ok(101, 101), FetchAnswer::TooLarge),
        (unsaid, FetchAnswer::TooLarge),
        // It breaks off.
        (ok(100, 50), FetchAnswer::NoAnswer),
        (elsewhere, FetchAnswer::Refused { status: 302 }),
        (b"HTTP/1.1 206 Partial Content\r\ncontent-length: 0\r\n\r\n".to_vec(), FetchAnswer::Refused { status: 206 }),
        (b"no HTTP".to_vec(), FetchAnswer::NoAnswer),
    ] {
        let address = answering(answer).await;
        assert_eq!(fetched(reach, Names::leading(&[&["127.0.0.1"]]), &address, 100).await, came, "{address}");
    }
}
