"""What comes in as a picture: read by content, refused with a sentence, stored without anything but its pixels."""

import base64
import io
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin
from pillow_heif import register_heif_opener

from gallery import heif, heif_reader, pictures
from gallery.errors import BadInput, TooLarge
from tests.programs.quality.measures import psnr, ssim
from tests.programs.quality.photos import photo as quality_photo


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A HEIC is turned by what its container says, which its writer takes from an EXIF in bytes alone."""
    buffer = io.BytesIO()
    if kind == "HEIF" and isinstance(tags := options.get("exif"), Image.Exif):
        options["exif"] = tags.tobytes()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def photo(width: int = 96, height: int = 64) -> Image.Image:
    """Red at the left, blue at the right, a white corner at the top left."""
    image = Image.new("RGB", (width, height), (200, 40, 30))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height), fill=(30, 60, 200))
    draw.rectangle((0, 0, width // 8, height // 8), fill="white")
    return image


def close(one: object, other: tuple[int, ...], by: int = 12) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "A camera"
    return tags


register_heif_opener()  # so that Pillow writes HEIC, for these tests
KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_each_format_and_stores_an_opaque_picture_as_jpeg(kind: str) -> None:
    data = encoded(photo(), kind)
    stored = pictures.rendition(data)
    assert pictures.check(data) == (stored.width, stored.height) == (96, 64)
    assert (stored.mime, stored.extension, opened(stored.data).format) == ("image/jpeg", "jpg", "JPEG")
    assert close(opened(stored.data).getpixel((70, 50)), (30, 60, 200))


def test_the_stored_jpeg_keeps_colour_at_full_resolution() -> None:
    stripes = Image.new("RGB", (64, 64))
    for x in range(64):
        stripes.paste((255, 0, 0) if x % 2 else (0, 0, 255), (x, 0, x + 1, 64))
    red = opened(pictures.rendition(encoded(stripes)).data).getpixel((33, 32))
    assert close(red, (255, 0, 0), by=40)


def test_the_stored_jpeg_is_fine_and_progressive() -> None:
    stored = opened(pictures.rendition(encoded(photo())).data)
    wanted = opened(encoded(photo(), "JPEG", quality=92))
    assert stored.quantization == wanted.quantization  # type: ignore[attr-defined]
    assert "progressive" in stored.info


def test_a_picture_with_holes_stays_a_png_with_the_same_pixels() -> None:
    image = photo().convert("RGBA")
    image.putpixel((5, 60), (10, 20, 30, 0))
    stored = pictures.rendition(encoded(image))
    assert (stored.mime, stored.extension) == ("image/png", "png")
    assert opened(stored.data).tobytes() == image.tobytes()
    assert opened(stored.thumbnail).mode == "RGBA"


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    assert pictures.rendition(encoded(photo().convert("RGBA"))).mime == "image/jpeg"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_the_camera_s_orientation_is_applied(kind: str, orientation: int) -> None:
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # PIL.Image.Transpose that undoes the upright turn
    lying = photo() if orientation == 1 else photo().transpose(Image.Transpose(back[orientation]))
    data = encoded(lying, kind, exif=exif(orientation))
    assert pictures.check(data) == (96, 64)
    upright = opened(pictures.rendition(data).data)
    assert upright.size == (96, 64)
    assert close(upright.getpixel((3, 3)), (255, 255, 255), by=30)
    assert close(upright.getpixel((20, 50)), (200, 40, 30), by=30)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_exif_is_ignored() -> None:
    data = encoded(photo(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert pictures.check(data) == (96, 64)
    assert pictures.rendition(data).width == 96


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alpha", [255, 100])
def test_no_metadata_is_stored(kind: str, alpha: int) -> None:
    image = photo()
    if kind != "JPEG":
        image.putalpha(alpha)
    extra: dict[str, object] = {"exif": exif(1), "xmp": b"<secret/>", "icc_profile": srgb_profile()}
    if kind == "JPEG":
        extra["comment"] = b"secret"
    if kind == "PNG":
        extra |= {"pnginfo": PngImagePlugin.PngInfo(), "dpi": (300, 300)}
        del extra["xmp"]
        extra["pnginfo"].add_text("Comment", "secret")  # type: ignore[attr-defined]
    stored = pictures.rendition(encoded(image, kind, **extra))
    for data in (stored.data, stored.thumbnail):
        info = opened(data).info
        assert not {"exif", "xmp", "icc_profile", "comment", "Comment", "XML:com.adobe.xmp", "dpi"} & (
            set(info) - ({"dpi"} if "jfif" in info else set())
        )
        assert b"secret" not in data
        assert b"A camera" not in data


def test_the_thumbnail_and_the_placeholder_have_their_sizes() -> None:
    stored = pictures.rendition(encoded(photo(1200, 600)))
    assert stored.thumbnail_mime == "image/webp"
    assert (opened(stored.thumbnail).format, opened(stored.thumbnail).size) == ("WEBP", (512, 256))
    head, _, body = stored.placeholder.partition(",")
    assert head == "data:image/webp;base64"
    assert opened(base64.b64decode(body)).size == (16, 8)
    assert len(stored.placeholder) < 400


def test_a_small_picture_is_not_enlarged_for_its_thumbnail() -> None:
    assert opened(pictures.rendition(encoded(photo(96, 64))).thumbnail).size == (96, 64)


def test_what_is_encoded_lets_other_threads_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow does, where it writes into a file that has a number; elsewhere a JPEG of 39 megapixels stops all for seconds."""
    numbers: list[int] = []
    save = Image.Image.save

    def noted(self: Image.Image, fp: Any, format: str, **options: Any) -> None:
        numbers.append(fp.fileno())
        save(self, fp, format, **options)

    data = encoded(Image.new("RGB", (64, 64)), "PNG")
    monkeypatch.setattr(Image.Image, "save", noted)
    pictures.rendition(data)
    pictures.mask(data)
    assert len(numbers) == 6


