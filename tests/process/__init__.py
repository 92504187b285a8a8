"""What runs as a process: the commands as a person starts them."""
