"""Teaching: a visitor with a visible jar, and the walks that it takes through a server."""
