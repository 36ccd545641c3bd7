"""The past year of the demo, written in bulk as rows, in the state in which services would have left them."""
