"""The provider `images` and the other end of the wire: what a server is asked for, and what is made of its answer."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation
from PIL import Image, ImageChops, ImageOps

from gallery import pictures
from gallery.errors import Interrupted, NoImage, ProviderDown, StudioError
from pipeline.providers.base import Intent, PictureRequest, Usage
from pipeline.providers.openai_api.images import ImagesProvider
from pipeline.providers.orders import asked_size, plain
from tests.contracts.asking import png, to_make
from tests.support.fakes import openai_api as fake
from tests.support.fakes.openai_api import Call, OpenAI
from tests.support.listener import Listener

CALL = Call("generations", "")
PAINT = to_make(Intent.GENERATE, width=512, height=512, style=None)


@pytest.fixture
def images(server: OpenAI) -> Iterator[ImagesProvider]:
    with closing(ImagesProvider(server.account())) as provider:
        yield provider


def made(images: ImagesProvider, request: PictureRequest) -> Image.Image:
    return pictures.decode(images.make(request, Listener()).data)


def painting(size: tuple[int, int], colour: str = "orange") -> fake.Responder:
    """A picture of that size, whatever was asked for."""
    return fake.shows(fake.painted(Call("edits", "", size=size), colour))


# What it is told


def test_the_model_and_the_words_go_out_and_the_style_is_described(images: ImagesProvider, server: OpenAI) -> None:
    images.make(replace(PAINT, prompt="a lake", style="sepia"), Listener())
    (call,) = server.of("generations")
    assert (call.words, call.fields["model"]) == ("a lake\n\nThe style: an old photograph in sepia.", fake.MODEL)


def test_a_server_with_one_model_is_told_no_name(server: OpenAI) -> None:
    with closing(ImagesProvider(server.account(model=""))) as images:
        images.make(PAINT, Listener())
    assert "model" not in server.calls[0].fields


def test_a_change_says_what_is_to_stay(images: ImagesProvider, server: OpenAI) -> None:
    images.make(to_make(Intent.REMOVE_OBJECT, prompt="the boat", style=None), Listener())
    (call,) = server.of("edits")
    assert call.words.startswith("Remove from the picture what is said below") and call.words.endswith("the boat")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ('a lake <sd_cpp_extra_args>{"width": 9000}</sd_cpp_extra_args> at dawn', "a lake at dawn"),
        ('<SD_CPP_extra_args>{"batch_count":\n 64}</sd_cpp_extra_args>a lake', "a lake"),
        ("a lake <sd_cpp_extra_args>{", "a lake"),
        ("<sd_cpp_<sd_cpp_extra_args></sd_cpp_extra_args>extra_args>{}</sd_cpp_extra_args>", "sd_cpp_ extra_args {}"),
        ("a lake <lora:anything:1> at dawn", "a lake at dawn"),
        ("a lake <hypernet:x> <b>bold</b>", "a lake bold"),
        ("a lake|no boats", "a lake,no boats"),
        ("I <3 lakes, 2 > 1", "I 3 lakes, 2 1"),
        ("a lake\n\nat dawn", "a lake\n\nat dawn"),
    ],
)
def test_commands_to_a_server_are_taken_out_of_peoples_words(
    images: ImagesProvider, server: OpenAI, said: str, left: str
) -> None:
    """Such as for a hundred pictures, or for another model. Styles come from people too."""
    assert plain(said) == left
    images.make(replace(PAINT, prompt=said, style=said), Listener())
    images.make(to_make(Intent.EDIT, prompt=said, style=said), Listener())
    assert len(server.calls) == 2  # and the fake found nothing to complain of


def test_nothing_is_asked_for_where_all_words_are_commands(images: ImagesProvider, server: OpenAI) -> None:
    with pytest.raises(NoImage):
        made(images, replace(PAINT, prompt='<sd_cpp_extra_args>{"seed": 1}</sd_cpp_extra_args> <>'))
    assert server.calls == []


def test_the_one_command_of_ours_is_the_seed_where_a_server_takes_it_only_so(server: OpenAI) -> None:
    with closing(ImagesProvider(server.account(model="sd-cpp-local"))) as images:
        for seed in (7, 8):
            images.make(replace(PAINT, prompt='a lake <sd_cpp_extra_args>{"seed": 1}', seed=seed), Listener())
    assert [call.words for call in server.calls] == ["a lake", "a lake"]


def test_neighbouring_seeds_stay_different(images: ImagesProvider, server: OpenAI) -> None:
    for seed in (2**53 - 1, 2**53 - 2):
        images.make(replace(PAINT, seed=seed), Listener())
    assert len({call.fields["seed"] for call in server.calls}) == 2


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ((1024, 768), (1024, 768)),
        ((1024, 1024), (1024, 1024)),
        ((128, 128), (512, 512)),
        ((2048, 2048), (1024, 1024)),
        ((2048, 1024), (1408, 704)),
        ((1000, 700), (1024, 704)),
        ((130, 2000), (256, 2048)),
        ((4000, 3000), (1024, 768)),
        ((160, 120), (512, 384)),
    ],
)
def test_sizes_are_such_as_models_make_and_never_beyond_the_setting(
    wanted: tuple[int, int], asked: tuple[int, int]
) -> None:
    assert asked_size(wanted, 1024 * 1024) == asked
    small = asked_size(wanted, 256 * 256)
    assert small[0] * small[1] <= 256 * 256


@pytest.mark.parametrize("size", [(1024, 768), (128, 128), (2048, 1024), (130, 2000)])
def test_a_picture_is_cut_to_the_size_that_was_chosen(images: ImagesProvider, size: tuple[int, int]) -> None:
    assert made(images, replace(PAINT, width=size[0], height=size[1])).size == size


def test_how_large_it_was_really_made_is_said(images: ImagesProvider) -> None:
    note = images.make(replace(PAINT, width=2048, height=2048), Listener()).note
    assert note == "The image model made it at 1024 × 1024 pixels; it was enlarged to the size that you chose."
    with translation.override("vi"):
        assert "phóng to" in (images.make(replace(PAINT, width=2048, height=2048), Listener()).note or "")
    assert images.make(replace(PAINT, width=1000, height=750), Listener()).note is None


# Servers that differ


@pytest.mark.parametrize("name", ["seed", "response_format"])
@pytest.mark.parametrize(
    "refusal",
    [
        fake.refuses_field,
        lambda name: fake.raw(f'{{"detail": [{{"loc": ["body", "{name}"], "msg": "extra"}}]}}'.encode(), 422),
    ],
)
def test_a_field_that_a_server_refuses_is_left_out_from_then_on(
    images: ImagesProvider, server: OpenAI, name: str, refusal: Any
) -> None:
    server.then("generations", refusal(name))
    for _ in range(2):
        assert made(images, PAINT)
    assert [name in call.fields for call in server.calls] == [True, False, False]


def test_a_server_that_refuses_the_words_is_not_asked_again(images: ImagesProvider, server: OpenAI) -> None:
    server.then("generations", fake.error(400, "Unknown parameter: 'prompt'."))
    with pytest.raises(StudioError):
        made(images, PAINT)
    assert len(server.calls) == 1


def test_a_server_of_few_sizes_is_asked_for_the_nearest_and_remembered(images: ImagesProvider, server: OpenAI) -> None:
    few = fake.error(400, "Invalid value: '1152x896'. Supported values are: '1024x1024' and 'auto'.", param="size")
    server.then("edits", few)
    before = png(Image.new("RGB", (400, 300), "navy"))
    assert made(images, to_make(Intent.EDIT, source=before)).size == (400, 300)
    assert made(images, replace(PAINT, width=300, height=600)).size == (300, 600)
    assert [call.size for call in server.calls][1:] == [(1536, 1024), (1024, 1536)]


def test_a_size_that_is_refused_twice_is_not_remembered(images: ImagesProvider, server: OpenAI) -> None:
    server.then("generations", *[fake.error(400, "The size of something else.")] * 2)
    with pytest.raises(StudioError):
        made(images, PAINT)
    assert made(images, PAINT)
    assert [call.size for call in server.calls] == [(512, 512), (1024, 1024), (512, 512)]


@pytest.mark.parametrize("where", ["{}/files/made.png", "/files/made.png", "http://127.0.0.1/files/made.png"])
def test_a_picture_may_lie_on_the_same_host(images: ImagesProvider, server: OpenAI, where: str) -> None:
    """It is fetched from the address that the settings name, whatever the server takes for its own."""
    server.files["/files/made.png"] = fake.painted(Call("generations", "", size=(512, 512)), "teal")
    server.then("generations", fake.points_to(where.format(server.server.url)))
    picture = images.make(PAINT, Listener())
    assert pictures.decode(picture.data).getpixel((9, 9)) == (0, 128, 128)
    assert picture.usage.pictures == 1


def test_a_picture_may_come_as_a_data_url(images: ImagesProvider, server: OpenAI) -> None:
    data = fake.shows(fake.painted(CALL))(CALL).body.decode()
    server.then("generations", fake.raw(data.replace('"b64_json": "', '"url": "data:image/png;base64,').encode()))
    assert made(images, PAINT).size == (512, 512)


# What it costs


def test_a_picture_says_what_it_cost(images: ImagesProvider, server: OpenAI) -> None:
    assert images.make(PAINT, Listener()).usage == Usage(prompt_tokens=10, output_tokens=20, pictures=1)
    server.then("generations", fake.raw(fake.points_to("data:image/png;base64,AAAA")(CALL).body))
    with pytest.raises(ProviderDown) as vain:
        made(images, PAINT)
    assert vain.value.usage == {"pictures": 1}
    server.then("generations", fake.raw(b'{"data": [], "usage": {"input_tokens": 5, "output_tokens": -7}}'))
    with pytest.raises(NoImage) as nothing:
        made(images, PAINT)
    assert nothing.value.usage == {"prompt_tokens": 5}


def test_a_picture_that_is_given_up_while_it_is_fetched_was_paid_for(images: ImagesProvider, server: OpenAI) -> None:
    server.then("generations", fake.points_to("/files/slow.png"))
    server.files = {}
    server.slow.add("/files/slow.png")

    with pytest.raises(Interrupted) as given_up:
        images.make(PAINT, Listener(stop_at=0.9))
    assert given_up.value.usage == {"pictures": 1}


# Changes


@pytest.mark.parametrize("size", [(800, 160), (120, 700), (300, 260), (160, 120), (1999, 1333)])
def test_a_change_of_the_whole_keeps_its_shape(images: ImagesProvider, server: OpenAI, size: tuple[int, int]) -> None:
    before = Image.linear_gradient("L").resize(size).convert("RGB")
    changed = made(images, to_make(Intent.EDIT, source=png(before)))
    assert changed.width / changed.height == pytest.approx(size[0] / size[1], rel=0.02)
    assert changed.width <= size[0]  # nothing is enlarged


@pytest.mark.parametrize("back", [None, (64, 64), (1024, 300), (512, 512)])
@pytest.mark.parametrize("size", [(800, 160), (120, 700), (300, 260), (160, 120)])
@pytest.mark.parametrize("chosen", [{}, {"width": 256, "height": 256}])
def test_nothing_changes_outside_of_the_mask_whatever_the_server_did(
    images: ImagesProvider,
    server: OpenAI,
    size: tuple[int, int],
    chosen: dict[str, int],
    back: tuple[int, int] | None,
) -> None:
    if back:
        server.then("edits", painting(back))
    before = Image.linear_gradient("L").resize(size).convert("RGB")
    mask = Image.new("L", size)
    box = (size[0] // 2, 0, *size)
    mask.paste(255, box)
    after = made(images, to_make(Intent.EDIT, source=png(before), mask=png(mask), **chosen))
    call = server.calls[0]
    assert call.mask and call.image
    share = ImageOps.contain(before, call.size).size  # of the box that is sent
    marked = sum(count for count, value in call.mask.getcolors() or [] if value)
    assert marked == pytest.approx(share[0] * share[1] / 2, rel=0.06)
    if chosen:
        before, box = ImageOps.fit(before, (256, 256), Image.Resampling.LANCZOS), (128, 0, 256, 256)
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 * (value > 8))
    assert changed.getbbox() == pytest.approx(box, abs=8 if chosen else 0)  # of what is scaled, an edge is smeared


def test_a_mask_of_another_size_marks_the_same_part(images: ImagesProvider, server: OpenAI) -> None:
    mask = Image.new("L", (40, 30))
    mask.paste(255, (0, 0, 20, 30))
    before = Image.new("RGB", (160, 120), "navy")
    after = made(images, to_make(Intent.EDIT, source=png(before), mask=png(mask)))
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 * (value > 8)).getbbox()
    assert changed and changed[0] == 0 and changed[2] <= 82


def test_progress_moves_while_the_server_works(images: ImagesProvider, server: OpenAI) -> None:
    listener = Listener()
    server.then("generations", fake.held(listener.moved))
    images.make(PAINT, listener)
    assert 0 < listener.heard[-1] <= 0.9
