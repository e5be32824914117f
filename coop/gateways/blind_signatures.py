"""The keys and signatures of secret ballots: RFC 9474 (RSABSSA-SHA384-PSS-Randomized) and ECDSA on P-256.

What a peer sends stays the base64url text it came as until it is checked here: a question (`…_is_…`) answers
False to anything malformed, in length, alphabet, spelling or curve, and never raises.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import gmpy2
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

Jwk = Mapping[str, Any]

CLASS_KEY_BITS = 3072
MOST_CLASS_KEY_BITS = 4096  # what is checked in a file; ours have CLASS_KEY_BITS
CLASS_KEY_EXPONENT = 65_537
PREFIX_BYTES = 32
SALT_BYTES = 48
POINT_BYTES = 65
COORDINATE_BYTES = 32
VOTE_SIGNATURE_BYTES = 64
NONCE_BYTES = 12

_BASE64URL = re.compile("[A-Za-z0-9_-]*")
_TOKEN_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)
_ECDSA = ec.ECDSA(hashes.SHA256())


class KeyUnreadable(Exception):  # noqa: N818 - the sentence is what counts
    """A sealed key that the secret doesn't open."""


def b64u(data: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64u(text: object, length: int | None = None) -> bytes:
    """Read base64url; ValueError unless it is the one spelling of `length` bytes (of any, if None)."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise ValueError("This is not base64url.")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("This is not base64url.") from None
    if b64u(data) != text:
        raise ValueError("This base64url has another spelling.")
    if length is not None and len(data) != length:
        raise ValueError(f"This is {len(data)} bytes long, not {length}.")
    return data


# Keys.


def new_class_key() -> tuple[dict[str, str], bytes]:
    """Make the key that signs a voting class's tokens: public JWK, private DER. Takes up to some seconds."""
    key = rsa.generate_private_key(CLASS_KEY_EXPONENT, CLASS_KEY_BITS)
    public = key.public_key().public_numbers()
    return {"kty": "RSA", "n": _number(public.n), "e": _number(public.e)}, _private_der(key)


def new_receipt_key() -> tuple[dict[str, str], bytes]:
    """Make the key that signs a ballot's receipts: public JWK, private DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_numbers()
    x, y = (b64u(at.to_bytes(COORDINATE_BYTES, "big")) for at in (public.x, public.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}, _private_der(key)


def seal_key(ballot_key: str, private_der: bytes, ballot_id: str, purpose: str) -> bytes:
    """Encrypt a private key under the installation's ballot key, for that ballot and purpose only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_sealing_key(ballot_key)).encrypt(nonce, private_der, _place(ballot_id, purpose))


def open_key(ballot_key: str, sealed: bytes, ballot_id: str, purpose: str) -> bytes:
    """Give the DER of a sealed private key; KeyUnreadable if it was sealed for elsewhere or otherwise."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(_sealing_key(ballot_key)).decrypt(nonce, ciphertext, _place(ballot_id, purpose))
    except (InvalidTag, ValueError):
        raise KeyUnreadable(
            f"The key “{purpose}” of ballot {ballot_id} doesn't open. Is COOP_BALLOT_KEY (or, where that isn't "
            "set, COOP_SECRET_KEY) still what it was when the ballot was announced?"
        ) from None


# Tokens.


def sign_blinded(private_der: bytes, blinded: bytes) -> bytes:
    """Sign a blinded value as it is (RFC 9474, BlindSign); ValueError if it isn't one for this key.

    The value is multiplied by r^e for a random r first, so that the time taken tells nothing of the key, and
    the signature is checked before it leaves: a faulty one would give away a factor of the key.
    """
    numbers = _rsa_private(private_der)
    public = numbers.public_numbers
    n, e, value = gmpy2.mpz(public.n), public.e, int.from_bytes(blinded, "big")
    if len(blinded) != _bytes_of(public.n) or not 0 < value < n:
        raise ValueError("This is not a blinded value for this key.")
    with gmpy2.context(gmpy2.get_context(), allow_release_gil=True):
        r, inverse = random_unit(n)
        signed = _private_power(numbers, value * gmpy2.powmod(r, e, n) % n) * inverse % n
        if gmpy2.powmod(signed, e, n) != value:
            raise ArithmeticError("A blind signature was computed wrongly and is withheld.")
    return int(signed).to_bytes(len(blinded), "big")


def token_is_good(jwk: Jwk, prefix: str, message: bytes, token: str) -> bool:
    """Say whether the token is a signature by that class key over the prefix and the message."""
    try:
        key = _rsa_public(jwk["n"], jwk["e"]) if jwk["kty"] == "RSA" else None
        start = from_b64u(prefix, PREFIX_BYTES)
        signature = from_b64u(token)
        if key is None or len(signature) != _bytes_of(key.public_numbers().n):
            return False
        key.verify(signature, start + message, _TOKEN_PADDING, hashes.SHA384())
    except (ValueError, TypeError, KeyError, InvalidSignature):
        return False
    return True


# Votes and receipts.


def vote_is_signed(serial: str, message: bytes, signature: str) -> bool:
    """Say whether the holder of the serial's key signed the message."""
    try:
        key = _point(from_b64u(serial, POINT_BYTES))
        _verify_ecdsa(key, message, signature)
    except (ValueError, InvalidSignature):
        return False
    return True


def sign_receipt(private_der: bytes, message: bytes) -> bytes:
    """Sign with the receipt key: 64 bytes, r and s."""
    key = load_der_private_key(private_der, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("This is not a receipt key.")
    return raw_ecdsa(key, message)


def receipt_is_signed(jwk: Jwk, message: bytes, signature: str) -> bool:
    """Say whether that receipt key signed the message."""
    try:
        if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
            return False
        x, y = (from_b64u(jwk[at], COORDINATE_BYTES) for at in ("x", "y"))
        _verify_ecdsa(_point(b"\x04" + x + y), message, signature)
    except (ValueError, TypeError, KeyError, InvalidSignature):
        return False
    return True


def raw_ecdsa(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Sign as a browser does: r and s of 32 bytes each, not DER."""
    r, s = decode_dss_signature(key.sign(message, _ECDSA))
    return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


def serial_of(key: ec.EllipticCurvePublicKey) -> str:
    """Give the serial of a voter's key."""
    return b64u(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def class_key_numbers(jwk: Jwk) -> tuple[int, int]:
    """Read modulus and exponent of a class key; ValueError unless they are of a size we take."""
    numbers = _rsa_public(jwk["n"], jwk["e"]).public_numbers()
    return numbers.n, numbers.e


def random_unit(n: int) -> tuple[Any, Any]:
    """Choose a number that has an inverse modulo n, and give both."""
    while True:
        r = secrets.randbelow(int(n))
        if gmpy2.gcd(r, n) == 1:
            return gmpy2.mpz(r), gmpy2.invert(r, n)


def _private_power(numbers: rsa.RSAPrivateNumbers, value: Any) -> Any:
    """Raise to the private exponent, by each prime alone: four times as fast; in even time each."""
    p, q = gmpy2.mpz(numbers.p), gmpy2.mpz(numbers.q)
    by_p = gmpy2.powmod_sec(value % p, numbers.dmp1, p)
    by_q = gmpy2.powmod_sec(value % q, numbers.dmq1, q)
    return by_q + q * ((by_p - by_q) * numbers.iqmp % p)


def _rsa_private(private_der: bytes) -> rsa.RSAPrivateNumbers:
    # Our own key, authenticated when it was opened: testing its primes again would take a fifth of a second.
    key = load_der_private_key(private_der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("This is not a class key.")
    return key.private_numbers()


@lru_cache(maxsize=64)
def _rsa_public(n: str, e: str) -> rsa.RSAPublicKey:
    modulus = int.from_bytes(from_b64u(n), "big")
    sized = CLASS_KEY_BITS <= modulus.bit_length() <= MOST_CLASS_KEY_BITS
    if not sized or _number(modulus) != n or e != _number(CLASS_KEY_EXPONENT):
        raise ValueError("This is not a class key.")
    return rsa.RSAPublicNumbers(CLASS_KEY_EXPONENT, modulus).public_key()


def _point(data: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)


def _verify_ecdsa(key: ec.EllipticCurvePublicKey, message: bytes, signature: str) -> None:
    data = from_b64u(signature, VOTE_SIGNATURE_BYTES)
    r, s = (int.from_bytes(half, "big") for half in (data[:COORDINATE_BYTES], data[COORDINATE_BYTES:]))
    key.verify(encode_dss_signature(r, s), message, _ECDSA)


def _private_der(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _sealing_key(ballot_key: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=b"coop ballot keys").derive(ballot_key.encode())


def _place(ballot_id: str, purpose: str) -> bytes:
    return f"{ballot_id}\n{purpose}".encode()


def _number(value: int) -> str:
    return b64u(value.to_bytes(_bytes_of(value), "big"))


def _bytes_of(value: int) -> int:
    return -(-value.bit_length() // 8)
