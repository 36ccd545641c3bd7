import pytest

from house_rules.file_storage import file_storage


def test_a_path_is_a_folder_with_the_options_of_the_setting() -> None:
    assert file_storage("PICTURE_FILES", "/srv/pictures", base_url="/pictures/", file_permissions_mode=0o644) == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": "/srv/pictures", "base_url": "/pictures/", "file_permissions_mode": 0o644},
    }


def test_a_bucket_is_named_with_the_folder_in_it() -> None:
    pytest.importorskip("storages.backends.s3")

    assert file_storage("PICTURE_FILES", "s3://cinema/a/pictures/", base_url="/pictures/", file_permissions_mode=1) == {
        "BACKEND": "house_rules.bucket.Bucket",
        "OPTIONS": {"bucket_name": "cinema", "location": "a/pictures", "base_url": "/pictures/"},
    }
    with pytest.raises(SystemExit):
        file_storage("PICTURE_FILES", "s3://")


def test_a_bucket_without_its_client_stops_the_start_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("house_rules.file_storage.find_spec", lambda _name: None)

    with pytest.raises(SystemExit):
        file_storage("REPORT_FILES", "s3://cinema/reports")

    assert "pip install 'django-storages[s3]>=1.14,<2'" in capsys.readouterr().err


def test_files_in_a_bucket_have_the_addresses_of_the_shop() -> None:
    bucket = pytest.importorskip("house_rules.bucket").Bucket(bucket_name="cinema", base_url="/pictures/")

    assert bucket.url("0123456789abcdef0123-240.webp") == "/pictures/0123456789abcdef0123-240.webp"
    assert bucket.exists("")
