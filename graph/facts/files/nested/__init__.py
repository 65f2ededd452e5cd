"""Files of nested records, JSON and XML, as pieces of text columns.

A column is a path into a record: `loan.obligations[*].dueDate`. json_records.py and xml_records.py find the
records, paths.py reads columns from them, and nested_source.py makes rows of them.
"""
