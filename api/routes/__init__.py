"""What the service answers, one module for each subject.

A module of this package is picked up by being there (api/routers.py). Its `router` has the routes, and its `PLACE`
says where they are documented, and tried for a request: after those with a lower one.
"""
