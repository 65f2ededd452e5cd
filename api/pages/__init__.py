"""Pages for browsers: plain HTML that works without scripts, and nothing from elsewhere.

A module of this package that has a `router` of its own is picked up by being there (api/routers.py). Its routes
take who is signed in (`SignedInMember`, `SignedInOperator` of api/deps/auth.py) or are in PUBLIC_PAGES there, and
answer with `render` of api/pages/rendering.py.
"""

PLACES = frozenset({"", "me", "operator", "schemes", "sign-in", "sign-out", "static"})
"The first words of the paths that pages are at: what goes wrong there is told as a page."
DOCUMENTS = frozenset({"v1", "livez", "readyz", "problems", "openapi.json"})
"Those of the API, where it is told as a document, whoever asks. Anywhere else it depends on who asks."
