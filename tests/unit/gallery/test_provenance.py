"""What a file says of itself, going out and coming in; and how that follows from what was done."""

import io
from typing import Any
from xml.etree import ElementTree as ET

import PIL.Image
import pytest

from gallery import pictures
from gallery.models import Image
from gallery.provenance import source_types, uploads, xmp
from gallery.provenance.embedding import embedded, with_xmp
from gallery.provenance.source_types import Maker, made, maker
from gallery.storage.base import Stream

T, C, A, S = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic"
E, H, P = "algorithmicallyEnhanced", "humanEdits", "digitalCapture"
MODEL, ALGORITHM, HAND = Maker.MODEL, Maker.ALGORITHM, Maker.HAND
PACKET = '<x:xmpmeta xmlns:x="adobe:ns:meta/">Bãi biển</x:xmpmeta>'.encode()


@pytest.mark.parametrize(("by", "sources", "expected"), [
    (MODEL, [], T), (ALGORITHM, [], A),
    (MODEL, [P], C), (MODEL, [""], C), (MODEL, [T], T), (MODEL, [A], C), (MODEL, [T, P], C), (MODEL, [T, T], T),
    (MODEL, [C], C),
    (ALGORITHM, [P], E), (ALGORITHM, [""], E), (ALGORITHM, [E], E), (ALGORITHM, [H], E), (HAND, [P], H), (HAND, [H], H),
    (HAND, [E], E), (HAND, [""], H),
    (ALGORITHM, [T], T), (HAND, [T], T), (ALGORITHM, [C], C), (HAND, [C], C), (ALGORITHM, [P, T], C),
    (ALGORITHM, [A], A), (HAND, [A], A), (ALGORITHM, [A, P], S), (HAND, [S], S), (ALGORITHM, [S, C], C),
])  # fmt: skip
def test_what_it_is_follows_from_what_was_done(by: Maker, sources: list[str], expected: str) -> None:
    assert made(by, sources) == expected


@pytest.mark.parametrize(("provider", "intent", "expected"), [
    ("offline", "generate", ALGORITHM), ("offline", "edit", ALGORITHM), ("gemini", "generate", MODEL),
    ("images", "edit", MODEL), ("cloudinary", "enhance", ALGORITHM), ("cloudinary", "remove_object", MODEL),
    ("one that comes next year", "enhance", MODEL),
])  # fmt: skip
def test_who_is_not_known_counts_as_a_model(provider: str, intent: str, expected: Maker) -> None:
    assert maker(provider, intent) is expected


# Into the file


def files() -> dict[str, bytes]:
    """All that the studio keeps, and both simple forms of WebP."""
    plain = PIL.Image.effect_noise((70, 51), 40).convert("RGB")
    clear = plain.copy()
    clear.putalpha(PIL.Image.linear_gradient("L").resize(clear.size))
    found = {}
    for name, image, kind, options in (
        ("jpeg", plain, "JPEG", {"progressive": True}), ("png", clear, "PNG", {}), ("grey png", plain.convert("L"), "PNG", {}),
        ("webp", plain, "WEBP", {"quality": 80}), ("webp with alpha", clear, "WEBP", {"quality": 80}),
        ("lossless webp", plain, "WEBP", {"lossless": True}), ("lossless webp with alpha", clear, "WEBP", {"lossless": True}),
    ):  # fmt: skip
        file = io.BytesIO()
        image.save(file, kind, **options)
        found[name] = file.getvalue()
    return found


FILES = files()


def xmp_of(data: bytes) -> bytes:
    with PIL.Image.open(io.BytesIO(data)) as image:
        image.load()
        said = image.info.get("xmp", b"")
    return said if isinstance(said, bytes) else str(said).encode()


@pytest.mark.parametrize("packet", [PACKET, PACKET + b" "], ids=["even", "odd"])
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_each_format_takes_it_and_keeps_every_pixel(data: bytes, packet: bytes) -> None:
    marked_data = embedded(data, packet)
    assert xmp_of(marked_data) == packet
    before, after = (PIL.Image.open(io.BytesIO(each)) for each in (data, marked_data))
    assert (after.format, after.mode, after.size) == (before.format, before.mode, before.size)
    assert after.tobytes() == before.tobytes()
    assert pictures.check(marked_data) == before.size


