"""Texts: plain ones, counts with their words, days and instants."""
