"""What tablets need for a shift without a network: whom to call, and the procedure."""
