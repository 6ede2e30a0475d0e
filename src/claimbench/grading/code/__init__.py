"""Grading of programs: what a coding problem's tests are, and whether a reply passes them."""
