"""Importing `provider` imports Google's SDK: two seconds and 70 MB."""
