"""Pages as people use them: in a test client, in a browser, and what staff can do on them."""
