"""Reports: a member's rating in a signed document that somebody else can check without asking us.

content.py says what a report holds, signature.py signs and checks it, page.py makes the page to print.
"""

from graph.disclosure.report.content import Report, make
from graph.disclosure.report.page import render
from graph.disclosure.report.signature import TYPE, Checked, check, documents, read_keys, sign

__all__ = ["TYPE", "Checked", "Report", "check", "documents", "make", "read_keys", "render", "sign"]
