"""Runs the guide's Python examples against a live server and checks what they print."""
