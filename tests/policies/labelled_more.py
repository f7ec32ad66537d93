"""Values of further kinds for the labelled set: accounts, numbers and keys of more countries and vendors, and look-alikes."""

from __future__ import annotations

import base64
import random
import re
import string
from collections.abc import Callable

_HEX, _ALNUM = "0123456789abcdef", string.ascii_letters + string.digits
_URL_SAFE = _ALNUM + "-_"
_IBANS = {
    "BE": "n12",
    "DK": "n14",
    "FI": "n14",
    "IE": "A4n14",
    "PT": "n21",
    "CZ": "n20",
    "LU": "n3a13",
    "GR": "n7a16",
    "HU": "n24",
    "RO": "A4a16",
    "SA": "n2a18",
    "AE": "n19",
    "BR": "n23A1a1",
    "TR": "n6a16",
    "LT": "n16",
}


def _some(chance: random.Random, letters: str, length: int) -> str:
    return "".join(chance.choice(letters) for _ in range(length))


def _digits(chance: random.Random, *sizes: int, by: str = " ") -> str:
    return by.join(str(chance.randrange(1, 10)) + _some(chance, string.digits, size - 1) for size in sizes)


def _iban(chance: random.Random) -> str:
    country = chance.choice(sorted(_IBANS))
    letters = {"n": string.digits, "A": string.ascii_uppercase, "a": string.digits + string.ascii_uppercase}
    body = "".join(_some(chance, letters[kind], int(size)) for kind, size in re.findall(r"([nAa])(\d+)", _IBANS[country]))
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    return f"{country}{98 - number % 97:02d}{body}"


def _ipv4(chance: random.Random) -> str:
    return ".".join(
        (str(chance.choice((8, 23, 45, 62, 91, 109, 151, 188, 199, 217))), *(str(chance.randrange(1, 255)) for _ in range(3)))
    )


def _small_ipv4(chance: random.Random) -> str:
    return chance.choice(("8.8.8.8", "1.1.1.1", "9.9.9.9", "4.2.2.2", "1.2.3.4", "5.6.7.8", "2.16.3.9"))


def _ipv6_odd(chance: random.Random) -> str:
    groups = [_some(chance, _HEX, 4) for _ in range(3)]
    return chance.choice(
        (
            f"2a01:4f8:{groups[0]}::2",
            f"2600:1f18:{groups[0]}:{groups[1]}::{groups[2]}",
            f"2001:0db8:0000:0000:0000:ff00:{groups[1]}:{groups[2]}",
            f"::ffff:{_ipv4(chance)}",
            f"64:ff9b::{_ipv4(chance)}",
            f"2A02:8108:{groups[0].upper()}::1F",
        )
    )


def _key(prefix: str, length: int, letters: str = _ALNUM) -> Callable[[random.Random], str]:
    return lambda chance: chance.choice(prefix.split("|")) + "7" + _some(chance, letters, length - 1)


