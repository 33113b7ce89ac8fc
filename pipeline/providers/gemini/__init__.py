"""Gemini as a reader and a maker of pictures. Whoever imports `provider` here imports its SDK too: two seconds and 70 MB."""
