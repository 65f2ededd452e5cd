"""The routes of the API, one module for each subject.

A module of this package is picked up by being there (api/routers.py). Its `router` has the routes. Its
`PLACE` orders them in the document and in the search for a request's route: lower ones come first.
"""
