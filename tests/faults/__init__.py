"""What goes wrong around a login server: it is killed, its disk fills up, its clock jumps."""
