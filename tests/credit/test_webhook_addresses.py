"""A webhook goes to the partner's machine, never to one that only we can reach."""

import socket
import ssl
import subprocess
import threading

import pytest
from webhook_receiver import listening

from credit.webhooks import addresses, sending
from credit.webhooks.addresses import AddressRefused, Target, networks

PUBLIC = "93.184.215.14"
LOOPBACK = networks("127.0.0.0/8, ::1")


@pytest.fixture
def names(monkeypatch):
    """Let names lead to addresses of the test's choice; numbers stay numbers."""
    known = {"bank.example": [PUBLIC]}
    real = socket.getaddrinfo

    def resolve(host, port, *also, **more):
        for address in known.get(host, []):
            yield (None, None, None, "", (address, port))
        if host not in known:
            if host.endswith(".example"):
                raise socket.gaierror(-2, "Name or service not known")
            yield from real(host, port, *also, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: list(resolve(*a, **k)))
    return known


def test_a_public_address_with_tls_is_taken(names):
    target = addresses.check("https://bank.example/hooks?token=1")

    assert target == Target(
        host="bank.example",
        port=443,
        path="/hooks?token=1",
        is_tls=True,
        addresses=(PUBLIC,),
    )
    assert addresses.check("https://bank.example:8443").port == 8443


OURS = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("::1", "::", "fe80::1", "fd00:ec2::254", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1"),
]


@pytest.mark.parametrize("address", OURS)
def test_an_address_of_ours_is_refused_as_number_and_behind_a_name(names, address):
    names["inside.example"] = [address]
    names["both.example"] = [PUBLIC, address]
    written = f"[{address}]" if ":" in address else address

    for host in (written, "inside.example", "both.example"):
        with pytest.raises(AddressRefused, match="private, local or reserved"):
            addresses.check(f"https://{host}/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_other_ways_to_write_loopback_are_refused(host):
    with pytest.raises(AddressRefused, match="private, local or reserved"):
        addresses.check(f"https://{host}/")


MALFORMED = {
    "nothing": "",
    "another scheme": "ftp://bank.example/",
    "a file": "file:///etc/passwd",
    "no scheme": "bank.example/hooks",
    "no host": "https:///hooks",
    "a user": "https://user:word@bank.example/",
    "a host before the host": "https://127.0.0.1@bank.example/",
    "a backslash": "https://bank.example\\@127.0.0.1/",
    "a fragment": "https://bank.example/#x",
    "an empty fragment": "https://bank.example/#",
    "a blank": "https://bank.example/a b",
    "a newline": "https://bank.example/\r\nHost: x",
    "letters that look like others": "https://b\u0430nk.example/",
    "port 0": "https://bank.example:0/",
    "a port that is too high": "https://bank.example:65536/",
    "a port that is none": "https://bank.example:https/",
    "a percent sign in the host": "https://bank%2eexample/",
    "half a bracket": "https://[::1/",
    "a zone": "https://[fe80::1%25eth0]/",
    "too long": f"https://bank.example/{'x' * 500}",
    "a name that does not exist": "https://nowhere.example/",
}


@pytest.mark.parametrize("url", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_address_is_refused_with_a_sentence(names, url):
    with pytest.raises(AddressRefused) as caught:
        addresses.check(url)

    assert str(caught.value).endswith(".")


def test_without_tls_only_loopback_and_only_where_a_setting_allows_it(names):
    names["inside.example"] = ["10.1.0.1"]
    private = networks("10.1.0.0/16")

    assert addresses.check("http://127.0.0.1:8080/", allowed=LOOPBACK).port == 8080
    assert addresses.check("https://inside.example/", allowed=private).addresses == ("10.1.0.1",)
    for url, allowed in (
        ("http://127.0.0.1/", ()),
        ("http://bank.example/", LOOPBACK),
        ("http://inside.example/", private),
        ("https://inside.example/", LOOPBACK),
    ):
        with pytest.raises(AddressRefused):
            addresses.check(url, allowed=allowed)


def test_nobody_waits_for_a_name_whose_server_never_answers(monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(addresses, "RESOLVED_WITHIN", 0.01)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(60) and [])

    with pytest.raises(AddressRefused, match=r"bank\.example cannot be resolved"):
        addresses.check("https://bank.example/")

    answered.set()


@pytest.fixture
def receiver():
    with listening() as receiver:
        yield receiver


def post(url, *, allowed=LOOPBACK, body=b"{}"):
    return sending.post(url, body=body, headers={"webhook-id": "1"}, allowed=allowed)


def test_the_connection_goes_to_the_address_that_was_looked_at(receiver, names, monkeypatch):
    """A name that points elsewhere a moment later, as a rebinding attacker's does."""
    names["bank.example"] = ["127.0.0.1"]
    checked = addresses.check

    def check_then_rebind(url, **more):
        target = checked(url, **more)
        names["bank.example"] = ["127.0.0.2"]
        return target

    monkeypatch.setattr(addresses, "check", check_then_rebind)

    answer = post(f"http://bank.example:{receiver.port}/hooks")

    ((headers, body),) = receiver.came
    assert (answer.status, body) == (204, b"{}")
    assert headers["Host"] == f"bank.example:{receiver.port}"


def test_a_name_that_turned_to_an_address_of_ours_is_refused_when_it_is_sent_to(receiver, names):
    names["bank.example"] = ["127.0.0.1"]

    answer = post(f"http://bank.example:{receiver.port}/hooks", allowed=())

    assert (answer.status, receiver.came) == (None, [])
    assert "private, local or reserved" in answer.problem


def test_a_redirect_is_not_followed(receiver):
    receiver.status, receiver.headers = 302, {"Location": receiver.url}

    answer = post(receiver.url)

    assert (answer.status, answer.is_good, len(receiver.came)) == (302, False, 1)


def test_no_proxy_of_the_environment_is_asked(receiver, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")

    assert post(receiver.url).is_good


def test_an_answer_is_read_up_to_a_bound(receiver):
    receiver.status, receiver.content = 500, b"\0" + b"x" * 1_000_000

    answer = post(receiver.url)

    assert len(answer.excerpt) == sending.KEPT
    assert "\0" not in answer.excerpt


def test_an_answer_that_drips_ends_when_its_time_is_up(receiver, monkeypatch):
    monkeypatch.setattr(sending, "ANSWER_WITHIN", 0.4)
    receiver.drips = True

    answer = post(receiver.url)

    assert (answer.status, answer.problem) == (None, "It did not answer in time.")


def test_a_receiver_that_is_away_is_a_problem_in_words():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/").problem == (
        "The connection failed: ConnectionRefusedError."
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a certificate of bank.example."""
    file = tmp_path_factory.mktemp("tls") / "bank.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    names = ["-subj", "/CN=bank.example", "-addext", "subjectAltName=DNS:bank.example"]
    try:
        subprocess.run(
            [*command.split(), *names, "-keyout", file, "-out", f"{file}.crt"],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("there is no openssl on this machine")
    return f"{file}.crt", str(file)


@pytest.mark.parametrize(
    ("host", "says"), [("bank.example", ""), ("other.example", "TLS: Hostname mismatch")]
)
def test_tls_holds_the_certificate_against_the_name(names, certificate, monkeypatch, host, says):
    names[host] = ["127.0.0.1"]
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=certificate[0])
    monkeypatch.setattr(sending, "_context", lambda: trusting)

    with listening(wrap=lambda wire: server.wrap_socket(wire, server_side=True)) as receiver:
        answer = post(f"https://{host}:{receiver.port}/")

    assert answer.is_good is not bool(says)
    assert answer.problem.startswith(says)
