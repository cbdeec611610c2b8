"""The mail catcher of the local stack: takes every mail, delivers none, and shows them on a page."""
