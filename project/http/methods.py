from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from project.http.middleware import API, Middleware


class Methods(Middleware):
    """HEAD is answered like GET, and the server drops the body; OPTIONS lists a path's methods."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API):
            return await self.get_response(request)
        if request.method == "HEAD":
            return _complete(await self._as_get(request))
        response = _complete(await self.get_response(request))
        if request.method == "OPTIONS" and response.status_code == 405:
            return HttpResponse(status=204, headers={"Allow": response.headers["Allow"]})
        return response

    async def _as_get(self, request: HttpRequest) -> HttpResponseBase:
        request.method = "GET"
        try:
            return await self.get_response(request)
        finally:
            request.method = "HEAD"


def _complete(response: HttpResponseBase) -> HttpResponseBase:
    """Adds both to the header `Allow`."""
    if "Allow" in response.headers:
        allowed = {name.strip() for name in response.headers["Allow"].split(",")}
        response.headers["Allow"] = ", ".join(sorted(allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())))
    return response
