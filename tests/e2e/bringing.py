"""Files that come from outside the browser: dropped, pasted."""

import base64

from tests.e2e.person import Tab

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


def paste(tab: Tab, *files: File, text: str = "") -> bool:
    """Where the focus is. Did the page take it, so that the browser does nothing with it?"""
    taken: bool = tab.page.evaluate(PASTE, [_encoded(files), text])
    return taken


def _encoded(files: tuple[File, ...]) -> list[list[str]]:
    return [[base64.b64encode(data).decode(), name, kind] for data, name, kind in files]
