"""`jupyter cellucid check`: the whole way tried on a server of its own, for administrators.

`server` starts and stops that server, `browser` plays a person's browser over HTTP and the
websocket, `notebook` runs code in a kernel as a front end does, and `steps` goes through the job.
"""
