"""A folder is a list: to add an entry, add a file; an entry is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def names(package: str) -> list[str]:
    """Names of the modules in this package's folder, sorted; none of them is imported."""
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise LookupError(f"{package} is not a folder")
    found = iter_modules(spec.submodule_search_locations)
    return sorted(module.name for module in found if not module.name.startswith("_"))


def entry(package: str, name: str, kind: type[T]) -> T:
    """The record that this module ends with; only this module is imported."""
    record = _record(package, name, kind) if name in names(package) else None
    if record is None:
        raise LookupError(f"{package} has no {kind.__name__} called {name!r}")
    return record


def entries(package: str, kind: type[T]) -> list[T]:
    """Every record of this kind in the folder, by module name; modules without one are passed."""
    records = (_record(package, name, kind) for name in names(package))
    return [record for record in records if record is not None]


def _record(package: str, name: str, kind: type[T]) -> T | None:
    """The module's one capitalised value of this kind."""
    found = _capitalised(import_module(f"{package}.{name}"), kind)
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise LookupError(f"{package}.{name} holds {listed}: a file holds one {kind.__name__}")
    return next(iter(found.values()), None)


def _capitalised(module: ModuleType, kind: type[T]) -> dict[str, T]:
    values = vars(module).items()
    return {name: value for name, value in values if name.isupper() and isinstance(value, kind)}