def test_what_is_none_of_them_goes_out_as_it_is() -> None:
    for data in (b"", b"GIF89a", b"x" * 1000):
        assert embedded(data, PACKET) == data


def all_of(file: Stream) -> bytes:
    return b"".join(iter(lambda: file.read(1000), b""))


class Dribble(io.BytesIO):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.size: int | None = len(data)

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size or 0))

    def skip(self, size: int, /) -> None:
        self.seek(size, io.SEEK_CUR)


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_it_is_streamed_and_any_part_of_it_can_be_had(data: bytes) -> None:
    whole = embedded(data, PACKET)
    for start in (0, 1, 40, 300, len(whole) - 1, len(whole)):
        file: Stream = with_xmp(Dribble(data), PACKET)
        assert file.size == len(whole)
        file.skip(start)
        assert all_of(file) == whole[start:]


# What it says


def said(packet: bytes) -> dict[str, str | None]:
    root = ET.fromstring(packet.decode().removeprefix(xmp.BEGIN).removesuffix(xmp.END))
    (about,) = root.iter(f"{{{xmp.RDF}}}Description")
    return {each.tag.partition("}")[2]: each.text for each in about}


def image(**values: Any) -> Image:
    given = {
        "purpose": "made",
        "source_type": T,
        "provider": "gemini",
        "intent": "generate",
        "prompt": "a <sea> & \0\x07 sky\n",
    }
    return Image(**(given | {"seed": 7, "request": "sea", "title": "secret"} | values))


def test_the_packet_says_what_it_is_by_whom_and_when() -> None:
    found = said(xmp.packet(made_image := image()))
    assert found == {
        "DigitalSourceType": f"http://cv.iptc.org/newscodes/digitalsourcetype/{T}",
        "CreatorTool": "AI Photo Studio 0.1.0 (gemini)",
        "CreateDate": made_image.created_at.isoformat(timespec="seconds"),
        "AISystemUsed": "gemini",
    }


def test_prompt_and_seed_are_said_only_where_they_are_wanted() -> None:
    assert b"sea" not in xmp.packet(image())
    assert said(xmp.packet(image(), with_prompt=True))["AIPromptInformation"] == "a <sea> &  sky\n\nSeed: 7"
    assert "AIPromptInformation" not in said(xmp.packet(image(purpose="photo"), with_prompt=True))


def test_no_system_is_named_that_is_no_ai_and_no_type_that_nobody_knows() -> None:
    assert "AISystemUsed" not in said(xmp.packet(image(provider="offline")))
    photo = said(xmp.packet(image(purpose="photo", source_type="", provider="")))
    assert set(photo) == {"CreatorTool", "MetadataDate"}


def test_the_longest_prompt_fits_into_every_format() -> None:
    packet = xmp.packet(image(prompt="&" * 4000), with_prompt=True)
    for data in FILES.values():
        assert xmp_of(embedded(data, packet)) == packet


# What comes in


def with_exif(maker: str) -> bytes:
    exif, file = PIL.Image.Exif(), io.BytesIO()
    exif[0x010F] = maker
    PIL.Image.new("RGB", (32, 32)).save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_said_before_is_known_when_it_comes_in(name: str) -> None:
    for source_type in (T, C, A, E, H, S, P):
        packet = xmp.packet(image(source_type=source_type))
        assert uploads.source_type(embedded(FILES[name], packet)) == source_type


def test_a_camera_makes_a_photograph_and_of_others_nobody_knows() -> None:
    assert uploads.source_type(with_exif("NIKON")) == P
    assert uploads.source_type(with_exif(" ")) == ""
    assert uploads.source_type(FILES["jpeg"]) == ""
    assert uploads.source_type(b"Exif\0\0" + b"\xff" * 100) == ""
    both = f"{source_types.VOCABULARY}{T} {source_types.VOCABULARY}{C} {source_types.VOCABULARY}madeUp".encode()
    assert uploads.source_type(with_exif("NIKON") + both) == C
    assert uploads.source_type(f"{source_types.VOCABULARY}madeUp".encode()) == ""
