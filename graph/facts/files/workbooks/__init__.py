"""Sheets of workbooks, XLSX and ODS, as pieces of text columns.

xlsx.py and ods.py give the rows of a sheet, cell_texts.py says how a cell is written as text, and
workbook_source.py finds the header and makes pieces.
"""
