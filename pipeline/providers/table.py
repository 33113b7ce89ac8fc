from collections.abc import Iterable, Mapping

from pipeline.providers.base import Intent

OFFLINE, GEMINI, CLOUDINARY = "offline", "gemini", "cloudinary"
# Every provider's name in STUDIO_PROVIDERS, and the setting that it needs. A new one is a line here, and one in
# `registry.py`.
BROUGHT_BY: Mapping[str, str | None] = {OFFLINE: None, GEMINI: "GEMINI_API_KEY", CLOUDINARY: "CLOUDINARY_URL"}
# For the page, where "offline" would mean no connection.
SPOKEN = {OFFLINE: "built-in tools", GEMINI: "Gemini", CLOUDINARY: "Cloudinary"}
MADE = tuple(intent.value for intent in Intent if intent is not Intent.REPLY)
# By default. It cannot give transparency, and draws anew what it enhances: those two only where STUDIO_PROVIDERS says
# so.
_BY_GEMINI = (Intent.GENERATE, Intent.EDIT, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER)


def chosen(pairs: Iterable[str]) -> dict[str, str]:
    """Of pairs such as "edit=gemini". Raises ValueError with a sentence."""
    found: dict[str, str] = {}
    for pair in pairs:
        intent, equals, name = (part.strip() for part in pair.partition("="))
        if not equals or intent in found:
            raise ValueError("STUDIO_PROVIDERS is written like enhance=offline,edit=gemini, with each intent once.")
        found[intent] = name
    return found


def assign(chosen: Mapping[str, str], configured: Mapping[str, bool]) -> dict[str, str]:
    """The chosen provider of each intent, or the default. `configured`: whether that setting is set. Raises ValueError
    with a sentence for an unknown name, or a missing setting."""
    for intent, name in chosen.items():
        if intent not in MADE:
            raise ValueError(f"STUDIO_PROVIDERS names the intent {intent!r}; there are {', '.join(MADE)}.")
        if name not in BROUGHT_BY:
            raise ValueError(f"STUDIO_PROVIDERS names the provider {name!r}; there are {', '.join(BROUGHT_BY)}.")
        setting = BROUGHT_BY[name]
        if setting is not None and not configured.get(setting, False):
            raise ValueError(f"STUDIO_PROVIDERS gives {intent} to {name}, but {setting} is not set.")
    usual = dict.fromkeys(MADE, OFFLINE)
    if configured.get("GEMINI_API_KEY", False):
        usual |= dict.fromkeys((intent.value for intent in _BY_GEMINI), GEMINI)
    return {**usual, **chosen}


def varying(providers: Mapping[str, str]) -> list[str]:
    """Intents whose pictures are drawn anew, and so differ each time."""
    return [intent for intent in MADE if intent == Intent.GENERATE or providers[intent] == GEMINI]


def label(providers: Mapping[str, str], reader: str) -> str:
    """Whoever generates comes first, "built-in tools" last."""
    makers = sorted(dict.fromkeys(providers[intent] for intent in MADE), key=OFFLINE.__eq__)
    if makers == [OFFLINE]:
        return f"{SPOKEN[OFFLINE]}, no AI" if reader == OFFLINE else f"{SPOKEN[OFFLINE]}; {SPOKEN[reader]} reads"
    names = [SPOKEN[name] for name in makers]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


_PAINTS = {
    OFFLINE: "paints landscapes, seas and cities from your words",
    GEMINI: "paints whatever you describe",
}
_CHANGES = {OFFLINE: "changes the light, colours, style and shape of photos", GEMINI: "changes photos as you say"}
_FOR = {
    Intent.GENERATE: "painting",
    Intent.EDIT: "changes in words",
    Intent.ENHANCE: "enhancing",
    Intent.REMOVE_BACKGROUND: "removing backgrounds",
    Intent.REMOVE_OBJECT: "removing things",
    Intent.STYLE_TRANSFER: "styles",
}


def abilities(providers: Mapping[str, str]) -> str:
    paints, changes = providers[Intent.GENERATE], providers[Intent.EDIT]
    said = f"This studio {_PAINTS.get(paints, _PAINTS[OFFLINE])} and {_CHANGES.get(changes, _CHANGES[OFFLINE])}"
    others = [
        f"{SPOKEN[name]} for {_listed(intents)}" for name, intents in served(providers).items() if name != OFFLINE
    ]
    said += f", with {', and '.join(others)}" if others else ""
    if paints == OFFLINE:
        said += "; people, animals and things it could paint too if whoever runs it connected an AI"
    return f"{said}."


def _listed(intents: Iterable[str]) -> str:
    *others, last = [_FOR[Intent(intent)] for intent in intents]
    return f"{', '.join(others)} and {last}" if others else last


def served(providers: Mapping[str, str]) -> dict[str, list[str]]:
    """For operators."""
    found: dict[str, list[str]] = {}
    for intent in MADE:
        found.setdefault(providers[intent], []).append(intent)
    return found
