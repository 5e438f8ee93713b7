"""Access tokens: OAuth 2 client credentials in, a short-lived JWT out that only this platform reads.

So its key is a secret of the platform, whatever suite its packages and receipts are signed with.
"""

import hmac
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from tracekit.config import Peer
from tracekit.platform.admission import secret_hash
from tracekit.platform.refusal import refusal
from tracekit.platform.setup import Setup

LIFETIME = 900
_ALGORITHM = "HS256"


class Tokens:
    """Issues and reads the access tokens of one platform."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._key = OctKey.import_key(hmac.digest(setup.keys.origin_secret, b"access token", "sha256"))

    def issue(self, client: str, secret: str, now: int) -> dict[str, Any]:
        """The token answer for a client's credentials.

        Raises:
            DockingDenied: unknown client, wrong secret (which of the two is not said), or a suspended peer.
        """
        peer = self._setup.peers.get(client)
        # an unknown client costs the same comparison as a known one
        expected = peer.secret_hash if peer else secret_hash("")
        fits = hmac.compare_digest(expected, secret_hash(secret))
        if peer is None or not fits:
            raise refusal("TK-DOCK-103", sender=client[:64])
        if peer.suspended:
            raise refusal("TK-DOCK-115", operation="token")
        claims = {"iss": self._setup.code, "aud": self._setup.code, "sub": client, "iat": now, "exp": now + LIFETIME}
        claims["environment"] = self._setup.config.platform.environment
        token = jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])
        return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME}

    def read(self, token: str, now: int) -> Peer:
        """The peer that a token stands for.

        Raises:
            DockingDenied: not ours, expired, of another environment, or of a peer that is no longer admitted.
        """
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError):
            raise refusal("TK-DOCK-114") from None
        peer = self._setup.peers.get(str(claims.get("sub", "")))
        own = (self._setup.code, self._setup.config.platform.environment)
        expires = claims.get("exp")
        if (claims.get("aud"), claims.get("environment")) != own or not isinstance(expires, int) or expires <= now:
            raise refusal("TK-DOCK-114")
        if peer is None:
            raise refusal("TK-DOCK-103", sender=str(claims.get("sub", ""))[:64])
        if peer.suspended:
            raise refusal("TK-DOCK-115", operation="*")
        return peer
