"""The file with addresses and secrets: what is wrong is said with its line, and what is secret is never shown."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bot.adapters.robots.addresses import Addresses, read_addresses
from bot.ports import SettingError
from bot.settings import read_settings

GOOD = """# our groups
售前群:
  address: https://oapi.dingtalk.com/robot/send?access_token=TOKEN
  secret: SECsecret
ops:
  address: http://10.0.0.5:9000/hook
"""


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "robots.yml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_gives_address_and_secret_by_the_robots_name(tmp_path: Path) -> None:
    found = read_addresses(write(tmp_path, GOOD))
    assert (found["售前群"].url[-5:], found["售前群"].secret) == ("TOKEN", "SECsecret")
    assert (found["ops"].url, found["ops"].secret) == ("http://10.0.0.5:9000/hook", "")


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_holds_no_addresses(tmp_path: Path, text: str) -> None:
    assert read_addresses(write(tmp_path, text)) == {}


def test_a_file_that_is_not_there_holds_no_addresses(tmp_path: Path) -> None:
    assert Addresses(tmp_path / "robots.yml").of("售前群") is None


FAULTS = [
    ("群:\n  adress: https://x.example/TOKEN\n", 2, "`adress` of “群” is not known"),
    ("群:\n  secret: TOKEN\n", 1, "`address` is missing"),
    ("群:\n  address: TOKEN\n", 2, "`address` of “群” is no web address"),
    ("群:\n  address: ftp://x.example/TOKEN\n", 2, "no web address"),
    ("群:\n  address: https:///TOKEN\n", 2, "no web address"),
    ("群:\n  address: https://x.example/TOKEN\n  secret: 123456\n", 3, "`secret` of “群” is no text"),
    ("a:\n  address: https://x.example/1\n群: https://x.example/TOKEN\n", 3, "a list of names with values"),
    ("群:\n", 1, "`群` is missing"),
    ("- https://x.example/TOKEN\n", 1, "a list of names with values"),
    (
        "群:\n  address: https://x.example/TOKEN\n群:\n  address: https://x.example/TOKEN2\n",
        3,
        "cannot be read as YAML",
    ),
    ("群: {address: https://x.example/TOKEN\n", 2, "cannot be read as YAML"),
]


@pytest.mark.parametrize(("text", "line", "said"), FAULTS, ids=[said for *_, said in FAULTS])
def test_a_fault_is_named_with_its_line_and_nothing_of_the_secret(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(SettingError) as caught:
        read_addresses(write(tmp_path, text))
    assert said in str(caught.value)
    assert f"robots.yml, line {line}: " in str(caught.value)
    assert "TOKEN" not in str(caught.value) and "123456" not in str(caught.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        read_addresses(write(tmp_path, "a:\n  address: x\nb:\n  adress: y\n"))
    assert len(str(caught.value).splitlines()) == 3


def test_another_encoding_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(SettingError, match="not UTF-8"):
        read_addresses(path)


@pytest.mark.skipif(os.name != "posix", reason="the system knows no such rights")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingError, match=f"mode {mode:o}.*chmod 600"):
        read_addresses(write(tmp_path, GOOD, mode))


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    addresses = Addresses(path)
    write(tmp_path, GOOD + "new:\n  address: https://x.example/1\n")
    assert addresses.of("new") is not None
    path.unlink()
    assert addresses.of("new") is None


@pytest.mark.parametrize(("text", "mode"), [("群: [", 0o600), (GOOD, 0o644)])
def test_a_file_that_becomes_wrong_is_logged_once_and_the_last_good_one_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, mode: int
) -> None:
    addresses = Addresses(write(tmp_path, GOOD))
    write(tmp_path, text, mode)
    with caplog.at_level(logging.ERROR):
        assert [addresses.of("ops") is not None for _ in range(3)] == [True] * 3
    assert len(caplog.records) == 1
    assert "TOKEN" not in caplog.text


def test_an_address_shows_nothing_of_itself(tmp_path: Path) -> None:
    assert repr(read_addresses(write(tmp_path, GOOD))["售前群"]) == "Address()"


# --- the settings -------------------------------------------------------------------------------------------------


def test_the_file_stands_in_the_data_folder_unless_another_is_named(tmp_path: Path) -> None:
    assert read_settings({"NIGHTDESK_DATA": str(tmp_path)}).robots_file == tmp_path.resolve() / "robots.yml"
    path = write(tmp_path, GOOD)
    assert read_settings({"NIGHTDESK_ROBOTS": str(path)}).robots_file == path.resolve()


def test_a_named_file_that_is_not_there_is_said() -> None:
    with pytest.raises(SettingError, match="NIGHTDESK_ROBOTS is “/no/such.yml”"):
        assert read_settings({"NIGHTDESK_ROBOTS": "/no/such.yml"}).robots_file


@pytest.mark.parametrize("url", ["desk.example", "ftp://desk.example", "https://a b", "https://a)(b", "javascript:x"])
def test_a_public_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(SettingError, match="NIGHTDESK_PUBLIC_URL"):
        assert read_settings({"NIGHTDESK_PUBLIC_URL": url}).public_address


@pytest.mark.parametrize(
    ("url", "address"),
    [("", ""), ("https://desk.example/", "https://desk.example"), ("http://h:8000/d", "http://h:8000/d")],
)
def test_the_public_address_has_no_slash_at_its_end(url: str, address: str) -> None:
    assert read_settings({"NIGHTDESK_PUBLIC_URL": url}).public_address == address
