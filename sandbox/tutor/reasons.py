"""Why a browser kept a cookie back, or refused to keep one, in its own words and in plain ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# DevTools protocol: Network.CookieBlockedReason and Network.SetCookieBlockedReason.
WORDS = {
    "SameSiteLax": "another site's page asked, and not by a link",
    "SameSiteStrict": "another site's page asked",
    "SameSiteUnspecifiedTreatedAsLax": "without SameSite it counts as Lax",
    "SameSiteNoneInsecure": "SameSite=None needs Secure beside it",
    "SecureOnly": "a Secure cookie does not travel over plain http",
    "NotOnPath": "its Path is another",
    "DomainMismatch": "its host is another",
    "UserPreferences": "the browser's settings block it",
    "ThirdPartyPhaseout": "a page of another site surrounds the request",
    "InvalidPrefix": "its name promises what its attributes do not keep",
    "NameValuePairExceedsMaxSize": "name and value are longer than 4096 bytes",
    "OverwriteSecure": "it would replace a Secure cookie",
}


@dataclass(frozen=True)
class Reasons:
    """Of one request, by the names of cookies: why not sent; of its response: why not kept."""

    kept_back: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """One for each cookie that the browser kept back or refused."""
        for says, reasons in (("kept back", self.kept_back), ("refused", self.refused)):
            for name, reason in reasons.items():
                yield f"browser  {says} {name}: {_explained(reason)}"


def _explained(reason: str) -> str:
    words = [WORDS[each] for each in reason.split(", ") if each in WORDS]
    return f"{reason} ({'; '.join(words)})" if words else reason
