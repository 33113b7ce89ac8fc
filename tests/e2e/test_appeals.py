"""Whoever's picture is hidden reads why on its card, and appeals there; what comes of it arrives by itself."""

from collections.abc import Callable

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.bringing import bring
from tests.e2e.moderating import run
from tests.e2e.person import Person, go
from tests.e2e.reading import complaints
from tests.support.serving import Serving


def test_a_hidden_picture_says_why_is_appealed_for_and_comes_back(server: Serving, person: Person) -> None:
    tab = person.opens()
    tab.paints()
    image = person.messages(tab)[0]["image"]["id"]
    find = f"image = Image.objects.get(pk='{image}')\n"
    run(server, f"{find}verdicts.hide([image], 'Two <b>people</b> fight.', moderator('mo').pk, 'violence')")
    box = tab.boxes.first
    why = "A moderator hid this picture. It shows violence or cruelty. Two <b>people</b> fight."
    expect(box.locator(".say")).to_have_text(why)
    box.get_by_role("button", name="Appeal", exact=True).click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("It is a painting from a museum.")
    dialog.get_by_role("button", name="Send the appeal").click()
    expect(box.locator(".say")).to_contain_text("Another moderator will decide about your appeal.")
    expect(box.get_by_role("button", name="Appeal", exact=True)).to_have_count(0)
    run(server, f"{find}assert not appeals.decide(image, moderator('mo').pk, accept=True)")
    run(server, f"{find}assert appeals.decide(image, moderator('max').pk, accept=True)")
    tab.shows(1)


def test_a_hidden_photo_is_news_in_every_chat(server: Serving, person: Person) -> None:
    tab = person.opens("/gallery/")
    photo = bring(person, tab, Image.linear_gradient("L").resize((80, 60)))["id"]
    go(tab.page, f"/?source={photo}")
    expect(tab.page.locator("photo-chip img")).to_be_visible()
    tab.says("make it brighter")
    tab.shows(1)
    expect(tab.page.locator(".ask img.source")).to_be_visible()
    writing = person.opens(f"/?source={photo}")
    chip = writing.page.locator("photo-chip img")
    expect(chip).to_be_visible()
    expect(writing.page.locator("session-list a")).to_have_count(1)  # it listens
    find = f"image = Image.objects.get(pk='{photo}')\n"
    run(server, f"{find}verdicts.hide([image], '', moderator('mo').pk, 'violence')")
    why = "A moderator hid this picture. It shows violence or cruelty."
    expect(chip).to_have_count(0)
    for page in (tab.page, writing.page):
        expect(page.get_by_role("alert")).to_have_text(why)
    expect(tab.page.locator(".ask").get_by_role("img", name=why)).to_be_visible()
    assert complaints(tab.page) == []
    run(server, f"{find}verdicts.approve([image], moderator('mo').pk)")
    expect(tab.page.locator(".ask img.source")).to_be_visible()


def test_a_rejected_appeal_is_said_and_cannot_be_made_again(server: Serving, person: Person) -> None:
    tab = person.opens()
    tab.paints()
    image = person.messages(tab)[0]["image"]["id"]
    find = f"image = Image.objects.get(pk='{image}')\n"
    hide = "verdicts.hide([image], '', moderator('mo').pk, 'hate')\n"
    run(server, f"{find}{hide}appeals.make(image.owner_id, str(image.pk), 'Why?')")
    run(server, f"{find}assert appeals.decide(image, moderator('max').pk, accept=False)")
    box = tab.boxes.first
    expect(box.locator(".say")).to_contain_text("Another moderator has rejected your appeal.")
    expect(box.get_by_role("button", name="Appeal", exact=True)).to_have_count(0)


def test_a_gallery_that_was_open_meanwhile_offers_what_was_hidden_and_says_of_an_appeal_that_there_was_one(
    server: Serving, person: Person
) -> None:
    person.excused = "409"
    tab = person.opens("/gallery/")
    image, _ = (bring(person, tab, Image.linear_gradient("L").resize((80 + i, 60)))["id"] for i in range(2))
    page = tab.page
    page.reload()
    card = page.locator("gallery-card")
    expect(card.locator("img.loaded")).to_have_count(2)
    find = f"image = Image.objects.get(pk='{image}')\n"
    run(server, f"{find}verdicts.hide([image], '', moderator('mo').pk, 'violence')")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(card).to_have_count(1)
    page.get_by_label("Hidden").check()
    expect(card.get_by_role("button", name="Appeal", exact=True)).to_be_visible()
    run(server, f"{find}appeals.make(image.owner_id, str(image.pk), 'Why?')")  # as from another page
    card.get_by_role("button", name="Appeal", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("It is a painting from a museum.")
    page.get_by_role("dialog").get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_role("alert")).to_have_text("There has been an appeal for this picture already.")
    expect(card.locator(".say")).to_contain_text("Another moderator will decide about your appeal.")
    expect(card.get_by_role("button", name="Appeal", exact=True)).to_have_count(0)


def test_a_hidden_picture_says_why_in_the_gallery_and_is_appealed_for_there(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    for width in (1280, 390):
        person = newcomer(viewport={"width": width, "height": 800})
        tab = person.opens("/gallery/")
        image, _ = (bring(person, tab, Image.linear_gradient("L").resize((80 + i, 60)))["id"] for i in range(2))
        expect(tab.page.get_by_label("Hidden")).to_be_hidden()
        find = f"image = Image.objects.get(pk='{image}')\n"
        run(server, f"{find}verdicts.hide([image], 'Two people fight. ' * 9, moderator('mo').pk, 'violence')")
        page = tab.page
        page.reload()
        card = page.locator("gallery-card")
        expect(card.locator("img.loaded")).to_have_count(1)
        page.get_by_label("Hidden").check()
        expect(card.locator("img")).to_have_count(0)
        expect(card.locator(".say")).to_contain_text("A moderator hid this picture. It shows violence or cruelty. Two")
        assert complaints(page) == []
        page.reload()
        card.locator(".open").click(position={"x": 5, "y": 5})
        details = page.get_by_role("dialog")
        expect(details.get_by_text("Two people fight.")).to_be_visible()
        assert complaints(page) == []
        details.get_by_role("button", name="Close").click()
        card.get_by_role("button", name="Appeal", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill("It is a painting from a museum.")
        assert complaints(page) == []
        dialog.get_by_role("button", name="Send the appeal").click()
        expect(card.locator(".say")).to_contain_text("Another moderator will decide about your appeal.")
        expect(card.get_by_role("button", name="Appeal", exact=True)).to_have_count(0)
        expect(card.locator(".open")).to_be_focused()
        assert complaints(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        run(server, f"{find}assert appeals.decide(image, moderator('max').pk, accept=True)")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(card).to_have_count(0)
        page.get_by_label("Hidden").uncheck()
        expect(card.locator("img.loaded")).to_have_count(2)
        page.close()
