"""Requirements of trust, with a real TLS server: what it may show, and what it is never told."""

import contextlib
import datetime
import ipaddress
import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import serve

from lanyard_client import AsyncClient, BadSettings, Encoding, Trust, Unreachable, Untrusted, pin_of

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
STATUS = {"robot_id": "arm-001", "online": True, "safety": {"state": "ready"}}


def key():
    return ec.generate_private_key(ec.SECP256R1())


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    subject_key,
    issuer_key,
    *,
    ca=False,
    address="127.0.0.1",
    since=NOW - 30 * DAY,
    until=NOW + DAY,
):
    """A certificate of ``subject_key``, signed with ``issuer_key``."""
    return (
        x509.CertificateBuilder()
        .subject_name(name("authority" if ca else "gateway"))
        .issuer_name(name("authority" if issuer_key is not subject_key or ca else "gateway"))
        .public_key(subject_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def der(made):
    return made.public_bytes(serialization.Encoding.DER)


class Authority:
    """A certificate authority of the test's own, and files of what it signed."""

    def __init__(self, folder):
        self.folder = folder
        self.key = key()
        self.ca_file = folder / "ca.pem"
        made = certificate(self.key, self.key, ca=True)
        self.ca_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def trust(self, *pins):
        """Trust in what this authority signs, if it fits one of the pins."""
        return Trust(ca_file=self.ca_file, pins=pins)

    def context(self, made, its_key):
        """What a server needs to show a certificate."""
        path = self.folder / "server.pem"
        path.write_bytes(
            its_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


class Requests:
    """Every request that a server was sent, by its path."""

    def __init__(self):
        self.paths = []

    def __call__(self, connection, request):
        self.paths.append(request.path)
        if request.path.startswith("/api"):
            return connection.respond(200, json.dumps(STATUS))
        return None


@contextlib.asynccontextmanager
async def serving(context, trust):
    """A client of a server that answers requests and sockets, and what that server was asked."""
    requests = Requests()

    async def telemetry(socket):
        await socket.send('{"v":1,"t":"sub","seq":1,"ts_us":1}')
        await socket.send('{"v":1,"t":"tlm","seq":2,"ts_us":1,"robot_id":"arm-001","online":true}')
        await socket.wait_closed()

    async with serve(
        telemetry, "127.0.0.1", 0, ssl=context, process_request=requests,
        subprotocols=["lanyard.telemetry.v1+json"],
    ) as server:  # fmt: skip
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with AsyncClient(url, api_key="lyd_secret", trust=trust) as client:
            yield client, requests


async def ask(client):
    """By request."""
    return (await client.robot_status("arm-001")).online


async def watch(client):
    """By socket."""
    frames = client.telemetry("arm-001", encoding=Encoding.JSON)
    try:
        return (await anext(frames)).online
    finally:
        await frames.aclose()


@pytest.fixture(params=[ask, watch], ids=["request", "socket"])
def reach(request):
    """Both ways to a gateway; true when it was reached."""
    return request.param


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def their_key():
    return key()


async def test_a_certificate_of_a_known_authority_is_believed(authority, their_key, reach):
    made = certificate(their_key, authority.key)
    context, trust = authority.context(made, their_key), authority.trust()
    async with serving(context, trust) as (client, requests):
        assert await reach(client)
    assert len(requests.paths) == 1


@pytest.mark.parametrize("place", [0, 1], ids=["first pin", "second pin"])
async def test_either_of_two_pins_opens_the_door(authority, their_key, reach, place):
    made = certificate(their_key, authority.key)
    pins = [pin_of(der(certificate(key(), authority.key)))]
    pins.insert(place, pin_of(der(made)))
    context, trust = authority.context(made, their_key), authority.trust(*pins)
    async with serving(context, trust) as (client, _):
        assert await reach(client)


async def test_another_key_is_refused_even_from_a_known_authority(authority, their_key, reach):
    made = certificate(their_key, authority.key)
    wrong = [pin_of(der(certificate(key(), authority.key))) for _ in range(2)]
    context, trust = authority.context(made, their_key), authority.trust(*wrong)
    async with serving(context, trust) as (client, requests):
        with pytest.raises(Untrusted) as caught:
            await reach(client)
    assert requests.paths == [], "a request, and with it the API key, went out"
    assert pin_of(der(made)) in str(caught.value)
    assert "one of the 2 that are pinned" in str(caught.value)


async def test_a_renewed_certificate_of_the_same_key_still_fits(authority, their_key, reach):
    pin = pin_of(der(certificate(their_key, authority.key)))
    renewed = certificate(their_key, authority.key, until=NOW + 90 * DAY)
    context, trust = authority.context(renewed, their_key), authority.trust(pin)
    async with serving(context, trust) as (client, _):
        assert await reach(client)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"until": NOW - DAY}, "has expired"),
        ({"since": NOW + DAY / 2}, "is not valid yet"),
        ({"address": "192.0.2.1"}, "is for another address"),
    ],
    ids=["expired", "not valid yet", "another host"],
)
async def test_a_pinned_key_does_not_make_up_for_a_bad_certificate(
    authority, their_key, reach, wrong, words
):
    made = certificate(their_key, authority.key, **wrong)
    context, trust = authority.context(made, their_key), authority.trust(pin_of(der(made)))
    async with serving(context, trust) as (client, requests):
        with pytest.raises(Untrusted, match=words):
            await reach(client)
    assert requests.paths == []


@pytest.mark.parametrize("self_signed", [True, False])
async def test_a_pinned_key_does_not_make_up_for_an_unknown_authority(
    authority, their_key, reach, self_signed
):
    made = certificate(their_key, their_key if self_signed else key())
    context, trust = authority.context(made, their_key), authority.trust(pin_of(der(made)))
    async with serving(context, trust) as (client, requests):
        with pytest.raises(Untrusted, match="signed by"):
            await reach(client)
    assert requests.paths == []


async def test_an_authority_that_only_a_file_names_is_not_known_without_it(
    authority, their_key, reach
):
    made = certificate(their_key, authority.key)
    async with serving(authority.context(made, their_key), Trust()) as (client, _):
        with pytest.raises(Untrusted, match="authority that is not known here"):
            await reach(client)


async def test_nothing_older_than_tls_1_3_is_spoken(authority, their_key, reach):
    context = authority.context(certificate(their_key, authority.key), their_key)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(context, authority.trust()) as (client, requests):
        with pytest.raises(Unreachable):
            await reach(client)
    assert requests.paths == []


async def test_a_gateway_without_tls_under_an_https_url_is_explained(authority, reach):
    async with serving(None, authority.trust()) as (client, _):
        with pytest.raises(Unreachable, match="http:// instead"):
            await reach(client)


@pytest.mark.parametrize(
    "pin", ["", "sha256/", "sha1/" + "A" * 43 + "=", "sha256/" + "A" * 44, "sha256/" + "*" * 43]
)
def test_what_is_no_pin_is_refused_at_once(pin):
    with pytest.raises(BadSettings, match="is no pin"):
        Trust(pins=(pin,))


def test_pins_without_encryption_are_refused():
    with pytest.raises(BadSettings, match="not encrypted"):
        AsyncClient("http://127.0.0.1:1", api_key="k", trust=Trust())


def test_an_authority_file_that_is_not_there_is_named(tmp_path):
    trust = Trust(ca_file=tmp_path / "gone.pem")
    with pytest.raises(BadSettings, match=r"gone\.pem"):
        AsyncClient("https://127.0.0.1:1", api_key="k", trust=trust)
