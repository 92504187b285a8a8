"""What crosses the wire: real sockets against the real server."""
