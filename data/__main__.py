"""Run the command line."""

from data.cli import run

run()
