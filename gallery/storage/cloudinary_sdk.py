"""Cloudinary's SDK, deaf to the environment: it reads CLOUDINARY_… by itself when it is imported. Only our settings count."""

import cloudinary

cloudinary.config().__dict__.clear()
cloudinary.config(signature_version=2)

from cloudinary import CERT_KWARGS, exceptions, uploader, utils  # noqa: E402  it is connected as the configuration says now

__all__ = ["CERT_KWARGS", "exceptions", "uploader", "utils"]
