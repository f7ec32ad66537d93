"""The labelled set: hand-written telemetry, filled with values from a seed: no secret is in a file, and all runs are alike.

Every second line of a section is held out: rules were tuned on the others before they were measured on it for the first time.
The `fresh` and `blind` files were written after that; docs/scrubbing.md says what was found.
"""

from __future__ import annotations

import base64
import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.policies.labelled_more import MORE_HARMLESS, MORE_SECRETS

FOLDER = Path(__file__).parent / "scrub_labelled"
_SLOT = re.compile(r"⟨(\w+)⟩")
_HEX, _ALNUM = "0123456789abcdef", string.ascii_letters + string.digits
_URL_SAFE = _ALNUM + "-_"


@dataclass(frozen=True, slots=True)
class Item:
    """One text. `secrets` are the substrings that must not survive; `plain` are those around them that must, in order."""

    section: str
    key: str
    text: str
    secrets: tuple[str, ...]
    plain: tuple[str, ...]
    held_out: bool


def items(name: str, variations: int = 2, seed: int = 1) -> list[Item]:
    """Read a file of the set, such as `positive`, and fill each line `variations` times."""
    return [
        _fill(section, key, text, random.Random(f"{seed}/{name}/{number}/{variation}"), place % 2 == 1)
        for number, (section, place, key, text) in enumerate(_lines(name))
        for variation in range(variations)
    ]


def _lines(name: str) -> Iterator[tuple[str, int, str, str]]:
    section, place = "", 0
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section, place = line[1:-1], 0
        elif line and not line.startswith("#"):
            key, text = line.split(" | ", 1)
            yield section, place, key, text.replace("\\n", "\n")
            place += 1


def _fill(section: str, key: str, text: str, chance: random.Random, held_out: bool) -> Item:
    secrets: list[str] = []
    plain: list[str] = [""]

    def value(found: re.Match[str]) -> str:
        made = (SECRETS.get(found[1]) or HARMLESS[found[1]])(chance)
        return f"\0{made}\0" if found[1] in SECRETS else made

    parts = _SLOT.sub(value, text).split("\0")
    plain, secrets = parts[::2], parts[1::2]
    return Item(section, key, "".join(parts), tuple(secrets), tuple(plain), held_out)


def _some(chance: random.Random, letters: str, length: int) -> str:
    return "".join(chance.choice(letters) for _ in range(length))


def _digits(chance: random.Random, length: int) -> str:
    return str(chance.randrange(1, 10)) + _some(chance, string.digits, length - 1)


def _luhn(digits: str) -> int:
    doubled = [int(d) if at % 2 else sum(divmod(2 * int(d), 10)) for at, d in enumerate(reversed(digits))]
    return -sum(doubled) % 10


def card(
    chance: random.Random, prefixes: tuple[str, ...] = ("4", "51", "55", "2221", "2720", "6011", "65", "3530"), length: int = 16
) -> str:
    prefix = chance.choice(prefixes)
    body = prefix + _some(chance, string.digits, length - len(prefix) - 1)
    return body + str(_luhn(body))


def _groups(text: str, sizes: tuple[int, ...], by: str) -> str:
    at, parts = 0, []
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return by.join(parts)


_IBANS = {
    "DE": "n18",
    "FR": "n10a11n2",
    "GB": "A4n14",
    "NL": "A4n10",
    "ES": "n20",
    "IT": "A1n10a12",
    "AT": "n16",
    "CH": "n5a12",
    "PL": "n24",
    "NO": "n11",
    "SE": "n20",
    "MT": "A4n5a18",
}


def iban(chance: random.Random) -> str:
    country = chance.choice(sorted(_IBANS))
    body = "".join(
        _some(
            chance,
            {"n": string.digits, "A": string.ascii_uppercase, "a": string.digits + string.ascii_uppercase}[kind],
            int(size),
        )
        for kind, size in re.findall(r"([nAa])(\d+)", _IBANS[country])
    )
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    return f"{country}{98 - number % 97:02d}{body}"


def _bad_iban(chance: random.Random) -> str:
    good = iban(chance)
    return good[:-1] + ("1" if good[-1] != "1" else "2")


def email(chance: random.Random) -> str:
    first, last = (
        chance.choice(("anna", "joe", "maria", "li", "o.brien", "jean-luc", "kim_s", "J.Doe")),
        chance.choice(("muller", "smith", "x", "garcia92", "wang")),
    )
    local = chance.choice((first, f"{first}.{last}", f"{first}+{last}", f"{first}{chance.randrange(99)}", f"{first}_{last}"))
    domain = chance.choice(
        (
            "example.com",
            "mail.example.org",
            "acme.co.uk",
            "sub.dept.example.edu",
            "firma.de",
            "test.io",
            "xn--mller-kva.example",
            "big-corp.technology",
        )
    )
    return f"{local}@{domain}"