def test_noise_that_a_progressive_jpeg_cannot_hold_is_stored_all_the_same() -> None:
    noise = Image.effect_noise((400, 400), 200)
    noisy = Image.merge("RGB", (noise, noise.transpose(Image.Transpose.ROTATE_90), noise.rotate(180)))
    assert opened(pictures.rendition(encoded(noisy)).data).size == (400, 400)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket"])
def test_a_photograph_keeps_its_quality(name: str) -> None:
    """As a phone sends it: lying on its side, with its metadata, in the colours of its own screen."""
    upright = Image.fromarray(quality_photo(name))
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    data = encoded(lying, "JPEG", quality=98, subsampling=0, exif=exif(6), icc_profile=srgb_profile())
    stored = opened(pictures.rendition(data).data)
    assert stored.size == upright.size
    assert psnr(np.asarray(upright), np.asarray(stored)) > 36
    assert ssim(np.asarray(upright), np.asarray(stored)) > 0.95


@pytest.mark.parametrize(("kind", "mode", "room"), [("JPEG", "RGB", 1.6), ("WEBP", "RGBA", 4)])
def test_what_is_stored_comes_in_again(monkeypatch: pytest.MonkeyPatch, kind: str, mode: str, room: float) -> None:
    """Small as it came, large as it would be stored: noise, packed with losses."""
    noise = Image.effect_noise((360, 360), 120)
    layers = [noise, noise.rotate(90), noise.rotate(180), Image.linear_gradient("L").resize(noise.size)]
    data = encoded(Image.merge(mode, layers[: len(mode)]), kind, quality=30)
    monkeypatch.setattr(pictures, "MAX_BYTES", round(len(data) * room))
    result = pictures.rendition(data)
    assert opened(result.data).format == kind
    assert pictures.check(result.data) == (360, 360)


# Colours


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """An RGB profile that takes the red channel for green and the green one for red."""
    profile = srgb_profile()
    return profile.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_colour_profile_is_applied(kind: str) -> None:
    red = Image.new("RGB", (32, 32), (220, 20, 20))
    stored = pictures.decode(encoded(red, kind, icc_profile=swapped_profile(), quality=95))
    assert close(stored.getpixel((9, 9)), (20, 220, 20), by=25)


