"""What a reading leaves for the making: it survives being stored, and nothing else is taken for it."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.providers.base import Intent, PictureRequest, PlanForm, RefineRequest, Turn
from pipeline.providers.offline import plan as p
from pipeline.providers.offline import vocabulary
from pipeline.providers.offline.plan import Plan, Scene, restored
from pipeline.providers.offline.provider import OfflineProvider
from pipeline.providers.offline.reader import scenes
from tests.support.listener import Listener

PROVIDER = OfflineProvider()
NOTHING = RefineRequest("", None, None, None, None, False, False, False, ())


def plan_of(content: str, **values: object) -> PlanForm | None:
    return PROVIDER.refine(replace(NOTHING, content=content, **values)).plan  # type: ignore[arg-type]


def made(intent: Intent, prompt: str, plan: PlanForm | None, source: bytes | None = None) -> bytes:
    return PROVIDER.make(
        PictureRequest(intent, prompt, prompt, 160, 128, None, 7, source, None, plan=plan), Listener()
    ).data


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((90, 60)).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


WORDS = [name for group in (*vocabulary.SCENE.values(), vocabulary.SCENERY) for name in group]
any_scene = st.lists(st.sampled_from(WORDS), unique=True).map(lambda names: scenes.read(", ".join(names)).scene)
any_edit = st.one_of(
    st.builds(p.Tone, name=st.sampled_from(sorted(vocabulary.TONES["opposite"]))),
    st.builds(p.Flip, axis=st.sampled_from(["horizontally", "vertically"])),
    st.builds(p.Rotate, degrees=st.integers(1, 359)),
    st.builds(p.CropTo, part=st.sampled_from(sorted(p.PARTS))),
    st.builds(p.CropRatio, across=st.integers(1, 99), down=st.integers(1, 99)),
    st.builds(p.Resize, width=st.integers(16, 4096), height=st.none() | st.integers(16, 4096)),
    st.builds(p.Resize, percent=st.integers(1, 1000)),
)
plans = st.builds(
    Plan,
    scene=st.none() | any_scene,
    edits=st.lists(any_edit, max_size=4).map(tuple),
    steps=st.lists(st.sampled_from(sorted(vocabulary.STEPS)), unique=True).map(tuple),
    style=st.none() | st.sampled_from(["oil", "ink"]),
)


@given(plans)
def test_a_plan_is_read_back_from_json_as_it_was(plan: Plan) -> None:
    assert restored(json.loads(json.dumps(plan.model_dump(mode="json")))) == plan


@pytest.mark.parametrize(
    "form",
    [
        None,
        "a lake",
        [],
        {"scene": {"time": "eclipse"}},
        {"scene": {"land": []}},
        {"scene": {"land": ["lake"], "season": "spring"}},
        {"edits": [{"degrees": 0}]},
        {"edits": [{"width": 9_000_000}]},
        {"edits": [{"name": "__class__"}]},
        {"edits": [{"degrees": 90}] * 13},
        {"steps": ["colourise"]},
        {"style": "van gogh"},
        {"video": {}},
    ],
)
def test_what_is_no_plan_of_this_release_is_none(form: object) -> None:
    assert restored(form) is None


def test_the_plan_and_not_the_words_is_painted() -> None:
    night = plan_of("a sea at night")
    assert made(Intent.GENERATE, "a desert by day", night) == made(Intent.GENERATE, "whatever", night)
    assert made(Intent.GENERATE, "a sea at night", night) != made(Intent.GENERATE, "a desert by day", None)


@pytest.mark.parametrize("content", ["a sea at sunset, in red", "a snowy forest under the moon, sepia"])
def test_a_message_without_a_plan_is_painted_from_its_words_alike(content: str) -> None:
    read = PROVIDER.refine(replace(NOTHING, content=content))
    assert read.plan
    assert made(Intent.GENERATE, read.prompt, None) == made(Intent.GENERATE, read.prompt, read.plan)


@pytest.mark.parametrize(
    ("content", "intent"),
    [
        ("much bluer, then rotate 90", Intent.EDIT),
        ("enhance without upscaling", Intent.ENHANCE),
        ("turn it into a poster", Intent.STYLE_TRANSFER),
    ],
)
def test_a_picture_is_changed_alike_with_the_plan_and_from_the_words(content: str, intent: Intent) -> None:
    read = PROVIDER.refine(replace(NOTHING, content=content, has_source=True))
    source = photo()
    assert read.intent is intent
    with_plan = made(intent, "words of an AI that say nothing", read.plan, source)
    assert with_plan == made(intent, read.prompt, None, source) == made(intent, read.prompt, read.plan, source)
    assert PROVIDER.size(intent, "", (90, 60), read.plan) == PROVIDER.size(intent, read.prompt, (90, 60))


def test_a_plan_that_cannot_be_read_leaves_it_to_the_words() -> None:
    newer = {"scene": {"land": ["lake"], "season": "spring"}}
    assert made(Intent.GENERATE, "a lake", newer) == made(Intent.GENERATE, "a lake", None)


def test_the_last_scene_is_kept_in_its_plan_through_styles_and_edits() -> None:
    """Its words alone were taken for a scene once: "in oil style" became mountains and a lake."""
    desert = PROVIDER.refine(replace(NOTHING, content="a desert at dawn"))
    oil = PROVIDER.refine(replace(NOTHING, content="turn it into an oil painting", has_source=True))
    turns = tuple(Turn("x", read.prompt, None, showed_picture=True, plan=read.plan) for read in (desert, oil))
    again = PROVIDER.refine(replace(NOTHING, content="now at night", has_source=True, turns=turns))
    scene = (restored(again.plan) or Plan()).scene
    assert scene == Scene(time="night", land=frozenset({"desert"}))


def test_the_words_that_people_read_stay_plain_english() -> None:
    read = PROVIDER.refine(replace(NOTHING, content="biển lúc hoàng hôn, sơn dầu"))
    assert read.prompt == "a sea at sunset, oil painting"
