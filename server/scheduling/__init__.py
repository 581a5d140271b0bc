"""Reports written and mailed by the server itself, at the hours at which they are due."""
