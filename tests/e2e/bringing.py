"""Files that come from outside the browser: dropped, pasted, or sent by hand."""

import base64
import io
from itertools import count
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload

from tests.e2e.person import Person, Tab

NUMBERS = count()
File = tuple[bytes, str, str]  # its bytes, its name, its type
FILES = """
  const dataTransfer = new DataTransfer();
  for (const [bytes, name, type] of files) {
    dataTransfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
  }
"""
DROP = f"""
(files) => {{
  {FILES}
  const tell = (what) =>
    document.querySelector("main").dispatchEvent(new DragEvent(what, {{ bubbles: true, cancelable: true, dataTransfer }}));
  tell("dragenter");
  const hinted = document.body.hasAttribute("data-dropping");
  tell("drop");
  return hinted;
}}
"""
PASTE = f"""
([files, text]) => {{
  {FILES}
  if (text) dataTransfer.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", {{ bubbles: true, cancelable: true, clipboardData: dataTransfer }});
  return !document.activeElement.dispatchEvent(paste);
}}
"""


def drop(tab: Tab, *files: File, hinted: bool = True) -> None:
    """`hinted`: whether the page shows that it would take them."""
    assert tab.page.evaluate(DROP, _encoded(files)) == hinted
    assert not tab.page.evaluate("document.body.hasAttribute('data-dropping')")


def bring(person: Person, tab: Tab, picture: Image.Image, name: str = "photo.png") -> dict[str, Any]:
    """Into this person's gallery, by REST; its public form. A page that was opened by nobody has to be loaded again."""
    assert person.context.request.post("/api/v1/auth/cookie/", headers=proof(tab)).ok
    out = io.BytesIO()
    picture.save(out, "PNG")
    out.write(next(NUMBERS).to_bytes(4, "big"))  # behind the picture: the same photo again would be the same picture
    file: FilePayload = {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}
    answer = person.context.request.post("/v1/gallery/", headers=proof(tab), multipart={"file": file})
    assert answer.ok, answer.text()
    return dict(answer.json())


def proof(tab: Tab) -> dict[str, str]:
    """That a request comes from this page."""
    token = tab.page.locator("meta[name=csrf-token]").get_attribute("content")
    assert token
    return {"X-CSRFToken": token, "Referer": tab.page.url}


def paste(tab: Tab, *files: File, text: str = "") -> bool:
    """Where the focus is. Did the page take it, so that the browser does nothing with it?"""
    taken: bool = tab.page.evaluate(PASTE, [_encoded(files), text])
    return taken


def _encoded(files: tuple[File, ...]) -> list[list[str]]:
    return [[base64.b64encode(data).decode(), name, kind] for data, name, kind in files]
