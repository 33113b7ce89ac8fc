from tests.programs import figures


def test_the_way_of_a_message_is_as_the_code_has_it() -> None:
    files, names = figures.way(figures.sources())
    assert files <= 26
    assert names <= 8


def test_no_file_imports_in_a_circle_and_few_signatures_have_an_untyped_dict() -> None:
    files = figures.sources()
    assert figures.circles(figures.imports(files)) == []
    assert len(figures.untyped_signatures(files)) <= 20
