"""A fake OpenID Connect provider: discovery, an authorization page that redirects with a code, and tokens for the code with
the client's secret and the PKCE verifier."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.fakes.server import Answer, Request, Server, serving

CLIENT, SECRET = "studio-of-the-tests", "canary/secret"
Json = dict[str, Any]


class OpenID:
    def __init__(self) -> None:
        self.person: Json = {"sub": "1", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
        self.claims: Json = {}  # override those of the token
        self.is_down = False
        self.server: Server
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._codes: dict[str, Json] = {}  # by code, the parameters of its request; each works once
        self._tokens: set[str] = set()

    @property
    def setting(self) -> str:
        """The value of `STUDIO_OPENID`."""
        return f"http://{CLIENT}:{SECRET.replace('/', '%2F')}@{self.server.url.partition('://')[2]}?name=Another%20One"

    def respond(self, asked: Request) -> Answer:
        if self.is_down:
            return Answer(503)
        pages = {
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/authorize"): self._authorize,
            ("POST", "/token"): self._token,
            ("GET", "/userinfo"): self._userinfo,
        }
        page = pages.get((asked.method, asked.path))
        return page(asked) if page else Answer(404)

    def _discovery(self, asked: Request) -> Answer:
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        ends = ("authorize", "token", "userinfo", "jwks")
        where = {name: f"{self.server.url}/{end}" for name, end in zip(names, ends, strict=True)}
        return _json(
            {"issuer": self.server.url, **where, "token_endpoint_auth_methods_supported": ["client_secret_post"]}
        )

    def _authorize(self, asked: Request) -> Answer:
        query = asked.query
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert "openid" in query["scope"].split()
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self._codes[code] = {"challenge": query["code_challenge"], "redirect_uri": query["redirect_uri"]}
        back = urlencode({"code": code, "state": query["state"]})
        return Answer(302, headers={"Location": f"{query['redirect_uri']}?{back}"})

    def _token(self, asked: Request) -> Answer:
        form = dict(parse_qsl(asked.body.decode()))
        begun = self._codes.pop(form["code"], None)
        if begun is None or (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return _json({"error": "invalid_grant"}, 400)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != begun["challenge"] or form["redirect_uri"] != begun["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        token = secrets.token_urlsafe(8)
        self._tokens.add(token)
        now = int(time.time())
        said = {"iss": self.server.url, "aud": CLIENT, "iat": now, "exp": now + 300, "jti": token, **self.person}
        signed = jwt.encode({**said, **self.claims}, self._key, algorithm="RS256", headers={"kid": "1"})
        return _json({"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed})

    def _userinfo(self, asked: Request) -> Answer:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return _json(self.person) if token in self._tokens else Answer(401)


def _json(value: Json, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


@contextmanager
def fake_openid() -> Iterator[OpenID]:
    other = OpenID()
    with serving(other.respond) as other.server:
        yield other
