"""The part that runs in the Jupyter server: handlers, and the plain classes that do the work."""
