"""Azure shared access signatures: the query string says until when, for what, and which verbs.

https://learn.microsoft.com/rest/api/storageservices/create-account-sas and the pages on service and
user-delegation signatures beside it.
"""

from __future__ import annotations

from auditor.enrich import moments
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.decode.queries import SignedUrl, taken_apart
from auditor.enrich.environment import of_host
from auditor.enrich.words import listed, tidy
from auditor.model.credential import Fact, Power

_LETTERS = {
    **dict.fromkeys("rltfe", Power.READ),
    **dict.fromkeys("wcaumi", Power.WRITE),
    **dict.fromkeys("dxy", Power.DESTROY),
    **dict.fromkeys("op", Power.ADMIN),
}
_RESOURCES = {
    "c": "a container",
    "b": "one blob",
    "d": "a directory",
    "bs": "one snapshot",
    "s": "a share",
    "f": "a file",
}
_SERVICES = {"b": "blobs", "f": "files", "q": "queues", "t": "tables"}
_KINDS = {"s": "service", "c": "containers", "o": "objects"}
_MESSAGING = "SharedAccessSignature "
# The policy that every messaging namespace is born with: it manages the namespace.
_ROOT_POLICY = "RootManageSharedAccessKey"


@forgiving
def read(text: str) -> Decoded | None:
    """Read a signature as a URL or a bare query; None without ``sig`` and one of ``se`` and ``si``."""
    url = taken_apart(text.strip().removeprefix(_MESSAGING))
    fields = url.parameters
    if "sig" not in fields or not fields.keys() & {"se", "si"}:
        return None
    granted = {_LETTERS.get(letter) for letter in fields.get("sp", "")}
    powers = tuple(power for power in Power if power in granted)
    if fields.get("skn") == _ROOT_POLICY:
        powers = (Power.READ, Power.WRITE, Power.ADMIN, Power.DESTROY)
    return Decoded(
        form="Azure shared access signature",
        expires_at=moments.parse(fields.get("se", "")),
        issued_at=moments.parse(fields.get("st", "")),
        identity=tidy(fields.get("skoid", "")),
        provider="azure",
        powers=powers,
        resources=_resources(url),
        environment=of_host(url.host),
        facts=_facts(fields, powers),
    )


def _resources(url: SignedUrl) -> tuple[str, ...]:
    fields = url.parameters
    account = f"storage account {tidy(url.host.partition('.')[0])}" if url.host else ""
    if "ss" in fields:
        services = listed(_SERVICES.get(letter, letter) for letter in fields["ss"])
        kinds = listed(_KINDS.get(letter, letter) for letter in fields.get("srt", ""))
        return (f"{kinds or 'everything'} of {services} in {account or 'one storage account'}",)
    kind = _RESOURCES.get(fields.get("sr", ""), "")
    if not kind and fields.get("sr"):
        return (tidy(fields["sr"]),)
    if kind:
        return (f"{kind} in {account or 'one storage account'}",)
    return (account,) if account else ()


def _facts(fields: dict[str, str], powers: tuple[Power, ...]) -> tuple[Fact, ...]:
    facts = []
    if "sp" in fields:
        facts.append(claim("powers", f"sp={tidy(fields['sp'])} grants {listed([power.value for power in powers])}"))
    if "skn" in fields:
        facts.append(claim("powers", f"signed with the policy {tidy(fields['skn'])}"))
    if "si" in fields:
        facts.append(claim("expires_at", f"bound to the stored access policy {tidy(fields['si'])}, which can end it"))
    if "sip" in fields:
        facts.append(claim("resources", f"usable from {tidy(fields['sip'])} only"))
    if "skoid" in fields:
        facts.append(claim("identity", "signed with a user delegation key, which lives seven days at most"))
    return tuple(facts)
