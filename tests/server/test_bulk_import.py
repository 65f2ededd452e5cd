"""What is said of an importer that ended badly, from what Neo4j's own told."""

from graph.server import bulk_import

# Both as neo4j-admin 5.26 told them, less most of the places in its code.
OF_A_ROW = """IMPORT FAILED in 676ms.
Error in input data

org.neo4j.cli.CommandFailedException: Error importing csv file.
\tat org.neo4j.importer.CsvImporter.doImport(CsvImporter.java:218)
Caused by: org.neo4j.importer.FileImporter$CsvImportException: org.neo4j.internal.batchimport.input.InputException: ERROR in input
  data source: BufferedCharSeeker[source:/somewhere/n.csv, position:12, line:3]
  in field: n:int:2
  raw field value: x
  original error: Not an integer: "x"
\t... 13 more
Caused by: java.lang.NumberFormatException: Not an integer: "x"
\t... 24 more
"""  # noqa: E501
OF_A_FILE = """neo4j 5.26.31
--------------------
java.lang.IllegalArgumentException: File 'n.csv' doesn't exist
\tat org.neo4j.kernel.impl.util.Validators.matchingFiles(Validators.java:52)
"""


def test_the_first_cause_is_said_with_file_line_and_value_and_without_places_in_code() -> None:
    assert bulk_import.reason(OF_A_ROW) == (
        "ERROR in input data source: BufferedCharSeeker[source:/somewhere/n.csv, position:12, line:3] "
        'in field: n:int:2 raw field value: x original error: Not an integer: "x"'
    )


def test_an_importer_that_names_no_cause_is_told_by_its_last_words() -> None:
    said = bulk_import.reason(OF_A_FILE)
    assert said.endswith("File 'n.csv' doesn't exist")
    assert "Validators" not in said
    assert bulk_import.reason("") == ""
