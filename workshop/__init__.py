"""Builds the anatomy figures. Development only; see README.md."""
