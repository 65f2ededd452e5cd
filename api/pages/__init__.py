"""Pages for browsers: plain HTML that works without scripts, and nothing from elsewhere.

A module of this package that has a `router` of its own is picked up by being there (api/routers.py). Its routes
need a session (`SignedInMember`, `SignedInOperator` of api/deps/auth.py) or are in PUBLIC_PAGES there, and answer
with `render` of api/pages/rendering.py.
"""

PLACES = frozenset({"", "me", "operator", "schemes", "sign-in", "sign-out", "static"})
"The first words of the paths of pages: a failure there is told as a page."
DOCUMENTS = frozenset({"v1", "livez", "readyz", "metrics", "problems", "openapi.json"})
"Those of the API: a failure there is told as a document. Anywhere else it depends on the caller."
