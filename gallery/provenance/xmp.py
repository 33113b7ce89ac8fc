"""A file's provenance as XMP: IPTC's Photo Metadata Standard 2025.1, and Adobe's own names for dates and tools."""

from xml.etree import ElementTree as ET

from django.conf import settings

from gallery.models import Image
from gallery.provenance import source_types

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
XMP = "http://ns.adobe.com/xap/1.0/"
META = "adobe:ns:meta/"
NAMES = {"rdf": RDF, "Iptc4xmpExt": IPTC, "xmp": XMP, "x": META}
# The byte order mark and the id are the specification's own.
BEGIN, END = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>', '<?xpacket end="r"?>'

for _prefix, _name in NAMES.items():
    ET.register_namespace(_prefix, _name)


def packet(image: Image, *, with_prompt: bool = False) -> bytes:
    """At most some 30 kB: a JPEG has room for 64."""
    root = ET.Element(f"{{{META}}}xmpmeta")
    about = ET.SubElement(ET.SubElement(root, f"{{{RDF}}}RDF"), f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    for name, value in _properties(image, with_prompt=with_prompt).items():
        ET.SubElement(about, name).text = _printable(value)
    return f"{BEGIN}{ET.tostring(root, encoding='unicode')}{END}".encode()


def _properties(image: Image, *, with_prompt: bool) -> dict[str, str]:
    source_type, is_made = source_types.of(image), image.purpose == Image.Purpose.MADE
    when, found = image.created_at.isoformat(timespec="seconds"), {}
    if source_type:
        found[f"{{{IPTC}}}DigitalSourceType"] = source_types.VOCABULARY + source_type
    provider = f" ({image.provider})" if is_made and image.provider else ""
    found[f"{{{XMP}}}CreatorTool"] = f"AI Photo Studio {settings.STUDIO_VERSION}{provider}"
    found[f"{{{XMP}}}{'CreateDate' if is_made else 'MetadataDate'}"] = when  # of a photo nobody knows when it was taken
    if provider and source_types.maker_of(image) is source_types.Maker.MODEL:
        found[f"{{{IPTC}}}AISystemUsed"] = image.provider
    if with_prompt and is_made:
        seed = f"\nSeed: {image.seed}" if image.seed is not None else ""
        found[f"{{{IPTC}}}AIPromptInformation"] = f"{image.prompt or image.request}{seed}"
    return found


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))
