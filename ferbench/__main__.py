"""`python -m ferbench` is `ferbench`."""

from ferbench.cli import main

main()
