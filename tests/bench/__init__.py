"""How fast it is: ratios of two things done in turns in one run; `python -m tests.bench`."""
