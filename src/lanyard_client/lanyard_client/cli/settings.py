"""Which gateway, with which key: from options, the environment, and a file, in this order.

The file is ``~/.config/lanyard/client.ini``; each of its sections is a gateway, ``default`` the one
to take when none is named:

    [default]
    url = https://robot.example:8443
    key_file = ~/.config/lanyard/robot.key
    pins = sha256/...  sha256/...

A key goes only to the gateway that it was written down for: not to one that another option names.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lanyard_client.async_client import AsyncClient
from lanyard_client.errors import BadSettings
from lanyard_client.trust import Trust

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_PROFILE = "default"
KEY_VARIABLE = "LANYARD_KEY"
ROBOT_VARIABLE = "LANYARD_ROBOT"
_NAMES = frozenset({"url", "key", "key_file", "robot", "ca_file", "pins"})
_OTHERS_MAY_READ = 0o077


@dataclass(frozen=True, slots=True)
class Options:
    """What was given on the command line or, under the same names, in the environment."""

    url: str | None = None
    key_file: Path | None = None
    profile: str | None = None
    config: Path | None = None
    ca_file: Path | None = None
    pins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """A gateway, and the robot that is meant when none is named. Shows no key when printed."""

    url: str
    key: str
    robot: str | None
    ca_file: Path | None
    pins: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Settings({self.url!r}, robot={self.robot!r})"

    def client(self) -> AsyncClient:
        """A client of the gateway. Raises BadSettings."""
        wanted = bool(self.pins or self.ca_file) or self.url.startswith("https:")
        trust = Trust(ca_file=self.ca_file, pins=self.pins) if wanted else None
        return AsyncClient(self.url, api_key=self.key, trust=trust)


def read_settings(options: Options, environment: Mapping[str, str]) -> Settings:
    """The settings that options, environment and file give together. Raises BadSettings."""
    path = options.config or default_file(environment)
    profile = _read_profile(path, options)
    url = options.url or profile.get("url", DEFAULT_URL)
    ca_file = options.ca_file or _path(profile.get("ca_file"))
    return Settings(
        url=url,
        key=_key(options, environment, profile, url=url, path=path),
        robot=environment.get(ROBOT_VARIABLE) or profile.get("robot"),
        ca_file=ca_file,
        pins=options.pins or tuple(profile.get("pins", "").replace(",", " ").split()),
    )


def default_file(environment: Mapping[str, str]) -> Path:
    """Where the file is when no option names one."""
    base = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "lanyard" / "client.ini"


def _key(
    options: Options,
    environment: Mapping[str, str],
    profile: Mapping[str, str],
    *,
    url: str,
    path: Path,
) -> str:
    if options.key_file is not None:
        return _read_key(options.key_file)
    if environment.get(KEY_VARIABLE):
        return environment[KEY_VARIABLE].strip()
    has_key = "key" in profile or "key_file" in profile
    if has_key and url.rstrip("/") != profile.get("url", DEFAULT_URL).rstrip("/"):
        raise BadSettings(
            f"the key in {path} belongs to {profile.get('url', DEFAULT_URL)}, not to {url}: set"
            f" {KEY_VARIABLE} or --key-file, or give {url} a section there and name it (--profile)"
        )
    if "key" in profile:
        return profile["key"]
    if "key_file" in profile:
        return _read_key(Path(profile["key_file"]).expanduser())
    raise BadSettings(
        f"no API key: set {KEY_VARIABLE}, or give --key-file, or write key_file = ... into {path};"
        " `make demo` prints a key, and `lanyard keys create` makes one on the gateway's machine"
    )


def _read_key(path: Path) -> str:
    try:
        _check_private(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadSettings(f"the key file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSettings(f"the key file {path} holds no API key") from None


def _read_profile(path: Path, options: Options) -> Mapping[str, str]:
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
    except FileNotFoundError:
        if options.config is not None or options.profile is not None:
            raise BadSettings(f"there is no file {path}") from None
        return {}
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None
    except (configparser.Error, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise BadSettings(f"{path} cannot be read: {first}") from None
    name = options.profile or DEFAULT_PROFILE
    if name not in parser:
        if options.profile is None:
            return {}
        known = ", ".join(parser.sections()) or "none"
        raise BadSettings(f"there is no section [{name}] in {path}; there are: {known}")
    profile = dict(parser[name])
    unknown = sorted(set(profile) - _NAMES)
    if unknown:
        names = ", ".join(sorted(_NAMES))
        raise BadSettings(f"{path} [{name}]: {', '.join(unknown)} is not known; known are {names}")
    if "key" in profile:
        _check_private(path)
    return profile


def _check_private(path: Path) -> None:
    if os.name != "posix" or not path.is_file():
        return
    if path.stat().st_mode & _OTHERS_MAY_READ:
        raise BadSettings(f"others may read the key in {path}: chmod 600 {path}")


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text).expanduser()


def environment_of_process() -> Mapping[str, str]:
    """The environment that the command line was started in."""
    return os.environ
