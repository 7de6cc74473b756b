"""Checks of the web page."""
