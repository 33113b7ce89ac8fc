"""Says what is wrong with a field. The sentence never repeats what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from gallery.translation import N_, _

TYPES = ("message.send", "message.cancel", "message.retry", "session.sync", "ping")
# By pydantic's error types, mostly in pydantic's own words.
_PROBLEMS = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("is not a known field"),
    "model_type": N_("is not a JSON object"),
    "model_attributes_type": N_("is not a JSON object"),
    "dict_type": N_("is not a JSON object"),
    "list_type": N_("should be a valid list"),
    "string_type": N_("should be a valid string"),
    "string_unicode": N_("should be a valid string"),
    "string_pattern_mismatch": N_("has another form than it should have"),
    "int_type": N_("should be a valid integer"),
    "int_parsing": N_("should be a valid integer, unable to parse string as an integer"),
    "int_from_float": N_("should be a valid integer, got a number with a fractional part"),
    "float_type": N_("should be a valid number"),
    "finite_number": N_("should be a finite number"),
    "bool_type": N_("should be a valid boolean"),
    "bool_parsing": N_("should be a valid boolean, unable to interpret input"),
    "greater_than": N_("should be greater than {gt}"),
    "greater_than_equal": N_("should be greater than or equal to {ge}"),
    "less_than": N_("should be less than {lt}"),
    "less_than_equal": N_("should be less than or equal to {le}"),
    "literal_error": N_("should be {expected}"),
    "enum": N_("should be {expected}"),
    "uuid_type": N_("should be a valid UUID"),
    "uuid_parsing": N_("should be a valid UUID"),
    "datetime_type": N_("should be a valid datetime"),
    "datetime_parsing": N_("should be a valid datetime"),
    "datetime_from_date_parsing": N_("should be a valid datetime or date"),
    "date_type": N_("should be a valid date"),
    "date_parsing": N_("should be a valid date"),
    "timezone_aware": N_("should have timezone info"),
}


def explain(problem: Mapping[str, Any], path: Sequence[int | str]) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _("type: must be one of {types}.").format(types=", ".join(TYPES))
    if kind.endswith("too_long"):
        what = _("is longer than {limit}").format(limit=context["max_length"])
    elif kind.endswith("too_short"):
        what = _("is empty")
    elif kind in _PROBLEMS:
        what = _(_PROBLEMS[kind]).format(**{name: _either(value) for name, value in context.items()})
    else:  # a ValueError of `chat.bodies`, whose sentence is marked for translation there
        what = _(problem["msg"].removeprefix("Value error, ").removeprefix("Input "))
    name = field_name(path)
    return f"{name}: {what}." if name else _("The request's body {what}.").format(what=what)


def _either(value: object) -> object:
    """Translates the "or" in pydantic's "'keep' or 'trash'"."""
    return (
        _("{others} or {last}").format(others=value.rpartition(" or ")[0], last=value.rpartition(" or ")[2])
        if (isinstance(value, str) and " or " in value)
        else value
    )


def field_name(path: Sequence[int | str]) -> str:
    parts = [
        str(part)[:40] for part in path if part not in TYPES and not str(part).startswith(("constrained-", "function-"))
    ]
    return ".".join(parts[:4])
