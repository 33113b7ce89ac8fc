# One image for web processes, workers and `prepare`: compose.yaml says which is which. Nothing embedded, nothing of the tests.
# The base is fixed by digest: the tag beside it says to a reader what that is. docs/deployment.md says how to take a newer one.

FROM python:3.13.16-slim-trixie@sha256:70729b46c69b4f1e97c4822c1af3df53a1476cf5ddc6c087c0c10bc3a5678c2f AS build
WORKDIR /studio
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore uv==0.13.9
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache
COPY manage.py LICENSE NOTICE ./
COPY locale locale
COPY static static
COPY gallery gallery
COPY pipeline pipeline
COPY chat chat
COPY project project
RUN python -m compileall -q manage.py gallery pipeline chat project \
    && install -d .static && STUDIO_DATA=/tmp/data .venv/bin/python manage.py build_static

FROM python:3.13.16-slim-trixie@sha256:70729b46c69b4f1e97c4822c1af3df53a1476cf5ddc6c087c0c10bc3a5678c2f
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin studio \
    && install -d -o studio -g studio -m 0700 /data
COPY --from=build /studio /studio
WORKDIR /studio
ENV PATH=/studio/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STUDIO_DATA=/data
USER studio
VOLUME /data
EXPOSE 9999
# A worker has no such page; compose.yaml turns this off there.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "\
import urllib.request; urllib.request.urlopen('http://127.0.0.1:9999/healthz', timeout=4)"]
# --proxy-headers: the address of who asks is the proxy's to say, so let nobody but the proxy in.
CMD ["python", "-m", "project.daphne", "-v", "0", "--no-server-name", "--proxy-headers", "-b", "0.0.0.0", "-p", "9999", "project.asgi:application"]
