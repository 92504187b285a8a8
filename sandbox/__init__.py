"""The Login Sandbox: watch a server log somebody in, stage by stage."""
