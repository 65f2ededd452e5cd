"""`python -m graph.cli`, where the project is not installed as a package: in the container."""

from graph.cli import main

main()
