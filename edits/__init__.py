"""Changing sheets as the person who is signed in."""
