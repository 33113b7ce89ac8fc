"""One guest imports large pictures as fast as the limits allow, and puts each into the trash at once."""

import io
import os

import httpx
from PIL import Image

UPLOADS = 26  # in a minute, as the limit on imports has it
SIDE = 1700  # pixels; of noise, so that a picture takes some 8 MB
ALLOWED = 50_000_000  # bytes, of one person: what 26 of them take would be four times that
SETTINGS = {"STUDIO_PERSON_BYTES": str(ALLOWED)}


def fill(port: int, token: str, session: str) -> None:
    """Fails where nothing was imported, or nothing was refused for lack of space."""
    noise = Image.frombytes("RGB", (SIDE, SIDE), os.urandom(3 * SIDE * SIDE))
    picture = io.BytesIO()
    noise.save(picture, "JPEG", quality=90)
    headers = {"Authorization": f"Bearer {token}"}
    answers = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120) as guest:
        for _ in range(UPLOADS):
            answer = guest.post("/v1/gallery/", files={"file": ("a.jpg", picture.getvalue(), "image/jpeg")})
            answers.append(answer.status_code)
            if answer.is_success:
                guest.delete(f"/v1/gallery/{answer.json()['id']}/").raise_for_status()
    assert set(answers) == {201, 507}, answers