def _ssn(chance: random.Random) -> tuple[str, str, str]:
    area = chance.choice([a for a in range(1, 900) if a != 666])
    return f"{area:03d}", f"{chance.randrange(1, 100):02d}", f"{chance.randrange(1, 10000):04d}"


def _nanp(chance: random.Random) -> tuple[str, str, str]:
    return (
        chance.choice(("212", "415", "646", "312", "907")),
        f"{chance.randrange(2, 10)}{_some(chance, string.digits, 2)}",
        _some(chance, string.digits, 4),
    )


def _e164(chance: random.Random) -> str:
    return chance.choice(
        (
            "+1" + "".join(_nanp(chance)),
            "+4915" + _digits(chance, 9),
            "+447" + _digits(chance, 9),
            "+336" + _digits(chance, 8),
            "+91" + chance.choice("6789") + _some(chance, string.digits, 9),
            "+5511" + "9" + _digits(chance, 8),
            "+8190" + _digits(chance, 8),
            "+61" + "4" + _digits(chance, 8),
        )
    )


def _international(chance: random.Random) -> str:
    return chance.choice(
        (
            f"+1 ({_nanp(chance)[0]}) {_nanp(chance)[1]}-{_nanp(chance)[2]}",
            f"+1-{'-'.join(_nanp(chance))}",
            f"+49 30 {_digits(chance, 6)}",
            f"+49 (0)89 {_digits(chance, 7)}",
            f"+44 20 7946 0{_digits(chance, 3)}",
            "+33 6 " + " ".join(_digits(chance, 2) for _ in range(4)),
            f"+41 44 {_digits(chance, 3)} {_digits(chance, 2)} {_digits(chance, 2)}",
            f"0049 171 {_digits(chance, 7)}",
        )
    )


def _ipv4(chance: random.Random) -> str:
    first = chance.choice((5, 18, 31, 52, 77, 81, 93, 104, 141, 178, 185, 203, 212))
    return f"{first}.{chance.randrange(1, 255)}.{chance.randrange(256)}.{chance.randrange(20, 255)}"


def _private(chance: random.Random) -> str:
    return chance.choice(("10.{}.{}.{}", "192.168.{1}.{2}", "172.20.{1}.{2}")).format(
        *(chance.randrange(1, 255) for _ in range(3))
    )


def _ipv6(chance: random.Random) -> str:
    groups = [chance.choice(("2001", "2a02", "2003", "2607", "2404"))] + [_some(chance, _HEX, 4) for _ in range(7)]
    return chance.choice(
        (":".join(groups), f"{groups[0]}:db8::{groups[2]}", f"{groups[0]}:{groups[1]}:{groups[2]}::1", ":".join(groups).upper())
    )


def _jwt(chance: random.Random) -> str:
    return f"eyJ{_some(chance, _URL_SAFE, 17)}.eyJ{_some(chance, _URL_SAFE, 60)}.{_some(chance, _URL_SAFE, 43)}"


def _token(chance: random.Random) -> str:
    return chance.choice(
        (
            _some(chance, _HEX, 32),
            _some(chance, _URL_SAFE, 30) + "7x",
            "tk" + _some(chance, _ALNUM, 22) + "9",
            _some(chance, _ALNUM, 11) + "4.k" + _some(chance, _URL_SAFE, 20) + "a",
        )
    )


def _password(chance: random.Random) -> str:
    return chance.choice(
        (
            "hunter2",
            "S3cr3t!",
            "correcthorsebattery",
            "Winter2025!",
            "p4ssw0rd",
            "Tr0ub4dor&3",
            "qwertz",
            "x" + _some(chance, _ALNUM, 11),
            "P@ss-w0rd_1",
            "letmein",
            "z" + _some(chance, _ALNUM + "!%*+-_", 13) + "q",
        )
    )


def _without(make: Callable[[random.Random], str], letters: str) -> Callable[[random.Random], str]:
    return lambda chance: re.sub(f"[{re.escape(letters)}]", "w", make(chance))


def _pem(chance: random.Random, kind: str, by: str = "\n", end: bool = True) -> str:
    lines = [_some(chance, _ALNUM + "+/", 64) for _ in range(3)]
    last = [f"-----END {kind}PRIVATE KEY-----"] if end else []
    return by.join([f"-----BEGIN {kind}PRIVATE KEY-----", *lines, *last])


def _prefixed(prefix: str, length: int, letters: str = _ALNUM) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(prefix.split("|")) + "4" + _some(chance, letters, length - 1)


def _b64(chance: random.Random, size: int) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()


