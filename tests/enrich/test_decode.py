"""Each format gives up what it carries, and nothing that is broken is an error."""

from __future__ import annotations

import base64
import json
import random
import struct
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.enrich import decode
from auditor.enrich.decode.decoded import Decoded
from auditor.model import Basis, Environment, Part, Power, Secret
from auditor.rulebook.load import DECODERS

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
LATER = NOW + timedelta(days=100)
AT, UNTIL = int(NOW.timestamp()), int(LATER.timestamp())
COMPACT = NOW.strftime("%Y%m%dT%H%M%SZ")


def b64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(**claims: object) -> str:
    return ".".join([b64url(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims)] + ["c2ln"])


def read(name: str, text: str) -> Decoded:
    found = decode.read(name, text)
    assert found is not None
    return found


def test_every_decoder_that_rules_may_name_has_its_module() -> None:
    assert set(decode.FORMATS) == DECODERS
    for name in DECODERS:
        assert decode.read(name, "") is None


# --- web tokens


def test_a_web_token_gives_dates_identity_scopes_and_issuer() -> None:
    token = jwt(exp=UNTIL, iat=AT, sub="svc", iss="https://gitlab.com", scope="read_api write", roles=["admin"])
    found = read("jwt", f"Bearer {token}")
    assert (found.expires_at, found.issued_at, found.never) == (LATER, NOW, False)
    assert (found.identity, found.provider) == ("svc", "gitlab")
    assert found.scopes == ("read_api", "write", "admin")


def test_a_web_token_behind_a_prefix_is_read() -> None:
    assert read("jwt", "ghs_" + "123456_" + jwt(exp=UNTIL)).expires_at == LATER


def test_a_web_token_without_expiry_never_ends() -> None:
    assert read("jwt", jwt(sub="x")).never
    assert not read("jwt", jwt(exp="not a number")).never


@pytest.mark.parametrize(
    ("claims", "identity"),
    [
        (
            {
                "iss": "kubernetes/serviceaccount",
                "kubernetes.io/serviceaccount/namespace": "prod",
                "kubernetes.io/serviceaccount/service-account.name": "deployer",
            },
            "system:serviceaccount:prod:deployer",
        ),
        (
            {"kubernetes.io": {"namespace": "ci", "serviceaccount": {"name": "runner"}}},
            "system:serviceaccount:ci:runner",
        ),
        ({"email": "ops@acme.example", "sub": "1"}, "ops@acme.example"),
    ],
)
def test_a_web_token_names_whom_it_stands_for(claims: dict[str, object], identity: str) -> None:
    assert read("jwt", jwt(**claims)).identity == identity


def test_the_two_keys_of_a_supabase_project_are_told_apart() -> None:
    anon = read("jwt", jwt(iss="supabase", role="anon", ref="blue"))
    service = read("jwt", jwt(iss="supabase", role="service_role", ref="blue"))
    assert anon.public
    assert not service.public
    assert Power.DESTROY in service.powers
    assert service.resources == ("project blue",)


def test_a_claim_that_looks_like_a_credential_is_not_repeated() -> None:
    inner = "k" + "3y" * 24
    assert inner not in repr(read("jwt", jwt(sub=inner, iss=inner, scope=inner)))


# --- macaroons


def pypi_token(*caveats: object, prefix: str = "pypi-") -> str:
    def packet(kind: int, data: bytes) -> bytes:
        size, length = len(data), b""
        while size > 0x7F:
            length += bytes([size & 0x7F | 0x80])
            size >>= 7
        return bytes([kind]) + length + bytes([size]) + data

    header = b"\x02" + packet(1, b"index.example") + packet(2, b"id") + b"\0"
    body = b"".join(packet(2, json.dumps(caveat).encode()) + b"\0" for caveat in caveats)
    return prefix + b64url(header + body + b"\0" + packet(6, b"s" * 32))


