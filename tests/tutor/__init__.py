"""Teaching: the visitor, a server for a walk, the walks."""