SECRETS: dict[str, Callable[[random.Random], str]] = {
    "email": email,
    "email_encoded": lambda c: email(c).replace("@", "%40"),
    "card": card,
    "card_spaced": lambda c: _groups(card(c), (4, 4, 4, 4), " "),
    "card_dashed": lambda c: _groups(card(c), (4, 4, 4, 4), "-"),
    "card_plus": lambda c: _groups(card(c), (4, 4, 4, 4), "+"),
    "card_encoded": lambda c: _groups(card(c), (4, 4, 4, 4), "%20"),
    "amex": lambda c: card(c, ("34", "37"), 15),
    "amex_spaced": lambda c: _groups(card(c, ("34", "37"), 15), (4, 6, 5), " "),
    "iban": iban,
    "iban_spaced": lambda c: " ".join(re.findall(".{1,4}", iban(c))),
    "iban_lower": lambda c: iban(c).lower(),
    "ssn": lambda c: "-".join(_ssn(c)),
    "ssn_bare": lambda c: "".join(_ssn(c)),
    "ssn_spaced": lambda c: " ".join(_ssn(c)),
    "phone_e164": _e164,
    "phone_encoded": lambda c: _e164(c).replace("+", "%2B"),
    "phone_msisdn": lambda c: _e164(c)[1:],
    "phone_us": lambda c: "-".join(_nanp(c)),
    "phone_us_dots": lambda c: ".".join(_nanp(c)),
    "phone_us_paren": lambda c: "({}) {}-{}".format(*_nanp(c)),
    "phone_bare": lambda c: "".join(_nanp(c)),
    "phone_intl": _international,
    "phone_de": lambda c: c.choice(
        (f"030/{_digits(c, 7)}", f"0171 {_digits(c, 7)}", f"089 {_digits(c, 6)}", f"0221-{_digits(c, 6)}")
    ),
    "phone_fr": lambda c: "06 " + " ".join(_digits(c, 2) for _ in range(4)),
    "phone_uk": lambda c: c.choice((f"020 7946 0{_digits(c, 3)}", f"07700 900{_digits(c, 3)}", f"0161 496 0{_digits(c, 3)}")),
    "ipv4": _ipv4,
    "ipv4_private": _private,
    "ipv6": _ipv6,
    "jwt": _jwt,
    "token": _token,
    "basic": lambda c: base64.b64encode(f"user{c.randrange(99)}:{_password(c)}".encode()).decode(),
    "password": _without(_password, "'\"&;,"),
    "password_cs": _without(_password, "'\";"),
    "password_url": _without(_password, "@/?#&%+'\" "),
    "sig": lambda c: _b64(c, 32).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
    "hexsig": lambda c: _some(c, _HEX, 64),
    "sip": lambda c: f"{_e164(c)}@gw.example.net",
    "b64key": lambda c: _b64(c, 64),
    "otp": lambda c: _digits(c, 6),
    "pin": lambda c: _digits(c, 4),
    "cvv": lambda c: _digits(c, 3),
    "cookie": lambda c: c.choice(
        (
            f"session={_token(c)}; theme=dark",
            f"_ga=GA1.2.{_digits(c, 9)}.{_digits(c, 10)}; sid={_token(c)}",
            f"auth={_token(c)}; Path=/; HttpOnly; Secure",
        )
    ),
    "pem": lambda c: _pem(c, c.choice(("RSA ", "EC ", ""))),
    "pem_escaped": lambda c: _pem(c, "", "\\n") + "\\n",
    "pem_openssh": lambda c: _pem(c, "OPENSSH "),
    "pem_cut": lambda c: _pem(c, "RSA ", end=False),
    "aws_id": lambda c: c.choice(("AKIA", "ASIA")) + _some(c, string.ascii_uppercase + "234567", 16),
    "aws_secret": lambda c: _some(c, _ALNUM + "+/", 39) + "7",
    "gcp_key": _prefixed("AIza", 35, _URL_SAFE),
    "gcp_token": _prefixed("ya29.", 60, _URL_SAFE),
    "gcp_secret": _prefixed("GOCSPX-", 28, _URL_SAFE),
    "azure_secret": lambda c: _some(c, _ALNUM, 3) + "8Q~" + _some(c, _ALNUM + "_.-", 33) + "a",
    "vault": _prefixed("hvs.", 90, _URL_SAFE),
    "digitalocean": _prefixed("dop_v1_", 64, _HEX),
    "github": _prefixed("ghp_|gho_|ghs_", 36),
    "github_pat": _prefixed("github_pat_", 82, _ALNUM + "_"),
    "gitlab": _prefixed("glpat-", 20, _URL_SAFE),
    "slack": lambda c: f"xoxb-{_digits(c, 11)}-{_digits(c, 12)}-{_some(c, _ALNUM, 24)}",
    "slack_hook": lambda c: f"T{_some(c, _ALNUM, 8)}/B{_some(c, _ALNUM, 10)}/{_some(c, _ALNUM, 24)}",
    "stripe": _prefixed("sk_live_|rk_live_|sk_test_", 24),
    "stripe_whsec": _prefixed("whsec_", 32),
    "npm": _prefixed("npm_", 36),
    "pypi": _prefixed("pypi-AgEIcHlwaS5vcmc", 150, _URL_SAFE),
    "openai": _prefixed("sk-|sk-proj-", 48),
    "anthropic": _prefixed("sk-ant-api03-", 90, _URL_SAFE),
    "twilio": _prefixed("SK", 32, _HEX),
    "sendgrid": lambda c: f"SG.{_some(c, _URL_SAFE, 21)}1.{_some(c, _URL_SAFE, 43)}",
    "mailgun": _prefixed("key-", 32, _HEX),
    "mailchimp": lambda c: _some(c, _HEX, 32) + "-us12",
    "telegram": lambda c: f"{_digits(c, 10)}:AA{_some(c, _URL_SAFE, 33)}",
    "huggingface": _prefixed("hf_", 34),
    "docker": _prefixed("dckr_pat_", 27, _URL_SAFE),
    "shopify": _prefixed("shpat_", 32, _HEX),
    "databricks": _prefixed("dapi", 32, _HEX),
    "grafana": _prefixed("glsa_", 41, _ALNUM + "_"),
    "atlassian": _prefixed("ATATT3xFfGF0", 180, _URL_SAFE),
    "discord_hook": lambda c: f"{_digits(c, 18)}/{_some(c, _URL_SAFE, 68)}",
    "postman": _prefixed("PMAK-", 58, _HEX),
    "linear": _prefixed("lin_api_", 40),
    **MORE_SECRETS,
}