@pytest.mark.parametrize(
    ("caveats", "expires", "resources"),
    [
        ([[3, "user-id"]], None, ("every project of its user",)),
        ([{"version": 1, "permissions": "user"}], None, ("every project of its user",)),
        ([[1, ["shop", "cart"]], [3, "user-id"]], None, ("project shop, cart",)),
        ([{"version": 1, "permissions": {"projects": ["shop"]}}], None, ("project shop",)),
        ([[2, ["uuid-1"]]], None, ("certain projects, named by their ids only",)),
        ([[0, UNTIL, AT], [3, "u"]], LATER, ("every project of its user",)),
        ([[0, UNTIL + 999, AT], {"exp": UNTIL, "nbf": AT}], LATER, ("every project of its user",)),
        ([[1, ["x" * 300]]], None, ("project " + "x" * 79 + "…",)),
    ],
)
def test_an_upload_tokens_caveats_bind_projects_and_time(
    caveats: list[object], expires: datetime | None, resources: tuple[str, ...]
) -> None:
    found = read("pypi-macaroon", pypi_token(*caveats))
    assert (found.expires_at, found.never, found.resources) == (expires, expires is None, resources)


def test_a_trusted_publishers_token_says_so() -> None:
    assert read("pypi-macaroon", pypi_token([4, "publisher"], [0, UNTIL, AT])).identity == "trusted publisher"


def msgpack(value: Any) -> bytes:
    if isinstance(value, bool) or value is None:
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return bytes([value]) if 0 <= value < 128 else b"\xd3" + struct.pack(">q", value)
    if isinstance(value, bytes):
        return b"\xc4" + bytes([len(value)]) + value
    if isinstance(value, str):
        return b"\xd9" + bytes([len(value.encode())]) + value.encode()
    if isinstance(value, dict):
        return bytes([0x80 | len(value)]) + b"".join(msgpack(k) + msgpack(v) for k, v in value.items())
    items = b"".join(map(msgpack, value))
    return (bytes([0x90 | len(value)]) if len(value) < 16 else b"\xdc" + struct.pack(">H", len(value))) + items


def fly_token(*caveats: Any, location: str = "https://api.fly.io/v1") -> str:
    flat = [item for caveat in caveats for item in caveat]
    return "fm2_" + b64(msgpack([[b"kid", b"rnd", False], location, flat, b"t" * 32]))


@pytest.mark.parametrize(
    ("token", "expires"),
    [
        (fly_token((0, [7, 31])), None),
        (fly_token((0, [7, 31]), (4, [AT, UNTIL])), LATER),
        (fly_token((4, [AT, UNTIL])) + "," + fly_token((4, [AT, UNTIL + 99]), location="https://auth.fly.io"), LATER),
        (fly_token((0, [7, 31])) + "," + fly_token((4, [AT, UNTIL]), location="https://auth.fly.io"), LATER),
        ("FlyV1 " + fly_token((4, [AT, UNTIL]), (4, [AT, UNTIL + 9])), LATER),
    ],
)
def test_a_fly_bundle_ends_with_the_first_macaroon_that_ends(token: str, expires: datetime | None) -> None:
    found = read("fly-macaroon", token)
    assert (found.expires_at, found.never) == (expires, expires is None)


def test_a_fly_macaroon_gives_what_it_is_bound_to_and_what_it_may_do() -> None:
    reading = read("fly-macaroon", fly_token((0, [7, 1])))
    app = read("fly-macaroon", fly_token((0, [7, 31]), (3, [{42: 31}])))
    mixed = read("fly-macaroon", fly_token((0, [7, 31]), (3, [{42: 1 | 2 | 8}])))
    assert reading.powers == (Power.READ,)
    assert app.powers == ()
    assert app.resources == ("organization 7", "app 42")
    assert mixed.powers == (Power.READ, Power.WRITE, Power.DESTROY)


