"""The command line: flags in, exit code out. Typer is known here and nowhere else."""
