from collections.abc import Iterable, Mapping, Sequence

from gallery.translation import N_, _
from pipeline.providers.base import Intent

OFFLINE, GEMINI, CLOUDINARY, IMAGES, DIFFUSERS, CHAT = "offline", "gemini", "cloudinary", "images", "diffusers", "chat"
# Names in STUDIO_PROVIDERS, and the setting that each needs.
BROUGHT_BY: Mapping[str, str | None] = {
    OFFLINE: None,
    GEMINI: "GEMINI_API_KEY",
    CLOUDINARY: "CLOUDINARY_URL",
    IMAGES: "STUDIO_IMAGES_URL",
    DIFFUSERS: "STUDIO_DIFFUSERS_MODEL",
    CHAT: "STUDIO_CHAT_URL",
}
# On the page "offline" would mean that there is no connection.
SPOKEN = {
    OFFLINE: N_("built-in tools"),
    GEMINI: "Gemini",
    CLOUDINARY: "Cloudinary",
    IMAGES: N_("an image model"),
    DIFFUSERS: N_("an image model on this machine"),
    CHAT: N_("a language model"),
}
ALONE = N_("built-in tools and a small neural network, on this machine")  # where no other provider is configured
READER = "reader"  # key in STUDIO_PROVIDERS, beside the intents: the refiner
_READERS = (OFFLINE, GEMINI, CHAT)
_MAKERS = (OFFLINE, GEMINI, CLOUDINARY, IMAGES, DIFFUSERS)
MADE = tuple(intent.value for intent in Intent if intent is not Intent.REPLY)
# They understand any words, and draw the whole picture anew.
_MODELS = (GEMINI, IMAGES, DIFFUSERS)
# Two intents only if STUDIO_PROVIDERS says so: models draw anew what they enhance, and give no transparency.
_BY_MODELS = (Intent.GENERATE, Intent.EDIT, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER)


def chosen(pairs: Iterable[str]) -> dict[str, str]:
    """From pairs such as "edit=gemini". Raises ValueError with a sentence."""
    found: dict[str, str] = {}
    for pair in pairs:
        intent, equals, name = (part.strip() for part in pair.partition("="))
        if not equals or intent in found:
            raise ValueError("STUDIO_PROVIDERS is written like enhance=offline,edit=gemini, with each intent once.")
        found[intent] = name
    return found


def split(chosen: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """First and second choices, from "gemini|images". Raises ValueError with a sentence."""
    first, second = {}, {}
    for what, names in chosen.items():
        first[what], bar, other = (part.strip() for part in names.partition("|"))
        if bar:
            if "|" in other or other == first[what]:
                raise ValueError("STUDIO_PROVIDERS takes one other provider as a second choice: edit=gemini|images.")
            second[what] = other
    if READER in second:
        raise ValueError("STUDIO_PROVIDERS takes a second choice for pictures only, not for reader.")
    return first, second


def assign(chosen: Mapping[str, str], configured: Mapping[str, bool]) -> dict[str, str]:
    """The provider of each intent and of READER; by default Gemini before other models. `configured`: whether that
    setting is set. Raises ValueError with a sentence for an unknown name, or a missing setting."""
    check(chosen, configured)

    def first(*names: str) -> str:
        return next((name for name in names if configured.get(BROUGHT_BY[name] or "", False)), OFFLINE)

    usual = {**dict.fromkeys(MADE, OFFLINE), READER: first(GEMINI, CHAT)}
    usual |= dict.fromkeys((intent.value for intent in _BY_MODELS), first(*_MODELS))
    return {**usual, **chosen}


def check(chosen: Mapping[str, str], configured: Mapping[str, bool]) -> None:
    """As `assign`."""
    for what, name in chosen.items():
        if what not in (*MADE, READER):
            raise ValueError(f"STUDIO_PROVIDERS names the intent {what!r}; there are {', '.join(MADE)}, and {READER}.")
        able = _READERS if what == READER else _MAKERS
        if name not in able:
            raise ValueError(f"STUDIO_PROVIDERS names the provider {name!r} for {what}; there are {', '.join(able)}.")
        setting = BROUGHT_BY[name]
        if setting is not None and not configured.get(setting, False):
            raise ValueError(f"STUDIO_PROVIDERS gives {what} to {name}, but {setting} is not set.")


def varying(providers: Mapping[str, str]) -> list[str]:
    """Intents whose pictures are drawn anew, and so differ each time."""
    return [intent for intent in MADE if intent == Intent.GENERATE or providers[intent] in _MODELS]


def by_models(providers: Mapping[str, str]) -> list[str]:
    """Intents whose provider understands any words."""
    return [intent for intent in MADE if providers[intent] in _MODELS]


def label(providers: Mapping[str, str]) -> str:
    """Whoever generates comes first, "built-in tools" last."""
    makers = sorted(dict.fromkeys(providers[intent] for intent in MADE), key=OFFLINE.__eq__)
    if makers == [OFFLINE]:
        reader = providers[READER]
        if reader == OFFLINE:
            return _(ALONE)
        return _("{makers}; {reader} reads").format(makers=_(SPOKEN[OFFLINE]), reader=_(SPOKEN[reader]))
    return _listed([_(SPOKEN[name]) for name in makers])


_PAINTS = {
    OFFLINE: N_("paints landscapes, seas and cities from your words"),
    GEMINI: N_("paints whatever you describe"),
    IMAGES: N_("paints whatever you describe"),
    DIFFUSERS: N_("paints whatever you describe"),
}
_CHANGES = {
    OFFLINE: N_("changes the light, colours, style and shape of photos"),
    GEMINI: N_("changes photos as you say"),
    IMAGES: N_("changes photos as you say"),
    DIFFUSERS: N_("changes photos as you say"),
}
_FOR = {
    Intent.GENERATE: N_("painting"),
    Intent.EDIT: N_("changes in words"),
    Intent.ENHANCE: N_("enhancing"),
    Intent.REMOVE_BACKGROUND: N_("removing backgrounds"),
    Intent.REMOVE_OBJECT: N_("removing things"),
    Intent.STYLE_TRANSFER: N_("styles"),
}
# What an AI would add, by which one is missing.
_WITH_AN_AI = N_("; people, animals and things it could paint too if whoever runs it connected an AI")
_WITH_A_MAKER = N_(
    "; people, animals and things it could paint too if whoever runs it connected an AI that makes pictures"
)


def abilities(providers: Mapping[str, str]) -> str:
    paints, changes = providers[Intent.GENERATE], providers[Intent.EDIT]
    others = [
        _("{provider} for {tasks}").format(
            provider=_(SPOKEN[name]), tasks=_listed([_(_FOR[Intent(intent)]) for intent in intents])
        )
        for name, intents in served(providers).items()
        if name != OFFLINE
    ]
    return _("This studio {paints} and {changes}{others}{more}.").format(
        paints=_(_PAINTS.get(paints, _PAINTS[OFFLINE])),
        changes=_(_CHANGES.get(changes, _CHANGES[OFFLINE])),
        others=_(", with {others}").format(others=_(", and ").join(others)) if others else "",
        more=_(_WITH_AN_AI if providers[READER] == OFFLINE else _WITH_A_MAKER) if paints == OFFLINE else "",
    )


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return _("{others} and {last}").format(others=", ".join(others), last=last) if others else last


def served(providers: Mapping[str, str]) -> dict[str, list[str]]:
    """For operators."""
    found: dict[str, list[str]] = {}
    for intent in MADE:
        if intent in providers:
            found.setdefault(providers[intent], []).append(intent)
    return found