def test_a_fly_macaroon_with_unknown_caveats_is_still_read() -> None:
    token = fly_token((11, ["https://auth.fly.io", b"v", b"c"]), (99, [{"a": [1, None, True]}]), (4, [AT, UNTIL]))
    assert read("fly-macaroon", token).expires_at == LATER


# --- signed URLs


def test_an_azure_signature_gives_end_verbs_and_resource() -> None:
    url = "https://acmeprod.blob.core.windows.net/data?sv=2022-11-02&sr=c&sp=rwdl&se=2027-03-01T12%3A00%3A00Z&sig=x%3D"
    found = read("azure-sas", url)
    assert found.expires_at == LATER
    assert found.powers == (Power.READ, Power.WRITE, Power.DESTROY)
    assert found.resources == ("a container in storage account acmeprod",)


LATER_SAS = "se=2027-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("query", "powers", "resources"),
    [
        (f"sv=2022-11-02&ss=bf&srt=sco&sp=rwdlacup&{LATER_SAS}&sig=x", {"read", "write", "destroy", "admin"}, "blobs"),
        ("?sv=2022-11-02&sr=b&si=policy&sig=x", set(), "one blob"),
        (f"SharedAccessSignature sr=a.example%2Fq&sig=x&se={UNTIL}&skn=send", set(), "a.example/q"),
        (
            f"SharedAccessSignature sr=ns&sig=x&se={UNTIL}&skn=RootManageSharedAccessKey",
            {"read", "write", "admin", "destroy"},
            "ns",
        ),
    ],
)
def test_the_kinds_of_azure_signature_are_read(query: str, powers: set[str], resources: str) -> None:
    found = read("azure-sas", query)
    assert {power.value for power in found.powers} == powers
    assert resources in found.resources[0]


def test_a_presigned_request_ends_after_its_seconds() -> None:
    url = f"https://b.s3.amazonaws.com/k?X-Amz-Date={COMPACT}&amp;X-Amz-Expires=3600&amp;X-Amz-Signature=ab"
    found = read("aws-presigned", url)
    assert (found.issued_at, found.expires_at) == (NOW, NOW + timedelta(hours=1))
    assert found.resources == ("b.s3.amazonaws.com/k",)
    bedrock = f"bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Date={COMPACT}&X-Amz-Expires=43200"
    assert read("aws-presigned", "bedrock-api-key-" + b64(bedrock)).expires_at == NOW + timedelta(hours=12)
    old = f"https://b.s3.amazonaws.com/k?AWSAccessKeyId=X&Expires={UNTIL}&Signature=y"
    assert read("aws-presigned", old).expires_at == LATER


def test_signed_storage_and_cdn_urls_end_when_they_say() -> None:
    google = f"https://storage.googleapis.com/b/o?X-Goog-Date={COMPACT}&X-Goog-Expires=60&X-Goog-Credential=a%40b%2Fc"
    assert read("gcs-presigned", google).expires_at == NOW + timedelta(minutes=1)
    assert read("gcs-presigned", google).identity == "a@b"
    v2 = f"https://storage.googleapis.com/b/o?GoogleAccessId=a%40b&Expires={UNTIL}&Signature=x"
    assert read("gcs-presigned", v2).expires_at == LATER
    canned = f"https://d1.cloudfront.net/x?Expires={UNTIL}&Signature=x&Key-Pair-Id=K1"
    assert read("gcs-presigned", canned).expires_at == LATER
    policy = {"Statement": [{"Condition": {"DateLessThan": {"AWS:EpochTime": UNTIL}}}]}
    custom = b64(json.dumps(policy)).translate(str.maketrans("+=/", "-_~"))
    assert read("gcs-presigned", f"https://d1.x/y?Policy={custom}&Signature=x&Key-Pair-Id=K").expires_at == LATER


# --- keys and certificates


def rsa_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def key() -> Any:
    return rsa_key()