MORE_SECRETS: dict[str, Callable[[random.Random], str]] = {
    "iban_any": _iban,
    "iban_any_spaced": lambda c: " ".join(re.findall(".{1,4}", _iban(c))),
    "iban_any_dashed": lambda c: "-".join(re.findall(".{1,4}", _iban(c))),
    "ipv4_any": _ipv4,
    "ipv4_small": _small_ipv4,
    "ipv6_odd": _ipv6_odd,
    "ipv6_zone": lambda c: f"fe80::{_some(c, _HEX, 4)}:{_some(c, '123456789', 1)}ff:fe{_some(c, _HEX, 2)}:{_some(c, _HEX, 4)}",
    "tel_it": lambda c: c.choice((f"+39 3{_digits(c, 2, 3, 4)}", f"+39 06 {_digits(c, 4, 4)}", f"+39 02 {_digits(c, 8)}")),
    "tel_it_national": lambda c: f"3{_digits(c, 2, 7)}",
    "tel_es": lambda c: f"+34 6{_digits(c, 2, 3, 3)}",
    "tel_es_national": lambda c: c.choice((f"6{_digits(c, 2, 3, 3)}", f"91 {_digits(c, 3, 2, 2)}")),
    "tel_au": lambda c: c.choice((f"+61 4{_digits(c, 2, 3, 3)}", f"+61 2 {_digits(c, 4, 4)}")),
    "tel_au_national": lambda c: c.choice((f"04{_digits(c, 2, 3, 3)}", f"(02) {_digits(c, 4, 4)}")),
    "tel_in": lambda c: c.choice((f"+91 9{_digits(c, 4, 5)}", f"+91-8{_digits(c, 9)}")),
    "tel_in_national": lambda c: f"09{_digits(c, 4, 5)}",
    "tel_nl": lambda c: f"+31 6 {_digits(c, 8)}",
    "tel_jp": lambda c: f"+81-3-{_digits(c, 4, 4, by='-')}",
    "tel_br": lambda c: f"+55 11 9{_digits(c, 4, 4, by='-')}",
    "tel_uk": lambda c: c.choice((f"+44 (0)20 7{_digits(c, 3, 4)}", f"+44 7{_digits(c, 3, 6)}")),
    "tel_ext": lambda c: f"+1 (415) {c.randrange(200, 999)}-{_digits(c, 4)}",
    "tel_slash": lambda c: f"+49/30/{_digits(c, 7)}",
    "tel_uri": lambda c: f"+1-212-{c.randrange(200, 999)}-{_digits(c, 4)}",
    "tel_1": lambda c: f"1-{c.choice(('800', '415', '206'))}-{c.randrange(200, 999)}-{_digits(c, 4)}",
    "tel_de_free": lambda c: f"+49 800 {_digits(c, 7)}",
    "heroku": lambda c: f"HRKU-{'-'.join(_some(c, _HEX, n) for n in (8, 4, 4, 4, 12))}",
    "do_oauth": _key("doo_v1_|dor_v1_", 64, _HEX),
    "gitlab_more": _key("gldt-|glrt-|glcbt-", 20, _URL_SAFE),
    "github_more": _key("ghu_|ghr_", 36),
    "slack_app": lambda c: (
        f"xapp-1-A{_some(c, string.ascii_uppercase + string.digits, 10)}-{_digits(c, 13)}-{_some(c, _HEX, 64)}"
    ),
    "slack_user": lambda c: f"xoxp-{_digits(c, 12)}-{_digits(c, 12)}-{_digits(c, 12)}-{_some(c, _HEX, 32)}",
    "openai_svc": _key("sk-svcacct-", 60, _URL_SAFE),
    "newrelic": lambda c: "NRAK-" + _some(c, string.ascii_uppercase + string.digits, 27),
    "sentry": _key("sntrys_", 60),
    "okta": lambda c: "00" + _some(c, _URL_SAFE, 40),
    "airtable": lambda c: f"pat{_some(c, _ALNUM, 14)}.{_some(c, _HEX, 64)}",
    "square": _key("sq0atp-|sq0csp-", 22, _URL_SAFE),
    "figma": _key("figd_", 40, _URL_SAFE),
    "notion": _key("ntn_|secret_", 43),
    "doppler": _key("dp.pt.", 43),
    "pulumi": _key("pul-", 40, _HEX),
    "terraform": lambda c: f"{_some(c, _ALNUM, 14)}.atlasv1.{_some(c, _URL_SAFE, 65)}",
    "rubygems": _key("rubygems_", 48, _HEX),
    "planetscale": _key("pscale_tkn_|pscale_pw_", 43, _URL_SAFE),
    "supabase": _key("sbp_", 40, _HEX),
    "groq": _key("gsk_", 52),
    "replicate": _key("r8_", 37),
    "age": lambda c: "AGE-SECRET-KEY-1" + _some(c, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    "gcp_sa_key_id": lambda c: _some(c, _HEX, 40),
    "azure_storage": lambda c: base64.b64encode(c.randbytes(64)).decode(),
    "word": lambda c: c.choice(("Sommer2024!", "h0rse-battery", "kr4bbe_77", "zebra!Kiste9", "Gr8White#1"))[:12],
    "word_plain": lambda c: c.choice(("sommerwiese", "geheim123", "battery9", "opensesame", "changeit")),
    "email_odd": lambda c: c.choice(
        (
            "a.b-c_d+tag@mail-1.sub.example.museum",
            "x@y.io",
            "first.last@123.com",
            "user%example@relay.example.org",
            "o'neil@example.ie",
            "Customer_Service@EXAMPLE.COM",
            "müller@beispiel.de",
            "jane@example.photography",
        )
    ),
    "hexkey": lambda c: _some(c, _HEX, 40),
    "digest": lambda c: _some(c, _HEX, 32),
    "hex_secret": lambda c: _some(c, _HEX, 31) + "7",
    "uuid_secret": lambda c: "-".join(_some(c, _HEX, n) for n in (8, 4, 4, 4, 12)),
    "digest_header": lambda c: f'Digest username="mufasa", realm="r@example", nonce="{_some(c, _HEX, 32)}"',
    "bearer_header": lambda c: f"Bearer {_some(c, _URL_SAFE, 40)}",
    "forwarded_for": lambda c: f"{_ipv4(c)}, {_ipv4(c)}",
    "forwarded": lambda c: f"for={_ipv4(c)};proto=https;by=lb",
    "word_list": lambda c: ", ".join(c.sample(("sommerwiese", "geheim123", "battery9", "opensesame"), 2)),
    "token_list": lambda c: '","'.join((_some(c, _ALNUM, 30) + "4", _some(c, _ALNUM, 30) + "7")),
    "cookie_value": lambda c: f"s%3A{_some(c, _ALNUM, 32)}.{_some(c, _ALNUM, 43)}",
}

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

MORE_HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "nanoid": lambda c: _some(c, _URL_SAFE, 20) + "x",
    "objectid": lambda c: "6" + _some(c, _HEX, 23),
    "cuid": lambda c: "c" + _some(c, string.ascii_lowercase + string.digits, 24),
    "xid": lambda c: "c" + _some(c, "0123456789abcdefghijklmnopqrstuv", 19),
    "ulid2": lambda c: "01J" + _some(c, _BASE32, 23),
    "mac": lambda c: ":".join(_some(c, _HEX, 2) for _ in range(6)),
    "mac_dashed": lambda c: "-".join(_some(c, _HEX, 2) for _ in range(6)).upper(),
    "mac_cisco": lambda c: ".".join(_some(c, _HEX, 4) for _ in range(3)),
    "eui64": lambda c: ":".join(_some(c, _HEX, 2) for _ in range(8)),
    "fingerprint": lambda c: ":".join(_some(c, "0123456789ABCDEF", 2) for _ in range(20)),
    "sha256b64": lambda c: base64.b64encode(c.randbytes(32)).decode(),
    "lat": lambda c: f"{c.choice('-+')[0].strip('+')}{c.randrange(10, 89)}.{_some(c, string.digits, 6)}",
    "n7": lambda c: _digits(c, 7),
    "n9": lambda c: _digits(c, 9),
    "n10": lambda c: _digits(c, 10),
    "n11": lambda c: _digits(c, 11),
    "n13": lambda c: _digits(c, 13),
    "n19": lambda c: "1" + _some(c, string.digits, 18),
    "n20": lambda c: "1" + _some(c, string.digits, 19),
    "float": lambda c: f"{c.randrange(0, 99)}.{_some(c, string.digits, 16)}",
    "exp": lambda c: f"{c.randrange(1, 9)}.{_some(c, string.digits, 15)}e-0{c.randrange(1, 9)}",
    "semver4": lambda c: f"{c.randrange(1, 25)}.{c.randrange(12)}.{c.randrange(9)}.{c.randrange(20)}",
    "chrome": lambda c: f"{c.randrange(90, 131)}.0.{c.randrange(4000, 6999)}.{c.randrange(10, 220)}",
    "account": lambda c: _digits(c, 12),
    "pod": lambda c: f"{_some(c, _HEX, 9)}-{_some(c, 'bcdfghjklmnpqrstvwxz2456789', 5)}",
    "private_ip": lambda c: f"10.{c.randrange(255)}.{c.randrange(255)}.{c.randrange(1, 255)}",
    "date8": lambda c: f"2025{c.randrange(1, 13):02d}{c.randrange(1, 29):02d}",
    "time14": lambda c: f"2025{c.randrange(1, 13):02d}{c.randrange(1, 29):02d}{c.randrange(24):02d}{_some(c, '012345', 4)}",
    "hash_short": lambda c: _some(c, _HEX, 7),
    "hex128": lambda c: _some(c, _HEX, 128),
    "addr": lambda c: "0x" + "7f" + _some(c, _HEX, 10),
    "imei_like": lambda c: "INV-2025-" + _digits(c, 6),
    "vin": lambda c: "WVWZZZ1K" + "Z" + _some(c, "0123456789", 8),
}
