"""The inspector: a web page beside the login server that draws the same events as the console."""
