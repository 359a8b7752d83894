"""What can stop the demo; each message says what to do."""


class DemoError(Exception):
    """The demo cannot go on; the text is for the person who started it."""
