"""A message that is not sent yet: it waits in its chat, whatever happens to the page."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Locator, expect

from tests.e2e.bringing import drop, proof
from tests.e2e.held import HeldRequests
from tests.e2e.person import SMALL, Person, Tab, go, photo
from tests.e2e.test_brush import drag

WORDS = "a quiet harbour, not finished"
KEYS = "(storage) => Object.keys(window[storage]).filter((key) => key.startsWith('studio.half-written.'))"
NO_ROOM = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
BLOCKED = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
}
"""


@pytest.fixture
def tab(person: Person) -> Tab:
    return person.opens()


def chip(tab: Tab) -> Locator:
    return tab.page.locator("photo-chip")


def attach(tab: Tab) -> None:
    drop(tab, (photo(), "mine.png", "image/png"))
    expect(chip(tab)).to_contain_text("Your photo")


def kept(tab: Tab, storage: str = "localStorage") -> list[str]:
    return list(tab.page.evaluate(KEYS, storage))


def new_chat(tab: Tab) -> None:
    tab.page.get_by_role("link", name="New chat").click()
    expect(tab.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()


def chat(tab: Tab, words: str) -> None:
    tab.sessions.filter(has_text=words).get_by_role("link").click()


def test_it_survives_a_reload_for_a_visitor_and_for_one_who_is_somebody(tab: Tab) -> None:
    tab.input.fill(WORDS)
    tab.page.reload()
    expect(tab.input).to_have_value(WORDS)
    tab.paints()
    tab.input.fill(f"{WORDS} 2")
    tab.page.reload()
    tab.is_linked()
    expect(tab.input).to_have_value(f"{WORDS} 2")


def test_each_chat_and_the_new_one_have_their_own(tab: Tab) -> None:
    tab.paints("a desert at noon")
    tab.input.fill("of the desert")
    new_chat(tab)
    expect(tab.input).to_have_value("")
    tab.paints("a green field")
    tab.input.fill("of the field")
    new_chat(tab)
    tab.input.fill("of the new one")
    for name, words in [("desert", "of the desert"), ("field", "of the field")]:
        chat(tab, name)
        expect(tab.input).to_have_value(words)
    tab.page.reload()
    expect(tab.input).to_have_value("of the field")
    new_chat(tab)
    expect(tab.input).to_have_value("of the new one")


def test_number_and_size_are_kept_with_the_words_they_were_chosen_for(tab: Tab) -> None:
    count, size = tab.page.get_by_label("How many pictures"), tab.page.get_by_label("Size", exact=True)
    tab.paints("a desert at noon")
    tab.input.fill("of the desert")
    count.select_option("3")
    size.select_option(label="Tall 864 × 1536")
    new_chat(tab)
    assert (count.input_value(), size.input_value()) == ("1", "0")
    tab.input.fill("of the new one")
    chat(tab, "desert")
    tab.page.reload()
    expect(tab.input).to_have_value("of the desert")
    expect(count).to_have_value("3")
    expect(size.locator("option:checked")).to_have_text("Tall 864 × 1536")


def test_what_is_written_while_the_first_message_is_sent_goes_along_into_its_chat(tab: Tab) -> None:
    tab.says(f"a desert at noon, {SMALL}")
    tab.input.fill(WORDS)
    tab.shows(1)
    expect(tab.input).to_have_value(WORDS)
    tab.page.reload()
    tab.is_linked()
    expect(tab.input).to_have_value(WORDS)
    new_chat(tab)
    expect(tab.input).to_have_value("")


def test_once_it_is_sent_nothing_of_it_is_left(tab: Tab) -> None:
    tab.paints()
    attach(tab)
    tab.input.fill("make it warmer")
    assert len(kept(tab)) == 1
    tab.input.press("Enter")
    tab.shows(2)
    assert kept(tab) == []
    tab.page.reload()
    tab.shows(2)
    expect(tab.input).to_have_value("")
    expect(chip(tab)).to_be_hidden()


@pytest.mark.parametrize("here", [True, False], ids=["that is on the page", "that is not"])
def test_it_goes_with_the_chat_that_is_deleted(tab: Tab, here: bool) -> None:
    tab.paints()
    tab.input.fill(WORDS)
    if not here:
        new_chat(tab)
    tab.button("Delete A desert at noon").or_(tab.page.locator("session-list [title=Delete]")).first.click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete").last.click()
    expect(tab.sessions).to_have_count(0)
    expect(tab.input).to_have_value("")
    assert kept(tab) == []


def test_an_attached_picture_and_the_part_of_it_that_is_meant_come_back(person: Person, tab: Tab) -> None:
    attach(tab)
    (brought,) = person.asks("/v1/gallery/")["items"]
    tab.input.fill("make it warmer")
    tab.page.reload()
    expect(chip(tab).locator("img.loaded")).to_be_visible()
    expect(tab.input).to_have_value("make it warmer")
    chip(tab).locator("[title^='Change only a part']").click()
    drag(tab.page, (0.1, 0.5), (0.9, 0.5))
    tab.button("Done").click()
    expect(chip(tab)).to_contain_text("Only what you painted over changes")
    tab.page.reload()
    expect(chip(tab)).to_contain_text("Only what you painted over changes")
    tab.input.press("Enter")
    tab.shows(1)
    (message,) = person.messages(tab)
    assert message["source_image_id"] == brought["id"]
    assert message["mask_image_id"]


def test_an_attached_picture_that_is_gone_meanwhile_is_said_to_be(person: Person, tab: Tab) -> None:
    person.excused = "404"
    attach(tab)
    tab.input.fill("make it warmer")
    (brought,) = person.asks("/v1/gallery/")["items"]
    assert person.context.request.delete(f"/v1/gallery/{brought['id']}/", headers=proof(tab)).ok
    tab.page.reload()
    expect(tab.page.get_by_text("A picture that was attached is no longer here.")).to_be_visible()
    expect(chip(tab)).to_be_hidden()
    expect(tab.input).to_have_value("make it warmer")


def test_a_picture_that_is_gone_is_asked_for_once_even_if_the_chat_was_left_meanwhile(person: Person, tab: Tab) -> None:
    person.excused = "404"
    tab.paints("a desert at noon")
    attach(tab)
    tab.input.fill("make it warmer")
    (brought,) = [image for image in person.asks("/v1/gallery/")["items"] if image["intent"] is None]
    address, mine = tab.page.url, proof(tab)
    go(tab.page, "about:blank")  # an open page would be told
    assert person.context.request.delete(f"/v1/gallery/{brought['id']}/", headers=mine).ok
    held = HeldRequests(tab.page, f"**/v1/gallery/{brought['id']}/")
    go(tab.page, address)
    held.first()
    new_chat(tab)
    held.let_go()
    expect(tab.page.get_by_text("A picture that was attached is no longer here.")).to_have_count(0)
    chat(tab, "desert")
    expect(tab.input).to_have_value("make it warmer")
    expect(chip(tab)).to_be_hidden()
    assert len(held) == 1


def test_a_photo_that_was_not_uploaded_yet_is_asked_for_again_once(person: Person, tab: Tab) -> None:
    tab.paints()
    tab.page.route("**/v1/gallery/", lambda route: None if route.request.method == "POST" else route.continue_())
    drop(tab, (photo(), "mine.png", "image/png"))
    expect(chip(tab)).to_be_visible()
    said = tab.page.get_by_text("A photo had not been uploaded when you left this chat. Please add it again.")
    tab.page.reload()
    expect(said).to_be_visible()
    tab.page.reload()
    tab.is_linked()
    expect(said).to_have_count(0)


def test_nobody_is_shown_what_another_person_wrote_in_this_browser(person: Person, tab: Tab) -> None:
    tab.paints()
    new_chat(tab)
    attach(tab)
    tab.input.fill(WORDS)
    person.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    go(tab.page, "/")
    expect(tab.page.get_by_text("Your chats will be listed here.")).to_be_visible()
    expect(tab.input).to_have_value("")
    expect(chip(tab)).to_be_hidden()
    tab.paints("a green field")  # somebody else by now
    new_chat(tab)
    expect(tab.input).to_have_value("")
    assert kept(tab) == []
    assert WORDS not in tab.page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")


def test_what_a_visitor_wrote_goes_with_them_and_is_not_shown_in_another_tab(person: Person, tab: Tab) -> None:
    tab.input.fill(WORDS)
    other = person.opens()
    expect(other.input).to_have_value("")
    other.paints()
    tab.page.bring_to_front()
    expect(tab.sessions).to_have_count(1)  # it is told who it is
    tab.page.reload()
    expect(tab.input).to_have_value(WORDS)
    assert kept(tab, "sessionStorage") == []


def test_a_tab_that_sends_leaves_what_another_has_for_a_new_chat(person: Person, tab: Tab) -> None:
    tab.paints()
    new_chat(tab)
    other = person.opens()
    other.input.fill("of the other tab")
    tab.page.bring_to_front()
    tab.input.fill(WORDS)
    other.page.bring_to_front()
    other.paints("a green field")
    tab.page.bring_to_front()
    tab.page.wait_for_function("(words) => Object.values(localStorage).join().includes(words)", arg=WORDS)
    tab.page.reload()
    expect(tab.input).to_have_value(WORDS)


def test_only_the_last_chats_are_kept_and_of_each_only_so_much(person: Person, tab: Tab) -> None:
    tab.paints()
    fill = """
      (n) => {
        const [sent] = Object.keys(localStorage).filter((key) => key.startsWith("studio.half-written."));
        const prefix = sent.slice(0, sent.lastIndexOf(".") + 1);
        for (let i = 0; i < n; i++) localStorage[prefix + i] = JSON.stringify({ text: "x", photos: [], at: i });
      }
    """
    tab.input.fill("begun")
    tab.page.evaluate(fill, 20)
    tab.input.fill("y" * 30_000)
    keys = sorted(key.rpartition(".")[2] for key in kept(tab))
    assert len(keys) == 20
    assert "0" not in keys
    assert "1" in keys
    tab.page.reload()
    tab.is_linked()
    expect(tab.input).to_have_value("y" * 10_000)


@pytest.mark.parametrize("broken", [NO_ROOM, BLOCKED], ids=["full", "blocked"])
def test_storage_that_takes_nothing_breaks_nothing(newcomer: Callable[..., Person], broken: str) -> None:
    person = newcomer()
    person.context.add_init_script(broken)
    tab = person.opens()
    tab.paints("a desert at noon")
    tab.input.fill("of the desert")
    new_chat(tab)
    expect(tab.input).to_have_value("")
    tab.paints("a green field")
    chat(tab, "desert")
    expect(tab.input).to_have_value("of the desert")


@pytest.mark.parametrize("rubbish", ["{", "null", "7", '{"text": 1}', '{"text": "a", "photos": [null, {"image": 3}]}'])
def test_what_cannot_be_read_is_as_good_as_nothing(tab: Tab, rubbish: str) -> None:
    tab.input.fill(WORDS)
    assert len(kept(tab, "sessionStorage")) == 1
    tab.page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [kept(tab, "sessionStorage")[0], rubbish])
    tab.page.reload()
    expect(tab.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    expect(chip(tab)).to_be_hidden()
    tab.paints()
