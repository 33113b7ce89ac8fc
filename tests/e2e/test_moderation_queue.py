"""The moderators' queue in the browser: what is seen, and by how many keys it is decided."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.held import HeldRequests
from tests.e2e.moderating import log_in, run
from tests.e2e.person import Person, go, new_context, soon
from tests.e2e.reading import complaints
from tests.support.serving import Serving

FILL = """
from tests.integration.gallery.rows import made
from gallery import services
owner = User.make_guest()
Image.objects.update(approved_at='2026-01-01T00:00Z')
for i in range({count}):
    image = made(owner, prompt=f'picture {{i}}', colour='#%06x' % (i * 4099))
print(owner.username)
"""


def filled(server: Serving, count: int) -> str:
    """The name of whose they are; all that was there before is approved."""
    return run(server, FILL.format(count=count))


def ready(page: Page, but: str = "") -> str:
    """The id of the picture that is on the page, once it is there and another one than `but`."""
    place = page.locator("#queue[data-ready]")
    expect(place).not_to_have_attribute("data-id", but)
    place.wait_for(state="attached")
    return place.get_attribute("data-id") or ""


def test_a_hundred_pictures_take_a_hundred_keys(server: Serving, person: Person) -> None:
    filled(server, 100)
    log_in(server, person.context)
    page = person.opens("/admin/queue/").page
    page.evaluate("window.keys = 0; addEventListener('keydown', () => window.keys++)")
    seen = [""]
    for number in range(100):
        seen.append(ready(page, seen[-1]))
        page.keyboard.press("2" if number % 10 == 9 else "a")
    expect(page.locator("#said")).to_have_text(re.compile("Nothing waits"))
    assert page.evaluate("window.keys") == 100
    assert len(set(seen)) == 101
    hidden = "Image.objects.filter(hidden=True, hidden_code='sexual').count()"
    settled = f"print({hidden}, Image.objects.filter(approved_at=None).count())"
    assert soon(page, lambda: run(server, settled) == "10 10")


def test_two_moderators_never_get_the_same_one(server: Serving, newcomer: Callable[..., Person]) -> None:
    filled(server, 12)
    pages = []
    for name in ("mo", "max"):
        moderator = newcomer()
        log_in(server, moderator.context, name)
        pages.append(moderator.opens("/admin/queue/").page)
    seen: list[str] = []
    for _ in range(6):
        for page in pages:
            seen.append(ready(page, page.locator("#queue").get_attribute("data-seen") or ""))
            page.locator("#queue").evaluate("(queue) => (queue.dataset.seen = queue.dataset.id)")
            page.keyboard.press("a")
    assert len(set(seen)) == 12


def test_words_blocking_and_next_by_keys_alone(server: Serving, person: Person) -> None:
    name = filled(server, 2)
    log_in(server, person.context)
    page = person.opens("/admin/queue/").page
    first = ready(page)
    page.keyboard.press("n")
    second = ready(page, first)
    page.keyboard.press("b")
    page.keyboard.type("Spam")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text(f"{name} is blocked.")
    page.keyboard.press("h")
    page.keyboard.press("Tab")
    page.keyboard.type("Not here.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text(re.compile("Nothing waits"))
    told = f"image = Image.objects.get(pk='{second}'); print(image.hidden_code, image.hidden_words, image.owner.is_blocked)"
    assert soon(page, lambda: run(server, told) == "other Not here. True")
    page.reload()
    assert ready(page) == first


def test_the_last_verdict_is_taken_back_by_one_key(server: Serving, person: Person) -> None:
    name = filled(server, 2)
    log_in(server, person.context)
    page = person.opens("/admin/queue/").page
    first = ready(page)
    page.keyboard.press("2")
    second = ready(page, first)
    page.keyboard.press("u")
    assert ready(page, second) == first
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    page.keyboard.press("a")
    ready(page, first)
    page.keyboard.press("3")
    expect(page.locator("#said")).to_have_text(re.compile("Nothing waits"))
    page.get_by_role("button", name="Undo").click()
    assert ready(page) == second
    page.keyboard.press("a")
    go(page, "/admin/")  # the last one is sent even so
    told = f"""
