"""The main job with the client that openapi-python-client made: a guest, a session, a message, its picture. Runs where it is
generated, in the outside tools' own environment."""

import sys
import time

from studio_generated import AuthenticatedClient, Client  # type: ignore[import-not-found]  # made by the test
from studio_generated.api.auth import create_guest  # type: ignore[import-not-found]
from studio_generated.api.chat import create_session, get_message, send_message  # type: ignore[import-not-found]
from studio_generated.api.gallery import get_image  # type: ignore[import-not-found]
from studio_generated.models import Options, SendBody, SessionBody  # type: ignore[import-not-found]

url = sys.argv[1]
guest = create_guest.sync(client=Client(base_url=url))
client = AuthenticatedClient(base_url=url, token=guest.token)
create_session.sync(client=client)  # without a body, too
session = create_session.sync(client=client, body=SessionBody(title="From Python"))
body = SendBody(content="a lake at dawn", options=Options(width=128, height=128))
message = send_message.sync(session.id, client=client, body=body, idempotency_key="python-1")
again = send_message.sync(session.id, client=client, body=body, idempotency_key="python-1")
assert again.id == message.id
while message.status == "PROCESSING":
    time.sleep(0.2)
    message = get_message.sync(session.id, message.id, client=client)
picture = client.get_httpx_client().get(message.image_url)
print(message.status, picture.headers["Content-Type"], message.created_at.tzinfo)  # noqa: T201
print(get_image.sync("none", client=client).code)  # noqa: T201
