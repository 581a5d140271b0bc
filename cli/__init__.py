"""`chot`, the administrator's command line: one file a command."""
