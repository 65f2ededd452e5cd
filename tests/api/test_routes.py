"""The routes are those of the modules that there are, and each can be reached."""

import re
from pathlib import Path

import api.pages
import api.routes
from api.app import routes
from api.routers import routers


def test_every_module_of_the_api_has_its_routes_in_the_service() -> None:
    modules = {path.stem for path in Path(api.routes.__path__[0]).glob("*.py")} - {"__init__"}
    assert {route.endpoint.__module__.removeprefix("api.routes.") for route in routes()} >= modules
    found = [*routers(api.routes), *routers(api.pages)]
    assert [route for router in found for route in router.routes] == routes()


def test_no_route_takes_what_is_for_one_that_is_tried_after_it() -> None:
    tried = routes()
    for place, route in enumerate(tried):
        for later in tried[place + 1 :]:
            asked = re.sub(r"{\w+(:path)?}", "x", later.path)
            taken = route.path_regex.match(asked) and set(route.methods or ()) & set(later.methods or ())
            assert not taken, f"{route.path} takes {asked}"
