"""Where a picture comes from, and what was made of it."""

from typing import Any

import pytest

from gallery import lineage, services
from gallery.models import Image, Reference
from gallery.moderation import verdicts
from gallery.schemas import ImageForm
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made
from tests.integration.gallery.test_api import at, client_of

pytestmark = [pytest.mark.urls("tests.integration.gallery.test_api"), pytest.mark.django_db(transaction=True)]


def family(user: User, image: Image) -> dict[str, Any]:
    answer = client_of(user).get(at(image, "lineage/"))
    assert answer.status_code == 200
    form: dict[str, Any] = answer.json()
    return form


def ids(forms: list[dict[str, Any]]) -> list[str]:
    return [form["id"] for form in forms]


def edited(owner: User, parent: Image, **values: Any) -> Image:
    return made(owner, parent_id=str(parent.pk), intent="edit", **values)


def test_a_picture_tells_its_whole_line_and_what_was_made_of_it(me: User) -> None:
    photo = made(me)
    bluer = edited(me, photo)
    darker, redder = edited(me, bluer), edited(me, bluer)
    other = edited(me, photo)  # from the earlier version
    client = client_of(me)

    def forms(*images: Image) -> list[dict[str, Any]]:
        """As lists have them: one picture alone has more."""
        whole = [client.get(at(image)).json() for image in images]
        return [{name: form[name] for name in ImageForm.model_fields} for form in whole]

    assert family(me, photo) == {"parents": [], "ancestors": [], "children": forms(bluer, other)}
    assert family(me, bluer) == {
        "parents": forms(photo),
        "ancestors": forms(photo),
        "children": forms(darker, redder),
    }
    assert family(me, darker) == {"parents": forms(bluer), "ancestors": forms(photo, bluer), "children": []}


def of_several(owner: User, *parents: Image) -> Image:
    first, *further = (str(parent.pk) for parent in parents)
    return made(owner, parent_id=first, further_ids=further, intent="edit")


def test_a_picture_of_several_has_them_all_as_parents_and_is_a_child_of_each(
    me: User, django_assert_num_queries: Any
) -> None:
    dog, beach, hat = made(me), made(me), made(me)
    bluer = edited(me, dog)
    both = of_several(me, bluer, hat, beach)
    later = edited(me, both)
    line = family(me, both)
    assert ids(line["parents"]) == [str(one.pk) for one in (bluer, hat, beach)]
    assert ids(line["ancestors"]) == [str(dog.pk), str(bluer.pk)]  # of the first
    for parent in (bluer, hat, beach):
        assert ids(family(me, parent)["children"]) == [str(both.pk)]
    assert ids(family(me, later)["parents"]) == [str(both.pk)]
    with django_assert_num_queries(2):
        lineage.parents(both)


def test_a_parent_that_is_deleted_for_good_leaves_the_others_with_their_numbers(me: User) -> None:
    dog, beach, hat = made(me), made(me), made(me)
    both = of_several(me, dog, beach, hat)
    for gone, left in ((beach, [dog, hat]), (dog, [hat]), (hat, [])):
        services.delete_permanently(me.pk, str(gone.pk))
        announced(gone)
        assert lineage.parents(fresh(both)) == left
    assert not Image.objects.filter(pk=beach.pk).exists()


def announced(image: Image) -> None:
    """Its message has been told: the row can go."""
    services.announced(str(image.pk), 1_000)
    services.purge(image)


def test_a_picture_that_is_deleted_for_good_is_no_child_any_more(me: User) -> None:
    dog, beach = made(me), made(me)
    both = of_several(me, dog, beach)
    services.delete_permanently(me.pk, str(both.pk))
    announced(both)
    assert not Reference.objects.exists()
    assert lineage.children(beach) == []


def test_an_ancestor_in_the_trash_or_hidden_keeps_its_place_and_shows_nothing(me: User) -> None:
    photo = made(me)
    bluer = edited(me, photo)
    darker = edited(me, bluer)
    services.trash(me.pk, str(photo.pk))
    verdicts.hide([bluer], "no", by=None)
    line = family(me, darker)["ancestors"]
    assert [(form["id"], form["state"], form["url"]) for form in line] == [
        (str(photo.pk), "deleted", None),
        (str(bluer.pk), "hidden", None),
    ]


def test_children_are_those_that_a_list_shows(me: User) -> None:
    photo = made(me)
    trashed, hidden, seen = edited(me, photo), edited(me, photo), edited(me, photo)
    drafted(me, parent_id=str(photo.pk))
    services.trash(me.pk, str(trashed.pk))
    verdicts.hide([hidden], "no", by=None)
    assert ids(family(me, photo)["children"]) == [str(seen.pk)]


def test_a_long_line_is_cut_at_its_far_end_and_asked_for_once(
    me: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(lineage, "MAX_LISTED", 3)
    line = [made(me)]
    for _ in range(5):
        line.append(edited(me, line[-1]))
    for _ in range(4):
        line.append(edited(me, line[5]))
    with django_assert_num_queries(2):
        assert lineage.ancestors(line[5]) == line[2:5]
    with django_assert_num_queries(2):
        assert lineage.children(line[5]) == line[7:]


def test_nobody_elses_picture_is_in_it(me: User) -> None:
    """No way leads there; a row that says so all the same is not believed."""
    foreign = made(User.make_guest())
    mine = edited(me, made(me))
    Image.objects.filter(pk=mine.pk).update(parent=foreign)
    Reference.objects.create(image=mine, source=foreign, number=2)
    assert family(me, fresh(mine))["ancestors"] == []
    assert family(me, fresh(mine))["parents"] == []
    assert family(foreign.owner, foreign)["children"] == []


# The whole line as a graph


def test_a_family_is_all_that_a_line_leads_to_with_what_was_made_from_what(me: User) -> None:
    root = made(me)
    left, right = (made(me, parent_id=str(root.pk)) for _ in range(2))
    both = made(me, parent_id=str(left.pk), further_ids=[str(right.pk)])
    made(me)  # of another line
    expected = [(left, root), (right, root), (both, left), (both, right)]
    for image in (root, left, both):
        pictures, edges = lineage.family(image)
        assert [each.pk for each in pictures] == sorted(each.pk for each in (root, left, right, both))
        assert edges == sorted((child.pk, parent.pk) for child, parent in expected)


def test_a_family_has_gaps_where_pictures_are_gone_and_nothing_of_others(me: User) -> None:
    root, other = made(me), made(User.make_guest())
    middle = made(me, parent_id=str(root.pk))
    end = made(me, parent_id=str(middle.pk))
    services.trash(me.pk, str(middle.pk))
    Image.objects.filter(pk=other.pk).update(parent=root)
    Image.objects.filter(pk=root.pk).update(stage=Image.Stage.PURGING)
    pictures, edges = lineage.family(end)
    assert [(each.pk, each.state) for each in pictures] == [(middle.pk, "deleted"), (end.pk, "shown")]
    assert edges == [(end.pk, middle.pk)]


def test_a_large_family_is_bounded(
    me: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(lineage, "FAMILY", 5)
    root = made(me)
    for _ in range(8):
        made(me, parent_id=str(root.pk))
    with django_assert_max_num_queries(4):
        pictures, edges = lineage.family(root)
    assert (len(pictures), len(edges)) == (5, 4)
    assert root in pictures
