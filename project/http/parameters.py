"""Unknown query parameters are errors: a misspelt one would silently change the answer."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation

from gallery.errors import BadInput, FieldError


def refuse_unknown(api: NinjaAPI) -> None:
    """For the operations mounted so far."""
    for router in api._get_bound_routers():
        for path in router.path_operations.values():
            for operation in path.operations:
                operation._get_values = _checked(operation)  # type: ignore[method-assign]


def _checked(operation: Operation) -> Callable[..., Any]:
    known, get_values = _known(operation), operation._get_values

    def checked(request: HttpRequest, *rest: Any) -> Any:
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            found = [FieldError("query", name[:40], f"{name[:40]}: is not a known parameter.") for name in unknown]
            raise BadInput(found[0].detail, errors=found)
        return get_values(request, *rest)

    return checked


def _known(operation: Operation) -> set[str]:
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return {name for model in queries for name in getattr(model, "__ninja_flatten_map__", model.model_fields)}