from gallery.moderation.models import Act
acts = Act.objects.filter(person_id=User.objects.get(username={name!r}).pk)
print(*[f"{{act.kind}} {{act.image_id}}" for act in acts.order_by("pk")])
"""
    wanted = f"approve {first} approve {second}"
    assert soon(page, lambda: run(server, told) == wanted)


def test_an_appeal_comes_first_and_is_decided_by_another(server: Serving, newcomer: Callable[..., Person]) -> None:
    filled(server, 1)
    appeal = """
image = Image.objects.filter(approved_at=None, hidden=False).get()
verdicts.hide([image], 'So.', moderator('mo').pk, 'hate')
appeals.make(image.owner_id, str(image.pk), 'It is <i>art</i>.')
print(image.pk)
"""
    image = run(server, appeal)
    filled_too = filled(server, 1)
    hider, other = newcomer(), newcomer()
    log_in(server, hider.context, "mo")
    page = hider.opens("/admin/queue/").page
    assert ready(page) != image
    page.close()
    log_in(server, other.context, "max")
    page = other.opens("/admin/queue/").page
    assert ready(page) == image
    expect(page.locator("blockquote")).to_have_text("Appeal: It is <i>art</i>.")
    page.keyboard.press("a")
    ready(page, image)
    told = f"print(Image.objects.get(pk='{image}').appeal)"
    assert soon(page, lambda: run(server, told) == "accepted")
    assert filled_too


def test_nothing_is_cut_off_targets_are_large_and_axe_finds_nothing(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    filled(server, 2)
    for width in (1280, 390):
        moderator = newcomer(viewport={"width": width, "height": 800})
        log_in(server, moderator.context)
        page = moderator.opens("/admin/queue/").page
        ready(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.locator("#queue button, #filters select, #filters input:not([type=hidden])").evaluate_all(
            "(all) => all.filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.outerHTML)"
        )
        assert small == []
        assert complaints(page) == []
        page.close()


PRESSED = """(all) => all
  .filter((each) => each.checkVisibility() && !each.matches(".skip-to-content-link"))
  .filter((each) => each.getBoundingClientRect().height < (each.matches("[type=checkbox]") ? 24 : 44))
  .map((each) => each.outerHTML)
