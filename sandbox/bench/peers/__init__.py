"""The same login with other libraries, as their documentation shows it, to compare with."""
