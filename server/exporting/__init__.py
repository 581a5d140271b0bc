"""What administrators take out: tables of the log and the view, as files that open everywhere."""