"""


@pytest.mark.parametrize("path", ["", "gallery/image/", "project/user/", "moderation/act/"])
def test_a_finger_hits_everything_in_the_admin(server: Serving, newcomer: Callable[..., Person], path: str) -> None:
    filled(server, 2)
    moderator = newcomer(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    log_in(server, moderator.context)
    page = moderator.opens(f"/admin/{path}").page
    small = page.locator("a, button, select, summary, input:not([type=hidden])").evaluate_all(PRESSED)
    assert small == []


TALL = """
from tests.integration.gallery import rows
small = rows.png
rows.png = lambda colour: small(colour, (768, 2000))
Image.objects.update(approved_at='2026-01-01T00:00Z')
rows.made(User.make_guest())
"""
WHOLE = """() => {
  const [picture, ...acts] = document.querySelectorAll("#queue figure, #queue .acts button");
  const inside = (each) => each.getBoundingClientRect().top >= 0 && each.getBoundingClientRect().bottom <= innerHeight;
  const image = picture.querySelector("img").getBoundingClientRect(), frame = picture.getBoundingClientRect();
  return [inside(picture), acts.filter(inside).length, image.bottom <= frame.bottom && image.right <= frame.right];
}"""


def test_an_empty_queue_says_whether_it_is_filtered(server: Serving, person: Person) -> None:
    filled(server, 1)
    log_in(server, person.context)
    page = person.opens("/admin/queue/").page
    ready(page)
    page.locator("select[name=kind]").select_option("appeals")
    expect(page.locator("#said")).to_have_text("Nothing of this kind waits. This page looks again by itself.")
    page.locator("select[name=kind]").select_option("all")
    ready(page)
    page.keyboard.press("a")
    expect(page.locator("#said")).to_have_text("Nothing waits. This page looks again by itself.")


def test_a_verdict_that_the_studio_could_not_take_comes_back(server: Serving, newcomer: Callable[..., Person]) -> None:
    filled(server, 2)
    person = newcomer()
    person.excused = "status of 503"
    log_in(server, person.context)
    page = person.opens("/admin/queue/").page
    ready(page)
    first = page.locator("#queue").get_attribute("data-id")
    page.route("**/decide/", lambda route: route.fulfill(status=503, body="busy"), times=1)
    page.keyboard.press("a")
    expect(page.locator("#said")).to_have_text("The studio cannot answer right now.")
    expect(page.locator("#queue")).to_have_attribute("data-id", first or "")


def test_filters_that_change_while_an_answer_is_on_its_way_are_those_that_count(
    server: Serving, person: Person
) -> None:
    name = filled(server, 1)
    log_in(server, person.context)
    page = person.opens("/admin/queue/").page
    ready(page)
    held = HeldRequests(page, "**/claim/", times=1)
    page.locator("select[name=kind]").select_option("new")
    held.first()
    page.locator("select[name=kind]").select_option("appeals")
    held.let_go()
    expect(page.locator("#said")).to_have_text("Nothing of this kind waits. This page looks again by itself.")
    claims = f"Claim.objects.filter(image__owner__username='{name}').count()"
    assert run(server, f"from gallery.moderation.models import Claim; print({claims})") == "0"


def test_a_tall_picture_and_every_verdict_are_seen_without_scrolling(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    run(server, TALL)
    moderator = newcomer(viewport={"width": 1280, "height": 800})
    log_in(server, moderator.context)
    page = moderator.opens("/admin/queue/").page
    ready(page)
    assert page.evaluate(WHOLE) == [True, 12, True]
    page.close()


AXES_OWN = "Applying inline style|style-src-elem inline|preload assets"  # it reads the admin's imported style sheets


def test_axe_finds_nothing_on_the_first_page_on_a_persons_and_on_the_record(server: Serving, browser: Browser) -> None:
    name = filled(server, 2)
    hide = f"verdicts.hide(Image.objects.filter(owner__username='{name}')[:1], 'So.', moderator('mo').pk, 'hate')\n"
    count = "from gallery.moderation import figures\nfigures.count(figures.today())\n"
    person_id = run(server, f"{hide}{count}print(User.objects.get(username='{name}').pk)")
    with Person(new_context(browser, server.address), AXES_OWN) as moderator:
        log_in(server, moderator.context)
        for path in ("/admin/", f"/admin/project/user/{person_id}/change/", "/admin/moderation/act/"):
            for width in (1280, 390):
                page = moderator.opens(path).page
                page.set_viewport_size({"width": width, "height": 800})
                page.locator("#content").wait_for()
                assert complaints(page) == []
                results = page.locator(".results")
                if results.count():
                    assert results.evaluate("(table) => table.scrollWidth <= table.clientWidth")
                page.close()


CUT_OFF = (
    "document.querySelector('#result_list').scrollWidth - document.querySelector('.results').clientWidth"  # pixels
)


def test_axe_finds_nothing_on_the_list_of_pictures_and_on_its_form_to_hide_some(
    server: Serving, browser: Browser
) -> None:
    filled(server, 2)
    with Person(new_context(browser, server.address), AXES_OWN) as moderator:
        log_in(server, moderator.context)
        for width in (1280, 390):
            page = moderator.opens("/admin/gallery/image/").page
            page.set_viewport_size({"width": width, "height": 800})
            page.locator("#result_list").wait_for()
            if width == 1280:
                assert page.evaluate(CUT_OFF) <= 0
            assert complaints(page) == []
            for box in page.locator("input.action-select").all()[:2]:
                box.check()
            page.locator("select[name=action]").select_option("hide")
            page.get_by_role("button", name=re.compile("^(Go|Run)")).click()
            expect(page.get_by_role("heading", name="Hide pictures")).to_be_visible()
            assert complaints(page) == []
            page.close()


def test_axe_finds_nothing_on_the_public_figures(server: Serving, newcomer: Callable[..., Person]) -> None:
    run(server, "from gallery.moderation import figures\nfigures.count(figures.today())")
    for width in (1280, 390):
        page = newcomer(viewport={"width": width, "height": 800}).opens("/transparency/").page
        expect(page.get_by_role("heading", name="Transparency")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints(page) == []