def pem(key: Any, form: str, passphrase: bytes | None = None) -> str:
    from cryptography.hazmat.primitives import serialization as s

    secrecy = s.BestAvailableEncryption(passphrase) if passphrase else s.NoEncryption()
    return str(key.private_bytes(s.Encoding.PEM, getattr(s.PrivateFormat, form), secrecy).decode())


def certificate(key: Any, *, groups: tuple[str, ...] = (), authority: bool = False) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubernetes-admin")]
    attributes += [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, group) for group in groups]
    name = x509.Name(attributes)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, NOW, LATER)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_a_certificate_gives_its_end_its_name_and_its_groups(key: Any) -> None:
    admin = read("certificate", certificate(key, groups=("system:masters",)))
    plain = read("certificate", certificate(key))
    signer = read("certificate", certificate(key, authority=True))
    assert (admin.expires_at, admin.issued_at, admin.identity) == (LATER, NOW, "kubernetes-admin")
    assert {Power.ADMIN, Power.DESTROY} <= set(admin.powers)
    assert plain.powers == ()
    assert Power.ADMIN in signer.powers


def test_a_certificate_is_found_behind_its_key_and_in_base64(key: Any) -> None:
    text = certificate(key)
    assert read("certificate", pem(key, "PKCS8") + text).expires_at == LATER
    assert read("certificate", b64(text)).expires_at == LATER
    assert read("certificate", text.replace("\n", "\\n")).expires_at == LATER


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL", "OpenSSH"])
def test_a_private_key_tells_whether_a_passphrase_protects_it(key: Any, form: str) -> None:
    open_key = read("ssh-key", pem(key, form))
    assert not open_key.locked
    assert open_key.never
    assert "private key" in open_key.facts[0].says
    assert form == "PKCS8" or "2048 bit" in open_key.facts[0].says
    if form != "OpenSSH":  # writing an encrypted OpenSSH key needs a library that is not here
        assert read("ssh-key", pem(key, form, b"correct horse")).locked