def _clock(chance: random.Random) -> str:
    return f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}"


HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "uuid": lambda c: _groups(_some(c, _HEX, 32), (8, 4, 4, 4, 12), "-"),
    "trace_id": lambda c: _some(c, _HEX, 32),
    "span_id": lambda c: _some(c, _HEX, 16),
    "sha1": lambda c: _some(c, _HEX, 40),
    "sha1_upper": lambda c: _some(c, _HEX, 40).upper(),
    "ulid": lambda c: "01" + _some(c, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24),
    "ksuid": lambda c: "2" + _some(c, _ALNUM, 26),
    "epoch_s": lambda c: f"1{c.choice('67')}{_some(c, string.digits, 8)}",
    "epoch_ms": lambda c: f"1{c.choice('67')}{_some(c, string.digits, 11)}",
    "epoch_us": lambda c: f"1{c.choice('67')}{_some(c, string.digits, 14)}",
    "epoch_ns": lambda c: f"1{c.choice('67')}{_some(c, string.digits, 17)}",
    "iso": lambda c: f"2025-{c.randrange(1, 13):02d}-{c.randrange(1, 29):02d}T{_clock(c)}.{_some(c, string.digits, 3)}Z",
    "duration": lambda c: c.choice(
        (f"{_digits(c, 3)}ms", f"{c.randrange(9)}.{_digits(c, 6)}s", f"{_digits(c, 9)}ns", f"1m{c.randrange(60)}s")
    ),
    "snowflake": lambda c: "1" + _some(c, string.digits, 17),
    "version4": lambda c: f"{c.randrange(1, 130)}.{c.randrange(20)}.{c.randrange(7000)}.{c.randrange(200)}",
    "ean": lambda c: _ean(_digits(c, 12)),
    "isbn": lambda c: _ean("978" + _some(c, string.digits, 9)),
    "iban_bad": _bad_iban,
    "int16bad": lambda c: _wrong(card(c)),
    "int16bad_spaced": lambda c: _groups(_wrong(card(c)), (4, 4, 4, 4), " "),
    "b64": lambda c: _b64(c, 120),
    "b64id": lambda c: _b64(c, 32),
    "b64cursor": lambda c: base64.b64encode(f'{{"id":{_digits(c, 6)},"dir":"next"}}'.encode()).decode(),
    "int": lambda c: str(c.randrange(1, 100000)),
    **{f"int{size}": partial(_digits, length=size) for size in (3, 4, 5, 6, 8, 10, 12, 15, 16)},
    **{f"hex{size}": partial(_some, letters=_HEX, length=size) for size in (8, 12, 16, 24, 32, 64)},
    **MORE_HARMLESS,
}


def _wrong(digits: str) -> str:
    return digits[:-1] + str((int(digits[-1]) + 5) % 10)


def _ean(digits: str) -> str:
    return digits + str(-sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(digits)) % 10)
