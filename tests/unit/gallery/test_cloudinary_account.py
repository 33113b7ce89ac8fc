"""What CLOUDINARY_URL may say."""

import pytest

from gallery.storage.account import Account


def test_the_url_of_the_console_is_read() -> None:
    account = Account.parse("cloudinary://271:s3cr3t%2F@My-cloud_1")
    assert (account.cloud_name, account.api_key, account.api_secret) == ("My-cloud_1", "271", "s3cr3t/")
    assert account.origin == "https://api.cloudinary.com"


def test_another_region_and_signature_and_host_can_be_named() -> None:
    url = "cloudinary://271:s3cr3t@cloud/pictures.example.org?upload_prefix=https://api-eu.cloudinary.com/&signature_algorithm=sha256"
    account = Account.parse(url)
    assert (account.origin, account.signature_algorithm) == ("https://api-eu.cloudinary.com", "sha256")
    assert account.delivery == "pictures.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "https://271:s3cr3t@cloud",
        "cloudinary://s3cr3t@cloud",
        "cloudinary://271:s3cr3t",
        "cloudinary://271:s3/cr3t@cloud",
        "cloudinary://271:s3cr3t@cloud.example.org",
        "cloudinary://271:s3cr3t@cloud?api_proxy=http://proxy",
        "cloudinary://271:s3cr3t@cloud?signature_algorithm=md5",
        "cloudinary://271:s3cr3t@cloud?upload_prefix=api-eu.cloudinary.com",
        "cloudinary://271:s3cr3t@cloud?upload_prefix=https://api.example.org/v1?x=1",
        "cloudinary://271:s3cr3t@[cloud",
        "cloudinary://271:[s3cr3t]x@cloud",
        "cloudinary://271:℀s3cr3t@cloud",
        "cloudinary://271:s3cr3t@cloud?upload_prefix=https://[s3cr3t]",
        "cloudinary://271:s3cr3t@cloud?upload_prefix=https://271:s3cr3t@api.cloudinary.com",
    ],
)
def test_anything_else_is_refused_without_a_word_of_the_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        Account.parse(url)
    assert "cr3t" not in str(caught.value)


def test_the_secret_is_in_no_representation() -> None:
    assert "s3cr3t" not in repr(Account.parse("cloudinary://271:s3cr3t@cloud"))
