"""The routes: those of each module of a package that has a `router`."""

import importlib
import pkgutil
from types import ModuleType

from fastapi import APIRouter


def routers(package: ModuleType) -> tuple[APIRouter, ...]:
    """The routers of the package's modules, in the order of their `PLACE`, and of their names where it is equal.

    A module without a `PLACE` comes before those that have one.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    found = [module for module in modules if hasattr(module, "router")]
    return tuple(module.router for module in sorted(found, key=lambda module: getattr(module, "PLACE", 0)))
