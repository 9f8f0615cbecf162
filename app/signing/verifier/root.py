"""The trust root, judged anew: enough administrators signed each version, from the fingerprint on."""

from __future__ import annotations

from hashlib import sha256

from app.signing.verifier.plain import Json, fingerprint_of, holds, instant, require, strict, unbase64

KIND = "application/vnd.control-tower.root+json"
NAMES = frozenset(
    {"version", "issued_at", "expires_at", "threshold", "admins", "hub_keyids", "executor_keyids"}
)
MAY_NAME = frozenset({"rights_sha256s", "device_keyids"})
MIN_THRESHOLD, MIN_ADMINS, LONGEST_DAYS = 2, 3, 400


class Root:
    """Every version of a root, one envelope a line."""

    def __init__(self, data: bytes) -> None:
        """Verify each version by its own administrators and by those before it."""
        self.versions: list[Json] = []
        self.fingerprint = ""
        for line in data.split(b"\n"):
            document = strict(line)
            require(set(document) == {"payload", "payloadType", "signatures"}, "a root has another form")
            require(document["payloadType"] == KIND, "a root is something else")
            payload = unbase64(document["payload"])
            self.fingerprint = self.fingerprint or fingerprint_of(sha256(payload).digest())
            self._add(strict(payload), payload, document["signatures"])

    def _add(self, root: Json, payload: bytes, signatures: list[Json]) -> None:
        require(set(root) - MAY_NAME == NAMES, "a root holds something unknown")
        require(root["version"] == len(self.versions) + 1, "a version of the root is missing")
        keys = _keys(root)
        many = len(keys) == len(root["admins"]) >= MIN_ADMINS
        require(many and MIN_THRESHOLD <= root["threshold"] <= len(keys), "a root is not of enough people")
        days = (instant(root["expires_at"]) - instant(root["issued_at"])).total_seconds() / 86_400
        require(0 < days <= LONGEST_DAYS, "a root is valid for too long")
        before = self.versions[-1] if self.versions else root
        known = {**keys, **_keys(before)}
        message = b"DSSEv1 %d %b %d %b" % (len(KIND), KIND.encode(), len(payload), payload)
        signers = [each["keyid"] for each in signatures]
        require(signers == sorted(set(signers)), "the signatures of a root are not in order")
        for each in signatures:
            require(set(each) == {"keyid", "sig"} and each["keyid"] in known, "somebody else signed a root")
            good = holds(known[each["keyid"]], unbase64(each["sig"]), message)
            require(good, "a signature of a root does not hold")
        for version in (root, before):
            enough = len(set(signers) & set(_keys(version))) >= version["threshold"]
            require(enough, f"version {root['version']} of the root lacks signatures")
        self.versions.append(root)

    def require_hub(self, keyid: str) -> None:
        """Refuse a hub that the version in force does not name."""
        require(keyid in self.versions[-1]["hub_keyids"], "the trust root does not name this hub")

    def require_executor(self, keyid: str) -> None:
        """Refuse an executor that no version names, unless the rights alone say who may carry out."""
        named = [version["executor_keyids"] for version in self.versions]
        counts = not named[-1] or any(keyid in each for each in named)
        require(counts, "the trust root does not name this executor")

    def require_named(self, act: Json) -> None:
        """Refuse decision rights or a key that the hub alone vouches for, where the administrators must."""
        last, verb = self.versions[-1], act["verb"]
        if verb == "policy" and "rights_sha256s" in last:
            named = any(act["policy_sha256"] in each.get("rights_sha256s", []) for each in self.versions)
            require(named, "the trust root does not name these decision rights")
        elif verb == "enrol" and "device_keyids" in last:
            lists = [[*each.get("device_keyids", []), *each["executor_keyids"]] for each in self.versions]
            require(any(act["keyid"] in each for each in lists), "the trust root does not name a key let in")

    def require_in_force(self, at: str) -> None:
        """Refuse a log that goes on after the last version ended."""
        require(instant(at) < instant(self.versions[-1]["expires_at"]), "the trust root had ended")


def _keys(root: Json) -> dict[str, bytes]:
    found = {admin["keyid"]: unbase64(admin["public_key"]) for admin in root["admins"]}
    for keyid, spki in found.items():
        require(sha256(spki).hexdigest() == keyid, "a root names a key by another id")
    return found