def test_an_encrypted_openssh_key_is_told_by_its_cipher() -> None:
    def string(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    public = string(string(b"ssh-ed25519") + string(b"p" * 32))
    parts = [string(b"aes256-ctr"), string(b"bcrypt"), string(b"salt"), struct.pack(">I", 1), public, string(b"?" * 64)]
    label = "OPENSSH " + "PRIVATE KEY"
    text = f"-----BEGIN {label}-----\n{b64(b'openssh-key-v1' + bytes(1) + b''.join(parts))}\n-----END {label}-----"
    found = read("ssh-key", text)
    assert found.locked
    assert "ssh-ed25519" in found.facts[0].says


@pytest.mark.parametrize(
    "wrap", ["{}", "    {}", '"{}\\n" +', "# {}", "'{}',"], ids=["plain", "yaml", "java", "comment", "python"]
)
def test_a_private_key_is_read_through_the_marks_around_its_lines(key: Any, wrap: str) -> None:
    text = pem(key, "PKCS8")
    lines = text.strip().splitlines()
    wrapped = "\n".join([lines[0], *(wrap.format(line) for line in lines[1:-1]), lines[-1]])
    assert read("ssh-key", wrapped).never


def test_a_putty_key_tells_whether_a_passphrase_protects_it() -> None:
    text = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {}\nComment: me\nPublic-Lines: 1\nAAAA\n"
    assert not read("ssh-key", text.format("none")).locked
    assert read("ssh-key", text.format("aes256-cbc")).locked


def test_an_openssh_certificate_ends_when_it_says(key: Any) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    for public in (key.public_key(), ed25519.Ed25519PrivateKey.generate().public_key(),
                   ec.generate_private_key(ec.SECP256R1()).public_key()):  # fmt: skip
        made = (
            s.ssh.SSHCertificateBuilder()
            .public_key(public)
            .serial(7)
            .type(s.ssh.SSHCertificateType.USER)
            .key_id(b"deploy-bot")
            .valid_principals([b"root", b"deploy"])
            .valid_after(AT)
            .valid_before(UNTIL)
            .sign(ed25519.Ed25519PrivateKey.generate())
        )
        found = read("ssh-key", made.public_bytes().decode())
        assert (found.issued_at, found.expires_at, found.identity) == (NOW, LATER, "deploy-bot")
        assert found.resources == ("principals root, deploy",)


def pgp_block(*, lasts: int, locked: bool, version: int = 4, algorithm: int = 22, old: bool = False) -> str:
    def packet(tag: int, body: bytes) -> bytes:
        if old:
            return bytes([0x80 | tag << 2 | 1]) + struct.pack(">H", len(body)) + body
        size = len(body)
        length = bytes([size]) if size < 192 else bytes([192 + (size - 192 >> 8), (size - 192) & 0xFF])
        return bytes([0xC0 | tag]) + length + body

    def number(bits: int) -> bytes:
        return struct.pack(">H", bits) + b"\x7f" * ((bits + 7) // 8)

    material = {
        1: number(2047) + number(17),
        22: b"\x09" + b"o" * 9 + number(263),
        18: b"\x03ooo" + number(263) + b"\x03\x01\x08\x09",
        27: b"k" * 32,
    }[algorithm]
    size = struct.pack(">I", len(material)) if version == 6 else b""
    secret = bytes([version]) + struct.pack(">I", AT) + bytes([algorithm]) + size + material
    secret += b"\xfe\x09\x03" + b"e" * 20 if locked else b"\x00" + number(255) + b"cs"
    wide = ">I" if version == 6 else ">H"

    def signature(made: int, after: int) -> bytes:
        fields = b"\x05\x02" + struct.pack(">I", made) + (b"\x05\x09" + struct.pack(">I", after) if after else b"")
        return bytes([version, 0x13, algorithm, 8]) + struct.pack(wide, len(fields)) + fields

    user = packet(13, b"Ada <ada@acme.example>")
    body = packet(5, secret) + user + packet(2, signature(AT + 5, lasts)) + packet(2, signature(AT, 60))
    label = "PGP " + "PRIVATE KEY BLOCK"
    return f"-----BEGIN {label}-----\nVersion: made up\nComment: x\n\n{b64(body)}\n=abcd\n-----END {label}-----\n"


@pytest.mark.parametrize("algorithm", [1, 18, 22, 27])
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("old", [False, True])
def test_a_pgp_key_gives_its_newest_expiry_its_owner_and_its_lock(algorithm: int, version: int, *, old: bool) -> None:
    shape = {"algorithm": algorithm, "version": version, "old": old}
    dated = read("pgp-key", pgp_block(lasts=100 * 86400, locked=True, **shape))
    endless = read("pgp-key", pgp_block(lasts=0, locked=False, **shape))
    assert (dated.expires_at, dated.issued_at, dated.locked) == (LATER, NOW, True)
    assert (endless.expires_at, endless.never, endless.locked) == (None, True, False)
    assert endless.identity == "Ada <ada@acme.example>"


# --- cloud keys


def test_an_aws_key_id_holds_the_account() -> None:
    # The published example of the technique: a temporary key id of account 029608264753.
    found = read("aws-key-id", "ASIA" + "QNZGKIQY56JQ7WML")
    assert found.identity == "AWS account 029608264753"
    assert found.brief
    old = read("aws-key-id", "AKIA" + "I" * 16)
    assert (old.identity, old.never) == ("", True)


@given(st.integers(0, 10**12 - 1), st.integers(0, 127))
def test_any_account_survives_the_way_through_a_key_id(account: int, low: int) -> None:
    number = (1 << 47) | account << 7 | low
    body = base64.b32encode(number.to_bytes(6, "big") + b"\0\0\0\0").decode()
    found = read("aws-key-id", "AKIA" + body)
    expected = f"AWS account {account:012d}"
    assert found.identity == ("" if body[0] in "IJ" else expected)


@pytest.mark.parametrize(
    ("prefix", "environment", "public"),
    [
        ("sk_live_", Environment.PRODUCTION, False),
        ("rk_test_", Environment.TEST, False),
        ("pk_live_", Environment.PRODUCTION, True),
        ("live_", Environment.PRODUCTION, False),
        ("sk_org_test_", Environment.TEST, False),
    ],
)
def test_the_mode_stands_in_the_prefix(prefix: str, environment: Environment, *, public: bool) -> None:
    found = read("stripe-mode", prefix + "x" * 24)
    assert (found.environment, found.public) == (environment, public)


def test_a_service_account_file_gives_account_and_project() -> None:
    fields = {
        "type": "service_account",
        "project_id": "acme-prod",
        "client_email": "ci@acme-prod.iam.gserviceaccount.com",
    }
    plain = read("gcp-service-account", json.dumps(fields))
    assert (plain.identity, plain.resources) == (fields["client_email"], ("project acme-prod",))
    assert plain.environment is Environment.PRODUCTION
    assert plain.never
    assert read("gcp-service-account", b64(json.dumps(fields))).identity == fields["client_email"]
    assert decode.read("gcp-service-account", '{"type": "external_account"}') is None


# --- logins


@pytest.mark.parametrize(
    ("user", "password", "identity"),
    [
        ("ada", "hunter2", "ada"),
        ("x" * 10 + "3" * 30, "x-oauth-basic", ""),
        ("sometoken", "", ""),
        ("x-access-token", "hunter2", ""),
        ("robot$acme+push", "hunter2", "robot$acme+push"),
    ],
)
@pytest.mark.parametrize("name", ["basic", "docker-auth"])
def test_a_login_gives_the_user_but_never_a_token_in_the_users_place(
    name: str, user: str, password: str, identity: str
) -> None:
    assert read(name, b64(f"{user}:{password}")).identity == identity


def test_registry_users_that_stand_for_a_scheme_are_known() -> None:
    assert read("docker-auth", b64("AWS:" + "x" * 40)).brief
    key = json.dumps({"type": "service_account", "client_email": "a@b.example", "project_id": "p"})
    assert read("docker-auth", b64("_json_key:" + key)).identity == "a@b.example"
    assert read("docker-auth", json.dumps({"auth": b64("ada:hunter2")})).identity == "ada"
    assert read("basic", "Basic " + b64("ada:" + jwt(exp=UNTIL))).expires_at == LATER


@pytest.mark.parametrize(
    ("url", "identity", "owner", "environment", "provider"),
    [
        ("postgres://postgres:pw1@db.acme.example/shop", "postgres", True, Environment.UNKNOWN, ""),
        ("postgresql+asyncpg://app:pw1@localhost:5432/shop", "app", False, Environment.TEST, ""),
        ("mysql://app:pw1@prod-db.acme.example/shop", "app", False, Environment.PRODUCTION, ""),
        ("postgres://u:p%40w@x.proxy.rlwy.net:1234/railway", "u", False, Environment.UNKNOWN, "railway"),
        ("mongodb+srv://root:pw1@c0.abc.mongodb.net/prod", "root", True, Environment.PRODUCTION, "mongodb_atlas"),
        ("redis://:pw1@cache:6379/0", "", False, Environment.UNKNOWN, ""),
        ("jdbc:postgresql://u:pw1@db.staging.acme.example/x", "u", False, Environment.STAGING, ""),
        ("https://ada:pw1@git.acme.example/r.git", "ada", False, Environment.UNKNOWN, ""),
        ("https://sometoken:x-oauth-basic@git.acme.example/r", "", False, Environment.UNKNOWN, ""),
    ],
)
def test_a_url_gives_user_host_and_whether_that_is_an_owner(
    url: str, identity: str, environment: Environment, provider: str, *, owner: bool
) -> None:
    found = read("url-userinfo", url)
    assert (found.identity, found.environment, found.provider) == (identity, environment, provider)
    assert (Power.ADMIN in found.powers) is owner
    assert "pw1" not in repr(found)


def test_a_database_login_token_ends_with_its_seconds() -> None:
    password = f"db.rds.amazonaws.com%3A5432%2F%3FAction%3Dconnect%26X-Amz-Date%3D{COMPACT}%26X-Amz-Expires%3D900"
    found = read("url-userinfo", f"postgres://app:{password}@db.rds.amazonaws.com/x")
    assert found.expires_at == NOW + timedelta(minutes=15)


# --- clusters


def kubeconfig(user: dict[str, object]) -> str:
    return json.dumps(
        {
            "users": [{"name": "ada", "user": user}],
            "clusters": [{"name": "c", "cluster": {"server": "https://k8s.prod.acme.example:6443"}}],
            "contexts": [{"name": "prod-eu"}],
        }
    )


def test_a_kubeconfig_tells_static_tokens_certificates_and_helpers_apart(key: Any) -> None:
    token = read("kubeconfig", kubeconfig({"token": jwt(sub="x")}))
    opaque = read("kubeconfig", kubeconfig({"token": "abcdef.0123456789abcdef"}))
    cert = read(
        "kubeconfig", kubeconfig({"client-certificate-data": b64(certificate(key, groups=("system:masters",)))})
    )
    helper = read("kubeconfig", kubeconfig({"exec": {"command": "aws"}}))
    assert (token.never, helper.brief, opaque.identity) == (True, True, "ada")
    assert (cert.expires_at, Power.ADMIN in cert.powers) == (LATER, True)
    assert token.environment is Environment.PRODUCTION
    assert "cluster k8s.prod.acme.example:6443" in token.resources


def test_a_kubeconfig_in_yaml_is_read_as_well(key: Any) -> None:
    text = f"""apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {b64("x" * 40)}
    server: https://10.0.0.1:6443
  name: kubernetes
current-context: kubernetes-admin@staging
users:
- name: kubernetes-admin
  user:
    client-certificate-data: {b64(certificate(key, groups=("system:masters",)))}
    client-key-data: {b64(pem(key, "PKCS8"))}
"""
    found = read("kubeconfig", text)
    assert (found.expires_at, Power.DESTROY in found.powers) == (LATER, True)
    assert found.environment is Environment.STAGING
    helper = read("kubeconfig", "users:\n- name: sso\n  user:\n    exec:\n      command: aws\n")
    assert (helper.brief, helper.identity) == (True, "sso")


def test_a_kubeconfig_is_read_in_base64_and_in_pieces(key: Any) -> None:
    assert read("kubeconfig", b64(kubeconfig({"token": jwt(exp=UNTIL)}))).expires_at == LATER
    assert read("kubeconfig", jwt(exp=UNTIL)).expires_at == LATER
    assert read("kubeconfig", b64(certificate(key))).expires_at == LATER
    assert decode.read("kubeconfig", b64(pem(key, "PKCS8"))) is None


# --- what stands beside the secret


def test_the_telling_half_may_stand_beside_the_secret(make: SimpleNamespace, key: Any) -> None:
    def beside(name: str, secret: str, **parts: str) -> Decoded | None:
        held = tuple(Part(part.replace("_", "-") if part == "aws_id" else part, Secret(v)) for part, v in parts.items())
        detector = make.detector(decoder=name, provider="aws" if "aws_id" in parts else "acme")
        return decode.of(make.credential(secret, parts=held), detector)

    temporary = beside("", "s" * 40, aws_id="ASIA" + "QNZGKIQY56JQ7WML")
    service = beside(
        "gcp-service-account", pem(key, "PKCS8"), key_id="0" * 40, account="a@acme.iam.gserviceaccount.com"
    )
    database = beside("url-userinfo", "hunter2", scheme="postgres", user="postgres", host="localhost:5432")
    cluster = beside("kubeconfig", b64(pem(key, "PKCS8")), certificate=b64(certificate(key)))
    assert temporary is not None
    assert temporary.brief
    assert service is not None
    assert service.resources == ("project acme",)
    assert database is not None
    assert (database.environment, Power.ADMIN in database.powers) == (Environment.TEST, True)
    assert cluster is not None
    assert cluster.expires_at == LATER


def test_a_credential_without_a_decoder_says_nothing_of_itself(make: SimpleNamespace) -> None:
    assert decode.of(make.credential(jwt(exp=UNTIL)), make.detector()) is None


# --- broken text


@given(st.sampled_from(sorted(DECODERS)), st.text() | st.text('eyJ.-_=&?:/@{}"[]0123456789abc', max_size=80))
def test_any_text_is_read_without_an_error(name: str, text: str) -> None:
    found = decode.read(name, text)
    assert found is None or isinstance(found, Decoded)


@given(st.sampled_from(["pypi-macaroon", "fly-macaroon", "ssh-key", "pgp-key", "certificate", "basic"]), st.binary())
def test_any_bytes_in_base64_are_read_without_an_error(name: str, data: bytes) -> None:
    label = {"ssh-key": "OPENSSH PRIVATE KEY", "pgp-key": "PGP PRIVATE KEY BLOCK", "certificate": "CERTIFICATE"}.get(
        name
    )
    head = b"openssh-key-v1\0" if name == "ssh-key" else b"\x02" if name == "pypi-macaroon" else b""
    body = b64(head + data)
    text = (
        f"-----BEGIN {label}-----\n\n{body}\n-----END {label}-----"
        if label
        else f"fm2_{body}"
        if "fly" in name
        else body
    )
    decode.read(name, text)


def broken(whole: str, seed: int) -> str:
    chance = random.Random(seed)
    at = chance.randrange(len(whole) + 1)
    ways: tuple[Callable[[], str], ...] = (
        lambda: whole[:at],
        lambda: whole[:at] + chance.choice("A0=.-_ \n\x00é") + whole[at + 1 :],
        lambda: whole[:at] + whole[at + chance.randrange(1, 9) :],
        lambda: whole[:at] + whole,
    )
    return chance.choice(ways)()


SAMPLES = [
    ("jwt", jwt(exp=UNTIL, kubernetes=1, scope=["a", 1], realm_access={"roles": 3})),
    ("pypi-macaroon", pypi_token([0, UNTIL, AT], [1, ["shop"]])),
    ("fly-macaroon", fly_token((0, [7, 31]), (4, [AT, UNTIL]), (3, [{1: 2}]))),
    ("pgp-key", pgp_block(lasts=99, locked=False)),
    ("kubeconfig", kubeconfig({"token": "x"})),
    ("url-userinfo", "postgres://ada:pw@db.example:5432/x?sslmode=require"),
    ("azure-sas", "https://a.blob.example/c?sv=2022&sr=c&sp=rl&se=2027-01-01&sig=x"),
    ("aws-presigned", f"https://b.example/k?X-Amz-Date={COMPACT}&X-Amz-Expires=60&X-Amz-Credential=A%2Fb"),
    ("gcs-presigned", "https://d.example/x?Policy=eyJ9&Signature=x&Key-Pair-Id=K"),
]


@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
def test_a_damaged_value_is_read_without_an_error(sample: tuple[str, str], seed: int) -> None:
    name, whole = sample
    decode.read(name, broken(whole, seed))
    decode.read(name, broken(broken(whole, seed), seed + 1))


def test_the_basis_tells_claims_from_forms(key: Any) -> None:
    assert read("jwt", jwt(sub="x")).basis is Basis.CLAIM
    assert read("ssh-key", pem(key, "PKCS8")).basis is Basis.FORMAT