@pytest.mark.parametrize("profile", [b"no profile", srgb_profile()[:200]], ids=["no profile", "cut off"])
def test_a_profile_that_cannot_be_read_is_ignored(profile: bytes) -> None:
    assert close(pictures.decode(encoded(photo(), icc_profile=profile)).getpixel((20, 50)), (200, 40, 30), by=0)


def test_a_profile_for_another_kind_of_picture_is_ignored() -> None:
    grey = Image.new("L", (32, 32), 99)
    assert pictures.decode(encoded(grey, icc_profile=srgb_profile())).getpixel((1, 1)) == (99, 99, 99)


def test_cmyk_becomes_rgb() -> None:
    data = encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=95)
    assert close(pictures.decode(data).getpixel((9, 9)), (255, 0, 0))


def test_16_bits_of_grey_keep_their_range() -> None:
    ramp = Image.new("I;16", (256, 16))
    for x in range(256):
        ramp.paste(x * 257, (x, 0, x + 1, 16))
    grey = pictures.decode(encoded(ramp))
    assert [grey.getpixel((x, 8)) for x in (0, 100, 255)] == [(0, 0, 0), (100, 100, 100), (255, 255, 255)]


@pytest.mark.parametrize(
    ("image", "options", "wanted"),
    [
        (Image.new("1", (20, 20), 1), {}, (255, 255, 255)),
        (Image.new("L", (20, 20), 77), {}, (77, 77, 77)),
        (Image.new("LA", (20, 20), (77, 128)), {}, (77, 77, 77, 128)),
        (Image.new("P", (20, 20), 0), {}, (0, 0, 0)),
        (Image.new("P", (20, 20), 0), {"transparency": b"\x40"}, (0, 0, 0, 64)),
        (Image.new("RGB", (20, 20), "red"), {"transparency": (255, 0, 0)}, (255, 0, 0, 0)),
        (Image.new("L", (20, 20), 9), {"transparency": 9}, (9, 9, 9, 0)),
    ],
)
def test_every_kind_of_png_becomes_rgb_or_rgba(image: Image.Image, options: dict[str, object], wanted: object) -> None:
    assert pictures.decode(encoded(image, "PNG", **options)).getpixel((5, 5)) == wanted


# Masks


def test_a_mask_is_stored_as_one_channel_of_the_same_values() -> None:
    stored = pictures.mask(encoded(Image.linear_gradient("L")))
    assert (stored.mime, opened(stored.data).mode) == ("image/png", "L")
    assert opened(stored.data).tobytes() == Image.linear_gradient("L").tobytes()


def test_what_a_mask_leaves_clear_is_not_to_change() -> None:
    drawn = Image.new("RGBA", (32, 32), (255, 255, 255, 0))
    drawn.paste((255, 255, 255, 255), (0, 0, 16, 32))
    stored = opened(pictures.mask(encoded(drawn)).data)
    assert (stored.getpixel((4, 4)), stored.getpixel((28, 4))) == (255, 0)


# Refusals


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7",
        encoded(photo(), "GIF"),
        encoded(photo(), "TIFF"),
        encoded(photo(), "BMP"),
        encoded(photo(), "ICO"),
        encoded(photo(), "PPM"),
        encoded(photo(), "JPEG2000"),
        b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + bytes(100),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
        b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\xff" * 1000,
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "html",
        "pdf",
        "gif",
        "tiff",
        "bmp",
        "ico",
        "ppm",
        "jpeg2000",
        "film",
        "heic",
        "avif",
    ],
)
def test_it_refuses_what_is_no_picture_of_these_kinds(data: bytes) -> None:
    for function in (pictures.check, pictures.rendition, pictures.mask):
        with pytest.raises(BadInput, match="send a JPEG, PNG, WebP, HEIC or AVIF"):
            function(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_it_refuses_a_picture_that_moves(kind: str) -> None:
    data = encoded(photo(), kind, save_all=True, append_images=[photo().rotate(180)], duration=100)
    with pytest.raises(BadInput, match="moves"):
        pictures.check(data)


def test_a_camera_s_jpeg_with_a_second_view_is_read() -> None:
    data = encoded(photo(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64))])
    assert opened(data).format == "MPO"
    assert close(opened(pictures.rendition(data).data).getpixel((20, 50)), (200, 40, 30), by=30)


