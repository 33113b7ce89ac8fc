"""What people call the tones of `effects.TONES`. To teach the editor another word, add it to one line here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Called:
    """Phrases, separated by commas."""

    opposite: str  # the tone of "less …" and "too …"
    more: str = ""  # comparatives and verbs: they say all by themselves
    adjectives: str = ""  # "make it …", "more …", "too …"
    nouns: str = ""  # "more …", "increase the …"
    vietnamese: str = ""  # "… hơn", "làm … lên", "bớt …"


CALLED: dict[str, Called] = {
    "bluer": Called(
        "yellower",
        more="bluer",
        adjectives="blue, bluish",
        vietnamese="xanh, xanh dương, xanh da trời, xanh lam, xanh nước biển",
    ),
    "yellower": Called("bluer", more="yellower", adjectives="yellow, yellowish", vietnamese="vàng"),
    "redder": Called("less red", more="redder", adjectives="red, reddish", vietnamese="đỏ"),
    "less red": Called("redder"),
    "greener": Called(
        "less green", more="greener", adjectives="green, greenish", vietnamese="xanh lá, xanh lá cây, xanh lục"
    ),
    "less green": Called("greener"),
    "pinker": Called("greener", more="pinker", adjectives="pink, pinkish", vietnamese="hồng"),
    "warmer": Called(
        "cooler",
        more="warmer, warm up",
        adjectives="warm, orange, golden",
        nouns="warmth",
        vietnamese="ấm, ấm áp, cam",
    ),
    "cooler": Called(
        "warmer", more="cooler, colder, cool down", adjectives="cool, cold", nouns="coolness", vietnamese="mát, lạnh"
    ),
    "brighter": Called(
        "darker",
        more="brighter, lighter, brighten, lighten",
        adjectives="bright, light",
        nouns="brightness, exposure, light",
        vietnamese="sáng",
    ),
    "darker": Called(
        "brighter", more="darker, darken, dimmer, dim", adjectives="dark", nouns="darkness", vietnamese="tối, đậm"
    ),
    "more contrast": Called(
        "less contrast",
        more="higher contrast, stronger contrast, punchier",
        adjectives="contrasty, punchy",
        nouns="contrast",
        vietnamese="tương phản",
    ),
    "less contrast": Called("more contrast", more="lower contrast, softer contrast, flatter", adjectives="flat"),
    "more vivid": Called(
        "less vivid",
        more="saturate, livelier",
        adjectives="vivid, colourful, colorful, saturated, vibrant, lively",
        nouns="saturation, colour, color, vibrance",
        vietnamese="rực rỡ, tươi, sặc sỡ, bão hòa, bão hoà",
    ),
    "less vivid": Called(
        "more vivid",
        more="desaturate, paler, duller",
        adjectives="muted, faded, pale, dull, desaturated",
        vietnamese="nhạt",
    ),
    "sharper": Called(
        "blurrier",
        more="sharper, sharpen, crisper, deblur, unblur",
        adjectives="sharp, crisp",
        nouns="sharpness, detail, details",
        vietnamese="nét, sắc nét, rõ, rõ nét",
    ),
    "blurrier": Called(
        "sharper",
        more="blurrier, blur, softer, soften",
        adjectives="blurry, blurred, soft",
        nouns="blur",
        vietnamese="mờ, nhòe, nhoè",
    ),
}
