"""A passkey in software, which signs for any origin."""

import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)  # fmt: skip

Form = dict[str, Any]
FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    def __init__(self, origin: str, host: str) -> None:
        self.origin, self.host = origin, host
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = os.urandom(16)
        self._user = ""

    def create(self, options: Form) -> Form:
        """The answer to `creation_options`."""
        asked = options["publicKey"]
        self._user = asked["user"]["id"]
        key = ES256.from_cryptography_key(self._key.public_key())  # type: ignore[no-untyped-call]
        public = AttestedCredentialData.create(Aaguid.NONE, self._id, key)
        data = AuthenticatorData.create(sha256(self.host.encode()), FLAGS | AuthenticatorData.FLAG.AT, 0, public)
        made = AttestationObject.create("none", data, {})
        response = {"attestationObject": websafe_encode(made)}
        return self._answer("webauthn.create", asked["challenge"], response) | {
            "clientExtensionResults": {"credProps": {"rk": True}}
        }

    def use(self, options: Form) -> Form:
        """The answer to `request_options`."""
        data = AuthenticatorData.create(sha256(self.host.encode()), FLAGS, 0)
        answer = self._answer("webauthn.get", options["publicKey"]["challenge"], {"userHandle": self._user})
        client = websafe_decode(answer["response"]["clientDataJSON"])
        signature = self._key.sign(data + sha256(client), ec.ECDSA(SHA256()))
        answer["response"] |= {"authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        return answer

    def _answer(self, kind: str, challenge: str, response: Form) -> Form:
        client = CollectedClientData.create(kind, challenge, self.origin)
        return {
            "id": websafe_encode(self._id),
            "rawId": websafe_encode(self._id),
            "type": "public-key",
            "response": {"clientDataJSON": websafe_encode(client), **response},
            "clientExtensionResults": {},
        }