@pytest.mark.parametrize("kind", KINDS)
def test_it_refuses_a_file_that_is_cut_off(kind: str) -> None:
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    data = encoded(noise, kind)
    for part in range(1, 10):
        with pytest.raises(BadInput):
            pictures.rendition(data[: len(data) * part // 10])


def test_it_refuses_too_many_bytes_before_looking() -> None:
    with pytest.raises(TooLarge, match="20 MiB"):
        pictures.check(encoded(photo()) + bytes(pictures.MAX_BYTES))


def png_claiming(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = (b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in (header, *chunks, body, (b"IEND", b"")))


def jpeg_claiming(width: int, height: int) -> bytes:
    data = encoded(photo(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def webp_claiming(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    still = encoded(photo(), "WEBP")[12:]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size + still
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as in a running server, where it only warns
@pytest.mark.parametrize("claim", [png_claiming, jpeg_claiming])
@pytest.mark.parametrize("size", [(8000, 5001), (33_000, 100), (60_000, 60_000)])
def test_it_refuses_too_many_pixels_from_the_header(claim: object, size: tuple[int, int]) -> None:
    assert callable(claim)
    with pytest.raises(TooLarge, match="40 million"):
        pictures.check(claim(*size))


def test_it_refuses_a_webp_with_a_huge_canvas() -> None:
    with pytest.raises(TooLarge):
        pictures.check(webp_claiming(16_000, 16_000))


def test_a_warning_of_pillow_s_counts_as_too_large() -> None:
    with pytest.raises(TooLarge):  # pytest turns warnings into errors
        pictures.check(png_claiming(8000, 5001))


def heif_claiming(kind: str, width: int, height: int) -> bytes:
    """What the file says of its size; its pixels stay as they are."""
    data = bytearray(encoded(photo(), kind))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_it_refuses_a_heic_or_an_avif_of_too_many_pixels(kind: str) -> None:
    with pytest.raises(TooLarge, match="40 million"):
        pictures.check(heif_claiming(kind, 8000, 5001))


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_heic_or_an_avif_that_is_too_small_is_refused(kind: str) -> None:
    with pytest.raises(BadInput, match="too small"):
        pictures.check(
            encoded(photo(), kind).replace(
                b"ispe" + bytes(4) + struct.pack(">II", 96, 64), b"ispe" + bytes(4) + struct.pack(">II", 15, 64)
            )
        )


def test_a_heic_s_other_pictures_are_left_alone() -> None:
    data = encoded(photo(), "HEIF", save_all=True, append_images=[photo().rotate(180)])
    assert close(pictures.decode(data).getpixel((20, 50)), (200, 40, 30), by=20)


def test_a_decoder_that_breaks_or_takes_too_much_breaks_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for does in (
        "os.abort()",
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
        "bytes(3 * 1024 ** 3)",
    ):
        reader = tmp_path / "reader.py"
        limit = "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); resource.setrlimit(resource.RLIMIT_AS, (2 ** 31, 2 ** 31))"
        reader.write_text(f"import os, resource\n{limit}\n{does}\n")
        monkeypatch.setattr(heif, "_READER", reader)
        with pytest.raises(BadInput, match="broken"):
            pictures.check(MODERN[0])


def test_the_decoder_s_own_bounds_hold(tmp_path: Path) -> None:
    """The program with a decoder that wants more than it may have."""
    program = Path(heif_reader.__file__).read_text().replace("image.load()", "bytes(3 * 1024**3)")
    reader = tmp_path / "reader.py"
    reader.write_text(program)
    ended = subprocess.run([sys.executable, "-I", reader], input=MODERN[0], capture_output=True)
    assert b"MemoryError" in ended.stderr
    assert ended.stdout.count(b"\n") == 1


def test_the_decoder_knows_nothing_of_our_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret")
    reader = tmp_path / "reader.py"
    reader.write_text(f"import os, json; open({str(tmp_path / 'seen')!r}, 'w').write(json.dumps(dict(os.environ)))")
    monkeypatch.setattr(heif, "_READER", reader)
    with pytest.raises(BadInput):
        pictures.check(MODERN[0])
    assert "secret" not in (tmp_path / "seen").read_text()


@pytest.mark.parametrize("size", [(0, 0), (0, 50), (15, 50), (50, 15)])
def test_it_refuses_a_picture_without_size(size: tuple[int, int]) -> None:
    with pytest.raises(BadInput):
        pictures.check(png_claiming(*size))


def test_the_smallest_picture_is_accepted() -> None:
    assert pictures.rendition(encoded(photo(16, 16))).width == 16


def test_it_refuses_texts_that_unfold_without_end() -> None:
    bomb = (b"zTXt", b"x\0\0" + zlib.compress(bytes(8 * 1024 * 1024)))
    with pytest.raises(BadInput):
        pictures.check(png_claiming(64, 64, bomb))


def test_it_refuses_a_profile_that_unfolds_without_end() -> None:
    bomb = b"x\0\0" + zlib.compress(bytes(200 * 1024 * 1024))
    with pytest.raises(BadInput):
        pictures.check(png_claiming(64, 64, (b"iCCP", bomb)))


def test_it_refuses_a_jpeg_that_paints_itself_over_and_over() -> None:
    data = encoded(Image.linear_gradient("L").resize((64, 64)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]
    assert pictures.check(data[:last] + scan * 20 + b"\xff\xd9") == (64, 64)
    with pytest.raises(BadInput):
        pictures.check(data[:last] + scan * 200 + b"\xff\xd9")


REAL = [
    encoded(photo(), "JPEG", exif=exif(6), icc_profile=srgb_profile()),
    encoded(photo(), "JPEG", progressive=True),
    encoded(photo(), "MPO", save_all=True, append_images=[photo()]),
    encoded(photo(), "PNG", exif=exif(3), icc_profile=srgb_profile()),
    encoded(photo().quantize(16), "PNG", transparency=3),
    encoded(photo(), "WEBP", exif=exif(8), icc_profile=srgb_profile()),
    encoded(photo().convert("RGBA"), "WEBP", lossless=True),
]
changes = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=8)


@pytest.mark.filterwarnings("ignore")  # what only warns in a running server must go well there too
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(REAL), changes, st.sampled_from([0.5, 1, 1, 1]))
def test_whatever_becomes_of_a_file_it_is_read_or_refused(
    data: bytes, changes: list[tuple[float, bytes]], keep: float
) -> None:
    broken = bytearray(data)
    for place, piece in changes:
        at = int(place * (len(broken) - 1))
        broken[at : at + len(piece)] = piece
    for function in (pictures.check, pictures.rendition, pictures.mask):
        try:
            function(bytes(broken[: int(len(broken) * keep)]))
        except (BadInput, TooLarge) as error:
            assert error.message.endswith(".")


MODERN = [
    encoded(photo(), "HEIF", exif=exif(6), icc_profile=srgb_profile()),
    encoded(photo().convert("RGBA"), "HEIF"),
    encoded(photo(), "AVIF", exif=exif(8), speed=10),
]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(MODERN), changes, st.sampled_from([0.5, 1, 1, 1]))
def test_whatever_becomes_of_a_heic_or_an_avif_it_is_read_or_refused(
    data: bytes, changes: list[tuple[float, bytes]], keep: float
) -> None:
    test_whatever_becomes_of_a_file_it_is_read_or_refused.hypothesis.inner_test(data, changes, keep)


def test_threads_do_not_disturb_each_other() -> None:
    files = [encoded(photo(100 + i, 80), kind) for i in range(8) for kind in KINDS]
    with ThreadPoolExecutor(4) as pool:
        sizes = [(r.width, r.height) for r in pool.map(pictures.rendition, files)]
    assert sizes == [(100 + i, 80) for i in range(8) for _ in KINDS]
