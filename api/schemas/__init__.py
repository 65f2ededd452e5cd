"""What the API takes and gives, one module for each subject: the only place for pydantic models.

The examples are what a server answered about the community of docs/api.md; tests/api/test_examples.py asks again,
and writes them to api/examples/ when an answer has changed on purpose.
"""
