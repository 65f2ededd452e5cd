"""Files for Neo4j Browser: a style, a guide with queries to click, and the same queries as favourites.

The managed Neo4j serves the style and the guide itself, from inside Browser's own jar (`placing`). For any other
Neo4j, `serving` does it on a port of its own. Either way Browser is told where they are by the line `post_connect`
of its server's configuration, and fetches them after the login.
"""

from graph.server.browser.contents import FILES, favourites, guide, opening, post_connect, style
from graph.server.browser.placing import add_files

__all__ = ["FILES", "add_files", "favourites", "guide", "opening", "post_connect", "style"]
