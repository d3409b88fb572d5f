"""Settings: frozen dataclasses, one line a knob, with default, unit, range and help; layered and traceable.

A knob is declared as ``horizon_days: int = setting(28, "how far ahead to forecast", unit="days", low=1, high=365)``.
`resolve` lays the shop's file and the command line over the defaults and remembers where each value came from.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

from shopkeeper.core.errors import SettingError, nearest

S = TypeVar("S")

Plain = bool | int | float | str | tuple[Any, ...] | None


def setting(
    default: Any,
    help: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with default, one line of help, unit, inclusive range and allowed words."""
    facts = {"help": help, "unit": unit, "low": low, "high": high, "choices": choices}
    return dataclasses.field(default=default, metadata=facts)


@dataclass(frozen=True)
class Knob:
    """One setting or one field of a request, as the doors need it."""

    name: str
    type: type
    default: Any
    required: bool
    help: str
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    many: bool

    @property
    def range(self) -> str:
        """The allowed values in words: ``1 to 365 days``."""
        if self.choices:
            return " or ".join(self.choices)
        if self.low is None and self.high is None:
            return self.unit
        low, high = _plain(self.low), _plain(self.high)
        span = f"{low} to {high}" if low and high else (f"at least {low}" if low else f"at most {high}")
        return f"{span} {self.unit}".strip()


def _plain(number: float | None) -> str:
    """A limit in digits, never as 1e+07."""
    if number is None:
        return ""
    return f"{number:.0f}" if float(number).is_integer() else f"{number:g}"


def knobs(declared: type) -> tuple[Knob, ...]:
    """What can be set on a settings or request dataclass, in order of declaration."""
    hints = get_type_hints(declared)
    found = []
    for field in dataclasses.fields(declared):
        inner, many = _inner_type(hints[field.name])
        required = field.default is dataclasses.MISSING
        facts = field.metadata
        found.append(
            Knob(
                name=field.name,
                type=inner,
                default=None if required else field.default,
                required=required,
                help=facts.get("help", ""),
                unit=facts.get("unit", ""),
                low=facts.get("low"),
                high=facts.get("high"),
                choices=facts.get("choices", ()),
                many=many,
            )
        )
    return tuple(found)


def _inner_type(hint: Any) -> tuple[type, bool]:
    """``int | None`` -> (int, False); ``tuple[str, ...]`` -> (str, True)."""
    if get_origin(hint) is tuple:
        return cast(type, get_args(hint)[0]), True
    options = [option for option in get_args(hint) if option is not type(None)]
    return (cast(type, options[0]) if options else cast(type, hint)), False


@dataclass(frozen=True)
class Change:
    """One value that differs from its default, and who said so."""

    name: str
    value: Any
    default: Any
    origin: str


@dataclass(frozen=True)
class Resolved(Generic[S]):
    """Settings as they hold, with every change from the defaults and where it came from."""

    section: str
    values: S
    changes: tuple[Change, ...]

    @property
    def hash(self) -> str:
        """Twelve hex digits that change when any value does."""
        text = json.dumps(dataclasses.asdict(cast(Any, self.values)), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def resolve(section: str, declared: type[S], layers: Iterable[tuple[str, Mapping[str, Any]]]) -> Resolved[S]:
    """``declared`` with each layer of ``(origin, {name: value})`` laid over the one before.

    Raises `SettingError` for a name that does not exist (telling the nearest one), a wrong type or a value out of range.
    """
    known = {knob.name: knob for knob in knobs(declared)}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        for name, raw in layer.items():
            if name not in known:
                raise _unknown_setting(section, name, known, origin)
            values[name] = check(known[name], raw, where=f"{section}.{name} ({origin})")
            origins[name] = origin
    changes = tuple(
        Change(name, value, known[name].default, origins[name])
        for name, value in sorted(values.items())
        if value != known[name].default
    )
    return Resolved(section, declared(**values), changes)


def _unknown_setting(section: str, name: str, known: Mapping[str, Knob], origin: str) -> SettingError:
    close = nearest(name, known)
    wanted = f"did you mean {close!r}?" if close else "one of " + ", ".join(sorted(known))
    return SettingError(
        f"{section!r} has no setting {name!r} ({origin}).", got=name, wanted=wanted, next="correct the name", nearest=close
    )


def check(knob: Knob, raw: Any, where: str) -> Any:
    """``raw`` as a value of the knob: text is parsed, the range is checked; `SettingError` names ``where`` otherwise."""
    if raw is None:
        if knob.required:
            raise _bad(knob, raw, where)
        return knob.default
    if knob.many:
        if not isinstance(raw, str | list | tuple | set | frozenset):
            raise _bad(knob, raw, where)
        items = raw.split(",") if isinstance(raw, str) else list(raw)
        items = [item.strip() if isinstance(item, str) else item for item in items]
        return tuple(_check_one(knob, item, where) for item in items if item != "")
    return _check_one(knob, raw, where)


def _check_one(knob: Knob, raw: Any, where: str) -> Any:
    try:
        value = _convert(knob.type, raw)
    except (TypeError, ValueError, OverflowError):
        raise _bad(knob, raw, where) from None
    if knob.choices and value not in knob.choices:
        raise _bad(knob, raw, where)
    if isinstance(value, int | float) and not isinstance(value, bool):
        too_low = knob.low is not None and not value >= knob.low
        too_high = knob.high is not None and not value <= knob.high
        if too_low or too_high:
            raise _bad(knob, raw, where)
    return value


def _convert(wanted: type, raw: Any) -> Any:
    if wanted is bool:
        words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.strip().lower() in words:
            return words[raw.strip().lower()]
        raise ValueError(raw)
    if wanted is str:
        if not isinstance(raw, str | int | float) or isinstance(raw, bool):
            raise TypeError(raw)
        str(raw).encode()  # half a character (a lone surrogate) cannot be written anywhere: a ValueError here, not there
        return str(raw)
    if isinstance(raw, bool):
        raise TypeError(raw)
    if wanted is int and isinstance(raw, float) and not raw.is_integer():
        raise ValueError(raw)
    return wanted(raw)


def _bad(knob: Knob, raw: Any, where: str) -> SettingError:
    kind = {int: "a whole number", float: "a number", bool: "yes or no", str: "text"}.get(knob.type, knob.type.__name__)
    kind = f"a list of values, each {kind}" if knob.many else kind
    wanted = f"{kind}, {knob.range}" if knob.range else kind
    return SettingError(
        f"{where} cannot be {raw!r}.", got=repr(raw), wanted=wanted, next=f"{knob.name}: {knob.help}", name=knob.name
    )
