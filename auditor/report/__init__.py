"""Renderers: a report in, text out. They say what the report holds and decide nothing."""
